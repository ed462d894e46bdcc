"""Write days and times of day, which spreadsheets hold as numbers of days."""

import datetime as dt
import math
import re

from pipeline.reader.workbooks.shown.codes import NotKnown

_LATER_EPOCH_DAYS = 1_462
"""From 1900 to 1904."""

_LEAP_DAY = 60
"""29 February 1900, which Excel counts and no calendar has."""

_DAYS_END = 2_958_466
"""1 January of the year 10000."""

_DAY_S = 24 * 60 * 60
_ZERO = dt.date(1899, 12, 30)
_ISO = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})?"
    r"(?:(?:^|[T ])(?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,12})?)?)"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_SPAN = re.compile(
    r"(-?)P(?:([0-9]{1,6})D)?"
    r"(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})(?:[.,]([0-9]{1,12}))?S)?)?"
)


def moment(value: float, *, later_epoch: bool, has_date: bool, has_time: bool) -> str:
    """Write a number of days as 2026-11-30, 08:05:00, or both. Raises NotKnown.

    Seconds are rounded, as Excel does. At midnight the day stands alone.
    """
    if not 0 <= value < _DAYS_END:
        raise NotKnown(f"{value:.15g}")
    days, seconds = _parts(value) if has_time else (math.floor(value), 0)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if not has_date:
        return clock
    day = _day(days + _LATER_EPOCH_DAYS if later_epoch else days).isoformat()
    return f"{day} {clock}" if seconds else day


def span(value: float) -> str:
    """Write a number of days as hours, minutes and seconds: 30:00:01. Raises NotKnown."""
    if not 0 <= value < _DAYS_END:
        raise NotKnown(f"{value:.15g}")
    days, seconds = _parts(value)
    return span_of(days * _DAY_S + seconds)


def span_of(seconds: int) -> str:
    """Write so many seconds as hours, minutes and seconds."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def iso_moment(text: str) -> str:
    """Write what a file has as 2026-11-30T08:05:00.000Z; its zone says nothing. Raises NotKnown."""
    found = _ISO.fullmatch(text.strip())
    if found is None or not (found["date"] or found["time"]):
        raise NotKnown(text)
    try:
        day = dt.date.fromisoformat(found["date"]) if found["date"] else None
        seconds = _clock_seconds(found["time"])
    except ValueError:
        raise NotKnown(text) from None
    if day is not None and seconds >= _DAY_S:
        day += dt.timedelta(days=1)
    seconds %= _DAY_S
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if day is None:
        return clock
    return f"{day.isoformat()} {clock}" if seconds else day.isoformat()


def iso_span(text: str) -> str:
    """Write what a file has as PT30H00M01S. Raises NotKnown."""
    found = _SPAN.fullmatch(text.strip())
    if found is None or found[0].endswith(("P", "T")):
        raise NotKnown(text)
    sign, days, hours, minutes, seconds, part = found.groups(default="0")
    total = int(days) * _DAY_S + int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    total += part[0] >= "5"
    return span_of(-total if sign == "-" else total)


def _clock_seconds(text: str | None) -> int:
    if not text:
        return 0
    whole, _, part = text.replace(",", ".").partition(".")
    clock = dt.time.fromisoformat(whole)
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    return seconds + (part[:1] >= "5")


def _parts(value: float) -> tuple[int, int]:
    return divmod(math.floor(value * _DAY_S + 0.5), _DAY_S)


def _day(days: int) -> dt.date:
    if not 0 < days < _DAYS_END or days == _LEAP_DAY:
        raise NotKnown(str(days))
    return _ZERO + dt.timedelta(days=days + (days < _LEAP_DAY))
