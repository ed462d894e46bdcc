import asyncio
from dataclasses import replace

import pytest

from pipeline.core.answer import News, NewsKind, Renderings
from pipeline.core.lifecycle import Event
from pipeline.core.outcome import SILENCE_S_MAX, FallbackReason, Outcome
from pipeline.ports import Conclusion
from pipeline.reconciler.context import SteadyClock
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import PollResult, poll
from tests.support.ledgers import store_receipt
from tests.support.memory_ledger import MemoryLedger
from tests.support.planning import apply_receipts
from tests.support.reconciling import RUN, World, phone

LIFE_S = 3600.0
GRACE_S = PollOptions().grace_s


def poll_once(world: World) -> PollResult:
    return asyncio.run(poll(world.parts, PollOptions()))


def delivered(row: int, at: str = "2026-09-21T10:00:00") -> News:
    return News(phone(row), NewsKind.DELIVERED, "DELIVRD", at)


def outcomes(world: World, rows: int) -> list[Outcome]:
    return [world.standing(row).outcome for row in range(rows)]


def card_world(ledger: MemoryLedger | None = None) -> World:
    """Return a run with one accepted submission: a card, a plain SMS, a failure, no news yet."""
    world = World(((4,),), ledger=ledger)
    task = world.accept(0)
    world.gateway.delivered[task] = (
        delivered(0),
        delivered(1),
        News(phone(2), NewsKind.FAILED, "MK:0001", ""),
    )
    world.gateway.rendered[task] = Renderings((News(phone(0), NewsKind.RENDERED),), LIFE_S)
    return world


def test_a_pass_learns_who_got_the_message_and_who_saw_the_card() -> None:
    world = card_world()
    result = poll_once(world)
    assert outcomes(world, 4) == [
        Outcome.CARD,
        Outcome.DELIVERED,
        Outcome.UNDELIVERED,
        Outcome.SUBMITTED,
    ]
    assert world.standing(2).code == "MK:0001"
    assert (result.asked, result.settled, result.changed, result.open_rows) == (2, 2, 3, 2)
    assert result.next_due_s is not None


def test_polling_twice_appends_nothing_and_settles_nothing() -> None:
    ledger = MemoryLedger()
    world = card_world(ledger)
    poll_once(world)
    writes = ledger.writes
    facts = ledger.facts(RUN, world.submission(0))
    result = poll_once(world)
    assert ledger.writes == writes
    assert ledger.facts(RUN, world.submission(0)) == facts
    assert (result.settled, result.changed) == (0, 0)


def test_what_is_known_to_be_delivered_is_not_asked_for_again() -> None:
    world = World(((1,),))
    task = world.accept(0)
    world.gateway.delivered[task] = (delivered(0),)
    assert poll_once(world).asked == 2
    assert poll_once(world).asked == 1


def test_a_submission_whose_rows_are_all_final_is_not_asked_about_again() -> None:
    world = World(((1,),))
    task = world.accept(0)
    world.gateway.delivered[task] = (delivered(0),)
    world.gateway.rendered[task] = Renderings((News(phone(0), NewsKind.RENDERED),), LIFE_S)
    assert poll_once(world).asked == 2
    assert poll_once(world) == PollResult()


@pytest.mark.parametrize(
    ("after_s", "outcome"),
    [
        (LIFE_S + GRACE_S - 1.0, Outcome.DELIVERED),
        (LIFE_S + GRACE_S, Outcome.FALLBACK_SMS),
    ],
)
def test_a_delivered_message_falls_back_when_its_link_has_expired(
    after_s: float, outcome: Outcome
) -> None:
    world = card_world()
    world.clock.advance(after_s)
    poll_once(world)
    assert world.standing(1).outcome is outcome


def test_a_fallback_before_the_link_expires_is_due_at_its_expiry() -> None:
    world = card_world()
    world.clock.advance(LIFE_S - 20.0)
    due_s = poll_once(world).next_due_s
    assert due_s is not None
    assert due_s <= 20.0 + GRACE_S
    world.clock.advance(due_s)
    poll_once(world)
    assert world.standing(1).outcome is Outcome.FALLBACK_SMS


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (NewsKind.UNSUPPORTED, FallbackReason.HANDSET_UNSUPPORTED),
        (NewsKind.TEMPLATE_INACTIVE, FallbackReason.TEMPLATE_NOT_ACTIVE),
        (NewsKind.SUPPORTED, FallbackReason.NOT_PARSED_BEFORE_EXPIRY),
    ],
)
def test_a_fallback_is_explained_by_what_the_handset_can_do(
    kind: NewsKind, reason: FallbackReason
) -> None:
    world = card_world()
    world.gateway.capable[phone(1)] = News(phone(1), kind)
    world.clock.advance(LIFE_S + GRACE_S)
    poll_once(world)
    assert world.standing(1).reason == reason


def test_a_card_that_appears_at_the_last_pass_is_no_fallback() -> None:
    world = card_world()
    poll_once(world)
    world.clock.advance(LIFE_S + GRACE_S)
    task = world.submission(0).task_id
    assert task is not None
    world.gateway.rendered[task] = Renderings(
        (News(phone(0), NewsKind.RENDERED), News(phone(1), NewsKind.RENDERED)), LIFE_S
    )
    poll_once(world)
    assert world.standing(1).outcome is Outcome.CARD


def test_a_link_whose_life_is_not_stated_lives_as_long_as_the_campaign_says() -> None:
    world = card_world()
    task = world.submission(0).task_id
    assert task is not None
    world.gateway.rendered[task] = Renderings(())
    world.clock.advance(86_400.0 + GRACE_S - 1.0)
    poll_once(world)
    assert world.standing(1).outcome is Outcome.DELIVERED
    world.clock.advance(1.0)
    poll_once(world)
    assert world.standing(1).outcome is Outcome.FALLBACK_SMS


