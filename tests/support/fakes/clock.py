"""A clock that moves only when it is told to, or when everybody waits for it."""

import asyncio
import heapq
import itertools

_TURNS = 60
"""Turns of the loop before the time moves: more than anybody needs between two sleeps."""


class ManualClock:
    """Fake Clock. sleep returns at once and moves the time on, so that no test waits.

    With several sleepers the time moves to the earliest of them first, as real time would.
    """

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        """Start at a wall-clock time in epoch seconds."""
        self._wall = now
        self._monotonic = 1_000.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._mover: asyncio.Task[None] | None = None

    def now(self) -> float:
        """Return the wall-clock time."""
        return self._wall

    def monotonic(self) -> float:
        """Return the monotonic time."""
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        """Wait until the time was moved that far."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        due = self._monotonic + max(0.0, seconds)
        heapq.heappush(self._sleepers, (due, next(self._order), done))
        if self._mover is None or self._mover.done():
            self._mover = loop.create_task(self._move())
        await done

    def advance(self, seconds: float) -> None:
        """Move both times on and wake who is due."""
        self._wall += seconds
        self._monotonic += seconds
        self._wake()

    def jump(self, seconds: float) -> None:
        """Move only the wall clock, as a correction of the machine's time does."""
        self._wall += seconds

    async def _move(self) -> None:
        # Several turns of the loop let everybody who can run reach their own sleep first.
        while self._sleepers:
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            while self._sleepers and self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)  # was cancelled: the time does not move for it
            if self._sleepers:
                self.advance(max(0.0, self._sleepers[0][0] - self._monotonic))

    def _wake(self) -> None:
        while self._sleepers and self._sleepers[0][0] <= self._monotonic:
            done = heapq.heappop(self._sleepers)[2]
            if not done.done():
                done.set_result(None)
