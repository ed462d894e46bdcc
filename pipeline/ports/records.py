"""The values that cross the borders between the parts."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from pipeline.core.answer import NewsKind
from pipeline.core.canary import CanaryCount, Verdict
from pipeline.core.lifecycle import Event, State
from pipeline.core.model import (
    Channel,
    Message,
    Recipients,
    RejectedRow,
    Route,
    RunId,
    TaskId,
    TaskName,
)
from pipeline.core.outcome import Fact, Standing
from pipeline.core.screening import ErasedNumbers, SuppressionReason
from pipeline.core.templates import Templates
from pipeline.ports.receipts import WaitingOptOuts


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request whose body is final: encoded once, later signed and sent as it is.

    intended_at is the time of the recorded intent, in epoch seconds, set just before submit: the
    request is signed as of then, so that the provider refuses it if anything delays it for long.
    body_bytes_max is the longest body that the gateway sends, which refuses a longer one as one
    to be split; 0 where it has no such bound.
    """

    channel: Channel
    task_name: TaskName
    path: str
    body: bytes
    messages: int
    intended_at: float | None = None
    body_bytes_max: int = field(default=0, kw_only=True)

    @property
    def fits(self) -> bool:
        """Tell whether the gateway would send it."""
        return not self.body_bytes_max or len(self.body) <= self.body_bytes_max


TRIAL = "trial"
RERUN_OF = "rerun_of"
MENDED_OF = "mended_of"
"""Keys of a run's meaning that a test send, a rerun and a run of mended rows have, and no other."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run is, fixed when it is planned. meaning is JSON text.

    templates are as the provider told of them then. screened_to is where the suppression list
    ended when the rows were held against it; 0 says that they never were. nth is how many runs of
    the same source, meaning and account were known when it was planned: where there are more by
    then, another process has planned it. None for a run that may be one of several.
    """

    run: RunId
    campaign: str
    campaign_path: str
    message: Message
    meaning: str
    source_path: str
    source_sha256: str
    source_bytes: int
    planned_at: float
    account: str
    previous: RunId | None = None
    templates: Templates = field(default_factory=Templates)
    screened_to: int = 0
    nth: int | None = None

    @property
    def is_trial(self) -> bool:
        """Tell whether it is a test send."""
        return TRIAL in json.loads(self.meaning)

    @property
    def origin(self) -> str:
        """Return where its requests go: an address, or the embedded emulator's name."""
        return self.account.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as the ledger holds it. finished_at is set once nothing is left to submit.

    purged_at is set once its numbers and values were forgotten. restored_at is set while its ledger
    is known to be older than what was sent: nothing is sent before all was asked for. emulated
    tells whether all that ever answered it on this machine was the emulator, by its own mark; None
    where nothing did, or nothing was asked on this machine. folder is the state folder that it lies
    in, empty where it lies in none.
    """

    plan: RunPlan
    rows: int
    recipients: int
    chunks: int
    epoch: int
    started_at: float | None
    finished_at: float | None
    purged_at: float | None = None
    restored_at: float | None = None
    emulated: bool | None = None
    folder: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Rejects:
    """Rejected rows of one sheet, with the sheet's header as it stood in the file."""

    sheet: str
    header: tuple[str, ...]
    rows: tuple[RejectedRow, ...]


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission as the ledger holds it.

    task_name and times are of its latest attempt, or of the earlier one that was found after it.
    withheld are the rows, ascending, that its requests leave out although it was planned for them.
    """

    chunk: int
    submission: int
    start: int
    stop: int
    state: State
    attempts: int
    task_name: TaskName | None = None
    task_id: TaskId | None = None
    attempted_at: float | None = None
    concluded_at: float | None = None
    code: str = ""
    message: str = ""
    route: Route = Route.MAIN
    picked: tuple[int, ...] | None = None
    withheld: tuple[int, ...] = ()

    @property
    def place(self) -> tuple[int, int]:
        """Return its chunk and its number in there."""
        return self.chunk, self.submission

    @property
    def positions(self) -> Sequence[int]:
        """Return the positions of its chunk that it was planned for."""
        return range(self.start, self.stop) if self.picked is None else self.picked

    @property
    def recipients(self) -> int:
        """Count the recipients that it was planned for."""
        return len(self.positions)

    @property
    def known_at(self) -> float | None:
        """Return when its answer was known: later than it was taken, never earlier.

        The clock may have been set back between the attempt and its answer.
        """
        if self.concluded_at is None:
            return None
        return max(self.concluded_at, self.attempted_at or 0.0)

    @property
    def carried(self) -> int:
        """Count the recipients that its next request carries, or its latest did."""
        return self.recipients - len(self.withheld)

    @property
    def messages(self) -> int:
        """Count the messages that it causes: making links causes none."""
        return 0 if self.route in {Route.PARSE, Route.SKIP} else self.carried

    def planned(self, chunk: Recipients) -> Recipients:
        """Return the recipients that it was planned for, of those of its chunk."""
        if self.picked is None:
            return chunk.part(self.start, self.stop)
        return chunk.pick(self.picked)

    def part(self, chunk: Recipients) -> Recipients:
        """Return the recipients that it carries, of those of its chunk."""
        planned = self.planned(chunk)
        if not self.withheld:
            return planned
        out = frozenset(self.withheld)
        return planned.pick([at for at, row in enumerate(planned.rows) if row not in out])


def refusal_of(submission: Submission) -> tuple[Fact, ...]:
    """Return what a submission's own refusal says of each of its rows; nothing if it was taken.

    Should news of the task that the refusal names say more, that outweighs it, as with any row.
    """
    if submission.state is not State.REFUSED:
        return ()
    return (Fact(NewsKind.REFUSED, submission.code, "", f"attempt:{submission.task_name}"),)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The intent of one request, on disk before its first byte leaves."""

    chunk: int
    submission: int
    attempt: int
    task_name: TaskName
    at: float

    @property
    def place(self) -> tuple[int, int]:
        """Return the chunk and the number in there of its submission."""
        return self.chunk, self.submission


