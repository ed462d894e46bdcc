"""Build runs for the tests of the report: a ledger of plain values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.core.lifecycle import State
from pipeline.core.model import (
    Channel,
    Message,
    Recipients,
    RejectedRow,
    Rejection,
    RunId,
    TaskId,
    TaskName,
)
from pipeline.core.names import task_name
from pipeline.core.outcome import NO_NEWS, FallbackReason, Outcome, Standing
from pipeline.ports import (
    CanaryRecord,
    KeptReply,
    OutcomeBlock,
    Rejects,
    RunPlan,
    RunRecord,
    Submission,
)
from pipeline.ports.erasing import ErasedKind

RUN = RunId("abcd1234")
AT = 1_790_000_000.0
HEADER = ("姓名", "手机号", "积分")


_Port: Any = object


@dataclass(slots=True)
class TableLedger(_Port):  # type: ignore[misc]  # only what a report reads of the port is here
    """Fake of what a report reads, made of plain values."""

    record: RunRecord
    blocks: Sequence[OutcomeBlock]
    parts: Sequence[Rejects] = ()
    requests: tuple[Submission, ...] = field(default=())
    earlier: tuple[RunRecord, ...] = field(default=())
    tallies: dict[RunId, Mapping[tuple[Outcome, str, str], int]] = field(default_factory=dict)
    sms_parts: dict[tuple[TaskId, str], int] = field(default_factory=dict)
    answered: tuple[KeptReply, ...] = field(default=())
    decided: tuple[CanaryRecord, ...] = field(default=())
    gone: dict[int, tuple[ErasedKind, float]] = field(default_factory=dict)

    @property
    def erasures(self) -> "TableLedger":
        """Return itself: it has the rows that were erased."""
        return self

    def rows(self, run: RunId) -> Mapping[int, tuple[ErasedKind, float]]:
        """Return the rows that were erased."""
        del run
        return self.gone

    @property
    def reporting(self) -> "TableLedger":
        """Return itself: it has what is read beside the rows."""
        return self

    @property
    def routes(self) -> "TableLedger":
        """Return itself: it has the links."""
        return self

    def run(self, run: RunId) -> RunRecord | None:
        """Look the one run up."""
        return self.record if run == self.record.plan.run else None

    def outcomes(self, run: RunId) -> Iterator[OutcomeBlock]:
        """Return the blocks."""
        del run
        return iter(self.blocks)

    def rejects(self, run: RunId) -> Iterator[Rejects]:
        """Return the rejected rows."""
        del run
        return iter(self.parts)

    def canary(self, run: RunId) -> tuple[CanaryRecord, ...]:
        """Return what the first recipients decided."""
        del run
        return self.decided

    def runs(self, campaign: str | None = None) -> tuple[RunRecord, ...]:
        """List the one run and those before it."""
        del campaign
        return (self.record, *self.earlier)

    def tally(self, run: RunId) -> Mapping[tuple[Outcome, str, str], int]:
        """Return the counts of a run before."""
        return self.tallies[run]

    def parts_told(self, tasks: Sequence[TaskId]) -> Mapping[tuple[TaskId, str], int]:
        """Return what receipts told of some tasks."""
        return {key: parts for key, parts in self.sms_parts.items() if key[0] in tasks}

    def replies_since(self, at: float) -> Sequence[KeptReply]:
        """Return the replies."""
        return [reply for reply in self.answered if reply.received_at >= at]

    def recipients(self, run: RunId, chunk: int) -> Recipients:
        """Return the numbers of all rows that are in a chunk, with their values."""
        del run, chunk
        found = [
            (row, number)
            for part in self.blocks
            for row, number, at in zip(part.rows, part.phones, part.submissions, strict=True)
            if at >= 0
        ]
        names = [f"name {row}" for row, _ in found]
        return Recipients([row for row, _ in found], [number for _, number in found], (names,))

    def links(self, run: RunId, chunk: int) -> Mapping[int, str]:
        """Return a link for each row."""
        return {row: f"km2g.cn/{row:06}" for row in self.recipients(run, chunk).rows}

    def submissions(self, run: RunId) -> tuple[Submission, ...]:
        """Return the submissions."""
        del run
        return self.requests


def plan(channel: Channel = Channel.AIM, campaign: str = "members-2026-11") -> RunPlan:
    """Build a plan."""
    return RunPlan(
        run=RUN,
        campaign=campaign,
        campaign_path="campaigns/members.toml",
        message=Message(channel, "700000001"),
        meaning="{}",
        source_path="sample_data/members.csv",
        source_sha256="0" * 64,
        source_bytes=1,
        planned_at=AT,
        account="member-account",
    )


def record(rows: int, recipients: int, channel: Channel = Channel.AIM) -> RunRecord:
    """Build a run record of one chunk."""
    return RunRecord(plan(channel), rows, recipients, 1, 1, AT + 5, AT + 65)


def submission(number: int, start: int, stop: int, state: State = State.ACCEPTED) -> Submission:
    """Build a submission of chunk 0 whose one attempt ended in that state."""
    name: TaskName | None = task_name(RUN, 0, number, 1)
    attempts = 1
    if state is State.PLANNED:
        name, attempts = None, 0
    return Submission(
        chunk=0,
        submission=number,
        start=start,
        stop=stop,
        state=state,
        attempts=attempts,
        task_name=name,
        task_id=TaskId(f"8113760c-787c-4c87-82c8-{number:012d}")
        if state is State.ACCEPTED
        else None,
        attempted_at=AT + number if attempts else None,
        concluded_at=AT + number + 1 if attempts else None,
        code="KM.00001376" if state is State.REFUSED else "",
    )


def phone(row: int) -> str:
    """Make a row's number."""
    return f"138{row:08d}"


