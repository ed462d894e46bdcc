"""Say a proposed campaign's comments, and what it leaves to a person, in the reader's language.

The file is made in English, whose comments stand here for `make words` to find.
"""

import re

from pipeline.language import Language, Words, marked
from pipeline.settings.slips.blanks import in_language

COMMENTS = (
    marked("What was seen in the spreadsheet:"),
    marked("Fill in what stands in <...>, then:  koosend check THIS_FILE"),
    marked('A template parameter takes its value from a column, or literally: shop = "=Our shop".'),
    marked("Every key is explained in docs/reference/campaign-file.md."),
    marked("a smart message: an SMS whose link a handset shows as a card"),
    marked("a smart message in two steps: links first, then our own SMS with them"),
    marked("the links alone, for an SMS channel of your own"),
    marked("a plain SMS"),
    marked("a video SMS"),
    marked("of what is printed, mailed and reported: zh, en, or auto as $LANG says"),
    marked(
        "REHEARSAL / 演练, nobody was sent anything; for real: https://koomessage.myhuaweicloud.cn"
    ),
    marked("The keys are in the environment: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK."),
    marked("Name each parameter as the template does, and take out what it does not have."),
    marked("In the order of #p_1#, #p_2#; take out what the template does not have."),
    marked("These four must match each other in KooMessage's console."),
    marked("In the SMS template's order, without the link variable."),
    marked("In the SMS template's order, one for each variable."),
    marked("which of the SMS template's variables takes the link, from 1"),
    marked("of the SMS that will carry them"),
    marked("days that the links live, 1 to 7"),
    marked("how long KooMessage tries, 1 to 72 hours"),
    marked('China time: no marketing at night; "" is any time'),
    marked("no ceiling; set it to twice your list"),
    marked("twice this list: a list that is far too long stops here"),
    marked(
        'Who is told when a night goes wrong, see docs/howto/notify.md; without the first "# ":'
    ),
    marked("whom this account sent the same message so lately is left out"),
    marked("these are sent to first; the others once they speak for them"),
    marked("and wait so long for what becomes of them"),
    marked("more than a tenth that fails stops the run"),
    marked('used with endpoint = "emulator" alone'),
    marked("days, on a real account"),
    marked("72 hours, on a real account"),
    marked("A column that is sent, and named here, has the value of the row above there."),
)
"""Each comment of a proposed campaign, but those that tell of its spreadsheet."""

_COMMENT = re.compile(r"(?m)(?<=# )(?!\[|[a-z_]+ = )\S.*$")
"""What is said behind "# "; a key that only waits for its "# " to be taken away is not said."""


def in_readers_language(text: str, language: Language) -> str:
    """Return a proposed campaign with its comments and blanks in a language."""
    if language is Language.EN:
        return text
    return in_language(_COMMENT.sub(lambda found: Words(found[0]).of(language), text), language)
