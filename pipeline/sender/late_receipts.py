"""Notice, before a submission is attempted again, that an earlier attempt was taken after all.

An attempt is made again only where the one before it was proved not taken, or a person said so. A
receipt that bears the earlier name, and comes in between, proves the contrary.
"""

from pipeline.core.answer import Accepted
from pipeline.core.lifecycle import Event
from pipeline.core.names import task_name
from pipeline.language import filled
from pipeline.ports import Conclusion, RunPlan
from pipeline.sender.events import EventEmitter
from pipeline.sender.options import Progress, SenderParts
from pipeline.sender.queue import Job


class Proof:
    """Look for receipts of earlier attempts, and conclude what they prove."""

    def __init__(
        self, plan: RunPlan, parts: SenderParts, progress: Progress, emitter: EventEmitter
    ) -> None:
        self._plan = plan
        self._parts = parts
        self._progress = progress
        self._emitter = emitter

    def settles(self, job: Job) -> bool:
        """Tell whether a submission was taken already; it is accepted then, on disk."""
        place = job.submission.place
        names = [task_name(self._plan.run, *place, made) for made in range(1, job.attempts + 1)]
        proved = self._parts.ledger.receipts.pushed_tasks(names) if names else {}
        if not proved:
            return False
        taken = ", ".join(proved)
        tasks = [task for of_name in proved.values() for task in of_name]
        note = filled("a receipt bears the name {taken}, which counted as not taken", taken=taken)
        found = Conclusion(
            *place,
            Event.WAS_FOUND,
            self._parts.clock.now(),
            task_id=tasks[0],
            note=note,
            task_name=next(iter(proved)),
        )
        self._parts.writer.conclude([found])
        self._progress.add(Accepted(tasks[0]), job.submission.messages)
        self._emitter.found(taken, tasks)
        return True
