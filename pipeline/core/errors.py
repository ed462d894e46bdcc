"""Name everything that stops a command, with its exit code.

What is expected (a rejected row, the answer to an attempt) is a value, never one of these. Each has
a code besides, such as KS6601: pipeline/core/remedies says of every code how to mend it.

    KoosendError                 70
    ├── UsageError                2
    │   └── NotRunYet             2   a campaign was named that has sent nothing so far
    ├── SourceDamaged            65
    ├── SourceMissing            66
    ├── ProviderUnavailable      69   cannot be reached, or refuses the template or the account
    │   └── NotKooMessage        69   something else answers in its place
    ├── ReportUnwritable         73
    ├── LedgerUnwritable         74   nothing more is sent
    ├── WorkLeft                 75   nothing is wrong: run again later
    │   ├── OnlyFirst            75   the first recipients were sent to, as was asked
    │   ├── WindowClosed         75   the campaign does not send at this time of day
    │   ├── Paused               75   a person lets nothing more leave for now
    │   ├── StartMissed          75   a scheduled run would begin later than it may
    │   ├── RunHeld              75   another process holds the run
    │   └── Overtaken            75   another process took the run over from this one
    ├── CredentialsRefused       77
    ├── CampaignInvalid          78
    │   └── AccountDiffers       78   the campaign is another account's than the run
    ├── DecisionNeeded           79   a person must decide; the same command again does not help
    │   ├── NewLedger            79   a ledger is new or gone, and somebody sent by its account
    │   └── ListQuestioned       79   a list is not what it usually is: a person says yes first
    │       ├── RepeatsFound     79   many people of it were sent the message already
    │       └── UnusualList      79   it is far smaller or larger than the last ones
    └── Interrupted         130/143
"""

from collections.abc import Iterable
from enum import IntEnum

from pipeline.language import Text, Words


class Exit(IntEnum):
    """List every exit code of the command, after sysexits where one fits."""

    OK = 0
    ROWS_FAILED = 1
    USAGE = 2
    SOURCE_DAMAGED = 65
    SOURCE_MISSING = 66
    PROVIDER_UNAVAILABLE = 69
    BUG = 70
    REPORT_UNWRITABLE = 73
    LEDGER_UNWRITABLE = 74
    WORK_LEFT = 75
    CREDENTIALS_REFUSED = 77
    CAMPAIGN_INVALID = 78
    DECISION_NEEDED = 79
    INTERRUPTED = 130
    TERMINATED = 143


_ORDER = (Exit.OK, Exit.ROWS_FAILED, Exit.WORK_LEFT, Exit.DECISION_NEEDED)


def gravest(codes: Iterable[Exit]) -> Exit:
    """Return the gravest: refused rows, then work that is left, a decision, what stopped us."""
    known = dict(zip(_ORDER, range(len(_ORDER)), strict=True))
    return max(codes, key=lambda code: known.get(code, len(known)), default=Exit.OK)


class KoosendError(Exception):
    """Stop the command with one sentence for its user: what, where, how to mend it.

    text is the sentence, to be said in the reader's language; str(error) is it in English. code is
    a key of pipeline/core/remedies: the raiser gives it where the class has more than one.
    """

    exit_code: Exit = Exit.BUG
    code: str = "KS7001"

    def __init__(self, text: Text, code: str = "") -> None:
        """Keep the sentence, and the code if one was given."""
        super().__init__(text)
        self.text = text
        if code:
            self.code = code


class UsageError(KoosendError):
    """Refuse a command line that asks for something impossible."""

    exit_code = Exit.USAGE
    code = "KS0201"


class NotRunYet(UsageError):
    """Say that a campaign has sent nothing so far, so that there is nothing to ask about."""

    code = "KS0202"


class SourceDamaged(KoosendError):
    """Refuse a source that cannot be read as a table of recipients."""

    exit_code = Exit.SOURCE_DAMAGED
    code = "KS6501"


class SourceMissing(KoosendError):
    """Say that the source is not where the campaign says it is."""

    exit_code = Exit.SOURCE_MISSING
    code = "KS6601"


class ProviderUnavailable(KoosendError):
    """Say that KooMessage cannot be reached, or refuses the template or the account."""

    exit_code = Exit.PROVIDER_UNAVAILABLE
    code = "KS6901"


class NotKooMessage(ProviderUnavailable):
    """Say that what answers does not speak as KooMessage does, so that nothing it says counts."""

    code = "KS6902"


class ReportUnwritable(KoosendError):
    """Say that a report file cannot be written; the ledger is whole."""

    exit_code = Exit.REPORT_UNWRITABLE
    code = "KS7301"


class LedgerUnwritable(KoosendError):
    """Say that the ledger cannot record, so that nothing more is sent."""

    exit_code = Exit.LEDGER_UNWRITABLE
    code = "KS7401"


class WorkLeft(KoosendError):
    """Say that work is left and nothing is wrong with it."""

    exit_code = Exit.WORK_LEFT
    code = "KS7501"


class OnlyFirst(WorkLeft):
    """Say that the first recipients were sent to, and that nobody else was to be yet."""

    code = "KS7502"


class WindowClosed(WorkLeft):
    """Say that the campaign's hours of the day are over."""

    code = "KS7503"


class Paused(WorkLeft):
    """Say that a person paused the run, so that nothing more leaves until it is resumed."""

    code = "KS7504"


class StartMissed(WorkLeft):
    """Say that a scheduled run would begin later than its campaign lets it."""

    code = "KS7505"


class RunHeld(WorkLeft):
    """Say that another process holds the run."""

    code = "KS7506"


class Overtaken(WorkLeft):
    """Say that another process took the run over, so that this one may no longer write."""

    code = "KS7507"


class Outdated(Exception):
    """Say that a request was made ready before something became known that speaks against it."""


class CredentialsRefused(KoosendError):
    """Say that KooMessage refuses the credentials."""

    exit_code = Exit.CREDENTIALS_REFUSED
    code = "KS7701"


class CampaignInvalid(KoosendError):
    """Refuse a campaign file, naming the key and how to mend it."""

    exit_code = Exit.CAMPAIGN_INVALID
    code = "KS7801"


class AccountDiffers(CampaignInvalid):
    """Refuse to go on with a run, or to ask about it, as another account than it was sent by."""

    code = "KS7802"


class DecisionNeeded(KoosendError):
    """Say that a person must decide: the same command again later is not enough."""

    exit_code = Exit.DECISION_NEEDED
    code = "KS7901"


class NewLedger(DecisionNeeded):
    """Say that a new ledger cannot know whom others sent to by its account."""

    code = "KS7902"


class ListQuestioned(DecisionNeeded):
    """Say that a list is not sent before a person was asked.

    sentence says why, without what could be done about it; question is what a terminal asks.
    """

    code = "KS7903"

    question: Text = Words("Send anyway?")

    def __init__(self, text: Text, sentence: Text) -> None:
        """Keep the sentence beside the whole text."""
        super().__init__(text)
        self.sentence = sentence


class RepeatsFound(ListQuestioned):
    """Say that many people of a list were sent the message already."""

    code = "KS7904"

    question = Words("Send to the others?")


class UnusualList(ListQuestioned):
    """Say that a list is far smaller or larger than the last ones of its campaign."""

    code = "KS7905"


class Interrupted(KoosendError):
    """Say that a signal ended the command in good order."""

    exit_code = Exit.INTERRUPTED
    code = "KS3001"
