import asyncio
import itertools
from dataclasses import dataclass, field

import pytest

from pipeline.core.answer import Accepted, Answer, Hindrance, Lost, Throttled
from pipeline.core.errors import LedgerUnwritable, Overtaken, WorkLeft
from pipeline.core.lifecycle import State
from pipeline.core.model import TaskId
from pipeline.ports import Attempt, Conclusion, Prepared
from pipeline.sender import Ceilings, SenderOptions, StopSignal
from tests.support.fakes import ScriptedGateway
from tests.support.fakes.gateway import accept_all
from tests.support.sending import RUN, Desk, desk_of

FOUR_AT_ONCE = SenderOptions(concurrency=4, width_at_start=4)


@dataclass(slots=True)
class SlowGateway(ScriptedGateway):
    """Answer only once the door is opened."""

    access: asyncio.Event = field(default_factory=asyncio.Event)

    async def submit(self, prepared: Prepared) -> Answer:
        self.submitted.append(prepared)
        await self.access.wait()
        return Accepted(TaskId(f"id-{prepared.task_name}"))


async def _until_submitted(desk: Desk, requests: int) -> None:
    for _ in range(1000):
        if len(desk.gateway.submitted) >= requests:
            return
        await asyncio.sleep(0)
    pytest.fail("the requests did not leave")


def test_the_first_signal_lets_answers_come_in_and_starts_nothing_new() -> None:
    desk = desk_of(submissions=20)
    gateway = desk.gateway = SlowGateway()

    async def stop_once() -> bool:
        running = asyncio.create_task(desk.sender(FOUR_AT_ONCE).run(desk.stop))
        await _until_submitted(desk, 4)
        desk.stop.request()
        await asyncio.sleep(0)
        gateway.access.set()
        return (await running).interrupted

    assert asyncio.run(stop_once())
    assert desk.states() == {State.ACCEPTED: 4, State.PLANNED: 16}


def test_the_second_signal_does_not_wait_and_leaves_doubts() -> None:
    desk = desk_of(submissions=20)
    desk.gateway = SlowGateway()

    async def stop_twice() -> bool:
        running = asyncio.create_task(desk.sender(FOUR_AT_ONCE).run(desk.stop))
        await _until_submitted(desk, 4)
        desk.stop.request()
        desk.stop.request()
        return (await running).interrupted

    before = desk.clock.monotonic()
    assert asyncio.run(stop_twice())
    assert desk.states() == {State.IN_DOUBT: 4, State.PLANNED: 16}
    assert desk.clock.monotonic() - before < 60.0


def test_answers_that_do_not_come_are_awaited_for_the_draining_time_only() -> None:
    desk = desk_of(submissions=20)
    desk.gateway = SlowGateway()

    async def stop_once() -> bool:
        options = SenderOptions(concurrency=4, width_at_start=4, drain_s=60.0)
        running = asyncio.create_task(desk.sender(options).run(desk.stop))
        await _until_submitted(desk, 4)
        desk.stop.request()
        return (await running).interrupted

    before = desk.clock.monotonic()
    assert asyncio.run(stop_once())
    assert desk.states() == {State.IN_DOUBT: 4, State.PLANNED: 16}
    assert desk.clock.monotonic() - before == pytest.approx(60.0)


def test_a_signal_ends_a_long_wait_at_once() -> None:
    busy = Throttled(Hindrance.RATE, "busy", wait_s=30.0)
    desk = desk_of(submissions=2)

    def stop_then_busy(prepared: Prepared) -> Answer:
        del prepared
        desk.stop.request()
        return busy

    desk.gateway.answer = stop_then_busy
    assert desk.run(SenderOptions(concurrency=1)).interrupted
    assert desk.states() == {State.DEFERRED: 1, State.PLANNED: 1}


def test_a_signal_that_came_before_the_start_sends_nothing() -> None:
    desk = desk_of()

    async def stopped_already() -> bool:
        stop = StopSignal()
        stop.request()
        return (await desk.sender().run(stop)).interrupted

    assert asyncio.run(stopped_already())
    assert desk.gateway.submitted == []
    assert desk.states() == {State.PLANNED: 4}


def test_a_reason_not_to_send_leaves_the_rest_planned() -> None:
    desk = desk_of(submissions=10)
    asked = itertools.count(1)
    with pytest.raises(WorkLeft, match="the window is closed"):
        desk.run(may_send=lambda: None if next(asked) <= 3 else "the window is closed")
    assert desk.states() == {State.ACCEPTED: 3, State.PLANNED: 7}


def test_the_reason_is_asked_for_after_the_waiting_not_before() -> None:
    desk = desk_of(submissions=10, calls_per_s=1.0)
    closes_at = desk.clock.now() + 3.5
    left: list[float] = []

    def noted(prepared: Prepared) -> Answer:
        left.append(desk.clock.now())
        return accept_all(prepared)

    desk.gateway.answer = noted
    with pytest.raises(WorkLeft):
        desk.run(may_send=lambda: "closed" if desk.clock.now() > closes_at else None)
    assert len(left) == 4
    assert max(left) <= closes_at


def test_the_limit_of_messages_is_never_exceeded() -> None:
    desk = desk_of(submissions=10, size=10)
    with pytest.raises(WorkLeft, match="limit of 45 messages"):
        desk.run(SenderOptions(ceilings=Ceilings(messages=45)))
    assert desk.states() == {State.ACCEPTED: 4, State.PLANNED: 6}