def test_without_an_answer_after_expiry_nothing_is_a_fallback() -> None:
    world = card_world()
    poll_once(world)
    world.clock.advance(LIFE_S * 10)
    world.gateway.silent = True
    result = poll_once(world)
    assert result.unanswered == 1
    assert world.standing(1).outcome is Outcome.DELIVERED
    assert result.next_due_s is not None


def test_silence_is_expired_only_after_an_answer_that_late() -> None:
    world = card_world()
    world.clock.advance(SILENCE_S_MAX - 1.0)
    poll_once(world)
    assert world.standing(3).outcome is Outcome.SUBMITTED
    world.clock.advance(1.0)
    world.gateway.silent = True
    poll_once(world)
    assert world.standing(3).outcome is Outcome.SUBMITTED
    world.gateway.silent = False
    poll_once(world)
    assert world.standing(3).outcome is Outcome.EXPIRED


def test_a_wall_clock_that_jumps_forward_during_a_pass_expires_nothing() -> None:
    world = card_world()
    world.gateway.jump_s = 10 * SILENCE_S_MAX
    poll_once(world)
    assert world.standing(1).outcome is Outcome.DELIVERED
    assert world.standing(3).outcome is Outcome.SUBMITTED


def test_a_wall_clock_that_jumps_forward_expires_nothing() -> None:
    world = card_world()
    parts = replace(world.parts, clock=SteadyClock(world.clock))
    world.clock.jump(10 * SILENCE_S_MAX)
    asyncio.run(poll(parts, PollOptions()))
    assert world.standing(1).outcome is Outcome.DELIVERED
    assert world.standing(3).outcome is Outcome.SUBMITTED


def test_a_clock_that_was_set_back_before_the_answer_expires_no_link() -> None:
    world = World(((2,),))
    task = world.take(world.attempt(0), 0.0)
    world.clock.jump(-LIFE_S)
    world.writer.conclude([Conclusion(0, 0, Event.WAS_ACCEPTED, world.clock.now(), task_id=task)])
    world.clock.jump(LIFE_S)
    world.gateway.delivered[task] = (delivered(0), delivered(1))
    world.gateway.rendered[task] = Renderings((), LIFE_S)
    world.clock.advance(LIFE_S - 60.0)
    poll_once(world)
    assert outcomes(world, 2) == [Outcome.DELIVERED] * 2
    world.clock.advance(60.0 + GRACE_S)
    poll_once(world)
    assert outcomes(world, 2) == [Outcome.FALLBACK_SMS] * 2


def test_numbers_that_the_answer_refused_are_refused() -> None:
    world = World(((2,),))
    world.accept(0, refused={1: "KM.1"})
    apply_receipts(world.parts)
    assert outcomes(world, 2) == [Outcome.SUBMITTED, Outcome.REFUSED]
    assert world.standing(1).code == "KM.1"


def test_news_of_numbers_that_are_not_ours_is_ignored() -> None:
    world = World(((1,), (1,)))
    task = world.accept(0)
    world.accept(0, 1)
    world.gateway.delivered[task] = (delivered(1), delivered(99))
    poll_once(world)
    assert outcomes(world, 2) == [Outcome.SUBMITTED, Outcome.SUBMITTED]


def test_receipts_alone_close_what_they_can_without_a_question() -> None:
    world = card_world()
    task = world.submission(0).task_id
    assert task is not None
    store_receipt(
        world.ledger.receipts,
        1.0,
        "aim",
        b"raw",
        [(task, delivered(3)), (task, News(phone(3), NewsKind.RENDERED))],
    )
    result = apply_receipts(world.parts)
    assert world.standing(3).outcome is Outcome.CARD
    assert world.standing(3).evidence == "receipt:1"
    assert (result.asked, result.settled, result.open_rows) == (0, 1, 3)
    assert apply_receipts(world.parts).changed == 0


def test_only_submissions_that_were_accepted_are_asked_about() -> None:
    world = World(((1, 1, 1),))
    world.accept(1)
    world.lose(2)
    assert poll_once(world).asked == 2
    assert outcomes(world, 3) == [Outcome.PENDING, Outcome.SUBMITTED, Outcome.IN_DOUBT]


def test_a_provider_that_never_answers_is_asked_more_and_more_slowly_and_then_no_more() -> None:
    world = World(tuple((1,) * 10 for _ in range(10)))
    for chunk in range(10):
        for number in range(10):
            world.accept(number, chunk)
    world.gateway.silent = True
    begun = world.clock.monotonic()
    result = poll_once(world)
    assert result.unanswered == 100
    assert result.asked < 100
    assert world.clock.monotonic() > begun
    assert len(world.seen("poll.gave_up")) == 1


def test_every_submission_of_a_large_run_is_polled_through_one_limiter() -> None:
    world = World(tuple((5,) * 20 for _ in range(6)))
    for chunk in range(6):
        for number in range(20):
            task = world.accept(number, chunk)
            first = (chunk * 20 + number) * 5
            rows = range(first, first + 5)
            world.gateway.delivered[task] = tuple(delivered(row) for row in rows)
            world.gateway.rendered[task] = Renderings(
                tuple(News(phone(row), NewsKind.RENDERED) for row in rows), LIFE_S
            )
    result = poll_once(world)
    assert (result.asked, result.settled, result.open_rows) == (240, 600, 0)
    assert result.next_due_s is None
    assert world.limiter.questions == 240
