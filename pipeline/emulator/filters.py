"""Read the filters and pages of the lists of what the account owns: templates, ports and such."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from multidict import MultiMapping

from pipeline.emulator.clock import parse_time
from pipeline.emulator.codes import Code, RefusedError
from pipeline.emulator.fields import Call, query_text, whole
from pipeline.emulator.paging import Page

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
