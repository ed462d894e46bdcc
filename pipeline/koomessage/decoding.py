"""Read the provider's answers leniently: documents and reality differ in types and spellings."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

import msgspec

from pipeline.core.phones import is_mobile, mask_in
from pipeline.language import Words, filled

_CHARS_MAX = 300
_HIDDEN = (
    (re.compile(r"(?i)\b(access|signature|token)(\s*[=:]\s*)[^\s,;]+"), r"\1\2****"),
    (re.compile(r"[A-Za-z0-9+/=_]{40,}"), "****"),
    (re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+"), " "),
)
_NUMBER_MAX = 10**15
"""More is never meant, and would not fit where numbers are kept."""
_HEX = re.compile(r"[0-9a-f]+")
_UUID_DIGITS = 32
_NOT_DIGITS = re.compile(r"[^0-9]+")
_HOME_PREFIXES = ("0086", "86")

UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
"""What decoding raises for a body that is not the JSON it should be, however deep or garbled."""


class Unreadable(Exception):
    """Say that a body is not the JSON it should be."""


class Complained(Unreadable):
    """Say that a body tells an error, or bears a status that is one: it may be gone by and by."""


class Foreign(Unreadable):
    """Say that a body is not even of the form that KooMessage's answers have."""


FOREIGN = Words("the answer is no JSON of KooMessage (a proxy or a sign-in page may be in between)")
"""What is told of an answer that somebody else gave."""

_ERRORS = ("error_code", "error_msg", "error_message", "error")
_FORM = ("status", "data", "page_info", "error_code")


def members(body: bytes, *, enveloped: bool = False) -> Mapping[str, object]:
    """Return the members of a question's answer, which came with HTTP 200.

    An error told inside it, whatever else stands there, answers nothing; nor does a status other
    than 200, at which the documents fix it (ListVmsSendTasks). enveloped: the operation's answers
    always bear a status. Raises Complained for such an error or status, Foreign for what is not
    KooMessage's, Unreadable for the rest.
    """
    try:
        found = parse(body)
    except Unreadable as error:
        raise Foreign(f"{FOREIGN}: {error}") from None
    if not isinstance(found, dict):
        raise Foreign(filled("{foreign}: no object", foreign=FOREIGN))
    for place in (found, mapping(found.get("data"))):
        codes = [place[key] for key in _ERRORS if place.get(key) not in (None, "")]
        if codes:
            raise Complained(
                filled(
                    "an error inside HTTP 200: {codes} {place}",
                    codes=clean(codes[0]),
                    place=_said(place),
                ).rstrip()
            )
        if "status" in place and text(place["status"]) != "200":
            raise Complained(f"status {clean(place['status'])}: {clean(place.get('message'))}")
    if enveloped and "status" not in found:
        raise _without("status", found)
    return found


def data_of(found: Mapping[str, object]) -> Mapping[str, object]:
    """Return the data in an envelope. Raises Unreadable where there is none."""
    data = found.get("data")
    if not isinstance(data, dict):
        raise _without("data", found)
    return data


def rows_of(place: Mapping[str, object], key: str) -> Sequence[Mapping[str, object]]:
    """Return the objects of a list that must be there. Raises Unreadable.

    Null is no empty list, and an entry that is no object is a row that cannot be read.
    """
    rows = place.get(key)
    if not isinstance(rows, list):
        raise _without(key, place)
    if not all(isinstance(row, dict) for row in rows):
        raise Unreadable(filled("an answer whose {key} holds something else than rows", key=key))
    return rows


def _without(key: str, found: Mapping[str, object]) -> Unreadable:
    if key in found or any(member in found for member in _FORM):
        return Unreadable(filled("an answer without {key}", key=key))
    return Foreign(filled("{foreign}: it has no {key}", foreign=FOREIGN, key=key))


def _said(place: Mapping[str, object]) -> str:
    return clean(place.get("error_msg") or place.get("error_message") or place.get("message"))


def parse(body: bytes | str) -> object:
    """Read JSON. Raises Unreadable for anything that is none."""
    try:
        return msgspec.json.decode(body)
    except UNREADABLE as error:
        raise Unreadable(filled("no readable JSON ({kind})", kind=type(error).__name__)) from None


def mapping(value: object) -> Mapping[str, object]:
    """Return an object's members; none where the value is no object."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> Sequence[Mapping[str, object]]:
    """Return the objects in a list, leaving out what is none; a lone object counts as a list."""
    if isinstance(value, dict):
        return (value,)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else ()


def text(value: object) -> str:
    """Return a text or number as text; empty for anything else."""
    match value:
        case str():
            return value.strip()
        case bool():
            return ""
        case int() | float():
            return str(value)
        case _:
            return ""


def task_id(value: object) -> str:
    """Return a task's id in its one form: a UUID in lower case with its dashes; else as it is.

    The provider's own example of a receipt writes without dashes what its answer and its details
    write with them (UpdateAIMSendStatus), so that ids are compared in this form only.
    """
    return _canonical(text(value))


def account_id(value: object) -> str:
    """Return the provider's id of an account in one form, as IAM and a receipt may write it."""
    return _canonical(text(value))


# A receipt's rows, and a page's, bear the same few ids.
@lru_cache(maxsize=4096)
def _canonical(shown: str) -> str:
    digits = shown.replace("-", "").lower()
    if len(digits) != _UUID_DIGITS or not _HEX.fullmatch(digits):
        return shown
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def number(value: object) -> int | None:
    """Return a whole number given as number or text; None where there is none, or an absurd one."""
    match value:
        case bool():
            return None
        case int():
            found = value
        case float() if value.is_integer():
            found = int(value)
        case str() if value.strip().isascii() and value.strip().isdigit() and len(value) < 20:  # noqa: PLR2004 - longer is no count
            found = int(value)
        case _:
            return None
    return found if abs(found) <= _NUMBER_MAX else None


def count(value: object) -> int | None:
    """Return how many, given as number or text; None where that is not told, or cannot be."""
    found = number(value)
    return found if found is not None and found >= 0 else None


def phone(value: object) -> str:
    """Return a mobile number as 11 digits, whatever country prefix it bears; else empty."""
    digits = text(value)
    if is_mobile(digits):
        return digits
    digits = _NOT_DIGITS.sub("", digits)
    for prefix in _HOME_PREFIXES:
        if digits.startswith(prefix) and is_mobile(digits.removeprefix(prefix)):
            return digits.removeprefix(prefix)
    return digits if is_mobile(digits) else ""


def seconds_between(begin: object, end: object) -> float | None:
    """Return how long after begin the end is, both in one of the provider's time forms."""
    start, stop = _moment(text(begin)), _moment(text(end))
    if start is None or stop is None:
        return None
    seconds = (stop - start).total_seconds()
    return seconds if seconds > 0 else None


def clean(message: object) -> str:
    """Return a provider's text as it may be logged: one line, no number, no secret, not long."""
    return _cleaned(text(message)[: 4 * _CHARS_MAX])


# A page's rows bear the same few codes and times.
@lru_cache(maxsize=256)
def _cleaned(shown: str) -> str:
    for pattern, instead in _HIDDEN:
        shown = pattern.sub(instead, shown)
    shown = mask_in(shown, foreign=True)
    return shown.strip()[:_CHARS_MAX]


@lru_cache(maxsize=256)
def _moment(value: str) -> datetime | None:
    # The zone is dropped: documents give the same clock with and without Z, so that only
    # differences between two times of one answer mean anything.
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        return None
