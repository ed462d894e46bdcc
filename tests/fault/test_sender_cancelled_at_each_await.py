"""Stop a sender at every turn of its loop, gently and not, and let another go on after it."""

import asyncio
from collections.abc import Callable

import pytest

from pipeline.core.answer import Answer, Hindrance, Lost, Throttled
from pipeline.core.lifecycle import Event, State
from pipeline.core.model import TaskId, TaskName
from pipeline.ports import Conclusion, Prepared
from pipeline.sender import SenderOptions, StopSignal
from tests.support.fakes.gateway import accept_all
from tests.support.sending import RUN, Desk, desk_of, phone_of

TURNS_MAX = 400
OPTIONS = SenderOptions(concurrency=3)
SUBMISSIONS = 7


class Provider:
    """Take what it takes, and answer as a provider on a bad day does. taken is its own record."""

    def __init__(self) -> None:
        self.calls = 0
        self.taken: dict[TaskName, list[str]] = {}

    def __call__(self, prepared: Prepared) -> Answer:
        self.calls += 1
        if self.calls == 2:
            return Throttled(Hindrance.RATE, "busy")
        if self.calls == 5:
            return Lost("reset before the request was taken")
        self.taken[prepared.task_name] = prepared.body.decode().split("\n")
        if self.calls in {3, 6}:
            return Lost("reset after the request was taken")
        return accept_all(prepared)

    def phones(self) -> list[str]:
        return sorted(phone for phones in self.taken.values() for phone in phones)


def _desk() -> tuple[Desk, Provider]:
    provider = Provider()
    return desk_of(provider, submissions=SUBMISSIONS), provider


def _settle(desk: Desk, provider: Provider) -> None:
    """Decide every doubt by asking the provider, as the reconciler would after settling time."""
    for doubt in desk.ledger.submissions(RUN, frozenset({State.IN_DOUBT})):
        assert doubt.task_name is not None
        found = doubt.task_name in provider.taken
        event = Event.WAS_FOUND if found else Event.WAS_RELEASED
        task = TaskId(f"id-{doubt.task_name}") if found else None
        at = desk.clock.now()
        conclusion = Conclusion(doubt.chunk, doubt.submission, event, at, task_id=task)
        desk.writer.conclude([conclusion])


def _go_on_to_the_end(desk: Desk, provider: Provider) -> None:
    for _ in range(5):
        _settle(desk, provider)
        desk.run(OPTIONS)
    _settle(desk, provider)
    assert desk.states() == {State.ACCEPTED: SUBMISSIONS}
    assert provider.phones() == [phone_of(row) for row in range(2 * SUBMISSIONS)]


def _run_for(desk: Desk, turns: int, then: Callable[[asyncio.Task[object]], None]) -> bool:
    """Run that many turns of the loop, then interfere; tell whether there was a need."""

    async def stretch() -> bool:
        desk.stop = StopSignal()
        running: asyncio.Task[object] = asyncio.create_task(desk.sender(OPTIONS).run(desk.stop))
        for _ in range(turns):
            if running.done():
                break
            await asyncio.sleep(0)
        needed = not running.done()
        then(running)
        await asyncio.wait({running})
        if not running.cancelled():
            running.exception()
        return needed

    return asyncio.run(stretch())


def _cancel(running: asyncio.Task[object]) -> None:
    running.cancel()


def test_cancelled_at_any_turn_it_leaves_only_what_it_knows_and_another_goes_on() -> None:
    for turns in range(TURNS_MAX):
        desk, provider = _desk()
        needed = _run_for(desk, turns, _cancel)
        assert State.IN_FLIGHT not in desk.states()
        for submission in desk.submissions():
            if submission.task_name in provider.taken:
                assert submission.state in {State.ACCEPTED, State.IN_DOUBT}
        _go_on_to_the_end(desk, provider)
        if not needed:
            return
    pytest.fail("the run did not end")


def test_killed_at_any_turn_what_it_began_is_in_doubt_and_nobody_gets_it_twice() -> None:
    for turns in range(TURNS_MAX):
        desk, provider = _desk()

        def kill(running: asyncio.Task[object], desk: Desk = desk) -> None:
            desk.ledger.let_holders_die()
            desk.writer = desk.ledger.take(RUN)  # from here on the killed one can write nothing
            running.cancel()

        needed = _run_for(desk, turns, kill)
        for submission in desk.submissions():
            if submission.task_name in provider.taken:
                assert submission.state in {State.IN_FLIGHT, State.ACCEPTED, State.IN_DOUBT}
        desk.writer.sweep(desk.clock.now())
        _go_on_to_the_end(desk, provider)
        if not needed:
            return
    pytest.fail("the run did not end")


@pytest.mark.parametrize("requests", [1, 2])
def test_stopped_by_signals_at_any_turn_it_ends_in_good_order(requests: int) -> None:
    for turns in range(TURNS_MAX):
        desk, provider = _desk()

        def stop(running: asyncio.Task[object], desk: Desk = desk) -> None:
            del running
            for _ in range(requests):
                desk.stop.request()

        needed = _run_for(desk, turns, stop)
        assert State.IN_FLIGHT not in desk.states()
        _go_on_to_the_end(desk, provider)
        if not needed:
            return
    pytest.fail("the run did not end")