@dataclass(frozen=True, slots=True)
class UnknownIntents:
    """Names that were about to leave and that the ledger does not know.

    earlier prove that the ledger is older than what was sent. last are of the last write: there a
    kill may have come before the ledger's commit, so that their requests never left.
    """

    earlier: tuple[TaskName, ...]
    last: tuple[TaskName, ...]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What became known about an attempt: one step of the submission's life.

    task_name is the attempt's where it is not the latest: an earlier one that a receipt proves
    taken, and by which the submission is known from then on. refused gives codes by row, for
    numbers that an accepted request left out; unnamed are rows of which its answer says nothing
    although it names others; links, the links by row that it made. note says who decided and why,
    where a person did.
    """

    chunk: int
    submission: int
    event: Event
    at: float
    task_id: TaskId | None = None
    code: str = ""
    message: str = ""
    refused: Mapping[int, str] | None = None
    note: str = ""
    links: Mapping[int, str] | None = None
    task_name: TaskName | None = None
    unnamed: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Withholding:
    """Rows that a submission's requests must leave out from now on, each with the reason."""

    chunk: int
    submission: int
    at: float
    reasons: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """An attempt as the ledger holds it. event is None while nothing became known of it."""

    attempt: Attempt
    concluded_at: float | None
    event: Event | None
    task_id: TaskId | None
    code: str
    message: str
    note: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question by task name and what came back. found counts exact matches; -1: no answer.

    calibrates says that the name is known to be taken, whichever run or ledger sent it. round
    numbers the questions that were put together, from 1; 0 is none. meant_at is when the request
    of that name was meant.
    """

    task_name: TaskName
    at: float
    found: int
    answer: str
    calibrates: bool
    round: int = 0
    meant_at: float | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """Facts by row that one question brought; their evidence is named when they are recorded."""

    source: str
    at: float
    facts: Mapping[int, Sequence[Fact]]


@dataclass(frozen=True, slots=True)
class Learned:
    """What questions brought about one accepted submission.

    link_life_s is how long its links live, None for what is not known or as it was.
    """

    submission: Submission
    answers: Sequence[Answered] = ()
    link_life_s: float | None = None


@dataclass(frozen=True, slots=True)
class OutcomeBlock:
    """n rows of a run in source order, for the reports: one sequence of n entries per column.

    submissions indexes into the block's table of submissions, -1 for a rejected row.
    """

    rows: Sequence[int]
    sheets: Sequence[str]
    lines: Sequence[int]
    phones: Sequence[str]
    standings: Sequence[Standing]
    submissions: Sequence[int]
    table: Sequence[Submission]


@dataclass(frozen=True, slots=True)
class Drift:
    """A day for which KooMessage's report counts other than the ledger, in numbers."""

    day: str
    template: str
    theirs: int
    ours: int