def test_the_limit_counts_what_may_have_been_taken_but_not_what_was_turned_away() -> None:
    turned = {0, 1, 2}
    seen = itertools.count()
    busy = Throttled(Hindrance.RATE, "busy")
    desk = desk_of(
        lambda prepared: busy if next(seen) in turned else accept_all(prepared),
        submissions=4,
        size=10,
    )
    desk.run(SenderOptions(ceilings=Ceilings(messages=40)))
    assert desk.states() == {State.ACCEPTED: 4}


def test_the_limit_counts_a_lost_request_as_taken() -> None:
    desk = desk_of(lambda _: Lost("reset"), submissions=10, size=10)
    with pytest.raises(WorkLeft, match="limit of 30 messages"):
        desk.run(SenderOptions(ceilings=Ceilings(messages=30)))
    assert desk.states() == {State.IN_DOUBT: 3, State.PLANNED: 7}


def test_a_request_admitted_but_not_begun_when_the_signal_comes_stays_planned() -> None:
    desk = desk_of(submissions=20)

    def stop_at_the_third() -> None:
        if (desk.stop.requests, next(asked)) == (0, 3):
            desk.stop.request()

    asked = itertools.count(1)
    assert desk.run(SenderOptions(width_at_start=8), stop_at_the_third).interrupted
    assert desk.states() == {State.PLANNED: 20}


def test_nothing_is_posted_for_an_intent_that_could_not_be_recorded() -> None:
    desk = desk_of(submissions=20)
    desk.ledger.fail_from = desk.ledger.writes + 1
    with pytest.raises(LedgerUnwritable):
        desk.run()
    assert desk.gateway.submitted == []
    assert desk.states() == {State.PLANNED: 20}


def test_once_an_answer_could_not_be_recorded_nothing_more_is_posted() -> None:
    desk = desk_of(submissions=20)
    desk.ledger.fail_from = desk.ledger.writes + 2
    with pytest.raises(LedgerUnwritable):
        desk.run(SenderOptions(concurrency=4, width_at_start=4))
    assert len(desk.gateway.submitted) == 4
    assert desk.states() == {State.IN_FLIGHT: 4, State.PLANNED: 16}


def test_a_process_that_was_overtaken_posts_nothing_more() -> None:
    desk = desk_of(submissions=20)

    def taken_over(prepared: Prepared) -> Answer:
        if len(desk.gateway.submitted) == 5:
            desk.ledger.let_holders_die()
            desk.ledger.take(RUN)
        return accept_all(prepared)

    desk.gateway.answer = taken_over
    with pytest.raises(Overtaken):
        desk.run(SenderOptions(concurrency=1))
    assert len(desk.gateway.submitted) == 5


def test_an_intent_that_grew_old_before_its_request_left_is_withdrawn() -> None:
    desk = desk_of(submissions=1)
    real = desk.writer

    class Frozen:
        """A process that stands still for an hour right after its first intent."""

        frozen = False

        def begin(self, attempts: list[Attempt], listed_to: int) -> None:
            real.begin(attempts, listed_to)
            if not self.frozen:
                self.frozen = True
                desk.clock.advance(3600.0)

        def conclude(self, conclusions: list[Conclusion]) -> None:
            real.conclude(conclusions)

    desk.writer = Frozen()  # type: ignore[assignment]  # the sender uses only these two
    desk.run()
    (submission,) = desk.submissions()
    assert (submission.state, submission.attempts) == (State.ACCEPTED, 2)
    assert len(desk.gateway.submitted) == 1


def test_a_submission_that_ran_out_of_names_is_set_aside_and_the_others_go_on() -> None:
    def answer(prepared: Prepared) -> Answer:
        first = prepared.task_name.startswith("run00001-0000000-")
        return Throttled(Hindrance.RATE, "busy") if first else accept_all(prepared)

    desk = desk_of(answer, submissions=4)
    result = desk.run(SenderOptions(names_max=3))
    assert (result.set_aside, result.interrupted) == (1, False)
    first, *others = desk.submissions()
    assert (first.state, first.attempts) == (State.DEFERRED, 3)
    assert {one.state for one in others} == {State.ACCEPTED}
    told = [fields for name, fields in desk.events if name == "submission.set_aside"]
    assert told == [{"chunk": 0, "submission": 0, "attempts": 3}]
    assert desk.run(SenderOptions(names_max=3)).set_aside == 1
    assert desk.submissions()[0].attempts == 3


def test_an_error_of_ours_is_raised_only_after_the_answers_came_in() -> None:
    desk = desk_of(submissions=20)

    class Broken(ScriptedGateway):
        async def submit(self, prepared: Prepared) -> Answer:
            if len(self.submitted) == 5:
                self.submitted.append(prepared)
                raise ZeroDivisionError
            return await ScriptedGateway.submit(self, prepared)

    desk.gateway = Broken()
    with pytest.raises(ZeroDivisionError):
        desk.run(SenderOptions(concurrency=3))
    assert desk.states()[State.IN_DOUBT] == 1
    assert State.IN_FLIGHT not in desk.states()


def test_a_log_on_a_full_disk_does_not_disturb_the_sending() -> None:
    desk = desk_of(submissions=4)

    class Full(list[object]):
        def append(self, item: object) -> None:
            raise OSError(28, f"No space left for a {type(item).__name__}")

    desk.events = Full()  # type: ignore[assignment]  # holds nothing
    desk.progress = Full()  # type: ignore[assignment]  # holds nothing
    desk.run()
    assert desk.states() == {State.ACCEPTED: 4}
