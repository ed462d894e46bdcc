"""What is left for later, and nothing is wrong: exit codes 75, 130 and 143."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.core.remedies.remedy import Remedy
from pipeline.language import Words

REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        "KS3001": Remedy(
            Words("A signal ended the command"),
            Words(
                "Ctrl-C, SIGTERM, SIGHUP or koosend stop ended it. It waited for the answers "
                "that were under way, and everything known is recorded."
            ),
            Words(
                "Run the same command again: it goes on where it stopped, and sends no row twice."
            ),
        ),
        "KS7501": Remedy(
            Words("Work is left"),
            Words("The command did what it could for now, and something has to be waited for."),
            Words("Give the same command again later; under cron the next start does that."),
        ),
        "KS7502": Remedy(
            Words("The first recipients were sent to"),
            Words("That is what --only-first asked for. The others were not sent to."),
            Words("Look at what became of the first, then run without --only-first."),
        ),
        "KS7503": Remedy(
            Words("The sending window is closed"),
            Words(
                "The campaign sends only in the hours of [limits] window, in China's time. "
                "What is unsent is kept."
            ),
            Words(
                "Run the same command again when the window is open, or set outside_window = "
                '"wait".'
            ),
        ),
        "KS7504": Remedy(
            Words("A person paused the run"),
            Words(
                "Somebody said koosend pause; who, when and why stands in the sentence. What "
                "is unsent is kept."
            ),
            Words("koosend resume RUN lets it go on."),
        ),
        "KS7505": Remedy(
            Words("The night came too late"),
            Words(
                "A scheduled run would have begun after [schedule] start_before, perhaps "
                "since the machine slept. Nothing was sent."
            ),
            Words("The same command without --scheduled sends now; otherwise the next night does."),
        ),
        "KS7506": Remedy(
            Words("Another process works on the run"),
            Words("A run has one process that writes. This one sent nothing."),
            Words(
                "Wait until the other one ends; koosend status RUN shows how far it is. Then "
                "give the same command again."
            ),
        ),
        "KS7507": Remedy(
            Words("Another process took the run over"),
            Words(
                "This process stood still for so long that another one went on with the run. "
                "It no longer writes or sends."
            ),
            Words(
                "Nothing is to be done: the other process goes on. koosend status RUN shows "
                "how far it is."
            ),
        ),
        "KS7508": Remedy(
            Words("Links could not be made"),
            Words(
                "KooMessage did not answer requests that make links. Nobody was sent "
                "anything by them, so they may be made again without harm."
            ),
            Words("Run the same command again later."),
        ),
        "KS7509": Remedy(
            Words("The first recipients stopped the run"),
            Words(
                "The canary's first recipients failed more often than [canary] allows, so "
                "that the others were not sent to."
            ),
            Words(
                "Read the report and mend what is wrong. If it is right after all: koosend "
                "run RUN --after-canary."
            ),
        ),
        "KS7510": Remedy(
            Words("A ceiling is reached"),
            Words(
                "Sending more would go beyond [limits] max_messages or max_cost of the campaign."
            ),
            Words("If the list is right, raise the limit and run the same command again."),
        ),
        "KS7511": Remedy(
            Words("The clock of this machine is wrong"),
            Words(
                "KooMessage signs and judges requests by time, and a wrong clock would hide "
                "what was sent."
            ),
            Words("Set the clock, best with NTP, then run the same command again."),
        ),
        "KS7512": Remedy(
            Words("KooMessage refuses for its rate"),
            Words(
                "Every request was refused for a while because too many came, perhaps from "
                "others of the same account."
            ),
            Words("Run again later, or lower [limits] messages_per_s and calls_per_s."),
        ),
        "KS7513": Remedy(
            Words("It cannot be asked what was taken before"),
            Words(
                "Before a run goes on it must be known whether its last requests were taken. "
                "KooMessage did not say."
            ),
            Words("Run the same command again later."),
        ),
        "KS7514": Remedy(
            Words("Another koosend serve takes the receipts"),
            Words("A state folder has one process that takes its receipts."),
            Words("Nothing is to be done if it is yours; otherwise end the other one first."),
        ),
    }
)
