"""What receipts prove of doubts, before anybody is asked.

The receipts of an SMS repeat the name that it was sent under (UpdateAIMSendStatus). Names are on
disk before a request leaves, and nobody else knows them: who repeats one has taken it.
"""

from collections.abc import Collection, Mapping

from pipeline.core.lifecycle import Event
from pipeline.core.model import TaskId, TaskName
from pipeline.ports import Conclusion, Ledger, Submission
from pipeline.reconciler.parts import Parts


def pushed_tasks(
    ledger: Ledger, doubts: Collection[Submission]
) -> Mapping[TaskName, tuple[TaskId, ...]]:
    """Return the doubts that receipts prove to be taken, by name, with the tasks they became."""
    return ledger.pushed_tasks([one.task_name for one in doubts if one.task_name is not None])


def settle_pushed(parts: Parts, doubts: Collection[Submission]) -> frozenset[TaskName]:
    """Conclude every doubt that a receipt proves to be taken; return their names."""
    proved = pushed_tasks(parts.ledger, doubts)
    conclusions: list[Conclusion] = []
    for doubt in doubts:
        if doubt.task_name is None or doubt.task_name not in proved:
            continue
        name, tasks = doubt.task_name, proved[doubt.task_name]
        parts.on_event("doubt.found", task_name=name, task_id=tasks[0])
        if len(tasks) > 1:
            parts.on_event("doubt.found_twice", task_name=name, task_ids=list(tasks))
        conclusions.append(_found(doubt, tasks, parts.clock.now()))
    if conclusions:
        parts.writer.conclude(conclusions)
    return frozenset(proved)


def claimed(parts: Parts, doubts: Collection[Submission]) -> Mapping[TaskName, str]:
    """Return the doubts that must not be released on anybody's word of absence, and why.

    A receipt bears the doubt's name, or one that came after the attempt tells of a task that no run
    knows and of a number of the doubt: it may be the news of just that request, the answer of which
    would have told the task. It proves nothing taken either, since somebody else may have sent to
    the same number; a person can tell.
    """
    named = pushed_tasks(parts.ledger, doubts)
    held = {name: f"a receipt bears its name, of task {tasks[0]}" for name, tasks in named.items()}
    if not parts.ledger.strangers().tasks:
        return held
    for doubt in doubts:
        if doubt.task_name is None or doubt.attempted_at is None or doubt.task_name in held:
            continue
        part = doubt.part(parts.ledger.recipients(parts.run, doubt.chunk))
        known = parts.ledger.unknown_news_of(part.phones, doubt.attempted_at)
        if known:
            task = min(known.values())
            held[doubt.task_name] = (
                f"receipts of task {task}, unknown here, name {len(known)} of its"
            )
            held[doubt.task_name] += f" {len(part.phones)} numbers"
    return held


def tell_strangers(parts: Parts) -> None:
    """Tell, once and with counts, that receipts name tasks which no run knows."""
    strange = parts.ledger.strangers()
    if strange.tasks:
        parts.on_event("receipts.of_strangers", tasks=strange.tasks, news=strange.news)


def _found(doubt: Submission, tasks: tuple[TaskId, ...], at: float) -> Conclusion:
    """Conclude that a doubt was taken, as the first of the tasks that receipts name."""
    note = "a receipt bears its name"
    if len(tasks) > 1:
        note += f"; of {len(tasks)} tasks: {', '.join(tasks)}"
    return Conclusion(
        doubt.chunk, doubt.submission, Event.WAS_FOUND, at, task_id=tasks[0], note=note
    )
