"""The ledger in memory: what it forgets."""

from collections.abc import Collection
from dataclasses import replace

from pipeline.core.model import Recipients, RunId, TaskId
from pipeline.ports import Forgotten
from pipeline.testing.ledger_receipts import MemoryReceipts
from pipeline.testing.ledger_routing import MemoryRouting
from pipeline.testing.ledger_run import MemoryRun


class MemoryRetention(MemoryReceipts, MemoryRouting):
    """The part of the fake Ledger that forgets."""

    _routed_runs: dict[RunId, MemoryRun]

    def purge_pushed(self, before: float) -> Forgotten:
        """Forget what was pushed, and what was said of handsets, before a moment."""
        self._before_remembering()
        kept = {
            task
            for run in self._routed_runs.values()
            if run.purged_at is None
            for task in _tasks(run)
        }
        receipts, replies = self.forget_pushed(before, kept)
        old = [key for key, (at, _) in self._handsets.items() if at < before]
        for key in old:
            del self._handsets[key]
        return Forgotten(receipts=receipts, replies=replies, handsets=len(old))

    def compact(self) -> bool:
        """Have nothing to overwrite."""
        return True

    def forget_run(self, run: MemoryRun, at: float) -> Forgotten:
        """Forget a run's people within a transaction that is counted already."""
        if run.purged_at is not None:
            return Forgotten(*self._forget_tasks(_tasks(run)))
        told = self._forget_handsets(run)
        run.purged_at = at
        rejected = sum(bool(row.phone or row.cells) for row in run.rejected.values())
        run.rejected = {n: replace(row, phone="", cells=()) for n, row in run.rejected.items()}
        recipients = 0
        for number, chunk in run.chunks.items():
            count = len(chunk.recipients)
            nobody = Recipients(chunk.recipients.rows, [""] * count, ())
            run.chunks[number] = replace(chunk, recipients=nobody)
            recipients += count
        run.links.clear()
        pushed = Forgotten(*self._forget_tasks(_tasks(run)))
        return pushed.plus(Forgotten(recipients, rejected, handsets=told))

    def _forget_tasks(self, tasks: Collection[TaskId]) -> tuple[int, int, int, int]:
        return (0, 0, *self.forget_tasks(tasks))

    def _forget_handsets(self, run: MemoryRun) -> int:
        phones = {phone for chunk in run.chunks.values() for phone in chunk.recipients.phones}
        template = run.plan.message.template
        told = [key for key in self._handsets if key[0] == template and key[1] in phones]
        for key in told:
            del self._handsets[key]
        return len(told)


def _tasks(run: MemoryRun) -> set[TaskId]:
    return {one.task_id for one in run.submissions.values() if one.task_id is not None}
