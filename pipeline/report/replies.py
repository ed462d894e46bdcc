"""Count what people of a run answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.ports import KeptReply, OutcomeBlock, RunRecord, Submission

DAYS_S = 8 * 86_400.0
"""Replies that name no task count for a run until this long after its sending ended."""


@dataclass(frozen=True, slots=True)
class Replies:
    """How many answered, and how many of these opt out."""

    replies: int = 0
    opt_outs: int = 0


class RepliesReading(Protocol):
    """What is read of the Ledger port to count replies."""

    def replies_since(self, at: float) -> Sequence[KeptReply]:
        """List the replies that came since a moment."""


@dataclass(slots=True)
class ReplyCounter:
    """Tells which replies are of a run's people: by the task they name, else by number and time."""

    waiting: Sequence[KeptReply]
    replies: int = 0
    opt_outs: int = 0
    _numbers: frozenset[str] = field(init=False)
    _of_number: dict[str, list[KeptReply]] = field(init=False)

    def __post_init__(self) -> None:
        """Sort the replies that name no task by number."""
        self._of_number = {}
        for one in self.waiting:
            if not one.reply.task:
                self._of_number.setdefault(one.reply.phone, []).append(one)
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
        tasks = {one.task_id for one in submissions if one.task_id}
        self._count([one for one in self.waiting if one.reply.task in tasks])
        return Replies(self.replies, self.opt_outs)

    def _count(self, kept: Sequence[KeptReply]) -> None:
        self.replies += len(kept)
        self.opt_outs += sum(one.reply.opts_out for one in kept)


def replies_to(ledger: RepliesReading, record: RunRecord) -> ReplyCounter:
    """Return what counts the replies that came while a run's messages could be answered."""
    if record.started_at is None:
        return ReplyCounter(())
    kept = ledger.replies_since(record.started_at)
    until = float("inf") if record.finished_at is None else record.finished_at + DAYS_S
    return ReplyCounter([one for one in kept if one.received_at <= until])
