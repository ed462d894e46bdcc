import asyncio

import pytest

from pipeline.core.answer import FoundTask, News, NewsKind
from pipeline.core.model import Channel, TaskId
from pipeline.core.outcome import SILENCE_S_MAX, Outcome
from pipeline.ports import Withholding
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import PollResult, poll
from tests.support.ledgers import store_receipt
from tests.support.reconciling import World, phone


def poll_once(world: World) -> PollResult:
    return asyncio.run(poll(world.parts, PollOptions()))


def outcomes(world: World, rows: int) -> list[Outcome]:
    return [world.standing(row).outcome for row in range(rows)]


def counts_world(*counts: int) -> World:
    """Return an accepted aim_basic submission of four; counts: total, ok, failed, timed out."""
    world = World(((4,),), Channel.AIM_BASIC)
    task = world.accept(0)
    name = world.submission(0).task_name
    assert name is not None
    world.gateway.taken[name] = (FoundTask(name, task, *counts),)
    return world


@pytest.mark.parametrize(
    ("counts", "outcome", "code"),
    [
        ((4, 4, 0, 0), Outcome.VIDEO, ""),
        ((4, 0, 4, 0), Outcome.UNDELIVERED, "failed_by_count"),
        ((4, 0, 0, 4), Outcome.EXPIRED, "EXPIRED"),
        ((4, 3, 1, 0), Outcome.SUBMITTED, ""),
        ((4, 3, 0, 0), Outcome.SUBMITTED, ""),
        ((4, 0, 0, 0), Outcome.SUBMITTED, ""),
        ((0, 0, 0, 0), Outcome.SUBMITTED, ""),
        ((4,), Outcome.SUBMITTED, ""),
        ((4, 5, 0, 0), Outcome.SUBMITTED, ""),
    ],
)
def test_counts_tell_of_single_numbers_when_they_leave_one_possibility(
    counts: tuple[int, ...], outcome: Outcome, code: str
) -> None:
    world = counts_world(*counts)
    poll_once(world)
    assert {world.standing(row).outcome for row in range(4)} == {outcome}
    assert {world.standing(row).code for row in range(4)} == {code}


def test_counts_and_receipts_together_leave_one_possibility() -> None:
    world = counts_world(4, 3, 1, 0)
    task = world.submission(0).task_id
    assert task is not None
    failed = News(phone(2), NewsKind.FAILED, "MK:0001")
    store_receipt(world.ledger.receipts, 1.0, "aim_basic", b"raw", [(task, failed)])
    result = poll_once(world)
    assert outcomes(world, 4) == [
        Outcome.VIDEO,
        Outcome.VIDEO,
        Outcome.UNDELIVERED,
        Outcome.VIDEO,
    ]
    assert world.standing(2).code == "MK:0001"
    assert result.open_rows == 0


def test_a_number_that_timed_out_by_name_is_not_counted_again() -> None:
    world = counts_world(4, 3, 0, 1)
    task = world.submission(0).task_id
    assert task is not None
    timed_out = News(phone(1), NewsKind.FAILED, "EXPIRED")
    store_receipt(world.ledger.receipts, 1.0, "aim_basic", b"raw", [(task, timed_out)])
    poll_once(world)
    assert outcomes(world, 4) == [
        Outcome.VIDEO,
        Outcome.EXPIRED,
        Outcome.VIDEO,
        Outcome.VIDEO,
    ]


def test_numbers_left_out_of_a_task_are_named_only_once_the_counts_cannot_grow() -> None:
    world = counts_world(0, 0, 0, 0)
    poll_once(world)
    assert set(outcomes(world, 4)) == {Outcome.SUBMITTED}
    world.clock.advance(SILENCE_S_MAX)
    poll_once(world)
    assert set(outcomes(world, 4)) == {Outcome.REFUSED}
    assert world.standing(0).code == "not_taken"


def test_mixed_counts_end_as_silence_after_the_providers_own_limit() -> None:
    world = counts_world(4, 3, 1, 0)
    world.clock.advance(SILENCE_S_MAX)
    poll_once(world)
    assert set(outcomes(world, 4)) == {Outcome.EXPIRED}


def test_the_counts_of_another_task_of_the_same_name_are_not_taken() -> None:
    world = counts_world(4, 4, 0, 0)
    name = world.submission(0).task_name
    assert name is not None
    world.gateway.taken[name] = (FoundTask(name, TaskId("another"), 4, 4, 0, 0),)
    poll_once(world)
    assert set(outcomes(world, 4)) == {Outcome.SUBMITTED}


def withheld_world(row: int, delivered: int) -> World:
    """Return a run of four videos without one row, which KooMessage counts as three."""
    world = World(((4,),), Channel.AIM_BASIC)
    world.parts.writer.withhold(Withholding(0, 0, 1.0, {row: "opted_out"}))
    task = world.accept(0)
    name = world.submission(0).task_name
    assert name is not None
    world.gateway.taken[name] = (FoundTask(name, task, 3, delivered, 0, 0),)
    return world


def test_a_withheld_row_is_not_taken_for_one_that_was_left_out() -> None:
    world = withheld_world(0, 0)
    world.clock.advance(SILENCE_S_MAX + 1)
    poll_once(world)
    assert outcomes(world, 4) == [Outcome.SUPPRESSED, *[Outcome.EXPIRED] * 3]


def test_counts_that_speak_of_all_but_a_withheld_row_prove_the_others() -> None:
    world = withheld_world(2, 3)
    poll_once(world)
    assert outcomes(world, 4) == [
        Outcome.VIDEO,
        Outcome.VIDEO,
        Outcome.SUPPRESSED,
        Outcome.VIDEO,
    ]
