"""A limit that a person sets while a run is sent, beside the campaign's own."""

import asyncio
import itertools
from collections.abc import Callable

import pytest

from pipeline.sender import LimiterOptions, SpacedLimiter
from tests.support.fakes import ManualClock


def left(
    options: LimiterOptions, count: int, size: int, happens: Callable[[SpacedLimiter, int], None]
) -> list[float]:
    """Let requests of a size leave, and return when they did; happens is called before each."""
    clock = ManualClock()
    limiter = SpacedLimiter(options, clock)
    times: list[float] = []

    async def leave() -> None:
        began = clock.monotonic()
        for number in range(count):
            happens(limiter, number)
            await limiter.admit(size)
            times.append(clock.monotonic() - began)

    asyncio.run(leave())
    return times


def steps(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(times)]


@pytest.mark.parametrize("own", [0.0, 1000.0])
def test_the_lower_limit_counts_from_the_next_request_on(own: float) -> None:
    def held(limiter: SpacedLimiter, number: int) -> None:
        if number == 3:
            limiter.hold_to(50.0)

    times = left(LimiterOptions(messages_per_s=own), 8, 100, held)
    assert times[2] < 1.0
    assert min(steps(times)[3:]) >= 2.0


def test_a_limit_above_the_campaigns_own_changes_nothing() -> None:
    options = LimiterOptions(messages_per_s=100.0)
    own = left(options, 5, 100, lambda _limiter, _number: None)
    assert left(options, 5, 100, lambda limiter, _: limiter.hold_to(5000.0)) == own


def test_what_is_taken_off_lets_the_campaigns_own_limit_count_again() -> None:
    def held(limiter: SpacedLimiter, number: int) -> None:
        limiter.hold_to(10.0 if number < 2 else 0.0)

    times = left(LimiterOptions(messages_per_s=100.0), 5, 100, held)
    assert min(steps(times)[2:]) >= 1.0
    assert max(steps(times)[2:]) < 1.2


def test_the_calls_that_the_provider_bears_are_kept_whatever_a_person_allows() -> None:
    options = LimiterOptions(calls_per_s=20.0, learned_per_s=2.0)
    times = left(options, 4, 100, lambda limiter, _: limiter.hold_to(1e6))
    assert min(steps(times)) >= 0.5


@pytest.mark.parametrize(
    ("before", "after", "least_s", "most_s"), [(1.0, 0.0, 5.0, 7.0), (0.0, 10.0, 10.0, 12.0)]
)
def test_who_waits_when_the_limit_is_changed_waits_for_the_new_one(
    before: float, after: float, least_s: float, most_s: float
) -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(messages_per_s=20.0), clock)
    limiter.hold_to(before)

    async def change() -> None:
        await clock.sleep(0.5)
        limiter.hold_to(after)

    async def leave() -> float:
        await limiter.admit(100)
        began = clock.monotonic()
        changing = asyncio.create_task(change())
        await limiter.admit(100)
        await changing
        return clock.monotonic() - began

    assert least_s <= asyncio.run(leave()) <= most_s
