"""Measure out calls in time: even spacing, and a guard on what leaves in any one second."""

from collections import deque

from asyncio_throttle.throttler import Throttler

from pipeline.ports import Clock

_LATE_S_MAX = 0.02
"""A call that left up to this late does not push the next one back, so that the pace holds."""

_POLL_S = 0.001
TICK_S = 1e-6
"""Added to each wait, so that rounding never leaves a rest too small to move the time."""


class Spacer(Throttler):
    """Let one call leave each `period` seconds, by the injected clock.

    asyncio-throttle decides; it polls, and reads time.monotonic. So the exact rest is waited
    for beforehand, through the clock, and what it reads and logs is the clock's time.
    """

    def __init__(self, clock: Clock) -> None:
        """Start with nothing to wait for."""
        super().__init__(1, period=0.0, retry_interval=_POLL_S)
        self._clock = clock

    def flush(self) -> None:
        """Forget the last call once its period is over."""
        if self._rest_s() <= 0.0:
            self._task_logs.clear()

    async def acquire(self) -> None:
        """Wait for the next slot. A slot taken late by a little keeps the schedule."""
        due = self._task_logs[-1] + self.period if self._task_logs else self._clock.monotonic()
        while (rest := self._rest_s()) > 0.0:
            await self._clock.sleep(rest + TICK_S)
        await super().acquire()  # type: ignore[no-untyped-call]  # ships py.typed without it
        self._task_logs[-1] = max(due, self._clock.monotonic() - _LATE_S_MAX)

    def _rest_s(self) -> float:
        if not self._task_logs:
            return 0.0
        return float(self.period - (self._clock.monotonic() - self._task_logs[-1]))


class Guard:
    """Guard one limit: in no stretch of span_s seconds does more than the limit leave.

    What alone is more than the limit leaves only after an empty span.
    """

    def __init__(self, span_s: float) -> None:
        """Start empty."""
        self._span_s = span_s
        self._left: deque[tuple[float, int]] = deque()
        self._total = 0

    def rest_s(self, now: float, weight: int, limit: float) -> float:
        """Return the seconds until so much more may leave; 0 for at once."""
        while self._left and now - self._left[0][0] >= self._span_s:
            self._total -= self._left.popleft()[1]
        surplus = self._total + weight - limit
        rest = 0.0
        for at, gone in self._left:
            if surplus <= 0.0:
                break
            surplus -= gone
            rest = self._span_s - (now - at)
        return rest

    def add(self, now: float, weight: int) -> None:
        """Note what leaves now."""
        self._left.append((now, weight))
        self._total += weight
