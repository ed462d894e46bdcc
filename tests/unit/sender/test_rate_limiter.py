import asyncio
import itertools
from collections.abc import Sequence

import pytest

from pipeline.ports import Clock
from pipeline.runner.session.outside import SystemClock
from pipeline.sender import LimiterOptions, SpacedLimiter
from tests.support.fakes import ManualClock

SIZES = {
    "questions": (0,),
    "one message each": (1,),
    "hundreds": (100,),
    "an awkward size": (300,),
    "a last, smaller one": (100, 100, 100, 100, 37),
    "mixed": (400, 100, 100, 250, 1, 100),
    "five hundreds": (500,),
}
LIMITS = ((1000.0, 20.0), (1000.0, 0.0), (0.0, 20.0), (1000.0, 5.0), (600.0, 7.5), (1000.0, 200.0))


async def _leave(
    limiter: SpacedLimiter, clock: Clock, sizes: Sequence[int], seconds: float
) -> list[tuple[float, int]]:
    left = []
    start = clock.monotonic()
    turn = 0
    while clock.monotonic() - start < seconds:
        size = sizes[turn % len(sizes)]
        await limiter.admit(size)
        left.append((clock.monotonic() - start, size))
        turn += 1
    return left


def _worst_second(left: Sequence[tuple[float, int]]) -> tuple[int, int]:
    """Return the most calls and the most messages that left in any one second."""
    calls = messages = first = within = 0
    for last, (at, size) in enumerate(left):
        within += size
        while at - left[first][0] >= 1.0:
            within -= left[first][1]
            first += 1
        calls, messages = max(calls, last - first + 1), max(messages, within)
    return calls, messages


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize(("messages_per_s", "calls_per_s"), LIMITS)
def test_in_no_second_does_more_than_a_limit_leave(
    sizes: Sequence[int], messages_per_s: float, calls_per_s: float
) -> None:
    if calls_per_s == 0.0 and sizes == (0,):
        sizes = (1,)
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(messages_per_s, calls_per_s), clock)
    left = asyncio.run(_leave(limiter, clock, sizes, 5.0))
    calls, messages = _worst_second(left)
    assert calls <= (calls_per_s or calls)
    assert messages <= (messages_per_s or messages)


@pytest.mark.parametrize(
    ("size", "messages_per_s", "calls_per_s", "calls_expected"),
    [
        (100, 1000.0, 20.0, 10.0),
        (10, 1000.0, 20.0, 20.0),
        (500, 1000.0, 0.0, 2.0),
        (1, 0.0, 100.0, 100.0),
        (5000, 1000.0, 20.0, 0.2),
        (1, 0.0, 1000.0, 1000.0),
    ],
)
def test_the_mean_stays_above_95_percent_of_the_limit(
    size: int, messages_per_s: float, calls_per_s: float, calls_expected: float
) -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(messages_per_s, calls_per_s), clock)
    seconds = max(20.0, 100.0 / calls_expected) if calls_expected < 1000.0 else 3.0
    left = asyncio.run(_leave(limiter, clock, (size,), seconds))
    mean = (len(left) - 1) / left[-1][0]
    assert 0.95 * calls_expected <= mean <= calls_expected


def test_calls_leave_evenly_and_not_in_a_burst() -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(calls_per_s=20.0), clock)
    left = asyncio.run(_leave(limiter, clock, (100,), 3.0))
    gaps = [later[0] - earlier[0] for earlier, later in itertools.pairwise(left)]
    assert min(gaps) > 0.045
    assert max(gaps) < 0.055


def test_time_spent_idle_is_not_saved_up_for_a_burst() -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(calls_per_s=20.0), clock)

    async def after_an_idle_hour() -> list[tuple[float, int]]:
        await _leave(limiter, clock, (1,), 2.0)
        clock.advance(3600.0)
        return await _leave(limiter, clock, (1,), 3.0)

    left = asyncio.run(after_an_idle_hour())
    assert left[5][0] - left[0][0] > 0.2
    assert _worst_second(left)[0] <= 20


def test_without_limits_nothing_waits() -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(), clock)

    async def admit_many() -> None:
        for _ in range(10_000):
            await limiter.admit(5000)

    before = clock.monotonic()
    asyncio.run(admit_many())
    assert clock.monotonic() == before
    assert limiter.ceiling is None


def test_a_correction_of_the_wall_clock_does_not_change_the_pace() -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(calls_per_s=20.0), clock)

    async def jumping() -> list[tuple[float, int]]:
        left = []
        start = clock.monotonic()
        for turn in range(60):
            await limiter.admit(1)
            left.append((clock.monotonic() - start, 1))
            clock.jump(3600.0 if turn % 2 else -3600.0)
        return left

    left = asyncio.run(jumping())
    assert _worst_second(left)[0] <= 20
    assert 59 / left[-1][0] >= 19.0


def test_several_tasks_that_wait_are_admitted_one_at_a_time_and_in_order() -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(calls_per_s=10.0), clock)
    order: list[tuple[int, float]] = []

    async def one(number: int) -> None:
        await limiter.admit(1)
        order.append((number, clock.monotonic()))

    async def all_at_once() -> None:
        await asyncio.gather(*(one(number) for number in range(15)))

    asyncio.run(all_at_once())
    assert [number for number, _ in order] == list(range(15))
    assert order[10][1] - order[0][1] >= 1.0


def test_by_the_real_clock_the_limit_and_the_mean_hold_as_well() -> None:
    tries = []
    for _ in range(3):  # a busy machine may stall one of them
        clock = SystemClock()
        limiter = SpacedLimiter(LimiterOptions(calls_per_s=100.0), clock)
        left = asyncio.run(_leave(limiter, clock, (1,), 1.5))
        assert _worst_second(left)[0] <= 100
        tries.append((len(left) - 1) / left[-1][0])
        if tries[-1] >= 95.0:
            break
    assert max(tries) >= 95.0
