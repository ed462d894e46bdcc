"""Tell into how many parts each row's SMS was cut: as receipts say, else by its text."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pipeline.core.errors import UsageError
from pipeline.core.lifecycle import State
from pipeline.core.message_parts import PartsOfRoutes
from pipeline.core.model import Recipients, Route, RunId, TaskId
from pipeline.ports import OutcomeBlock, RunRecord, Submission

_LEFT = frozenset({State.ACCEPTED, State.IN_DOUBT, State.IN_FLIGHT})


class PartsReading(Protocol):
    """What is read of the Ledger port to tell parts."""

    def recipients(self, run: RunId, chunk: int) -> Recipients:
        """Read a chunk's recipients."""

    def parts_told(self, tasks: Sequence[TaskId]) -> Mapping[tuple[TaskId, str], int]:
        """Return into how many parts receipts say that SMS were cut, by task and number."""


class PartsReader:
    """Tells the parts of one run's rows, block by block."""

    def __init__(self, ledger: PartsReading, record: RunRecord) -> None:
        """Look at the run's message and at what was told of its templates."""
        self._ledger = ledger
        self._run = record.plan.run
        self._routes = PartsOfRoutes(record.plan.message, record.plan.templates)

    def of(self, block: OutcomeBlock) -> list[int]:
        """Return one entry for each row of a block; 0 where the parts are not known."""
        measured = self._measured(block.table)
        told = self._ledger.parts_told([one.task_id for one in block.table if one.task_id])
        parts = [measured.get(row, 0) for row in block.rows]
        if told:
            for at, (index, phone) in enumerate(zip(block.submissions, block.phones, strict=True)):
                task = block.table[index].task_id if index >= 0 else None
                if task is not None and (task, phone) in told:
                    parts[at] = told[task, phone]
        return parts

    def _measured(self, table: Sequence[Submission]) -> dict[int, int]:
        parts: dict[int, int] = {}
        chunks: dict[int, Recipients | None] = {}
        for one in table:
            if one.route in {Route.VIDEO, Route.SKIP} or not self._routes.knows(one.route):
                continue
            if one.chunk not in chunks:
                chunks[one.chunk] = self._recipients(one.chunk)
            chunk = chunks[one.chunk]
            if chunk is not None:
                some = one.part(chunk)
                parts.update(zip(some.rows, self._routes.of(one.route, some), strict=True))
        return parts

    def _recipients(self, chunk: int) -> Recipients | None:
        try:
            return self._ledger.recipients(self._run, chunk)
        except UsageError:
            return None  # a purge has forgotten the values that would be measured


def parts_of_sent(block: OutcomeBlock, parts: Sequence[int]) -> list[str]:
    """Write the parts of what has left; empty where nothing has, or where they are not known."""
    sent = [one.state in _LEFT and one.messages > 0 for one in block.table]
    return [
        str(count) if count and index >= 0 and sent[index] else ""
        for count, index in zip(parts, block.submissions, strict=True)
    ]
