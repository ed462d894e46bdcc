"""Ask what tells how the real KooMessage answers, over a wire that can only ask.

What the answers mean is judged elsewhere (probe_judging, probe_names).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pipeline.core.answer import Unanswered
from pipeline.core.times import DAY_S
from pipeline.koomessage.answers import answered
from pipeline.koomessage.codes import complaint_of
from pipeline.koomessage.decoding import text
from pipeline.koomessage.lists import LIMIT, WINDOW, Item, Page, identity_of, read_page
from pipeline.koomessage.products import aim, aim_basic, send_reports
from pipeline.koomessage.transport.calls import Call, Failed, Reply
from pipeline.koomessage.transport.clock_skew import utc_text
from pipeline.koomessage.transport.signing import Query, QueryValue
from pipeline.language import Words

if TYPE_CHECKING:
    from pipeline.koomessage.transport.http import Wire

SPAN_S: Final = 30 * DAY_S
"""How far back is looked, with times; the lists promise a year (ListAimSendTasks)."""

PAGES_MAX: Final = 5
"""Pages of a list that are read from its begin; then only its last one."""

NAMES_MAX: Final = 3
_NAME_CHARS_MIN: Final = 4
NOBODY: Final = "koosend-probe-nobody"
"""A name that no task bears, of the most characters that a filter takes (ListAimSendTasks)."""

_REFUSED_FROM, _REFUSED_TO, _RATE = 400, 500, 429


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is put. body makes it a POST; only one operation asks in that way."""

    operation: str
    path: str
    read: Callable[[bytes], Page]
    query: Query = ()
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Denied:
    """KooMessage refused the question itself, with its own code."""

    status: int
    code: str
    why: str


Told = Page | Denied | Unanswered
Ask = Callable[[Question], Awaitable[Told]]


class Prober:
    """Put questions over a gateway's connections. Whatever could send or make is no question."""

    def __init__(self, wire: "Wire") -> None:
        """Use a gateway's connections."""
        self._wire = wire

    async def put(self, question: Question) -> Told:
        """Ask once. Raises ValueError for a POST that is not known to ask only."""
        if question.body and question.path != send_reports.PATH:
            raise ValueError(f"a POST to {question.path} is no question")
        method = "POST" if question.body else "GET"
        reply = await self._wire.exchange(
            Call(method, question.path, question.query, question.body)
        )
        return _answer_of(reply, question.read)


def _answer_of(reply: Reply | Failed, read: Callable[[bytes], Page]) -> Told:
    if isinstance(reply, Reply) and _REFUSED_FROM <= reply.status < _REFUSED_TO:
        complaint = complaint_of(reply.body)
        if complaint.is_proof and reply.status != _RATE:
            return Denied(reply.status, complaint.code, complaint.message)
    return answered(reply, read)


@dataclass(frozen=True, slots=True)
class TaskList:
    """A list by which it is concluded what was taken.

    time is where a row says when it was made. name_max is the longest name that may be searched
    for, 0 where names cannot be. days is the span that is promised without times, 0 for all.
    is_windowed: pages past offset and limit of 10 000 are promised to be empty.
    """

    operation: str
    path: str
    read: Callable[[bytes], Page]
    time: str
    name_max: int = 0
    days: int = 0
    is_windowed: bool = True

    def at(self, offset: int, limit: int, *asked: tuple[str, QueryValue]) -> Question:
        """Ask for a page."""
        query = (*asked, ("limit", limit), ("offset", offset))
        return Question(self.operation, self.path, self.read, query)


def _details(body: bytes) -> Page:
    # A detail's state may change between two questions; its message's id does not.
    return read_page(body, "send_details", "msg_id")


AIM_TASKS: Final = TaskList(
    "ListAimSendTasks", aim.LIST_PATH, aim.read_tasks, "creation_time", name_max=20, days=7
)
BASIC_TASKS: Final = TaskList(
    "ListVmsSendTasks",
    aim_basic.LIST_PATH,
    aim_basic.read_tasks,
    "create_time",
    name_max=32,
    is_windowed=False,
)
DETAILS: Final = TaskList("ListAimSendDetails", aim.DETAILS_PATH, _details, "send_time")
LISTS: Final = (AIM_TASKS, BASIC_TASKS, DETAILS)


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages of one list, n being how many rows the first one had.

    last was asked for at n - 1 and after at n, single with a limit of one row, beyond past the
    window, and again is the first one once more. They are None where the first had no row.
    """

    first: Told
    last: Told | None = None
    after: Told | None = None
    single: Told | None = None
    beyond: Told | None = None
    again: Told | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a list goes: rows from its begin, and its last ones; trouble is why no further."""

    rows: tuple[Item, ...]
    is_whole: bool
    trouble: Denied | Unanswered | None = None