def block(
    standings: Sequence[Standing], table: Sequence[Submission], places: Sequence[int]
) -> OutcomeBlock:
    """Build the block of a run's first rows, of which line 1 was the header."""
    rows = range(len(standings))
    return OutcomeBlock(
        rows=rows,
        sheets=["Sheet1"] * len(rows),
        lines=[row + 2 for row in rows],
        phones=[phone(row) for row in rows],
        standings=standings,
        submissions=places,
        table=table,
    )


def rejected(row: int, reason: Rejection, cells: tuple[str, ...]) -> RejectedRow:
    """Build a rejected row."""
    twin = reason is Rejection.DUPLICATE_NUMBER
    return RejectedRow(
        row,
        "Sheet1",
        row + 2,
        reason,
        "手机号",
        cells[1],
        cells,
        of_row=0 if twin else None,
        of_line=2 if twin else None,
    )


def every_standing() -> list[Standing]:
    """Return one standing of every outcome and fallback reason."""
    at = "2026-11-22 20:38:35"
    return [
        Standing(Outcome.CARD, delivered_at=at, rendered_at=at, evidence="page:1"),
        *(
            Standing(Outcome.FALLBACK_SMS, reason, delivered_at=at, evidence="page:2")
            for reason in FallbackReason
        ),
        Standing(Outcome.SMS, delivered_at=at, evidence="receipt:1"),
        Standing(Outcome.VIDEO, delivered_at=at, evidence="receipt:2"),
        Standing(Outcome.UNDELIVERED, code="MK:0010", evidence="page:3"),
        Standing(Outcome.EXPIRED, NO_NEWS, evidence="silence"),
        Standing(Outcome.REFUSED, code="E200041", evidence="answer:1"),
        Standing(Outcome.INVALID, Rejection.PHONE_TOO_SHORT),
        Standing(Outcome.DUPLICATE, Rejection.DUPLICATE_NUMBER),
        Standing(Outcome.SUPPRESSED, "opt_out"),
        Standing(Outcome.SKIPPED, "policy"),
        Standing(Outcome.PENDING),
        Standing(Outcome.SUBMITTED),
        Standing(Outcome.DELIVERED, delivered_at=at, evidence="page:4"),
        Standing(Outcome.IN_DOUBT),
    ]


def ledger_of(texts: list[str], channel: Channel = Channel.AIM) -> TableLedger:
    """Put texts wherever somebody else's text can stand."""
    count = len(texts)
    standings = [Standing(Outcome.UNDELIVERED, text, text, text, text, text) for text in texts]
    found = block(standings, [submission(0, 0, count)], [0] * count)
    found = replace(found, sheets=texts, phones=texts)
    run = record(count + count, count, channel)
    of = plan(channel, campaign=texts[0])
    message = replace(of.message, fields=tuple(texts[:1]))
    run = replace(run, plan=replace(of, message=message, source_path=texts[-1]))
    rows = tuple(
        replace(
            rejected(count + at, Rejection.VALUE_FORBIDDEN, (text, text, text)),
            sheet=text,
            column=text,
            phone=text,
            detail=text,
        )
        for at, text in enumerate(texts)
    )
    parts = [Rejects(row.sheet, (row.sheet, "手机号", row.sheet), (row,)) for row in rows]
    return TableLedger(run, [found], parts, (submission(0, 0, count),))
