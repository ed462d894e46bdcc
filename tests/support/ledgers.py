"""Build plans, chunks and rejected rows for tests that need a ledger."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.core.answer import News, NewsKind
from pipeline.core.lifecycle import Event
from pipeline.core.model import (
    Channel,
    Chunk,
    Message,
    PlannedSubmission,
    Recipients,
    RejectedRow,
    Rejection,
    RunId,
    SmsLeg,
    TaskId,
    TaskName,
    Value,
)
from pipeline.core.names import task_name
from pipeline.core.outcome import Fact
from pipeline.ledger import SqliteLedger
from pipeline.ports import (
    Answered,
    Attempt,
    Conclusion,
    Learned,
    Ledger,
    PushedReceipt,
    ReceiptBook,
    Rejects,
    RunPlan,
    RunWriter,
    Submission,
)

RUN = RunId("run00001")
MESSAGE = Message(
    Channel.AIM,
    "700000001",
    (("name", Value(0)), ("shop", Value(literal="云商城"))),
    sms=SmsLeg("10690000001", "15010661", "云商城", "member-app", (Value(0),)),
    fields=("姓名", "积分"),
)
PLAN = RunPlan(
    run=RUN,
    campaign="members",
    campaign_path="members.toml",
    message=MESSAGE,
    meaning='{"name":"members"}',
    source_path="members.csv",
    source_sha256="ab" * 32,
    source_bytes=1234,
    planned_at=1_790_000_000.0,
    account="account-1",
)

MakeLedger = Callable[[], Ledger]


def store_receipt(
    receipts: ReceiptBook, at: float, kind: str, body: bytes, news: Iterable[tuple[TaskId, News]]
) -> int:
    (number,) = receipts.store_receipts([PushedReceipt(at, kind, body, tuple(news))])
    return number


def ledger_maker(folder: Path) -> MakeLedger:
    """Return what opens the same ledger again and again, as restarted processes would."""
    return lambda: SqliteLedger(folder / "state")


def phone_of(row: int) -> str:
    """Return a number that belongs to one row."""
    return f"130{row:08}"


def a_chunk(
    chunk: int, rows: Sequence[int], per_submission: int = 2, sheets: Sequence[str] = ()
) -> Chunk:
    """Build a chunk of the given rows; row r stands on line r + 2."""
    n = len(rows)
    recipients = Recipients(
        rows, [phone_of(r) for r in rows], ([f"姓名{r}" for r in rows], [str(r) for r in rows])
    )
    submissions = tuple(
        PlannedSubmission(i, start, min(start + per_submission, n))
        for i, start in enumerate(range(0, n, per_submission))
    )
    return Chunk(chunk, sheets or [""] * n, [r + 2 for r in rows], recipients, submissions)


def a_reject(row: int, reason: Rejection = Rejection.PHONE_EMPTY, sheet: str = "") -> RejectedRow:
    """Build a rejected row; a duplicate is one of row 0."""
    duplicate = reason is Rejection.DUPLICATE_NUMBER
    return RejectedRow(
        row=row,
        sheet=sheet,
        line=row + 2,
        reason=reason,
        column="手机号",
        phone=phone_of(0) if duplicate else "",
        cells=("", "王\n五", "=1+1"),
        of_row=0 if duplicate else None,
        of_line=2 if duplicate else None,
    )


def items() -> Iterable[Chunk | Rejects]:
    """Build nine rows: chunks of rows 0 1 3 4 and 6 7 8, an empty number, a duplicate."""
    yield a_chunk(0, [0, 1, 3, 4])
    header = ("手机号", "姓名", "积分")
    yield Rejects("", header, (a_reject(2), a_reject(5, Rejection.DUPLICATE_NUMBER)))
    yield a_chunk(1, [6, 7, 8])


def planned(ledger: Ledger, run: RunId = RUN) -> Ledger:
    """Plan the nine rows."""
    ledger.plan(replace(PLAN, run=run), items())
    return ledger


def an_attempt(
    chunk: int = 0, submission: int = 0, attempt: int = 0, at: float = 100.0, run: RunId = RUN
) -> Attempt:
    """Build an intent under its derived name."""
    name = task_name(run, chunk, submission, attempt)
    return Attempt(chunk, submission, attempt, name, at)


def concluding(
    event: Event,
    chunk: int = 0,
    submission: int = 0,
    *,
    task_id: str | None = None,
    at: float = 101,
) -> Conclusion:
    """Build a step; acceptance gets a task id of its own where none is given."""
    accepts = event in (Event.WAS_ACCEPTED, Event.WAS_FOUND)
    task = task_id or (f"task-{chunk}-{submission}" if accepts else None)
    return Conclusion(chunk, submission, event, at, None if task is None else TaskId(task))


def accept(writer: RunWriter, chunk: int = 0, submission: int = 0) -> None:
    """Send a submission and see it accepted."""
    writer.begin([an_attempt(chunk, submission)])
    writer.conclude([concluding(Event.WAS_ACCEPTED, chunk, submission)])


def submission_at(ledger: Ledger, chunk: int = 0, submission: int = 0) -> Submission:
    """Look a submission of RUN up."""
    found = {(s.chunk, s.submission): s for s in ledger.submissions(RUN)}
    return found[chunk, submission]


def learn(
    writer: RunWriter, submission: Submission, at: float, facts: Mapping[int, Sequence[Fact]]
) -> None:
    """Record what one question, put as "page", brought about one submission."""
    writer.add_evidence([Learned(submission, [Answered("page", at, facts)])])


def a_fact(kind: NewsKind, at: str = "", code: str = "", evidence: str = "") -> Fact:
    """Build a fact."""
    return Fact(kind, code, at, evidence)


def name_of(chunk: int = 0, submission: int = 0, attempt: int = 0) -> TaskName:
    """Return the name of an attempt of RUN."""
    return task_name(RUN, chunk, submission, attempt)
