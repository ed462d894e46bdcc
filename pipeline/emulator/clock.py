"""The emulator's time, which may be jumped, and the forms the provider writes times in."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

DAY_S = 86_400.0


class Clock:
    """Tell the world's time: real time plus every jump made so far."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._ahead_s = 0.0
        self._latest_s = 0.0
        self.gateway_ahead_s = 0.0

    def now_s(self) -> float:
        """Return the world's time in seconds since 1970, UTC; it never goes back."""
        self._latest_s = max(self._latest_s, self._source() + self._ahead_s)
        return self._latest_s

    def real_s(self) -> float:
        """Return the gateway's time, by which it judges signatures and dates its answers.

        Without the jumps, as its clients did not jump; `gateway_ahead_s` sets it wrong on purpose.
        """
        return self._source() + self.gateway_ahead_s

    def advance(self, seconds: float) -> None:
        """Jump the world's time forward."""
        self._ahead_s += seconds


class TimeForms:
    """Write times as the documents show them; those without a zone are local to the provider."""

    def __init__(self, zoneless_offset_h: float) -> None:
        self._local = timezone(timedelta(hours=zoneless_offset_h))

    def local(self, at_s: float) -> str:
        """Write `2022-05-30T17:23:00` (ListVmsSendTasks, the AIM receipts)."""
        return datetime.fromtimestamp(int(at_s), self._local).strftime("%Y-%m-%dT%H:%M:%S")

    def local_spaced(self, at_s: float) -> str:
        """Write `2022-11-06 20:38:33` (the AIM basic receipts)."""
        return datetime.fromtimestamp(int(at_s), self._local).strftime("%Y-%m-%d %H:%M:%S")


def utc_seconds(at_s: float) -> str:
    """Write `2022-07-19T14:57:31Z` (ListAimSendDetails, ListAimResolveDetails)."""
    return datetime.fromtimestamp(int(at_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_hundredths(at_s: float) -> str:
    """Write `2022-07-19T14:37:34.00Z` (CreateAimSendTask, ListAimSendTasks)."""
    whole_s = int(at_s)
    stamp = datetime.fromtimestamp(whole_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{stamp}.{int((at_s - whole_s) * 100):02d}Z"


def utc_precise(at_s: float) -> str:
    """Write milliseconds, for the journal."""
    stamp = datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")
    return stamp.replace("+00:00", "Z")


def parse_time(text: str) -> float | None:
    """Read a query's time; one without a zone counts as UTC, anything unreadable is None."""
    try:
        stamp = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if stamp.tzinfo is None:
        stamp = stamp.replace(tzinfo=UTC)
    return stamp.timestamp()
