"""Spans of time that several parts agree on, waits that grow, and the hours of the day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

CLOCK_SKEW_S_MAX = 60.0
"""How far this machine's clock may be from the provider's before nothing is sent or believed."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that grow by a factor up to a ceiling, all in seconds."""

    first_s: float = 0.5
    factor: float = 2.0
    max_s: float = 30.0

    def wait_s(self, failures: int) -> float:
        """Return the wait after the given number of failures in a row, at least 1."""
        exponent = min(failures - 1, 32)
        return min(self.first_s * self.factor**exponent, self.max_s)


def question_times_s(settle_s: float, first_s: float = 2.0, factor: float = 2.0) -> Iterator[float]:
    """Yield when to ask about a doubt, in seconds since the attempt was signed.

    The intervals grow; the last question falls on the settling time, because only an answer given
    after it may prove absence.
    """
    at_s = min(first_s, settle_s)
    while at_s < settle_s:
        yield at_s
        at_s *= factor
    yield settle_s


DAY_S = 86_400.0
HOUR_S = 3_600.0
CHINA = timezone(timedelta(hours=8))
"""China Standard Time has had no summer time since 1991."""

_SECONDS_A_DAY = 86_400
_CHINA_UTC_OFFSET_S = 8 * 3600
_SHAPE = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Window:
    """A daily span, in seconds since midnight in China; it may reach over midnight.

    opens_s equal to closes_s means any time.
    """

    opens_s: int = 0
    closes_s: int = 0

    def is_open(self, now: float) -> bool:
        """Tell whether sending is allowed at an epoch time."""
        return self.opens_in_s(now) == 0.0

    def opens_in_s(self, now: float) -> float:
        """Return the seconds until sending is allowed, 0 while it is."""
        since_open = self._since_open_s(now)
        return 0.0 if since_open < self.length_s else _SECONDS_A_DAY - since_open

    @property
    def length_s(self) -> int:
        """Return how many seconds of a day it is open."""
        return (self.closes_s - self.opens_s) % _SECONDS_A_DAY or _SECONDS_A_DAY

    def closes_in_s(self, now: float) -> float | None:
        """Return the seconds until sending is no longer allowed; None where it always is."""
        if self.opens_s == self.closes_s:
            return None
        return max(0.0, self.length_s - self._since_open_s(now))

    def _since_open_s(self, now: float) -> float:
        return (now + _CHINA_UTC_OFFSET_S - self.opens_s) % _SECONDS_A_DAY


def parse_window(text: str) -> Window | None:
    """Read a window such as 08:00-21:00, empty for any time; None where it is neither."""
    if not text.strip():
        return Window()
    shape = _SHAPE.fullmatch(text.strip())
    if shape is None:
        return None
    hours = [int(part) for part in shape.groups()]
    opens, closes = hours[0] * 3600 + hours[1] * 60, hours[2] * 3600 + hours[3] * 60
    return Window(opens, closes % _SECONDS_A_DAY) if closes <= _SECONDS_A_DAY else None


_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def parse_clock(text: str) -> int | None:
    """Read a time of day such as 20:30, in seconds since midnight; None where it is none."""
    shape = _CLOCK.fullmatch(text.strip())
    return None if shape is None else int(shape[1]) * 3600 + int(shape[2]) * 60


_SPAN = re.compile(r"(\d{1,6})([smhd]?)")
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": HOUR_S, "d": DAY_S}


def parse_span(text: str) -> float | None:
    """Read a span of time such as 90s, 10m, 2h or 3d, in seconds; None where it is none."""
    shape = _SPAN.fullmatch(text.strip())
    return None if shape is None else int(shape[1]) * _UNITS[shape[2]]


def in_china(at: float) -> datetime:
    """Return a moment, in epoch seconds, as it is told in China."""
    return datetime.fromtimestamp(at, CHINA)


def time_in_china(at: float) -> str:
    """Return a moment as people in China read it: 2026-11-22 16:43:47."""
    return f"{in_china(at):%Y-%m-%d %H:%M:%S}"


def iso_in_china(at: float) -> str:
    """Return a moment as an ISO text that says its zone: 2026-11-22T16:43:47+08:00."""
    return in_china(at).isoformat(timespec="seconds")


def moment_in_china(theirs: str) -> str:
    """Return a moment that KooMessage wrote as an ISO text that says its zone, as in China.

    One without a zone is taken as written in China; what is no moment is returned as it is.
    """
    try:
        at = datetime.fromisoformat(theirs)
        zoned = at.replace(tzinfo=CHINA) if at.tzinfo is None else at.astimezone(CHINA)
    except (ValueError, OverflowError):
        return theirs
    return zoned.isoformat(timespec="seconds")


def days_between(earlier: float, later: float) -> int:
    """Count the days of the calendar in China from one moment to another; never below 0."""
    return max(0, (in_china(later).date() - in_china(earlier).date()).days)


def day_in_china(at: float) -> str:
    """Return a moment's day in China: 2026-11-22."""
    return f"{in_china(at):%Y-%m-%d}"
