"""Read lists page by page, know whether the whole list was seen, and look a task up by name."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.core.answer import FoundTask, Unanswered
from pipeline.core.model import TaskId, TaskName
from pipeline.koomessage.answers import body_of, inconclusive, understood
from pipeline.koomessage.decoding import (
    Unreadable,
    count,
    data_of,
    mapping,
    members,
    rows_of,
    task_id,
    text,
)
from pipeline.koomessage.transport.calls import Call
from pipeline.koomessage.transport.signing import Query
from pipeline.language import Words, filled

if TYPE_CHECKING:
    from pipeline.koomessage.transport.http import Wire

LIMIT: Final = 100
"""Rows per page: the most that every list allows."""

WINDOW: Final = 10_000
"""offset + limit beyond this brings an empty page and no error (ListAimSendTasks and others)."""

PAGES_MAX: Final = 2 * WINDOW // LIMIT
"""A list may come in shorter pages than were asked for, but not in ever so many."""

Item = Mapping[str, object]
Ask = Callable[[int], Awaitable[bytes | Unanswered]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page's rows, and the count of the whole list where the answer gives it.

    identity names the field that tells a row of this list from every other; without one the whole
    row does.
    """

    rows: tuple[Item, ...]
    total: int | None
    identity: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What was seen of a list. missing says why that is not all of it; None when it is."""

    rows: tuple[Item, ...]
    missing: Unanswered | None


def read_page(body: bytes, key: str, identity: str = "") -> Page:
    """Read a page whose rows stand under that key of a bare answer. Raises Unreadable."""
    return _page_in(members(body), key, identity)


def read_data(body: bytes, key: str, identity: str = "", *, enveloped: bool = True) -> Page:
    """Read a page whose rows stand in the data of an answer. Raises Unreadable.

    enveloped: the operation's answers bear a status, which those about service numbers do not.
    """
    found = members(body, enveloped=enveloped)
    return _page_in(data_of(found), key, identity)


def _page_in(place: Item, key: str, identity: str) -> Page:
    rows = rows_of(place, key)
    stated = mapping(place.get("page_info")).get("total")
    total = count(stated)
    if stated is not None and total is None:
        raise Unreadable(filled("an answer whose total of {key} is no count", key=key))
    return Page(tuple(rows), total, identity)


@dataclass(slots=True)
class _Seen:
    """What was seen of a list so far."""

    rows: tuple[Item, ...] = ()
    known: set[object] = field(default_factory=set)
    totals: set[int | None] = field(default_factory=set)

    def take(self, page: Page) -> str:
        """Add a page; return why the list cannot be believed, or an empty text."""
        self.totals.add(page.total)
        shown = {identity_of(row, page.identity) for row in page.rows}
        if shown & self.known:
            return Words("the list shows rows again that it showed before")
        self.known |= shown
        self.rows += page.rows
        if not page.rows and max((total or 0 for total in self.totals), default=0) > len(self.rows):
            return Words("the list broke off before its end")
        return ""

    @property
    def is_counted(self) -> bool:
        """Tell whether every page stated the same total, and that many rows were seen.

        It may still be the count of a page and not of the list.
        """
        return self.totals == {len(self.rows)}


def pages_of(wire: "Wire", path: str, query: Query) -> Ask:
    """Return what asks for a list's pages over a gateway's connections, each by its offset."""

    async def ask(offset: int) -> bytes | Unanswered:
        paged = (*query, ("limit", LIMIT), ("offset", offset))
        return body_of(await wire.exchange(Call("GET", path, paged)))

    return ask


async def collect(
    ask: Ask, read: Callable[[bytes], Page], wanted: Callable[[Item], bool] | None = None
) -> Listing:
    """Ask for a list from offset 0 until its end, or until an answer stays out.

    wanted tells of a row whether it is what the list is searched for. Unless one is found, the
    list proves that there is none, and then no total is believed: some count the page. The list
    ends with an empty page, at an offset that is seen to count rows, inside the window, beyond
    which every page is empty. Without wanted nothing is concluded from what is not there, and a
    total that every page states alike is the end.
    """
    seen, is_found = _Seen(), wanted is None
    for _ in range(PAGES_MAX):
        page = await _page(ask, read, len(seen.rows))
        if isinstance(page, Unanswered):
            return Listing(seen.rows, page)
        if why := seen.take(page):
            return Listing(seen.rows, inconclusive(why))
        is_found = is_found or (wanted is not None and any(map(wanted, page.rows)))
        if not page.rows:
            return Listing(seen.rows, None if is_found else await _doubt_of(ask, read, seen))
        if is_found and seen.is_counted:
            return Listing(seen.rows, None)
    return Listing(seen.rows, inconclusive(Words("the list is longer than may be asked for")))


async def _page(ask: Ask, read: Callable[[bytes], Page], offset: int) -> Page | Unanswered:
    if offset + LIMIT > WINDOW:
        return inconclusive(Words("the list is longer than may be asked for"))
    return understood(await ask(offset), read)


async def _doubt_of(ask: Ask, read: Callable[[bytes], Page], seen: _Seen) -> Unanswered | None:
    """Ask once more for the last row alone.

    Where offsets count pages, or are ignored, something else is there.
    """
    if len(seen.rows) <= 1:
        return None
    page = await _page(ask, read, len(seen.rows) - 1)
    if isinstance(page, Unanswered):
        return page
    names = [identity_of(row, page.identity) for row in page.rows]
    if names == [identity_of(seen.rows[-1], page.identity)]:
        return None
    return inconclusive(Words("the list's offsets do not count its rows"))


def identity_of(row: Item, identity: str) -> object:
    """Return what tells a row from every other: the field of that name, or the whole row."""
    named = text(row.get(identity)) if identity else ""
    return named or msgspec.json.encode(row)


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
        return inconclusive(Words("the list shows the name without a task's id"))
    if not all(text(row.get("task_name")) for row in listing.rows):
        return inconclusive(Words("the list shows tasks without their names"))
    return ()


def by_name(name: TaskName, phones: Sequence[str]) -> tuple[Query, ...]:
    """Return the question for the task of a name (ListAimSendTasks, ListVmsSendTasks)."""
    del phones
    return ((("task_name", name),),)


def named_task(item: Item) -> FoundTask | None:
    """Read a task's name and id from a row of a list; None where it bears no id."""
    task = task_id(item.get("task_id"))
    return FoundTask(TaskName(text(item.get("task_name"))), TaskId(task)) if task else None
