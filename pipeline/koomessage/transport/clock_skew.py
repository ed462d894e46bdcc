"""Read HTTP's dates, and tell by them how far two clocks are apart."""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pipeline.core.times import CLOCK_SKEW_S_MAX
from pipeline.language import Text, Words, filled

_RESOLUTION_S = 1.0


def date_s(stated: str) -> float | None:
    """Read a date header in epoch seconds; None where it is none."""
    try:
        found = parsedate_to_datetime(stated)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return _epoch_s(aware)


def utc_text(epoch_s: float) -> str:
    """Write a time as the lists' filters take it: 2026-11-22T00:00:00Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch_s))


def ahead_s(date: str, asked_at: float, read_at: float) -> float | None:
    """Tell how many seconds our clock is at least ahead of an answer's; negative is behind.

    The answer was dated, to the second, at some time between asking and reading, both ours: a
    slow answer is no wrong clock. None where it has no date.
    """
    theirs = date_s(date)
    if theirs is None:
        return None
    least = min(asked_at, read_at) - theirs - _RESOLUTION_S
    most = max(asked_at, read_at) - theirs
    return max(least, 0.0) + min(most, 0.0)


def is_apart(ahead: float | None) -> bool:
    """Tell whether the clocks are too far apart to send."""
    return ahead is not None and abs(ahead) > CLOCK_SKEW_S_MAX


def say_apart(ahead: float) -> Text:
    """Say by how much the clocks differ and what to do about it, as one sentence."""
    direction = Words("ahead of") if ahead > 0 else "behind"
    return filled(
        "this machine's clock is {ahead} s {direction} KooMessage's, so nothing is "
        "sent by it; set the clock (turn NTP on), then run the same command again",
        ahead=f"{abs(ahead):.0f}",
        direction=direction,
    )


def _epoch_s(moment: datetime) -> float | None:
    try:
        return moment.timestamp()
    except (OverflowError, ValueError, OSError):
        return None
