import asyncio

import pytest

from pipeline.audit import books
from pipeline.core.answer import FoundTask, News, NewsKind, Renderings
from pipeline.core.lifecycle import Event
from pipeline.core.model import Channel, TaskId
from pipeline.core.outcome import SILENCE_S_MAX, FallbackReason, Outcome
from pipeline.ports import Conclusion, Withholding
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import poll
from tests.support.ledgers import store_receipt
from tests.support.planning import apply_receipts
from tests.support.reconciling import World, phone

DELIVERED = News(phone(0), NewsKind.DELIVERED, "DELIVRD", "2026-09-21 10:00:00")
FAILED = News(phone(0), NewsKind.FAILED, "MK:0001", "2026-09-21 10:00:00")
TIMED_OUT = News(phone(0), NewsKind.FAILED, "EXPIRED")
RENDERED = News(phone(0), NewsKind.RENDERED)
LINK_FAILED = News(phone(0), NewsKind.LINK_FAILED, "7")


def receive(world: World, *news: News) -> None:
    task = world.submission(0).task_id
    assert task is not None
    for one in news:
        store_receipt(world.ledger.receipts, world.clock.now(), "aim", b"raw", [(task, one)])
    apply_receipts(world.parts)


def close_by_time(world: World) -> None:
    world.clock.advance(SILENCE_S_MAX + 86_400.0)
    asyncio.run(poll(world.parts, PollOptions()))


@pytest.mark.parametrize(
    ("channel", "closed_by", "belated", "outcome"),
    [
        (Channel.AIM_BASIC, (), (DELIVERED,), Outcome.VIDEO),
        (Channel.AIM_BASIC, (), (FAILED,), Outcome.UNDELIVERED),
        (Channel.AIM_BASIC, (TIMED_OUT,), (FAILED,), Outcome.UNDELIVERED),
        (Channel.AIM_BASIC, (FAILED,), (TIMED_OUT,), Outcome.UNDELIVERED),
        (Channel.AIM_BASIC, (), (TIMED_OUT,), Outcome.EXPIRED),
        (Channel.AIM_BASIC, (FAILED,), (DELIVERED,), Outcome.VIDEO),
        (Channel.AIM_BASIC, (DELIVERED,), (FAILED,), Outcome.VIDEO),
        (Channel.AIM, (DELIVERED,), (RENDERED,), Outcome.CARD),
        (Channel.AIM, (), (RENDERED,), Outcome.CARD),
        (Channel.AIM, (RENDERED,), (FAILED,), Outcome.CARD),
        (Channel.AIM, (), (DELIVERED,), Outcome.DELIVERED),
    ],
)
def test_news_that_comes_after_a_row_was_closed_counts_as_if_it_had_come_before(
    channel: Channel, closed_by: tuple[News, ...], belated: tuple[News, ...], outcome: Outcome
) -> None:
    world = World(((1,),), channel)
    world.accept(0)
    receive(world, *closed_by)
    close_by_time(world)
    assert world.standing(0).is_final
    receive(world, *belated)
    assert world.standing(0).outcome is outcome
    if TIMED_OUT in belated and not closed_by:
        assert world.standing(0).code == "EXPIRED"


def test_a_row_that_was_reopened_is_closed_again_by_the_next_pass() -> None:
    world = World(((1,),))
    world.accept(0)
    close_by_time(world)
    receive(world, DELIVERED)
    asyncio.run(poll(world.parts, PollOptions()))
    assert world.standing(0).outcome is Outcome.FALLBACK_SMS


def test_a_reason_that_comes_late_explains_the_fallback() -> None:
    world = World(((1,),))
    world.accept(0)
    receive(world, DELIVERED)
    close_by_time(world)
    assert world.standing(0).reason == FallbackReason.NOT_PARSED_BEFORE_EXPIRY
    receive(world, LINK_FAILED)
    assert world.standing(0).reason == FallbackReason.LINK_FAILED


def test_a_closed_submission_is_folded_without_being_asked_about() -> None:
    world = World(((1,),))
    world.accept(0)
    receive(world, FAILED)
    asked = world.limiter.questions
    asyncio.run(poll(world.parts, PollOptions()))
    assert world.limiter.questions == asked
    assert world.standing(0).outcome is Outcome.UNDELIVERED


