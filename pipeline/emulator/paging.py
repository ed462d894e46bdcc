"""Pages of lists: documented bounds, defaults and the window past which a page is empty."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipeline.emulator.codes import Code, RefusedError
from pipeline.emulator.fields import Call, whole

WINDOW = 10_000
MILLION = 1_000_000

Task = TypeVar("Task")


@dataclass(frozen=True, slots=True)
class Page:
    """Hold one page's bounds; `window` 0 means that the list has none.

    A list comes newest first and is turned round for `oldest_first`.
    """

    offset: int
    limit: int
    window: int = WINDOW
    oldest_first: bool = False

    def span(self) -> range:
        """Return the positions on this page, none past the window."""
        if self.window and self.offset + self.limit > self.window:
            return range(0)
        return range(self.offset, self.offset + self.limit)

    def info(self, total: int) -> dict[str, int]:
        """Return `page_info`."""
        return {"offset": self.offset, "limit": self.limit, "total": total}


def page_of(call: Call, *, highest_offset: int = MILLION, required: bool = False) -> Page:
    """Read offset (default 0) and limit (1 to 100, default 20); some operations require both."""
    if required and not (call.query.get("offset") and call.query.get("limit")):
        raise RefusedError(Code.PARAMETER, "offset and limit")
    return Page(
        offset=whole(call.query.get("offset") or "0", "offset", (0, highest_offset)),
        limit=whole(call.query.get("limit") or "20", "limit", (1, 100)),
        window=WINDOW if highest_offset == MILLION else 0,
        oldest_first=call.oldest_first,
    )


def cut(tasks: Sequence[Task], page: Page) -> list[Task]:
    """Return the tasks on the page."""
    span = page.span()
    if page.oldest_first:
        tasks = tasks[::-1]
    return list(tasks[span.start : span.stop])


def cut_rows(
    tasks: Iterable[Task], page: Page, rows_of: Callable[[Task], Sequence[int]]
) -> tuple[list[tuple[Task, int]], int]:
    """Return the messages on the page and how many there are; `rows_of` names a task's own."""
    wanted = page.span()
    if page.oldest_first:
        tasks = reversed(list(tasks))
    rows: list[tuple[Task, int]] = []
    total = 0
    for task in tasks:
        positions = rows_of(task)
        first, last = max(wanted.start - total, 0), wanted.stop - total
        if last > 0:
            rows += [(task, position) for position in positions[first:last]]
        total += len(positions)
    return rows, total
