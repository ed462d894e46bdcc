"""The gateway's limit on calls."""

import time
from collections import deque
from collections.abc import Callable

_WINDOW_S = 1.0


class CallGate:
    """Admit at most `rate` calls in any one second; refused calls do not count. 0 admits all."""

    def __init__(self, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._admitted: deque[float] = deque()

    @property
    def rate(self) -> int:
        """Return calls per second, 0 for no limit."""
        return self._rate

    def admits(self) -> bool:
        """Take a place in the window, or return False."""
        if self._rate == 0:
            return True
        now = self._clock()
        while self._admitted and self._admitted[0] <= now - _WINDOW_S:
            self._admitted.popleft()
        if len(self._admitted) >= self._rate:
            return False
        self._admitted.append(now)
        return True
