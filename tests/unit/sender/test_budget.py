"""Ceilings: what a request may cost is set aside before it leaves."""

import itertools

import pytest

from pipeline.core.answer import Hindrance, Lost, Refused, Throttled
from pipeline.core.errors import WorkLeft
from pipeline.core.lifecycle import State
from pipeline.ports import Submission
from pipeline.sender import Ceilings, SenderOptions
from tests.support.fakes.gateway import accept_all
from tests.support.sending import desk_of


def ten_each(submission: Submission) -> int:
    return submission.recipients * 10


def ceilings(cost: int) -> SenderOptions:
    return SenderOptions(ceilings=Ceilings(cost=cost, cost_of=ten_each, say_cost="4.50 yuan"))


def test_no_request_leaves_that_might_cost_more_than_is_left() -> None:
    desk = desk_of(submissions=10, size=10)
    with pytest.raises(WorkLeft, match=r"limit of 4\.50 yuan.*raise limits\.max_cost"):
        desk.run(ceilings(450))
    assert desk.states() == {State.ACCEPTED: 4, State.PLANNED: 6}


def test_where_releases_leave_people_unsent_the_sentence_names_them() -> None:
    desk = desk_of(submissions=10, size=10)
    limit = Ceilings(messages=20, say_messages="40", released=20)
    with pytest.raises(WorkLeft, match="limit of 40 messages; 20 messages of requests that got no"):
        desk.run(SenderOptions(ceilings=limit))
    assert desk.states() == {State.ACCEPTED: 2, State.PLANNED: 8}


def test_a_lost_request_counts_as_billed() -> None:
    desk = desk_of(lambda _: Lost("reset"), submissions=10, size=10)
    with pytest.raises(WorkLeft, match="might cost more"):
        desk.run(ceilings(300))
    assert desk.states() == {State.IN_DOUBT: 3, State.PLANNED: 7}


@pytest.mark.parametrize(
    "answer",
    [Throttled(Hindrance.RATE, "busy"), Refused("KM.00001", "no")],
    ids=["turned away", "refused"],
)
def test_what_was_proved_not_taken_is_given_back(answer: Throttled | Refused) -> None:
    seen = itertools.count()
    desk = desk_of(
        lambda prepared: answer if next(seen) in {1, 2} else accept_all(prepared),
        submissions=4,
        size=10,
    )
    desk.run(ceilings(400))
    assert State.PLANNED not in desk.states()
    assert desk.states()[State.ACCEPTED] >= 2


def test_requests_under_way_hold_their_share_until_they_are_answered() -> None:
    desk = desk_of(submissions=10, size=10)
    options = SenderOptions(
        concurrency=10, ceilings=Ceilings(messages=25, cost=250, cost_of=ten_each, say_cost="x")
    )
    with pytest.raises(WorkLeft):
        desk.run(options)
    assert desk.states() == {State.ACCEPTED: 2, State.PLANNED: 8}
