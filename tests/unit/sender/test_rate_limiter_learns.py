import asyncio
import itertools

import pytest

from pipeline.logs.events import known
from pipeline.sender import LimiterOptions, SpacedLimiter
from tests.support.fakes import ManualClock


def _limiter(calls_per_s: float = 20.0, learned: float | None = None) -> SpacedLimiter:
    options = LimiterOptions(calls_per_s=calls_per_s, learned_per_s=learned)
    return SpacedLimiter(options, ManualClock())


def _rate_after(limiter: SpacedLimiter, clock: ManualClock, calls: int) -> float:
    async def leave() -> float:
        start = clock.monotonic()
        for _ in range(calls):
            await limiter.admit(1)
        return (calls - 1) / (clock.monotonic() - start)

    return asyncio.run(leave())


def test_nothing_is_learned_while_no_call_is_refused() -> None:
    limiter = _limiter()
    limiter.recover()
    assert limiter.ceiling is None


def test_a_refusal_without_a_named_rate_halves_the_pace() -> None:
    limiter = _limiter()
    limiter.slow_down(None)
    assert limiter.ceiling == pytest.approx(10.0)


def test_refusals_of_calls_under_way_together_count_once() -> None:
    limiter = _limiter()
    for _ in range(32):
        limiter.slow_down(None)
    assert limiter.ceiling == pytest.approx(10.0)


def test_refusals_that_go_on_lower_the_pace_to_the_floor_and_no_further() -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(calls_per_s=20.0, floor_per_s=0.5), clock)
    seen = []
    for _ in range(10):
        limiter.slow_down(None)
        seen.append(limiter.ceiling)
        clock.advance(2.0)
    assert seen[:5] == pytest.approx([10.0, 5.0, 2.5, 1.25, 0.625])
    assert seen[5:] == pytest.approx([0.5] * 5)


def test_a_named_rate_is_taken_over_and_never_climbed_past() -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(calls_per_s=20.0), clock)
    limiter.slow_down(8.0)
    assert limiter.ceiling == pytest.approx(8.0)
    for _ in range(100):
        clock.advance(2.0)
        limiter.recover()
    assert limiter.ceiling == pytest.approx(8.0)


def test_a_named_rate_above_ours_still_halves_because_others_use_the_account_too() -> None:
    limiter = _limiter()
    limiter.slow_down(200.0)
    assert limiter.ceiling == pytest.approx(10.0)


@pytest.mark.parametrize("nonsense", [0.0, -5.0, 1e-9, float("nan"), float("inf")])
def test_a_named_rate_that_is_no_rate_counts_as_none(nonsense: float) -> None:
    limiter = _limiter()
    limiter.slow_down(nonsense)
    assert limiter.ceiling == pytest.approx(10.0)


def test_a_named_rate_below_the_floor_is_respected() -> None:
    limiter = _limiter()
    limiter.slow_down(0.1)
    assert limiter.ceiling == pytest.approx(0.1)


def test_a_learned_rate_below_the_floor_is_not_raised_by_a_refusal() -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(calls_per_s=20.0, learned_per_s=0.1), clock)
    clock.advance(10.0)
    limiter.slow_down(None)
    assert limiter.ceiling == pytest.approx(0.1)


def test_the_pace_follows_what_was_learned() -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(calls_per_s=20.0), clock)
    limiter.slow_down(4.0)
    assert 3.8 <= _rate_after(limiter, clock, 60) <= 4.0


def test_the_pace_climbs_back_step_by_step_within_a_minute() -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(calls_per_s=20.0), clock)
    for _ in range(8):
        limiter.slow_down(None)
        clock.advance(2.0)
    rates = []

    async def a_minute() -> None:
        start = clock.monotonic()
        while clock.monotonic() - start < 60.0:
            await limiter.admit(1)
            limiter.recover()
            rates.append(limiter.ceiling or 0.0)

    asyncio.run(a_minute())
    assert rates == sorted(rates)
    assert max(later - earlier for earlier, later in itertools.pairwise(rates)) < 3.0
    assert rates[-1] == pytest.approx(20.0)


def test_what_an_earlier_run_learned_is_where_this_one_starts() -> None:
    assert _limiter(learned=5.0).ceiling == pytest.approx(5.0)
    assert _limiter(learned=50.0).ceiling is None


def test_without_limits_the_pace_that_was_refused_is_what_falls() -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(), clock)

    async def leave() -> None:
        for _ in range(80):
            await limiter.admit(100)
            clock.advance(0.01)

    asyncio.run(leave())
    limiter.slow_down(None)
    assert limiter.ceiling == pytest.approx(40.0)
    assert _rate_after(limiter, clock, 100) <= 40.0


def test_with_a_limit_on_messages_alone_the_calls_it_let_through_are_what_falls() -> None:
    clock = ManualClock()
    limiter = SpacedLimiter(LimiterOptions(messages_per_s=1000.0), clock)

    async def leave() -> None:
        for _ in range(20):
            await limiter.admit(100)

    asyncio.run(leave())
    limiter.slow_down(None)
    assert limiter.ceiling == pytest.approx(5.0)


def test_each_fall_and_the_end_of_the_climb_are_told() -> None:
    clock = ManualClock()
    told: list[tuple[str, object]] = []

    def on_event(name: str, /, **fields: object) -> None:
        told.append((name, fields["calls_per_s"]))

    limiter = SpacedLimiter(LimiterOptions(calls_per_s=20.0), clock, on_event)
    limiter.slow_down(None)
    limiter.slow_down(None)
    for _ in range(100):
        clock.advance(1.0)
        limiter.recover()
    assert told == [("rate.lowered", 10.0), ("rate.raised", 20.0)]
    assert all(known(name, strict=True) for name, _ in told)
