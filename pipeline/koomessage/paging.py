"""Read lists page by page, and know whether the whole list was seen."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.core.answer import Unanswered
from pipeline.koomessage.reading import Unreadable, count, items, mapping, parse

LIMIT: Final = 100
"""Rows per page: the most that every list allows."""

WINDOW: Final = 10_000
"""offset + limit beyond this brings an empty page and no error (ListAimSendTasks and others)."""

PAGES_MAX: Final = 2 * WINDOW // LIMIT
"""A list may come in shorter pages than were asked for, but not in ever so many."""

Item = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """A page's rows, and the count of the whole list where the answer gives it."""

    rows: tuple[Item, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class Listing:
    """What was seen of a list. missing says why that is not all of it; None when it is."""

    rows: tuple[Item, ...]
    missing: Unanswered | None


def read_page(body: bytes, key: str) -> Page:
    """Read a page whose rows stand under that key. Raises Unreadable."""
    return page_in(mapping(parse(body)), key)


def page_in(found: Item, key: str) -> Page:
    """Read a page out of a decoded answer. Raises Unreadable where it holds no list."""
    rows = found.get(key)
    told = mapping(found.get("page_info")).get("total")
    total = count(told)
    if told is not None and total is None:
        raise Unreadable(f"an answer whose total of {key} is no count")
    if not isinstance(rows, list) and not (rows is None and total == 0):
        raise Unreadable(f"an answer without {key}")
    return Page(tuple(items(rows)), total)


async def collect(
    ask: Callable[[int], Awaitable[bytes | Unanswered]], read: Callable[[bytes], Page]
) -> Listing:
    """Ask for a list from offset 0 until its end, or until an answer stays out."""
    rows: tuple[Item, ...] = ()
    for _ in range(PAGES_MAX):
        if len(rows) + LIMIT > WINDOW:
            break
        body = await ask(len(rows))
        if isinstance(body, Unanswered):
            return Listing(rows, body)
        try:
            page = read(body)
        except Unreadable as error:
            return Listing(rows, Unanswered(str(error)))
        rows += page.rows
        if _is_last(page, len(rows)):
            return Listing(rows, None)
        if not page.rows:
            return Listing(rows, Unanswered("the list broke off before its end"))
    return Listing(rows, Unanswered("the list is longer than may be asked for"))


def _is_last(page: Page, seen: int) -> bool:
    if page.total is None:
        return len(page.rows) < LIMIT
    return seen >= page.total