def test_a_receipt_for_a_task_that_is_not_ours_changes_nothing() -> None:
    world = World(((1,),))
    world.accept(0)
    store_receipt(world.ledger.receipts, 1.0, "aim", b"raw", [(TaskId("stranger"), RENDERED)])
    assert apply_receipts(world.parts).changed == 0
    assert world.standing(0).outcome is Outcome.SUBMITTED


def test_a_handset_that_cannot_be_asked_about_is_not_waited_for_for_ever() -> None:
    world = World(((1,),))
    task = world.accept(0)
    world.gateway.delivered[task] = (DELIVERED,)
    world.gateway.rendered[task] = Renderings((), 3600.0)
    world.gateway.no_capabilities = True
    world.clock.advance(3600.0 + PollOptions().grace_s)
    result = asyncio.run(poll(world.parts, PollOptions()))
    assert result.unanswered == 1
    assert world.standing(0).outcome is Outcome.DELIVERED
    world.clock.advance(PollOptions().reason_s)
    asyncio.run(poll(world.parts, PollOptions()))
    assert world.standing(0).outcome is Outcome.FALLBACK_SMS


def withhold_before_proof(world: World, reason: str = "opted_out") -> TaskId:
    """Release an attempt, withhold its first recipient, then let it have been taken after all."""
    name = world.lose(0)
    world.writer.conclude([Conclusion(0, 0, Event.WAS_RELEASED, world.clock.now())])
    world.writer.withhold(Withholding(0, 0, world.clock.now(), {0: reason}))
    task = world.take(name)
    found = Conclusion(0, 0, Event.WAS_FOUND, world.clock.now(), task_id=task, task_name=name)
    world.writer.conclude([found])
    return task


@pytest.mark.parametrize(
    ("reason", "closed"), [("opted_out", Outcome.SUPPRESSED), ("dropped", Outcome.SKIPPED)]
)
def test_who_was_taken_out_of_a_request_that_had_left_is_told_by_belated_news_as_proved(
    reason: str, closed: Outcome
) -> None:
    world = World(((2,),), Channel.SMS)
    withhold_before_proof(world, reason)
    assert world.standing(0).outcome is closed
    receive(world, DELIVERED)
    standing, where = world.standing(0), world.submission(0)
    assert standing.outcome is Outcome.SMS
    facts = world.ledger.facts(world.plan.run, where)[0]
    assert books._judge(world.parts.carrier(where), where, standing, facts, 0) is None


@pytest.mark.parametrize(
    ("news", "outcome"),
    [
        ((), Outcome.SUPPRESSED),
        ((DELIVERED,), Outcome.SMS),
        ((FAILED,), Outcome.UNDELIVERED),
        ((TIMED_OUT,), Outcome.EXPIRED),
        ((FAILED, DELIVERED), Outcome.SMS),
    ],
)
def test_who_was_withheld_after_a_request_had_taken_them_along_is_told_by_its_news(
    news: tuple[News, ...], outcome: Outcome
) -> None:
    world = World(((2,),), Channel.SMS)
    withhold_before_proof(world)
    receive(world, *news)
    assert world.standing(0).outcome is outcome
    assert world.standing(1).outcome is Outcome.SUBMITTED
    assert world.ledger.books(world.plan.run).balance


def test_news_of_who_was_withheld_too_late_is_also_asked_for() -> None:
    world = World(((2,),), Channel.SMS)
    world.gateway.delivered[withhold_before_proof(world)] = (DELIVERED,)
    asyncio.run(poll(world.parts, PollOptions()))
    assert world.standing(0).outcome is Outcome.SMS


def test_counts_tell_nothing_of_who_was_withheld() -> None:
    world = World(((2,),), Channel.AIM_BASIC)
    task = withhold_before_proof(world)
    name = world.submission(0).task_name
    assert name is not None
    world.gateway.taken[name] = (FoundTask(name, task, 2, succeeded=2),)
    asyncio.run(poll(world.parts, PollOptions()))
    assert world.standing(0).outcome is Outcome.SUPPRESSED
