"""A koosend process in memory, which can be stopped, killed and overtaken at every turn.

It has an event loop of its own that moves only when it is told to: not moving it while the time
passes is what SIGSTOP does, dropping it is what SIGKILL does.
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from pipeline.core.errors import KoosendError, LedgerUnwritable
from pipeline.core.outcome import Standing
from pipeline.language import Text
from pipeline.ports import (
    Attempt,
    CanaryRecord,
    Conclusion,
    Continuation,
    Forgotten,
    Learned,
    Question,
    RunWriter,
    StopKind,
    Submission,
    UnknownIntents,
    Withholding,
)
from tests.support.fakes import ManualClock

T = TypeVar("T")

_TURNS_MAX = 100_000


class SteppedLoop(asyncio.SelectorEventLoop):
    """An event loop that takes one turn at a time and knows when nothing is left to run."""

    def __init__(self) -> None:
        super().__init__()
        self._made_ready = 0

    def call_soon(self, *args: Any, **kwargs: Any) -> asyncio.Handle:  # type: ignore[override]  # noqa: ANN401 -- only counts what it hands on
        """Count."""
        self._made_ready += 1
        return super().call_soon(*args, **kwargs)

    def turn(self) -> bool:
        """Run everything that is ready once; tell whether that made more ready."""
        super().call_soon(self.stop)
        before = self._made_ready
        self.run_forever()
        return self._made_ready > before


class ProcessClock:
    """The world's time as one process sees it: its sleeps end only while it runs."""

    def __init__(self, time: ManualClock) -> None:
        """Sleep not yet."""
        self._time = time
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Return the wall-clock time."""
        return self._time.now()

    def monotonic(self) -> float:
        """Return the monotonic time."""
        return self._time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait until the time has come and the process runs."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self.monotonic() + max(0.0, seconds)
        heapq.heappush(self._sleepers, (due, next(self._order), done))
        await done

    def wake(self) -> bool:
        """End the sleeps that are over; tell whether there were any."""
        woken = False
        while self._sleepers and self._sleepers[0][0] <= self.monotonic():
            done = heapq.heappop(self._sleepers)[2]
            if not done.done():
                done.set_result(None)
                woken = True
        return woken

    def next_due(self) -> float | None:
        """Tell at which monotonic time the next sleep ends."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None


class Blow(StrEnum):
    """What happens to a process at one of its writes."""

    KILLED_BEFORE = "killed before the commit"
    KILLED_AFTER = "killed after the commit"
    DISK_FULL = "the disk is full from here on"


@dataclass(slots=True)
class Life:
    """Whether a process can still do anything. blow falls at the write of number at, from 1."""

    dead: bool = False
    full: bool = False
    writes: int = 0
    at: int = 0
    blow: Blow | None = None

    def arm(self, blow: Blow, after: int) -> None:
        """Let a blow fall at the write that comes after so many others."""
        self.blow, self.at = blow, self.writes + after + 1


