"""The circuit breaker outlives the sender and the process: the account's store remembers it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from pipeline.core.answer import Answer, Lost, Refused, Unanswered
from pipeline.core.errors import ProviderUnavailable
from pipeline.core.lifecycle import State
from pipeline.ports import BreakerRecord, Prepared
from pipeline.sender import SenderOptions
from tests.support.fakes import ScriptedGateway
from tests.support.fakes.gateway import accept_all
from tests.support.sending import Desk, desk_of

REFUSED = Refused("KM.00001502", "a number has a wrong form", about_rows=True)


@dataclass(slots=True)
class NotingGateway(ScriptedGateway):
    """Note after how many requests each harmless question came."""

    asked_after: list[int] = field(default_factory=list)

    async def clock_ahead_s(self) -> float | Unanswered:
        self.asked_after.append(len(self.submitted))
        return await ScriptedGateway.clock_ahead_s(self)


def opened(desk: Desk) -> Desk:
    desk.store.open_breaker(BreakerRecord(1.0, "5 answers in a row were lost", 5))
    return desk


def test_answers_lost_in_a_row_open_it_on_disk_before_the_next_request_leaves() -> None:
    desk = desk_of(submissions=40)
    seen: list[bool] = []

    def lost(prepared: Prepared) -> Answer:
        del prepared
        seen.append(desk.store.breaker() is not None)
        return Lost("502")

    desk.gateway.answer = lost
    with pytest.raises(ProviderUnavailable):
        desk.run(SenderOptions(lost_in_a_row=5))
    assert seen == [False] * 5 + [True] * 5
    record = desk.store.breaker()
    assert record is not None
    assert (record.lost, record.why) == (5, "5 answers in a row were lost")


@pytest.mark.parametrize("answer", [accept_all, lambda _: REFUSED])
def test_a_sender_that_finds_it_open_asks_first_and_one_answered_request_closes_it(
    answer: Callable[[Prepared], Answer],
) -> None:
    desk = opened(desk_of(submissions=3))
    gateway = desk.gateway = NotingGateway(answer)
    desk.run()
    assert gateway.asked_after == [0]
    assert desk.store.breaker() is None
    assert State.PLANNED not in desk.states()


def test_while_the_harmless_question_is_not_answered_no_request_leaves() -> None:
    desk = opened(desk_of(submissions=3))
    desk.gateway.silent = True
    before = desk.clock.monotonic()
    with pytest.raises(ProviderUnavailable, match="does not answer a harmless question"):
        desk.run()
    assert desk.gateway.submitted == []
    assert desk.clock.monotonic() - before >= 15.0
    assert desk.store.breaker() is not None


def test_one_lost_answer_after_a_start_with_an_open_breaker_pauses_at_once() -> None:
    desk = opened(desk_of(lambda _: Lost("502"), submissions=40))
    at = desk.note_times()
    with pytest.raises(ProviderUnavailable):
        desk.run()
    assert len(at) == 6
    assert at[1] - at[0] >= 0.5


def test_a_question_that_is_answered_in_the_end_lets_the_run_go_on() -> None:
    desk = opened(desk_of(submissions=3))
    desk.gateway.silent = True
    inner = desk.clock.sleep

    async def sleep(seconds: float) -> None:
        desk.gateway.silent = False
        await inner(seconds)

    desk.clock.sleep = sleep  # type: ignore[method-assign]  # the provider is well after a pause
    desk.run()
    assert desk.states() == {State.ACCEPTED: 3}
