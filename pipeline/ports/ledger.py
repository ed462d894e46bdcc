"""What each part needs of the others, said once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import State
from pipeline.core.model import Chunk, People, PlannedSubmission, Recipients, RunId, TaskId
from pipeline.core.outcome import Books, Fact, Outcome, Standing
from pipeline.ports.account import OwnClaim, StorePlace
from pipeline.ports.control import ControlRecord
from pipeline.ports.erasing import ErasedKind
from pipeline.ports.notices import NoticeBook
from pipeline.ports.receipts import Forgotten, KeptReply, ReceiptBook, RetentionBook
from pipeline.ports.records import (
    Attempt,
    AttemptRecord,
    CanaryRecord,
    Conclusion,
    Learned,
    OutcomeBlock,
    Question,
    Rejects,
    RunPlan,
    RunRecord,
    ScreeningBook,
    StopKind,
    Submission,
    UnknownIntents,
    Withholding,
)


class ReportingBook(Protocol):
    """The part of the Ledger port that reports read beside the rows."""

    def tally(self, run: RunId) -> Mapping[tuple[Outcome, str, str], int]:
        """Count a run's rows by outcome, reason and code."""

    def parts_told(self, tasks: Sequence[TaskId]) -> Mapping[tuple[TaskId, str], int]:
        """Return into how many parts receipts say that SMS were cut, by task and number."""

    def replies_since(self, at: float) -> Sequence[KeptReply]:
        """List the replies that came since a moment, in the order of their coming."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """What a chunk goes on with once its links are made.

    recipients are the whole chunk's, with the link, or nothing, as one more value. facts tell by
    position why a recipient goes another way.
    """

    chunk: int
    at: float
    recipients: Recipients
    submissions: tuple[PlannedSubmission, ...]
    facts: Mapping[int, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PeopleReached:
    """The recipients of one chunk whom a run reached, or may have.

    positions are ascending, of the chunk's recipients; people are the digests of all of these,
    None for a run of before there were any.
    """

    run: RunId
    chunk: int
    positions: Sequence[int]
    people: People | None


@dataclass(frozen=True, slots=True)
class PeoplePlanned:
    """Whom a chunk of a run was planned for, whatever became of it, as digests of their numbers.

    scheme says how they were made; it is empty where none were, or they were forgotten.
    """

    run: RunId
    chunk: int
    scheme: str
    numbers: bytes


class PeopleBook(Protocol):
    """The part of the Ledger port that later lists are held against."""

    def reached(
        self, run: RunId, since: float = 0.0, *, also_open: bool = False
    ) -> Iterator[PeopleReached]:
        """Read chunk by chunk whom a run reached since a time, or may have: doubts count.

        Who was refused, not delivered or withheld does not. also_open counts those who may still
        be sent to.
        """

    def planned(self, run: RunId) -> Iterator[PeoplePlanned]:
        """Read chunk by chunk whom a run was planned for, sent to or not."""

    def is_held(self, run: RunId) -> bool:
        """Tell whether a process is at work on a run."""

    def forget(self, before: float) -> int:
        """Forget the digests of purged runs that were planned before a time; count the chunks."""


class RouteBook(Protocol):
    """The part of the Ledger port that knows links and handsets."""

    def links(self, run: RunId, chunk: int) -> Mapping[int, str]:
        """Return the links by row that a chunk's submissions made."""

    def unlinked(self, run: RunId) -> tuple[int, ...]:
        """List the chunks that make links and have not gone on with them."""

    def makers(self, run: RunId, submission: Submission) -> tuple[Submission, ...]:
        """List the accepted submissions that made the links which a submission carries."""

    def remember_capabilities(
        self, template: str, at: float, known: Mapping[str, NewsKind]
    ) -> None:
        """Keep what handsets were said to be able to. No writer is needed."""

    def capabilities(
        self, template: str, phones: Sequence[str], since: float
    ) -> Mapping[str, NewsKind]:
        """Return what is known of numbers' handsets since a time."""


