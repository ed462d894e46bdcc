"""Read the loosely typed values of a call, refusing what the documents do not allow."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from pipeline.emulator.clock import parse_time
from pipeline.emulator.codes import Code, RefusedError

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