@dataclass(frozen=True, slots=True)
class DaysCompared:
    """The daily reports as they were compared at a moment; days holds those that differ."""

    at: float
    days: tuple[Drift, ...]


class StopKind(StrEnum):
    """Why a run was left with rows that were not sent, where that was a person's word.

    gone_on takes an earlier word back.
    """

    ONLY_FIRST = "only_first"
    PERSON = "person"
    GONE_ON = "gone_on"


@dataclass(frozen=True, slots=True)
class CanaryRecord:
    """One decision, with what was known then; note says it in words."""

    at: float
    verdict: Verdict
    count: CanaryCount
    note: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """A number that wants nothing. source says where that came from, note what else was said.

    phone is 11 digits. An opt-out's source names its evidence, such as receipt:17.
    """

    phone: str
    reason: SuppressionReason
    at: float
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SuppressionRecord:
    """An entry of the list as the ledger holds it; removed_at is None while it stands."""

    suppression: Suppression
    removed_at: float | None = None
    removed_note: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """The recipients of one submission that was, or may have been, taken at a time.

    Those that it is known to have failed to reach are not among them. trial tells of a test send.
    """

    run: RunId
    message: Message
    at: float
    recipients: Recipients
    trial: bool = False


class SuppressionBook(Protocol):
    """A list of who is not to be sent to, on disk. No writer of a run is needed to change it."""

    def suppress(self, entries: Sequence[Suppression]) -> int:
        """Put numbers on the suppression list; count those new under their reason.

        Raises UsageError for what is no mobile number; then none of them is put there.
        """

    def unsuppress(self, phones: Sequence[str], at: float, note: str) -> int:
        """Take numbers off the suppression list, whatever their reasons; count the numbers."""

    def suppressions(
        self, phones: Sequence[str] | None = None, *, history: bool = False
    ) -> Iterator[SuppressionRecord]:
        """Read the suppression list by number; of some numbers, or all.

        history also yields entries that were removed.
        """

    def suppressed(self) -> Mapping[SuppressionReason, Sequence[int]]:
        """Read the numbers on the suppression list by reason, as whole numbers, ascending."""

    def suppressions_end(self) -> int:
        """Return where the list ends: a number that grows with each entry, 0 while there is none.

        Taking a number off the list does not move it.
        """

    def suppressed_since(self, end: int) -> Mapping[str, SuppressionReason]:
        """Read the numbers that came on the list behind that end and still stand there.

        The first reason counts, in the order of SuppressionReason.
        """

    def count_waiting(self) -> WaitingOptOuts:
        """Count the numbers that opted out, are strangers to the account, and wait for a person."""

    def waiting(self, most: int) -> Sequence[Suppression]:
        """List what waits, the earliest first, as it would be put on the list."""

    def decide_waiting(self, at: float, note: str, *, honour: bool) -> int:
        """Put all that waits on the list; without honour take it off at once. Count the numbers.

        note says why, and is kept with each entry. Who is on the list already stays there.
        """

    def erased(self, end: int = 0) -> ErasedNumbers:
        """Read who was erased and stands on the list behind an end: they have no numbers here."""


class ScreeningBook(SuppressionBook, Protocol):
    """Who is not to be sent to: the list that counts for a ledger, and whom its runs reached."""

    def reached(self, accounts: Collection[str], since: float) -> Iterator[Reached]:
        """Read whom runs of these accounts reached since then; doubts count as reached."""
