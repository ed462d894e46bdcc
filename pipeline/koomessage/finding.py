"""Look a task up by its name, and say that it is absent only where the list proves that."""

from collections.abc import Callable
from dataclasses import replace

from pipeline.core.answer import FoundTask, Unanswered
from pipeline.core.model import TaskName
from pipeline.koomessage.paging import Ask, Item, Page, collect
from pipeline.koomessage.reading import text
from pipeline.koomessage.verdict import inconclusive


async def find_named(
    ask: Ask,
    read: Callable[[bytes], Page],
    task_of: Callable[[Item], FoundTask | None],
    name: TaskName,
) -> tuple[FoundTask, ...] | Unanswered:
    """Return the tasks of that name; none only where the whole list was seen and names each row.

    Whether the provider's filter is exact is not documented (ListAimSendTasks, ListVmsSendTasks),
    so that names are compared here. Our names hold small letters only: a list that shows them in
    another case means the same.
    """

    def is_named(row: Item) -> bool:
        return text(row.get("task_name")).casefold() == name.casefold()

    listing = await collect(ask, read, is_named)
    named = [row for row in listing.rows if is_named(row)]
    tasks = {task.task_id: replace(task, task_name=name) for task in map(task_of, named) if task}
    if tasks:
        return tuple(tasks.values())
    if listing.missing is not None:
        return listing.missing
    if named:
        return inconclusive("the list shows the name without a task's id")
    if not all(text(row.get("task_name")) for row in listing.rows):
        return inconclusive("the list shows tasks without their names")
    return ()
