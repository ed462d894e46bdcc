"""What is wrong with a campaign file: exit code 78."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.core.remedies.remedy import Remedy
from pipeline.language import Words

REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        "KS7801": Remedy(
            Words("A key of the campaign file is wrong"),
            Words(
                "A key is unknown, missing, of another type or out of its bounds, or "
                "contradicts another one. The sentence names it."
            ),
            Words(
                "Mend the key; docs/reference/campaign-file.md explains each. koosend check "
                "CAMPAIGN --offline looks at the file alone."
            ),
        ),
        "KS7802": Remedy(
            Words("The campaign names another account than the run's"),
            Words("Only the account that began a run can go on with it and ask about it."),
            Words(
                "Name the run's account under [account] again. If it is one account whose "
                "key or host was changed: --same-account."
            ),
        ),
        "KS7803": Remedy(
            Words("The campaign file cannot be read"),
            Words(
                "It is not there, may not be read, is no UTF-8 text, or is not valid TOML in "
                "the named line."
            ),
            Words("Check the path, or mend the line; text values stand in straight double quotes."),
        ),
        "KS7804": Remedy(
            Words("A column is not in the list"),
            Words(
                "The campaign names a column that the list's header does not have, or has "
                "twice. Mostly the list was exported otherwise than before."
            ),
            Words(
                'Write the column as the header does, or by its place such as "#3". The '
                "sentence lists what is there."
            ),
        ),
        "KS7805": Remedy(
            Words("The sheet is not in the workbook"),
            Words("[source] sheet names a sheet that is not there, or the list is a text file."),
            Words("Write the sheet's name as the workbook has it, or leave the key out."),
        ),
        "KS7806": Remedy(
            Words("The values do not suit the template"),
            Words(
                "The campaign gives other parameters, or another number of values, than the "
                "template takes. Every message would be refused."
            ),
            Words("Give exactly what the sentence lists, in the template's order."),
        ),
        "KS7807": Remedy(
            Words("A value is formed otherwise than it may be sent"),
            Words(
                "A literal text, a length or a date format of the campaign would make every "
                "row invalid."
            ),
            Words("Change the key that the sentence names."),
        ),
        "KS7808": Remedy(
            Words("The endpoint is no address"),
            Words(
                "account.endpoint must be scheme, host and port, by https:// unless it is "
                "this machine."
            ),
            Words('Write https://koomessage.myhuaweicloud.cn, or "emulator" to rehearse.'),
        ),
        "KS7809": Remedy(
            Words("An address to listen on cannot be used"),
            Words(
                "Another program listens there, the port needs root, or an address or "
                "network is miswritten."
            ),
            Words("Choose another port, end what listens there, or mend the entry."),
        ),
        "KS7810": Remedy(
            Words("The public address for receipts is wrong"),
            Words(
                "KooMessage pushes receipts to it, so that it must be reached from outside, "
                "by https://."
            ),
            Words("Set receipts.public_url, or say --url."),
        ),
        "KS7811": Remedy(
            Words("The encoding is not known"),
            Words("[source] encoding names none that can be read."),
            Words("Write auto, utf-8, gb18030 or another name that the sentence lists."),
        ),
        "KS7812": Remedy(
            Words("A part of the message is missing"),
            Words("The channel needs a part of the message that the campaign does not have."),
            Words(
                "Add the section that the sentence names; docs/explanation/channels.md tells "
                "what each channel needs."
            ),
        ),
        "KS7813": Remedy(
            Words("A list that the campaign names is not there"),
            Words(
                "The campaign names a file of numbers to leave out or to allow. Without it "
                "nobody knows who must not be sent to, so that nothing is planned."
            ),
            Words("Put the file where the sentence says, or take the key out."),
        ),
        "KS7814": Remedy(
            Words("A folder of the campaign cannot be used"),
            Words(
                "The state folder cannot be made, or the user has no home for the account's store."
            ),
            Words("Name a folder that this user can write to, or set HOME."),
        ),
    }
)
