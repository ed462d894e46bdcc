"""Read the loosely typed values of a call, refusing what the documents do not allow."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec
from multidict import MultiMapping

from pipeline.emulator.clock import parse_time
from pipeline.emulator.http.codes import Code, RefusedError, refuse_if

_MAINLAND = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_PLAIN = re.compile(r"1[3-9][0-9]{9}").fullmatch
_WHOLE = re.compile(r"[+-]?[0-9]{1,10}")

INT_MAX = 2_147_483_647

_TIME_LENGTH_MAX = 50
_FLAGS: Mapping[str, bool] = {"true": True, "false": False}

Body = Mapping[str, object]
JsonObject = dict[str, object]
Span = tuple[float, float]
Thing = TypeVar("Thing")


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
    refuse_if(not decoded and not may_be_empty, Code.INPUT_EMPTY)
    return decoded


def section(body: Body, key: str, missing: Code) -> Body:
    """Return an object inside the body, refusing with `missing` when it is not one."""
    value = body.get(key)
    if not isinstance(value, dict) or not value:
        raise RefusedError(missing, key)
    return value


def entries(body: Body, key: str, missing: Code) -> list[object]:
    """Return a list inside the body, refusing with `missing` when it is none or empty."""
    value = body.get(key)
    if not isinstance(value, list) or not value:
        raise RefusedError(missing, key)
    return value


def texts(values: list[object], key: str, longest: int) -> list[str]:
    """Return values that must all be strings of 1 to so many characters; raise RefusedError."""
    found = [value for value in values if isinstance(value, str) and 1 <= len(value) <= longest]
    refuse_if(len(found) < len(values), Code.PARAMETER, key)
    return found


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


def found_or_refused(things: Mapping[str, Thing], thing_id: str, code: Code, field: str) -> Thing:
    """Return the thing of an id, refusing with the code where there is none."""
    thing = things.get(thing_id)
    if thing is None:
        raise RefusedError(code, field)
    return thing


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
    refuse_if(len(value) > longest, Code.PARAMETER, key)
    return value


def query_choice(call: Call, key: str, choices: Collection[str]) -> str:
    """Return a filter that must be one of the choices, empty when absent."""
    value = call.query.get(key, "")
    refuse_if(value and value not in choices, Code.PARAMETER, key)
    return value


def query_span(call: Call, names: tuple[str, str]) -> Span | None:
    """Return a time span; one end without the other is no filter, as documented."""
    begin, end = (query_text(call, name, 30) for name in names)
    if not begin or not end:
        return None
    begin_s, end_s = parse_time(begin), parse_time(end)
    if begin_s is None or end_s is None:
        raise RefusedError(Code.PARAMETER, names[0])
    return begin_s, end_s


def query_flag(call: Call, key: str) -> bool | None:
    """Return a boolean filter in any case of letters, None when absent."""
    value = query_text(call, key, 10)
    if not value:
        return None
    flag = _FLAGS.get(value.lower())
    if flag is None:
        raise RefusedError(Code.PARAMETER, key)
    return flag


def query_number(call: Call, key: str, choices: Collection[int]) -> int | None:
    """Return a filter that is one of the numbers, None when absent."""
    value = query_text(call, key, 10)
    if not value:
        return None
    number = whole(value, key, (0, INT_MAX))
    refuse_if(number not in choices, Code.PARAMETER, key)
    return number


def query_all(call: Call, key: str, most: int) -> list[str]:
    """Return a filter that may be given several times, or once with commas."""
    query = call.query
    given = query.getall(key, []) if isinstance(query, MultiMapping) else [query.get(key, "")]
    values = [part for value in given for part in value.split(",") if part]
    refuse_if(len(values) > most, Code.PARAMETER, key)
    return values


def whole_span(call: Call, names: tuple[str, str]) -> Span | None:
    """Return a span whose ends must both be there or both be absent, the first not the later."""
    given = [query_text(call, name, _TIME_LENGTH_MAX) for name in names]
    if not any(given):
        return None
    refuse_if(not all(given), Code.PARAMETER, " and ".join(names))
    span = open_span(call, names)
    refuse_if(span[0] > span[1], Code.PARAMETER, names[0])
    return span


def open_span(call: Call, names: tuple[str, str]) -> Span:
    """Return a span whose absent ends are open."""
    begin_s, end_s = (_time(call, name) for name in names)
    first_s = float("-inf") if begin_s is None else begin_s
    return first_s, float("inf") if end_s is None else end_s


def body_span(body: Mapping[str, object], names: tuple[str, str]) -> Span | None:
    """Return a body's time span; one end without the other is no filter."""
    begin_s, end_s = (_moment(body.get(name), name) for name in names)
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
