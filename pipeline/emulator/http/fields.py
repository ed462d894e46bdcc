"""Read the loosely typed values of a call, refusing what the documents do not allow."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec
from multidict import MultiMapping

from pipeline.emulator.clock import parse_time
from pipeline.emulator.http.codes import Code, RefusedError

_MAINLAND = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_PLAIN = re.compile(r"1[3-9][0-9]{9}").fullmatch
_WHOLE = re.compile(r"[+-]?[0-9]{1,10}")

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Call:
    """Carry one authenticated call: its query, its raw body and the path's own values.

    Tasks are listed newest first, unless `oldest_first`.
    """

    query: Mapping[str, str]
    body: bytes = b""
    path: Mapping[str, str] = field(default_factory=dict)
    oldest_first: bool = False


def body_of(call: Call, *, may_be_empty: bool = False) -> Body:
    """Decode the body; raise RefusedError unless it is an object, as a rule not an empty one."""
    try:
        decoded: object = msgspec.json.decode(call.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise RefusedError(Code.BODY) from None
    if not isinstance(decoded, dict):
        raise RefusedError(Code.BODY)
    if not decoded and not may_be_empty:
        raise RefusedError(Code.INPUT_EMPTY)
    return decoded


def section(body: Body, key: str, missing: Code) -> Body:
    """Return an object inside the body, refusing with `missing` when it is not one."""
    value = body.get(key)
    if not isinstance(value, dict) or not value:
        raise RefusedError(missing, key)
    return value


def text(body: Body, key: str, lengths: tuple[int, int], code: Code = Code.PARAMETER) -> str:
    """Return a string within the lengths, both included; an absent one has length 0."""
    value = body.get(key)
    if value is None:
        value = ""
    low, high = lengths
    if not isinstance(value, str) or not low <= len(value) <= high:
        raise RefusedError(code, key)
    return value


def loose_text(body: Body, key: str) -> str:
    """Return a string that the documents' own examples also send as a number."""
    value = body.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def whole(value: object, field: str, bounds: tuple[int, int]) -> int:
    """Return a whole number within the bounds; a string of digits is one too."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    low, high = bounds
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise RefusedError(Code.PARAMETER, field)
    return value


def phone_of(value: object) -> int | None:
    """Return a mainland number as its 11 digits, or None; +86, 86 and 0086 may stand before it."""
    if not isinstance(value, str):
        return None
    if _PLAIN(value):
        return int(value)
    match = _MAINLAND.fullmatch(value)
    return int(match[1]) if match else None


def query_text(call: Call, key: str, longest: int = 1_000) -> str:
    """Return a filter, empty when absent; raise RefusedError when it is too long."""
    value = call.query.get(key, "")
    if len(value) > longest:
        raise RefusedError(Code.PARAMETER, key)
    return value


def query_choice(call: Call, key: str, choices: frozenset[str]) -> str:
    """Return a filter that must be one of the choices, empty when absent."""
    value = call.query.get(key, "")
    if value and value not in choices:
        raise RefusedError(Code.PARAMETER, key)
    return value


def query_span(call: Call, names: tuple[str, str]) -> tuple[float, float] | None:
    """Return a time span; one end without the other is no filter, as documented."""
    begin, end = (query_text(call, name, 30) for name in names)
    if not begin or not end:
        return None
    begin_s, end_s = parse_time(begin), parse_time(end)
    if begin_s is None or end_s is None:
        raise RefusedError(Code.PARAMETER, names[0])
    return begin_s, end_s


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


INT_MAX = 2_147_483_647

_TIME_LENGTH_MAX = 50
_FLAGS: Mapping[str, bool] = {"true": True, "false": False}

Thing = TypeVar("Thing")
Span = tuple[float, float]


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


def on_page(things: Sequence[Thing], page: Page) -> Sequence[Thing]:
    """Return what stands on the page."""
    span = page.span()
    return things[span.start : span.stop]


def query_flag(call: Call, key: str) -> bool | None:
    """Return a boolean filter in any case of letters, None when absent."""
    value = query_text(call, key, 10)
    if not value:
        return None
    flag = _FLAGS.get(value.lower())
    if flag is None:
        raise RefusedError(Code.PARAMETER, key)
    return flag


def query_number(call: Call, key: str, choices: Iterable[int]) -> int | None:
    """Return a filter that is one of the numbers, None when absent."""
    value = query_text(call, key, 10)
    if not value:
        return None
    number = whole(value, key, (0, INT_MAX))
    if number not in choices:
        raise RefusedError(Code.PARAMETER, key)
    return number


def query_all(call: Call, key: str, most: int) -> list[str]:
    """Return a filter that may be given several times, or once with commas."""
    query = call.query
    given = query.getall(key, []) if isinstance(query, MultiMapping) else [query.get(key, "")]
    values = [part for value in given for part in value.split(",") if part]
    if len(values) > most:
        raise RefusedError(Code.PARAMETER, key)
    return values


def whole_span(call: Call, names: tuple[str, str]) -> Span | None:
    """Return a span whose ends must both be there or both be absent, the first not the later."""
    given = [query_text(call, name, _TIME_LENGTH_MAX) for name in names]
    if not any(given):
        return None
    if not all(given):
        raise RefusedError(Code.PARAMETER, " and ".join(names))
    span = open_span(call, names)
    if span[0] > span[1]:
        raise RefusedError(Code.PARAMETER, names[0])
    return span


def open_span(call: Call, names: tuple[str, str]) -> Span:
    """Return a span whose absent ends are open."""
    begin_s, end_s = (_time(call, name) for name in names)
    first_s = float("-inf") if begin_s is None else begin_s
    return first_s, float("inf") if end_s is None else end_s


def body_span(body: Mapping[str, object], names: tuple[str, str]) -> Span | None:
    """Return a body's time span; one end without the other is no filter."""
    ends = [_moment(body.get(name), name) for name in names]
    begin_s, end_s = ends
    return None if begin_s is None or end_s is None else (begin_s, end_s)


def is_within(moment: datetime, span: Span | None) -> bool:
    """Tell whether a moment lies within a span, both ends included."""
    return span is None or span[0] <= moment.timestamp() <= span[1]


def _time(call: Call, name: str) -> float | None:
    return _moment(query_text(call, name, _TIME_LENGTH_MAX), name)


def _moment(value: object, name: str) -> float | None:
    if value is None or value == "":
        return None
    is_text = isinstance(value, str) and len(value) <= _TIME_LENGTH_MAX
    moment_s = parse_time(str(value)) if is_text else None
    if moment_s is None:
        raise RefusedError(Code.PARAMETER, name)
    return moment_s