@dataclass(slots=True)
class MortalWriter:
    """A real RunWriter in the hands of a mortal process. on_commit sees each commit."""

    inner: RunWriter
    life: Life
    on_commit: Callable[[], None]

    def begin(self, attempts: Sequence[Attempt], listed_to: int | None = None) -> None:
        """Hand on."""
        self._commit(lambda: self.inner.begin(attempts, listed_to))

    def conclude(self, conclusions: Sequence[Conclusion]) -> None:
        """Hand on."""
        self._commit(lambda: self.inner.conclude(conclusions))

    def sweep(self, at: float) -> int:
        """Hand on."""
        return self._commit(lambda: self.inner.sweep(at))

    def asked(self, questions: Sequence[Question]) -> None:
        """Hand on."""
        self._commit(lambda: self.inner.asked(questions))

    def add_evidence(self, learned: Sequence[Learned]) -> None:
        """Hand on."""
        self._commit(lambda: self.inner.add_evidence(learned))

    def withhold(self, withholding: Withholding) -> Submission:
        """Hand on."""
        return self._commit(lambda: self.inner.withhold(withholding))

    def split(
        self, conclusion: Conclusion, parts: Sequence[Sequence[int]]
    ) -> tuple[Submission, ...]:
        """Hand on."""
        return self._commit(lambda: self.inner.split(conclusion, parts))

    def continue_chunk(self, going: Continuation) -> None:
        """Hand on."""
        self._commit(lambda: self.inner.continue_chunk(going))

    def record_stop(self, kind: StopKind, at: float) -> None:
        """Hand on."""
        self._commit(lambda: self.inner.record_stop(kind, at))

    def record_answerer(self, at: float, *, emulated: bool) -> None:
        """Hand on."""
        self._commit(lambda: self.inner.record_answerer(at, emulated=emulated))

    def decide_canary(self, record: CanaryRecord) -> None:
        """Hand on."""
        self._commit(lambda: self.inner.decide_canary(record))

    def settle(self, standings: Mapping[int, Standing]) -> None:
        """Hand on."""
        self._commit(lambda: self.inner.settle(standings))

    def fold_to(self, receipt: int) -> None:
        """Forward to the real writer."""
        self._commit(lambda: self.inner.fold_to(receipt))

    def purge(self, at: float) -> Forgotten:
        """Hand on."""
        return self._commit(lambda: self.inner.purge(at))

    def unknown_intents(self) -> UnknownIntents:
        """Hand on."""
        return self.inner.unknown_intents()

    def settle_intents(self) -> None:
        """Hand on."""
        self._commit(self.inner.settle_intents)

    def mark_restored(self, at: float | None) -> None:
        """Hand on."""
        self._commit(lambda: self.inner.mark_restored(at))

    def finish(self, at: float) -> None:
        """Hand on."""
        self._commit(lambda: self.inner.finish(at))

    def close(self) -> None:
        """Give the run back, unless the dead process's lock went with it."""
        if not self.life.dead:
            self.inner.close()

    def _commit(self, write: Callable[[], T]) -> T:
        life = self.life
        life.writes += 1
        struck = life.blow if life.writes == life.at else None
        life.dead = life.dead or struck is Blow.KILLED_BEFORE
        life.full = life.full or struck is Blow.DISK_FULL
        if life.dead or life.full:
            raise LedgerUnwritable(Text("the ledger cannot record"))
        result = write()
        self.on_commit()
        life.dead = struck is Blow.KILLED_AFTER
        return result


@dataclass(slots=True)
class Process:
    """One process: its loop, its main task, and what it ended with."""

    clock: ProcessClock
    life: Life
    release: Callable[[], None]
    loop: SteppedLoop = field(default_factory=SteppedLoop)
    error: KoosendError | None = None
    _main: asyncio.Task[None] | None = None

    def start(self, main: Coroutine[object, object, None]) -> None:
        """Begin, without a turn yet."""
        self._main = self.loop.create_task(main)

    @property
    def ended(self) -> bool:
        """Tell whether it is over, one way or the other."""
        return self.loop.is_closed()

    def turns(self, count: int) -> bool:
        """Take so many turns at most; tell whether something is left to run at this moment."""
        for _ in range(count):
            if self.ended:
                return False
            woken = self.clock.wake()
            more = self.loop.turn()
            if self.life.dead or self._main is None or self._main.done():
                self.end()
                return False
            if not (woken or more):
                return False
        return True

    def until_idle(self) -> None:
        """Take turns until only the passing of time can bring more."""
        if self.turns(_TURNS_MAX):
            raise AssertionError("a process never comes to rest")

    def cancel(self) -> None:
        """Cancel its main task, as its runner does at a signal."""
        if self._main is not None:
            self._main.cancel()

    def end(self) -> None:
        """Reap it: what is left of it can neither write nor send.

        Raises what the process died of, where that is a bug.
        """
        if self.ended:
            return
        done = self._main is not None and self._main.done()
        self.life.dead = self.life.dead or not done
        killed = self.life.dead
        while rest := asyncio.all_tasks(self.loop):
            for task in rest:
                task.cancel()
            self.loop.turn()
        error = None
        if self._main is not None and not self._main.cancelled():
            error = self._main.exception()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()
        self.release()
        if isinstance(error, KoosendError):
            self.error = error
        elif error is not None and not killed:
            raise error
