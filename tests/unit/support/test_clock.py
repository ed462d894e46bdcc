import asyncio

import pytest

from tests.support.fakes import ManualClock


def test_a_sleep_moves_the_time_and_takes_none() -> None:
    clock = ManualClock(now=1000.0)
    before = clock.monotonic()
    asyncio.run(clock.sleep(3600.0))
    assert clock.now() == 4600.0
    assert clock.monotonic() - before == 3600.0


def test_several_sleepers_wake_in_the_order_of_their_times() -> None:
    clock = ManualClock()
    woken: list[tuple[float, float]] = []

    async def sleeper(seconds: float) -> None:
        start = clock.monotonic()
        await clock.sleep(seconds)
        woken.append((seconds, clock.monotonic() - start))

    async def all_of_them() -> None:
        await asyncio.gather(*(sleeper(seconds) for seconds in (5.0, 1.0, 3.0)))

    asyncio.run(all_of_them())
    assert woken == [(1.0, 1.0), (3.0, 3.0), (5.0, 5.0)]


def test_advancing_by_hand_wakes_who_is_due() -> None:
    clock = ManualClock()

    async def advance() -> bool:
        sleeping = asyncio.create_task(clock.sleep(10.0))
        await asyncio.sleep(0)
        clock.advance(10.0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return sleeping.done()

    assert asyncio.run(advance())


def test_the_time_does_not_move_for_a_sleeper_that_was_cancelled() -> None:
    clock = ManualClock()

    async def cancel_the_long_one() -> None:
        long = asyncio.create_task(clock.sleep(3600.0))
        await asyncio.sleep(0)
        long.cancel()
        with pytest.raises(asyncio.CancelledError):
            await long
        await clock.sleep(1.0)
        for _ in range(100):
            await asyncio.sleep(0)

    before = clock.monotonic()
    asyncio.run(cancel_the_long_one())
    assert clock.monotonic() - before == 1.0


def test_a_correction_moves_only_the_wall_clock() -> None:
    clock = ManualClock(now=1000.0)
    before = clock.monotonic()
    clock.jump(-500.0)
    assert clock.now() == 500.0
    assert clock.monotonic() == before