class RunWriter(Protocol):
    """The one process that may change a run. Every method is one durable transaction.

    Each raises LedgerUnwritable when it cannot record, and Overtaken when another process has
    taken the run over; in both cases nothing of the call is recorded and nothing may be sent.
    """

    def withhold(self, withholding: Withholding) -> Submission:
        """Leave rows out of a submission for good, and return it as it is then.

        Their outcome is settled as suppressed. Rows that are left out already change nothing. One
        that carries nobody any more is given up. Raises IllegalStep unless it may be attempted:
        what has left is past holding back.
        """

    def begin(self, attempts: Sequence[Attempt], listed_to: int | None = None) -> None:
        """Record the intents; on return they are on disk.

        listed_to is how far the suppression list was looked at for them. Raises Outdated, with none
        recorded, where it has grown since, or a receipt proves an earlier attempt taken.
        """

    def conclude(self, conclusions: Sequence[Conclusion]) -> None:
        """Record what became known."""

    def split(
        self, conclusion: Conclusion, parts: Sequence[Sequence[int]]
    ) -> tuple[Submission, ...]:
        """Conclude that a request was too large, and plan its parts in its place: two or more.

        The conclusion's event is WAS_SPLIT. Each part is the rows, ascending, of one new
        submission of the same chunk and route; together they are all that the request carried.
        Returns the new submissions, which are planned.
        """

    def sweep(self, at: float) -> int:
        """Put every submission found in flight in doubt, and count them."""

    def asked(self, questions: Sequence[Question]) -> None:
        """Record questions by name and their answers."""

    def add_evidence(self, learned: Sequence[Learned]) -> None:
        """Append facts by row, and how long links live. The facts' evidence is set here."""

    def continue_chunk(self, going: Continuation) -> None:
        """Plan what a chunk goes on with once its links are made; once for a chunk."""

    def settle(self, standings: Mapping[int, Standing]) -> None:
        """Record outcomes by row, instead of what was recorded before."""

    def fold_to(self, receipt: int) -> None:
        """Record that all news up to a receipt is in the outcomes. It never goes back."""

    def decide_canary(self, record: CanaryRecord) -> None:
        """Record what was decided once the first recipients' messages were known."""

    def record_stop(self, kind: StopKind, at: float) -> None:
        """Record that a person left the run with rows that were not sent, or took that back."""

    def record_answerer(self, at: float, *, emulated: bool) -> None:
        """Record that the emulator, by its own mark, answered the run, or that something else did.

        The first of each counts; neither is ever taken back.
        """

    def purge(self, at: float) -> Forgotten:
        """Forget the run's numbers, values and links, and what was pushed about its tasks.

        Rows, outcomes, submissions and what questions answered stay, so that the books balance.
        """

    def unknown_intents(self) -> UnknownIntents:
        """List names that were about to leave and that this ledger does not know."""

    def settle_intents(self) -> None:
        """Note that all names that were about to leave were asked for."""

    def mark_restored(self, at: float | None) -> None:
        """Record since when this ledger is known to be older than what was sent; None: no more."""

    def finish(self, at: float) -> None:
        """Record that nothing is left to submit."""

    def close(self) -> None:
        """Give the run back."""


class ErasedRows(Protocol):
    """The part of the Ledger port that knows which rows were erased, and not who stood there."""

    def rows(self, run: RunId) -> Mapping[int, tuple[ErasedKind, float]]:
        """Return the rows of a run that were erased, or lost a value by it, and when."""


