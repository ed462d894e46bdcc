"""Lists: a call's filters, the page that it asks for, and the answer that holds the page's rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from pipeline.emulator.http.codes import Code, RefusedError
from pipeline.emulator.http.fields import INT_MAX, Call, Span, is_within, whole

WINDOW = 10_000
MILLION = 1_000_000

Thing = TypeVar("Thing")
Task = TypeVar("Task")


class Search(Generic[Thing]):
    """Narrow things that have ids by one filter after the other; an absent filter lets all pass.

    Each filter is given as it stands in the call ("" or None for absent), with what tells its value
    from a thing's id and the thing itself.
    """

    def __init__(self, things: Mapping[str, Thing]) -> None:
        self.found: Sequence[tuple[str, Thing]] = list(things.items())

    def newest_first(self, created_at: Callable[[Thing], datetime]) -> None:
        """Put the things in order."""
        self.found = sorted(self.found, key=lambda pair: created_at(pair[1]), reverse=True)

    def where(self, is_fit: Callable[[str, Thing], bool]) -> None:
        """Keep the things that are fit."""
        self.found = [(known, thing) for known, thing in self.found if is_fit(known, thing)]

    def equal(self, wanted: object, value_of: Callable[[str, Thing], object]) -> None:
        """Keep the things whose value is the wanted one."""
        if wanted not in ("", None):
            self.where(lambda known, thing: value_of(known, thing) == wanted)

    def part(self, wanted: str, value_of: Callable[[str, Thing], str]) -> None:
        """Keep the things in whose text the wanted one stands."""
        self.where(lambda known, thing: wanted in value_of(known, thing))

    def within(self, span: Span | None, moment_of: Callable[[Thing], datetime]) -> None:
        """Keep the things of a span, both ends included."""
        self.where(lambda _, thing: is_within(moment_of(thing), span))


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

    def answer(
        self, key: str, found: Sequence[Thing], row_of: Callable[[Thing], object]
    ) -> dict[str, object]:
        """Return the rows of what stands on the page, and how many there are in the whole list."""
        span = self.span()
        shown = (found[::-1] if self.oldest_first else found)[span.start : span.stop]
        return {key: [row_of(thing) for thing in shown], "page_info": self.info(len(found))}

    def answer_messages(
        self,
        key: str,
        tasks: Iterable[Task],
        positions_of: Callable[[Task], Sequence[int]],
        row_of: Callable[[Task, int], object],
    ) -> dict[str, object]:
        """Return the rows of the messages on the page; `positions_of` names a task's own."""
        wanted = self.span()
        rows: list[object] = []
        total = 0
        for task in reversed(list(tasks)) if self.oldest_first else tasks:
            positions = positions_of(task)
            first, last = max(wanted.start - total, 0), wanted.stop - total
            if last > 0:
                rows += [row_of(task, position) for position in positions[first:last]]
            total += len(positions)
        return {key: rows, "page_info": self.info(total)}


def page_in(
    values: Mapping[str, object],
    *,
    default: tuple[int, int] = (0, 10),
    offset_max: int = INT_MAX,
    window: int = 0,
) -> Page:
    """Read offset and limit (1 to 100) from a query or a body; most of these have no window."""
    offset, limit = (values.get(key) for key in ("offset", "limit"))
    return Page(
        offset=whole(default[0] if offset in (None, "") else offset, "offset", (0, offset_max)),
        limit=whole(default[1] if limit in (None, "") else limit, "limit", (1, 100)),
        window=window,
    )


def page_of(call: Call, *, highest_offset: int = MILLION, required: bool = False) -> Page:
    """Read the page of a list of tasks, 20 by default; some operations require both its bounds."""
    if required and not (call.query.get("offset") and call.query.get("limit")):
        raise RefusedError(Code.PARAMETER, "offset and limit")
    window = WINDOW if highest_offset == MILLION else 0
    page = page_in(call.query, default=(0, 20), offset_max=highest_offset, window=window)
    return replace(page, oldest_first=call.oldest_first)
