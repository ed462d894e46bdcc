"""How a command line is mended: exit code 2."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.core.remedies.remedy import Remedy
from pipeline.language import Words

REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        "KS0201": Remedy(
            Words("The command line is not understood"),
            Words(
                "An option or argument is unknown, missing, given twice, or has a value of "
                "the wrong kind. Nothing was read, asked or sent."
            ),
            Words(
                "Look at koosend COMMAND --help, which lists what the command takes, with an "
                "example at its end."
            ),
        ),
        "KS0202": Remedy(
            Words("The campaign has not run yet"),
            Words(
                "The command asks about a run, and this state folder has none of the "
                "campaign. Perhaps the run stands in another state folder."
            ),
            Words(
                "Start it with koosend run CAMPAIGN. If it ran before, name its state folder "
                "with --state DIR or KOOSEND_STATE; koosend runs lists what a folder holds."
            ),
        ),
        "KS0203": Remedy(
            Words("An option's value cannot be used"),
            Words(
                "The value has another form than the option takes, or is out of its bounds. "
                "The sentence shows the right form."
            ),
            Words(
                "Write the value as the sentence says; koosend COMMAND --help tells what "
                "each option takes."
            ),
        ),
        "KS0204": Remedy(
            Words("A question has nobody to answer it"),
            Words(
                "The command does what cannot be taken back and asks first; here is no "
                "terminal to ask at, as under cron or in a pipe."
            ),
            Words(
                "If it is meant, give the same command with --yes. Otherwise run it at a "
                "terminal and read what it asks."
            ),
        ),
        "KS0205": Remedy(
            Words("There is no such command"),
            Words(
                "The first word is no command of koosend, or a file stands where a command belongs."
            ),
            Words(
                "koosend --help lists the commands; the sentence names the one that is "
                "probably meant."
            ),
        ),
        "KS0206": Remedy(
            Words("Options that do not go together"),
            Words(
                "Two options were given that say two different things, or one that only "
                "works beside another."
            ),
            Words("Leave one of the named options out."),
        ),
        "KS0207": Remedy(
            Words("Something must be said that is missing"),
            Words(
                "The command does not guess what is to be decided, for whom or why; that is "
                "kept beside the decision for whoever reads it later."
            ),
            Words("Give the option that the sentence names and repeat the command."),
        ),
        "KS0208": Remedy(
            Words("Another kind of thing is wanted"),
            Words(
                "A run was named where the command takes a campaign file, or a campaign file "
                "where it takes a spreadsheet."
            ),
            Words(
                "Name what the sentence asks for. A run has an id of 8 characters, a "
                "campaign is a .toml file."
            ),
        ),
        "KS0209": Remedy(
            Words("A file would be overwritten"),
            Words(
                "The file that would be written is there already, or is the source itself. "
                "It was left as it is."
            ),
            Words("Name another file, or move the one that is there away."),
        ),
        "KS0210": Remedy(
            Words("There is no such run"),
            Words(
                "The ledger of this state folder holds no run of that id. The id may be "
                "misspelt, or the run is in another state folder."
            ),
            Words(
                "koosend runs lists the runs of a folder; another one is named with --state DIR."
            ),
        ),
        "KS0211": Remedy(
            Words("There is no ledger in the folder"),
            Words(
                "The named state folder has no ledger, so no run was ever planned in it. "
                "Often the command was started in another folder than usual."
            ),
            Words(
                "Name the state folder with --state DIR, or name the campaign file, which "
                "knows its folder."
            ),
        ),
        "KS0212": Remedy(
            Words("The run's numbers were forgotten"),
            Words(
                "koosend purge took the numbers of the run out of the ledger. Its books can "
                "be shown and verified, but nobody can be sent to by it any more."
            ),
            Words(
                "To send to these people again, put them on a list of their own and run it "
                "as a new run."
            ),
        ),
        "KS0213": Remedy(
            Words("The doubt cannot be decided so"),
            Words(
                "The named request is in no doubt of this run, its settling time has not "
                "passed, or a receipt proves that it was taken."
            ),
            Words(
                "koosend doubts RUN lists what can be decided; koosend reconcile RUN settles "
                "what asking can settle."
            ),
        ),
        "KS0214": Remedy(
            Words("There is no such row or number"),
            Words(
                "The line or the number that was asked about stands in no run of this "
                "ledger. Lines count as the spreadsheet shows them, the header included."
            ),
            Words(
                "Write a line as 17 or Sheet1:17, or the whole mobile number. For another "
                "night's list name that run."
            ),
        ),
        "KS0215": Remedy(
            Words("A number cannot be used"),
            Words(
                "The command takes mainland mobile numbers of 11 digits. One of those given "
                "is something else, or there are too many at once. Nothing was changed."
            ),
            Words(
                "Mend the number that the sentence tells the place of, and repeat the "
                "command; what was done before does no harm."
            ),
        ),
        "KS0216": Remedy(
            Words("A number stands on the command line"),
            Words(
                "Whatever stands on a command line is kept in the shell's history and is "
                "shown by ps to everybody on the machine."
            ),
            Words(
                "Leave the number out and type it when you are asked, or name a file with --file."
            ),
        ),
        "KS0217": Remedy(
            Words("There is nothing to do for this run"),
            Words(
                "The command undoes or goes on with something that this run does not have: "
                "rows left to send, or a stop by its first recipients."
            ),
            Words("koosend status RUN shows where the run stands. Leave the option out."),
        ),
        "KS0218": Remedy(
            Words("The mended rows do not belong to that run"),
            Words(
                "Rejected rows come from a campaign's own run of a list. The file is of "
                "another campaign, or the run it names rejects no rows or is not in this "
                "ledger."
            ),
            Words(
                "Name the campaign or the run whose rejected.csv was mended, and its state folder."
            ),
        ),
        "KS0219": Remedy(
            Words("The workbook cannot be given back"),
            Words(
                "Outcomes are written only into the workbook that the run read, row beside "
                "row. The file has another format, was changed, or is another list."
            ),
            Words(
                "Name the workbook as it was when it was sent, as .xlsx; or use "
                "outcomes.csv, which has the same outcomes."
            ),
        ),
        "KS0220": Remedy(
            Words("The folder for a backup does not do"),
            Words(
                "A backup within its own state folder would be lost together with it; and "
                "putting back never replaces a ledger that may know more."
            ),
            Words(
                "Name another folder with --to or --state. If a ledger is lost, move its "
                "folder away first."
            ),
        ),
        "KS0221": Remedy(
            Words("The schedule cannot be written so"),
            Words(
                "Something of this machine or of the paths does not let the units or the "
                "crontab lines be written safely. Nothing was written."
            ),
            Words(
                "Do what the sentence says; --for systemd and --for cron choose between the "
                "two ways."
            ),
        ),
        "KS0222": Remedy(
            Words("The environment file is not safe"),
            Words(
                "At night the secrets come from this file. It can be read by others, belongs "
                "to another user, or is not read alike by every shell."
            ),
            Words(
                "Set its owner and chmod 600, save it as UTF-8 with Unix line ends, one "
                "NAME='value' a line."
            ),
        ),
        "KS0223": Remedy(
            Words("The time of the schedule sends nothing"),
            Words(
                "The night would begin outside the campaign's sending window, or after the "
                "time until which it may begin."
            ),
            Words(
                "Choose another --at, which is China's time, or change [limits] window or "
                "[schedule] start_before."
            ),
        ),
        "KS0224": Remedy(
            Words("The schedule would only rehearse"),
            Words(
                "The campaign's endpoint is the emulator, so that every night would send to nobody."
            ),
            Words(
                "Write KooMessage's address under [account] endpoint, or say --rehearsal if "
                "a nightly rehearsal is meant."
            ),
        ),
        "KS0225": Remedy(
            Words("The schedule's user does not do"),
            Words(
                "The named user is not there, cannot be taken without root, or does not own "
                "the folder that the campaign writes to."
            ),
            Words(
                "Name the user who owns the state folder with --user, as root, or give the "
                "folder to that user."
            ),
        ),
        "KS0226": Remedy(
            Words("The run is over"),
            Words(
                "A run that has sent everything, or was forgotten, cannot be paused, stopped "
                "or slowed."
            ),
            Words(
                "koosend runs shows which run is at work; the sentence names it if there is one."
            ),
        ),
        "KS0227": Remedy(
            Words("The status page stays on this machine"),
            Words("The page shows how a run goes to whoever can reach it, without encryption."),
            Words("Use 127.0.0.1, and reach it from elsewhere with ssh -L."),
        ),
    }
)
