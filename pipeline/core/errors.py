"""Name everything that stops a command, with its exit code.

What is expected (a rejected row, the answer to an attempt) is a value, never one of these.

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
    """Stop the command with one sentence for its user: what, where, how to mend it."""

    exit_code: Exit = Exit.BUG


class UsageError(KoosendError):
    """Refuse a command line that asks for something impossible."""

    exit_code = Exit.USAGE


class NotRunYet(UsageError):
    """Say that a campaign has sent nothing so far, so that there is nothing to ask about."""


class SourceDamaged(KoosendError):
    """Refuse a source that cannot be read as a table of recipients."""

    exit_code = Exit.SOURCE_DAMAGED


class SourceMissing(KoosendError):
    """Say that the source is not where the campaign says it is."""

    exit_code = Exit.SOURCE_MISSING


class ProviderUnavailable(KoosendError):
    """Say that KooMessage cannot be reached, or refuses the template or the account."""

    exit_code = Exit.PROVIDER_UNAVAILABLE


class NotKooMessage(ProviderUnavailable):
    """Say that what answers does not speak as KooMessage does, so that nothing it says counts."""


class ReportUnwritable(KoosendError):
    """Say that a report file cannot be written; the ledger is whole."""

    exit_code = Exit.REPORT_UNWRITABLE


class LedgerUnwritable(KoosendError):
    """Say that the ledger cannot record, so that nothing more is sent."""

    exit_code = Exit.LEDGER_UNWRITABLE


class WorkLeft(KoosendError):
    """Say that work is left and nothing is wrong with it."""

    exit_code = Exit.WORK_LEFT


class OnlyFirst(WorkLeft):
    """Say that the first recipients were sent to, and that nobody else was to be yet."""


class WindowClosed(WorkLeft):
    """Say that the campaign's hours of the day are over."""


class Paused(WorkLeft):
    """Say that a person paused the run, so that nothing more leaves until it is resumed."""


class StartMissed(WorkLeft):
    """Say that a scheduled run would begin later than its campaign lets it."""


class RunHeld(WorkLeft):
    """Say that another process holds the run."""


class Overtaken(WorkLeft):
    """Say that another process took the run over, so that this one may no longer write."""


class Outdated(Exception):
    """Say that a request was made ready before something became known that speaks against it."""


class CredentialsRefused(KoosendError):
    """Say that KooMessage refuses the credentials."""

    exit_code = Exit.CREDENTIALS_REFUSED


class CampaignInvalid(KoosendError):
    """Refuse a campaign file, naming the key and how to mend it."""

    exit_code = Exit.CAMPAIGN_INVALID


class AccountDiffers(CampaignInvalid):
    """Refuse to go on with a run, or to ask about it, as another account than it was sent by."""


class DecisionNeeded(KoosendError):
    """Say that a person must decide: the same command again later is not enough."""

    exit_code = Exit.DECISION_NEEDED


class NewLedger(DecisionNeeded):
    """Say that a new ledger cannot know whom others sent to by its account."""


class ListQuestioned(DecisionNeeded):
    """Say that a list is not sent before a person was asked.

    sentence says why, without what could be done about it; question is what a terminal asks.
    """

    question = "Send anyway?"

    def __init__(self, text: str, sentence: str) -> None:
        """Keep the sentence beside the whole text."""
        super().__init__(text)
        self.sentence = sentence


class RepeatsFound(ListQuestioned):
    """Say that many people of a list were sent the message already."""

    question = "Send to the others?"


class UnusualList(ListQuestioned):
    """Say that a list is far smaller or larger than the last ones of its campaign."""


class Interrupted(KoosendError):
    """Say that a signal ended the command in good order."""

    exit_code = Exit.INTERRUPTED