@dataclass(frozen=True, slots=True)
class NameSeen:
    """What came of searching for a name that the list shows.

    shorter lacks its last character, part its first; other is in the other case, None where the
    name has none.
    """

    name: str
    exact: Told
    shorter: Told
    part: Told
    other: Told | None


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name that is known to be taken, and when its request was meant."""

    name: str
    at: float


@dataclass(frozen=True, slots=True)
class ListSeen:
    """Everything that was asked about one list. ahead is what is made from two days on."""

    of: TaskList
    pages: Pages
    untimed: Reach
    timed: Reach
    ahead: Told
    names: tuple[NameSeen, ...] = ()
    nobody: Told | None = None
    known: tuple[tuple[KnownName, Told], ...] = ()


def times(begin: float, end: float) -> Query:
    """Return the filter for a span."""
    return (("begin_time", utc_text(begin)), ("end_time", utc_text(end)))


async def look_at(ask: Ask, of: TaskList, now: float, known: Sequence[KnownName] = ()) -> ListSeen:
    """Put every question about a list; known are names that it must show."""
    span = times(now - SPAN_S, now + DAY_S)
    pages = await _pages(ask, of, span)
    timed = await reach(ask, of, span)
    searched: tuple[NameSeen, ...] = ()
    nobody: Told | None = None
    if of.name_max:
        searched = tuple(
            [await _searched(ask, of, span, name) for name in names_of(of, timed.rows)]
        )
        nobody = await ask(of.at(0, LIMIT, ("task_name", NOBODY), *span)) if searched else None
    return ListSeen(
        of,
        pages,
        await reach(ask, of, ()),
        timed,
        await ask(of.at(0, LIMIT, *times(now + 2 * DAY_S, now + 3 * DAY_S))),
        searched,
        nobody,
        tuple([(name, await _named(ask, of, name)) for name in known]),
    )


def reports(now: float) -> Question:
    """Ask for the first page of the daily reports of the span, by all templates."""
    begin, end = utc_text(now - SPAN_S + 2 * DAY_S), utc_text(now + DAY_S)
    wish = send_reports.encode("", begin, end, 0)
    return Question("ListAimSendReports", send_reports.PATH, send_reports.read, body=wish)


def names_of(of: TaskList, rows: Sequence[Item]) -> tuple[str, ...]:
    """Choose names to search for: the first, the middle and the last that may be."""
    shown = dict.fromkeys(text(row.get("task_name")) for row in rows)
    fit = [name for name in shown if _NAME_CHARS_MIN <= len(name) <= of.name_max]
    if len(fit) <= NAMES_MAX:
        return tuple(fit)
    return fit[0], fit[len(fit) // 2], fit[-1]


async def reach(ask: Ask, of: TaskList, span: Query) -> Reach:
    """Read a list's first pages, and its last one where it is longer and says how long."""
    rows: tuple[Item, ...] = ()
    seen: set[object] = set()
    total = 0
    for _ in range(PAGES_MAX):
        page = await ask(of.at(len(rows), LIMIT, *span))
        if not isinstance(page, Page):
            return Reach(rows, is_whole=False, trouble=page)
        shown = {identity_of(row, page.identity) for row in page.rows}
        if shown & seen:
            again = Unanswered(Words("the list shows rows again that it showed before"))
            return Reach(rows, is_whole=False, trouble=again)
        if not page.rows:
            return Reach(rows, is_whole=True)
        rows, seen, total = (*rows, *page.rows), seen | shown, page.total or 0
    offset = max(len(rows), min(total, WINDOW) - LIMIT)
    page = await ask(of.at(offset, LIMIT, *span))
    if not isinstance(page, Page):
        return Reach(rows, is_whole=False, trouble=page)
    return Reach((*rows, *page.rows), is_whole=not page.rows and offset == len(rows))


async def _pages(ask: Ask, of: TaskList, span: Query) -> Pages:
    first = await ask(of.at(0, LIMIT, *span))
    if not isinstance(first, Page) or not first.rows:
        return Pages(first)
    rows = len(first.rows)
    return Pages(
        first,
        last=await ask(of.at(rows - 1, LIMIT, *span)),
        after=await ask(of.at(rows, LIMIT, *span)),
        single=await ask(of.at(0, 1, *span)),
        beyond=await ask(of.at(WINDOW, LIMIT, *span)),
        again=await ask(of.at(0, LIMIT, *span)),
    )


async def _searched(ask: Ask, of: TaskList, span: Query, name: str) -> NameSeen:
    async def named(searched: str) -> Told:
        return await ask(of.at(0, LIMIT, ("task_name", searched), *span))

    other = name.swapcase()
    return NameSeen(
        name,
        await named(name),
        await named(name[:-1]),
        await named(name[1:]),
        await named(other) if other != name else None,
    )


async def _named(ask: Ask, of: TaskList, known: KnownName) -> Told:
    """Ask for a name as a doubt is asked for."""
    around = times(known.at - DAY_S, known.at + DAY_S)
    return await ask(of.at(0, LIMIT, ("task_name", known.name), *around))
