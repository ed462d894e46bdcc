"""Hold the pace of calls and messages, and learn the rate that the provider allows.

The provider counts messages and its gateway counts calls, each over a second that we cannot see
the start of. So in no second at all does more than either limit leave, and calls leave evenly:
a whole second's worth in one burst would meet the same counts and still be refused.
"""

import asyncio
import math
from collections import deque
from dataclasses import dataclass

from asyncio_throttle.throttler import Throttler

from pipeline.measures import MEASURES
from pipeline.ports import Clock, OnEvent, ignore_event

_LATE_S_MAX = 0.02
"""A call that left up to this late does not push the next one back, so that the pace holds."""

_POLL_S = 0.001
TICK_S = 1e-6
"""Added to each wait, so that rounding never leaves a rest too small to move the time."""

_LOOK_S = 2.5
"""The longest wait in one piece: the limit may be taken off or raised meanwhile."""


class Spacer(Throttler):
    """Let one call leave each `period` seconds, by the injected clock.

    asyncio-throttle decides; it polls, and reads time.monotonic. So the exact rest is waited
    for beforehand, through the clock, and what it reads and logs is the clock's time.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__(1, period=0.0, retry_interval=_POLL_S)
        self._clock = clock

    def flush(self) -> None:
        """Forget the last call once its period is over."""
        if self._rest_s() <= 0.0:
            self._task_logs.clear()

    async def acquire(self) -> None:
        """Wait for the next slot. A slot taken late by a little keeps the schedule."""
        while (rest := self._rest_s()) > 0.0:
            await self._clock.sleep(min(rest, _LOOK_S) + TICK_S)
        due = self._task_logs[-1] + self.period if self._task_logs else self._clock.monotonic()
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


_MARGIN = 1.03
"""Calls travel, some faster than others: keep this far below the limit, so that those who count
at the other end never see more than the limit. The mean stays above 95 % of it."""

_GUARD_S = 1.01
_NAMED_PER_S_MIN = 1.0 / 60.0
"""The provider states its rates by the second or by the minute: what is lower is no rate."""

_NOMINAL_PER_S = 20.0
"""What we climb towards, in calls, where the campaign sets no limit."""

_HOLD_S = 1.0
"""Refusals of calls that were under way together are one piece of news, not many."""


@dataclass(frozen=True, slots=True)
class LimiterOptions:
    """The limits, per second; 0 is off.

    learned_per_s is the ceiling that an earlier run learned, in calls. floor_per_s is how slow
    refusals can make us, climb_s how long the way back from 0 to the limit takes.
    """

    messages_per_s: float = 0.0
    calls_per_s: float = 0.0
    learned_per_s: float | None = None
    floor_per_s: float = 0.5
    climb_s: float = 30.0


class SpacedLimiter:
    """Limiter that spaces calls evenly, with one task admitted at a time, in order."""

    def __init__(
        self, options: LimiterOptions, clock: Clock, on_event: OnEvent = ignore_event
    ) -> None:
        """Start at the learned ceiling, where there is one below the limit."""
        self._on_event = on_event
        self._options = options
        self._clock = clock
        self._messages_per_s = options.messages_per_s or math.inf
        self._left_last = 0
        self._top = options.calls_per_s or math.inf
        learned = options.learned_per_s
        self._rate = (
            self._top if learned is None else min(self._top, max(learned, _NAMED_PER_S_MIN))
        )
        self._lowered = self._rate < self._top
        self._fell_at = self._moved_at = clock.monotonic() if self._lowered else -math.inf
        self._turn = asyncio.Lock()
        self._spacer = Spacer(clock)
        self._calls = Guard(_GUARD_S)
        self._messages = Guard(_GUARD_S)
        self._recent: deque[float] = deque(maxlen=4096)
        self._tell()

    @property
    def ceiling(self) -> float | None:
        """Tell the rate learned from refusals, in calls per second; None while there were none."""
        return self._rate if self._lowered else None

    async def admit(self, messages: int) -> None:
        """Wait until one more call with that many messages may leave; 0 for a question."""
        if self._rate == math.inf and self._messages_per_s == math.inf:
            self._recent.append(self._clock.monotonic())
            MEASURES.admitted(messages)
            return
        async with self._turn:
            await self._guard(messages)
            await self._spacer.acquire()
            now = self._clock.monotonic()
            self._recent.append(now)
            self._calls.add(now, 1)
            self._messages.add(now, messages)
            self._left_last = messages
            MEASURES.admitted(messages)
            self._space()

    def hold_to(self, messages_per_s: float) -> None:
        """Keep to a limit of messages beside the own one, from now on; 0 takes it off again.

        Whoever waits already waits for the new one.
        """
        own, other = self._options.messages_per_s, messages_per_s
        self._messages_per_s = min(own or math.inf, other or math.inf)
        self._space()

    def slow_down(self, ceiling_per_s: float | None) -> None:
        """Fall to the rate that the provider named, or else to half of what we did."""
        now = self._clock.monotonic()
        if ceiling_per_s is not None and _NAMED_PER_S_MIN <= ceiling_per_s < self._top:
            self._top = ceiling_per_s
        if now - self._fell_at < _HOLD_S and self._rate <= self._top:
            return
        done = self._done_per_s(now)
        half = min(done, max(done / 2.0, self._options.floor_per_s))
        self._rate = self._top if self._top < done else half
        self._lowered = True
        self._fell_at = self._moved_at = now
        self._on_event("rate.lowered", calls_per_s=round(self._rate, 3), named_per_s=ceiling_per_s)

    def recover(self) -> None:
        """Climb a little, by the time since the last step, up to the limit."""
        if self._rate >= self._top:
            return
        now = self._clock.monotonic()
        if now - self._fell_at < _HOLD_S:
            return
        step_s = min(now - self._moved_at, max(1.0, 2.0 / self._rate))
        self._rate = min(self._top, self._rate + self._slope() * step_s)
        self._moved_at = now
        if self._rate >= self._top:
            self._on_event("rate.raised", calls_per_s=round(self._rate, 3))

    def _space(self) -> None:
        """Keep the next call as far from the last one as the limits say."""
        by_messages = self._left_last / self._messages_per_s
        self._spacer.period = _MARGIN * max(1.0 / self._rate, by_messages)
        self._tell()

    def _tell(self) -> None:
        MEASURES.allowed(calls_per_s=self._rate, messages_per_s=self._messages_per_s)

    async def _guard(self, messages: int) -> None:
        while True:
            now = self._clock.monotonic()
            rest = max(
                self._calls.rest_s(now, 1, self._rate),
                self._messages.rest_s(now, messages, self._messages_per_s),
            )
            if rest <= 0.0:
                return
            await self._clock.sleep(min(rest, _LOOK_S) + TICK_S)

    def _done_per_s(self, now: float) -> float:
        """Return the rate that was refused: what the limits let through, or what we counted."""
        period = float(self._spacer.period) / _MARGIN
        if period > 0.0:
            return min(self._rate, 1.0 / period)
        if self._rate < math.inf:
            return self._rate
        return float(max(1, sum(1 for at in self._recent if now - at < 1.0)))

    def _slope(self) -> float:
        top = self._top if self._top < math.inf else _NOMINAL_PER_S
        return top / self._options.climb_s