class Ledger(Protocol):
    """Everything that is known, on disk.

    Every method raises LedgerUnwritable when the ledger cannot be read or written. What belongs to
    no single run has books of its own: receipts, screening, routes, reporting, people, retention,
    notices.
    """

    @property
    def receipts(self) -> ReceiptBook:
        """Return what keeps what is pushed."""

    @property
    def screening(self) -> ScreeningBook:
        """Return what knows who is not to be sent to."""

    @property
    def routes(self) -> RouteBook:
        """Return what knows links and handsets."""

    @property
    def reporting(self) -> ReportingBook:
        """Return what reports read beside the rows."""

    @property
    def people(self) -> PeopleBook:
        """Return what later lists are held against."""

    @property
    def retention(self) -> RetentionBook:
        """Return what forgets what belongs to no run."""

    @property
    def erasures(self) -> ErasedRows:
        """Return what knows which rows were erased."""

    @property
    def notices(self) -> NoticeBook:
        """Return what knows which nights ran, and what was told of them."""

    def share_list(self, place: StorePlace, *, counts: bool = True) -> None:
        """Write opt-outs to the list of an account from here on; the ledger's own is joined to it.

        counts: it is also the list that is looked at, and that intents are held against.
        """

    def run(self, run: RunId) -> RunRecord | None:
        """Look a run up."""

    def runs(self, campaign: str | None = None) -> tuple[RunRecord, ...]:
        """List runs, the latest first; of one campaign by its name, or all."""

    def runs_of(self, source_sha256: str) -> tuple[RunRecord, ...]:
        """List the runs of a source of that content, the latest first."""

    def identity(self) -> str:
        """Tell which ledger this is: made when its file was, and never changed."""

    def inode(self) -> int:
        """Tell which file this is: moving it keeps that, copying does not."""

    def claims(self) -> Sequence[OwnClaim]:
        """List what this ledger noted of its going on, account by account."""

    def keep_claim(self, claim: OwnClaim) -> None:
        """Note that this file goes on."""

    def put_back(self, at: float) -> None:
        """Note that this file is an older copy: no unfinished run is sent before it was asked for.

        A run is marked once; marks of before stay.
        """

    def put_back_at(self) -> float | None:
        """Tell since when it is known to be one; None where it is none, or no more."""

    def end_put_back(self) -> None:
        """Note that what the account sent lately was looked through."""

    def plan(self, plan: RunPlan, items: Iterable[Chunk | Rejects]) -> RunRecord:
        """Record a run with all its rows, whole or not at all."""

    def take(self, run: RunId) -> RunWriter:
        """Become the run's only writer. Raises RunHeld while another process is."""

    def submissions(
        self, run: RunId, states: frozenset[State] | None = None
    ) -> tuple[Submission, ...]:
        """List submissions in source order; all, or those in the given states."""

    def attempts(self, run: RunId) -> tuple[AttemptRecord, ...]:
        """List every attempt of a run, in source order, each submission's first to last."""

    def releases(self, run: RunId) -> Mapping[tuple[int, int], int]:
        """Count by chunk and submission how often a policy, no person, had a doubt sent again."""

    def recipients(self, run: RunId, chunk: int) -> Recipients:
        """Read a chunk's recipients."""

    def questions(self, run: RunId) -> tuple[Question, ...]:
        """List the questions asked by name, in order."""

    def facts(self, run: RunId, submission: Submission) -> Mapping[int, tuple[Fact, ...]]:
        """Collect all evidence of a submission by row: questions' answers and receipts."""

    def link_life_s(self, run: RunId, submission: Submission) -> float | None:
        """Tell how long a submission's links live, where that is known."""

    def books(self, run: RunId) -> Books:
        """Count."""

    def outcomes(self, run: RunId, after: int = -1) -> Iterator[OutcomeBlock]:
        """Read every row of a run with its outcome, in source order, in blocks, after a row."""

    def rejects(self, run: RunId) -> Iterator[Rejects]:
        """Read the rejected rows as they stood in the file, in source order."""

    def stop(self, run: RunId) -> StopKind | None:
        """Return why a person left a run as it is; None where nobody did."""

    def controls(self, run: RunId) -> tuple[ControlRecord, ...]:
        """List what people said of a run from another shell, the latest last."""

    def record_control(self, run: RunId, record: ControlRecord) -> None:
        """Record what a person says of a run. No writer is needed, and none is disturbed.

        A resume takes back as well that the run was left so when a process ended (`stop`).
        """

    def canary(self, run: RunId) -> tuple[CanaryRecord, ...]:
        """List what was decided after a run's first recipients, the latest last."""

    def close(self) -> None:
        """Release the file."""
