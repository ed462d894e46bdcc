"""Tell into how many parts each row's SMS was cut, and what was replied to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.core.errors import UsageError
from pipeline.core.lifecycle import State
from pipeline.core.model import Recipients, Route
from pipeline.core.sms_segments import PartsOfRoutes
from pipeline.core.times import DAY_S
from pipeline.ports import KeptReply, Ledger, OutcomeBlock, RunRecord, Submission

_LEFT = frozenset({State.ACCEPTED, State.IN_DOUBT, State.IN_FLIGHT})


class PartsReader:
    """Tells the parts of one run's rows, block by block."""

    def __init__(self, ledger: Ledger, record: RunRecord) -> None:
        """Look at the run's message and at what was told of its templates."""
        self._ledger = ledger
        self._run = record.plan.run
        self._routes = PartsOfRoutes(record.plan.message, record.plan.templates)

    def of(self, block: OutcomeBlock) -> list[int]:
        """Return one entry for each row of a block; 0 where the parts are not known."""
        measured = self._measured(block.table)
        in_receipts = self._ledger.reporting.parts_told(
            [submission.task_id for submission in block.table if submission.task_id]
        )
        parts = [measured.get(row, 0) for row in block.rows]
        if in_receipts:
            for at, (index, phone) in enumerate(zip(block.submissions, block.phones, strict=True)):
                task = block.table[index].task_id if index >= 0 else None
                if task is not None and (task, phone) in in_receipts:
                    parts[at] = in_receipts[task, phone]
        return parts

    def _measured(self, table: Sequence[Submission]) -> dict[int, int]:
        parts: dict[int, int] = {}
        chunks: dict[int, Recipients | None] = {}
        for submission in table:
            route, number = submission.route, submission.chunk
            if route in {Route.VIDEO, Route.SKIP} or not self._routes.knows(route):
                continue
            if number not in chunks:
                chunks[number] = self._recipients(number)
            chunk = chunks[number]
            if chunk is not None:
                some = submission.part(chunk)
                measured = zip(some.rows, some.phones, self._routes.of(route, some), strict=True)
                # Whoever was erased has no values that could be measured.
                parts.update((row, count) for row, phone, count in measured if phone)
        return parts

    def _recipients(self, chunk: int) -> Recipients | None:
        try:
            return self._ledger.recipients(self._run, chunk)
        except UsageError:
            return None  # a purge has forgotten the values that would be measured


def parts_of_sent(block: OutcomeBlock, parts: Sequence[int]) -> list[str]:
    """Write the parts of what has left; empty where nothing has, or where they are not known."""
    sent = [request.state in _LEFT and request.messages > 0 for request in block.table]
    return [
        str(count) if count and index >= 0 and sent[index] else ""
        for count, index in zip(parts, block.submissions, strict=True)
    ]


DAYS_S = 8 * DAY_S
"""Replies that name no task count for a run until this long after its sending ended."""


@dataclass(frozen=True, slots=True)
class Replies:
    """How many answered, how many of these opt out, and how many may."""

    replies: int = 0
    opt_outs: int = 0
    unclear: int = 0


@dataclass(slots=True)
class ReplyCounter:
    """Tells which replies are of a run's people: by the task they name, else by number and time."""

    waiting: Sequence[KeptReply]
    replies: int = 0
    opt_outs: int = 0
    unclear: int = 0
    _numbers: frozenset[str] = field(init=False)
    _of_number: dict[str, list[KeptReply]] = field(init=False)

    def __post_init__(self) -> None:
        """Sort the replies that name no task by number."""
        self._of_number = {}
        for kept in self.waiting:
            if not kept.reply.task:
                self._of_number.setdefault(kept.reply.phone, []).append(kept)
        self._numbers = frozenset(self._of_number)

    def add(self, block: OutcomeBlock) -> None:
        """Count the replies of one block's people. A number stands in one row that is sent to."""
        if not self._numbers:
            return
        for phone, index in zip(block.phones, block.submissions, strict=True):
            if index >= 0 and phone in self._numbers:
                self._count(self._of_number.pop(phone, ()))

    def total(self, submissions: Sequence[Submission]) -> Replies:
        """Add the replies that name a task of the run, and return all."""
        tasks = {submission.task_id for submission in submissions if submission.task_id}
        self._count([kept for kept in self.waiting if kept.reply.task in tasks])
        return Replies(self.replies, self.opt_outs, self.unclear)

    def _count(self, kept: Sequence[KeptReply]) -> None:
        self.replies += len(kept)
        self.opt_outs += sum(answer.reply.opts_out for answer in kept)
        self.unclear += sum(bool(answer.reply.unclear) for answer in kept)


def replies_to(ledger: Ledger, record: RunRecord) -> ReplyCounter:
    """Return what counts the replies that came while a run's messages could be answered."""
    if record.started_at is None:
        return ReplyCounter(())
    kept = ledger.reporting.replies_since(record.started_at)
    until = float("inf") if record.finished_at is None else record.finished_at + DAYS_S
    return ReplyCounter([answer for answer in kept if answer.received_at <= until])
