"""Receipts that speak of no task we know, or of one whose request was refused."""

import asyncio

import pytest

from pipeline.core.answer import News, NewsKind
from pipeline.core.lifecycle import Event
from pipeline.core.model import Channel, TaskId
from pipeline.core.outcome import NOT_NAMED, SILENCE_S_MAX, Outcome
from pipeline.ports import Conclusion, PushedReceipt
from pipeline.reconciler.doubts.settle import claimed, tell_strangers
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import poll
from tests.support.ledgers import store_receipt
from tests.support.planning import apply_receipts
from tests.support.reconciling import RUN, World, phone

STRANGE = TaskId("8113760c-787c-4c87-82c8-1d27024fef34")
TASK = TaskId("t-1")


def receive(world: World, task: TaskId, *news: News) -> None:
    pairs = [(task, one) for one in news]
    store_receipt(world.ledger.receipts, world.clock.now(), "sms", b"raw", pairs)


def delivered(row: int) -> News:
    return News(phone(row), NewsKind.DELIVERED, "DELIVRD")


def refuse(world: World, task: TaskId | None = TASK) -> None:
    world.attempt(0)
    at = world.clock.now()
    why = Conclusion(0, 0, Event.WAS_REFUSED, at, task, "task_state Failed", "nothing was sent")
    world.writer.conclude([why])


def test_a_receipt_of_an_unknown_task_claims_the_doubts_whose_numbers_it_names() -> None:
    world = World(((2, 2, 2),), Channel.SMS)
    first, second, third = (world.lose(number) for number in range(3))
    doubts = world.ledger.submissions(RUN)
    assert claimed(world.parts, doubts) == {}
    world.clock.advance(5.0)
    receive(world, STRANGE, delivered(0), delivered(1), delivered(5))
    held = claimed(world.parts, doubts)
    assert held.keys() == {first, third}
    assert held[first] == f"receipts of task {STRANGE}, unknown here, name 2 of its 2 numbers"
    assert second not in held


def test_a_receipt_that_came_before_the_attempt_claims_nothing() -> None:
    world = World(((2,),), Channel.SMS)
    receive(world, STRANGE, delivered(0))
    world.clock.advance(5.0)
    world.lose(0)
    assert claimed(world.parts, world.ledger.submissions(RUN)) == {}


def test_a_receipt_of_a_known_task_claims_nothing() -> None:
    world = World(((2, 2),), Channel.SMS)
    task = world.accept(0)
    world.lose(1)
    world.clock.advance(5.0)
    receive(world, task, delivered(2))
    assert claimed(world.parts, world.ledger.submissions(RUN)) == {}


def test_a_receipt_that_bears_a_doubts_name_claims_it() -> None:
    world = World(((2,),), Channel.SMS)
    name = world.lose(0)
    world.ledger.receipts.store_receipts(
        [PushedReceipt(1.0, "sms", b"x", names=((name, STRANGE),))]
    )
    held = claimed(world.parts, world.ledger.submissions(RUN))
    assert held == {name: f"a receipt bears its name, of task {STRANGE}"}


def test_strangers_are_told_with_a_count_and_only_where_there_are_any() -> None:
    world = World(((2,),), Channel.SMS)
    task = world.accept(0)
    receive(world, task, delivered(0))
    tell_strangers(world.parts)
    assert world.seen("receipts.of_strangers") == []
    receive(world, STRANGE, delivered(0), delivered(7))
    tell_strangers(world.parts)
    assert world.seen("receipts.of_strangers") == [{"tasks": 1, "news": 2}]


@pytest.mark.parametrize(
    ("news", "outcome"),
    [
        (News(phone(0), NewsKind.DELIVERED, "DELIVRD"), Outcome.DELIVERED),
        (News(phone(0), NewsKind.RENDERED), Outcome.CARD),
        (News(phone(0), NewsKind.FAILED, "MK:0001"), Outcome.UNDELIVERED),
        (News(phone(0), NewsKind.UNKNOWN_CODE, "UNKNOWN"), Outcome.EXPIRED),
    ],
)
def test_news_of_the_task_that_a_refusal_names_says_what_became_of_its_rows(
    news: News, outcome: Outcome
) -> None:
    world = World(((2,),))
    refuse(world)
    apply_receipts(world.parts)
    assert world.standing(0).outcome is world.standing(1).outcome is Outcome.REFUSED
    receive(world, TASK, news)
    apply_receipts(world.parts)
    assert (world.standing(0).outcome, world.standing(1).outcome) == (outcome, Outcome.REFUSED)
    assert world.ledger.books(RUN).balance
    asyncio.run(poll(world.parts, PollOptions()))
    assert world.standing(1).code == "task_state Failed"


def test_a_refusal_that_names_no_task_hears_of_nothing() -> None:
    world = World(((2,),))
    refuse(world, None)
    receive(world, TASK, delivered(0))
    assert apply_receipts(world.parts).changed == 0


def test_whom_an_answer_did_not_name_is_waited_for_and_then_says_so() -> None:
    world = World(((3,),), Channel.SMS)
    task = world.take(world.attempt(0))
    at = world.clock.now()
    taken = Conclusion(0, 0, Event.WAS_ACCEPTED, at, task, unnamed=[1, 2])
    world.writer.conclude([taken])
    world.gateway.delivered[task] = (delivered(0), delivered(2))
    asyncio.run(poll(world.parts, PollOptions()))
    assert [world.standing(row).outcome for row in range(3)] == [
        Outcome.SMS,
        Outcome.SUBMITTED,
        Outcome.SMS,
    ]
    world.clock.advance(SILENCE_S_MAX + 1.0)
    asyncio.run(poll(world.parts, PollOptions()))
    assert (world.standing(1).outcome, world.standing(1).reason) == (Outcome.EXPIRED, NOT_NAMED)
