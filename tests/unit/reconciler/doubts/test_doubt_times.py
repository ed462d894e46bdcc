import asyncio

import pytest

from pipeline.core.errors import LedgerUnwritable
from pipeline.core.lifecycle import State
from pipeline.reconciler.context import SteadyClock
from pipeline.reconciler.doubts.policy import DoubtOptions
from pipeline.reconciler.doubts.settle import DoubtResult, settle_doubts
from tests.support.fakes import ManualClock
from tests.support.memory_ledger import MemoryLedger
from tests.support.reconciling import RUN, World

SETTLE_S = 1200.0


def settle(world: World, *, wait: bool = True, **options: object) -> DoubtResult:
    chosen = DoubtOptions(**options)  # type: ignore[arg-type]  # a test names what it changes
    return asyncio.run(settle_doubts(world.parts, chosen, wait=wait))


def test_a_wall_clock_that_jumps_forward_while_waiting_shortens_nothing() -> None:
    world = World()
    world.accept(0)
    world.take(world.lose(1), listed_after_s=1100.0)

    async def jump_meanwhile() -> DoubtResult:
        settling = asyncio.create_task(settle_doubts(world.parts, DoubtOptions(), wait=True))
        await world.clock.sleep(60.0)
        world.clock.jump(3600.0)
        return await settling

    assert asyncio.run(jump_meanwhile()) == DoubtResult(found=1)


def test_a_wall_clock_that_jumps_back_while_waiting_does_not_prolong_it_for_ever() -> None:
    world = World()
    world.accept(0)
    world.lose(1)
    begun = world.clock.monotonic()

    async def jump_meanwhile() -> DoubtResult:
        settling = asyncio.create_task(settle_doubts(world.parts, DoubtOptions(), wait=True))
        await world.clock.sleep(60.0)
        world.clock.jump(-86_400.0)
        return await settling

    assert asyncio.run(jump_meanwhile()) == DoubtResult(released=1)
    assert SETTLE_S <= world.clock.monotonic() - begun < SETTLE_S + 60.0


def test_a_steady_clock_follows_a_correction_back_but_not_forward() -> None:
    clock = ManualClock()
    steady = SteadyClock(clock)
    start = steady.now()
    clock.advance(10.0)
    clock.jump(100.0)
    assert steady.now() == start + 10.0
    clock.jump(-150.0)
    assert steady.now() == start - 40.0


def test_a_wall_clock_that_jumps_back_shortens_nothing() -> None:
    world = World()
    world.accept(0)
    world.take(world.lose(1), listed_after_s=1100.0)
    world.clock.jump(-7200.0)
    assert settle(world) == DoubtResult(found=1)


@pytest.mark.parametrize(
    ("off_s", "end"),
    [(86_400.0, DoubtResult(released=1)), (-86_400.0, DoubtResult(held=1))],
    ids=["in the future", "before any known name"],
)
def test_an_attempt_at_an_impossible_time_is_watched_for_the_whole_settling_time(
    off_s: float, end: DoubtResult
) -> None:
    world = World()
    world.accept(0)
    world.lose(1, at=world.clock.now() + off_s)
    assert settle(world, wait=False).waiting == 1
    begun = world.clock.monotonic()
    assert settle(world) == end
    assert world.clock.monotonic() - begun >= SETTLE_S


def test_one_round_asks_what_is_due_and_does_not_wait() -> None:
    world = World()
    world.accept(0)
    world.lose(1)
    world.clock.advance(10.0)
    begun = world.clock.monotonic()
    result = settle(world, wait=False)
    assert world.clock.monotonic() == begun
    assert result.waiting == 1
    assert result.next_due_s is not None
    assert 0 < result.next_due_s <= 16.0
    asked = len(world.gateway.asked)
    assert asked == 5, "the latest known name, three in the round, and the doubt"
    settle(world, wait=False)
    assert len(world.gateway.asked) == asked, "the doubt's next question is not due yet"


def test_one_round_after_the_settling_time_settles() -> None:
    world = World()
    world.accept(0)
    world.lose(1)
    assert settle(world, wait=False).waiting == 1
    world.clock.advance(SETTLE_S + 1.0)
    assert settle(world, wait=False) == DoubtResult(released=1)


def test_held_doubts_are_asked_for_again_by_the_next_call() -> None:
    world = World()
    name = world.lose(0)
    assert settle(world) == DoubtResult(held=1)
    world.take(name)
    assert settle(world, wait=False) == DoubtResult(found=1)


def test_a_ledger_that_cannot_record_stops_the_settling() -> None:
    ledger = MemoryLedger()
    world = World(ledger=ledger)
    world.take(world.lose(0))
    ledger.fail_from = ledger.writes + 1
    with pytest.raises(LedgerUnwritable):
        settle(world)
    assert world.submission(0).state is State.IN_DOUBT


def test_an_interrupted_settling_leaves_the_doubt_and_what_was_learned() -> None:
    world = World()
    world.accept(0)
    world.lose(1)

    async def interrupt() -> None:
        settling = asyncio.create_task(settle_doubts(world.parts, DoubtOptions(), wait=True))
        await world.clock.sleep(30.0)
        settling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await settling

    asyncio.run(interrupt())
    assert world.submission(1).state is State.IN_DOUBT
    assert len(world.ledger.questions(RUN)) >= 4
    assert settle(world) == DoubtResult(released=1)


@pytest.mark.parametrize("told", [True, False])
def test_rounds_that_were_put_by_a_wrong_clock_make_no_doubt_older(*, told: bool) -> None:
    """Whether the provider tells the time or not: afterwards the clock is right again."""
    world = World(((2, 2, 2, 2),))
    for number in (0, 1, 2):
        world.accept(number)
    world.lose(3)
    began = world.clock.monotonic()
    for _ in range(6):
        world.clock.advance(61.0)
        settle(world, wait=False)
    world.clock.jump(2400.0)
    world.gateway.ahead_s = 2400.0 if told else None
    for _ in range(6):
        world.clock.advance(61.0)
        assert settle(world, wait=False).released == 0
    world.clock.jump(-2400.0)
    world.gateway.ahead_s = 0.0
    assert settle(world, wait=False).released == 0
    assert settle(world) == DoubtResult(released=1)
    assert SETTLE_S <= world.clock.monotonic() - began <= SETTLE_S * 1.25
