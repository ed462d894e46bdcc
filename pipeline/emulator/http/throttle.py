"""The gateway's limits on calls, and the provider's on messages."""

import time
from collections import deque
from collections.abc import Callable

_WINDOW_S = 1.0


class ThrottledError(Exception):
    """Refuse a call for the rate, before anything of it was taken."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"more than {limit} in one second")


class CallGate:
    """Admit at most `rate` calls in any one second; refused calls do not count. 0 admits all."""

    def __init__(self, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._admitted: deque[tuple[float, int]] = deque()
        self._inside = 0

    @property
    def rate(self) -> int:
        """Return calls per second, 0 for no limit."""
        return self._rate

    def admits(self, weight: int = 1) -> bool:
        """Take that many places in the window, or return False: one call may carry many."""
        if self._rate == 0:
            return True
        now = self._clock()
        while self._admitted and self._admitted[0][0] <= now - _WINDOW_S:
            self._inside -= self._admitted.popleft()[1]
        if self._inside + weight > self._rate:
            return False
        self._admitted.append((now, weight))
        self._inside += weight
        return True
