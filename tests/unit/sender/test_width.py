"""Slow start: while nothing is known of the answers, one request at a time is at risk."""

import pytest

from pipeline.core.answer import Accepted, Answer, Hindrance, Lost, Throttled
from pipeline.core.errors import ProviderUnavailable
from pipeline.core.lifecycle import State
from pipeline.core.model import TaskId
from pipeline.ports import Prepared
from pipeline.sender import SenderOptions
from pipeline.sender.width import Width
from tests.support.fakes import ScriptedGateway
from tests.support.sending import Desk, desk_of

TAKEN = Accepted(TaskId("task"))


class SlowGateway(ScriptedGateway):
    """Take a second for each answer, and note how many requests are under way at each start."""

    desk: Desk
    under_way: int
    seen: list[int]

    async def submit(self, prepared: Prepared) -> Answer:
        self.under_way += 1
        self.seen.append(self.under_way)
        await self.desk.clock.sleep(1.0)
        self.under_way -= 1
        return await ScriptedGateway.submit(self, prepared)


def slow(desk: Desk) -> SlowGateway:
    gateway = SlowGateway(desk.gateway.answer)
    gateway.desk, gateway.under_way, gateway.seen = desk, 0, []
    desk.gateway = gateway
    return gateway


def test_when_the_first_answer_is_lost_only_that_request_is_in_doubt() -> None:
    desk = desk_of(lambda _: Lost("502"), submissions=100)
    gateway = slow(desk)
    with pytest.raises(ProviderUnavailable):
        desk.run(SenderOptions(concurrency=32))
    assert max(gateway.seen) == 1
    assert desk.states()[State.IN_DOUBT] <= 11


def test_the_width_doubles_with_each_round_of_answers_up_to_the_limit() -> None:
    desk = desk_of(submissions=200)
    gateway = slow(desk)
    result = desk.run(SenderOptions(concurrency=32))
    rounds = [gateway.seen[2**n - 1 : 2 ** (n + 1) - 1] for n in range(5)]
    assert [max(some) for some in rounds] == [1, 2, 4, 8, 16]
    assert max(gateway.seen) == 32
    assert result.seconds <= 5 + (200 - 31) / 32 + 1


def test_an_unreadable_answer_narrows_to_one_and_older_requests_do_not_widen_again() -> None:
    width = Width(32)
    for _ in range(10):
        width.take(TAKEN, 1.0, 2.0)
    assert width.now == 11
    width.take(Lost("502"), 2.0, 3.0)
    assert width.now == 1
    width.take(TAKEN, 2.5, 3.5)
    assert width.now == 1
    width.take(TAKEN, 3.5, 4.0)
    assert width.now == 2


def test_what_never_reached_the_provider_widens_nothing_and_a_rate_refusal_is_an_answer() -> None:
    width = Width(32)
    width.take(Throttled(Hindrance.UNREACHABLE, "refused"), 1.0, 2.0)
    assert width.now == 1
    width.take(Throttled(Hindrance.RATE, "busy"), 1.0, 2.0)
    assert width.now == 2
