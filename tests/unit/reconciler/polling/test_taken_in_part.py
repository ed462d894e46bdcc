"""A task that was taken in part, or not at all: told by its count and by whom its details show."""

import asyncio
from collections.abc import Sequence

import pytest

from pipeline.core.answer import FoundTask, News, NewsKind
from pipeline.core.model import Channel, TaskId, TaskName
from pipeline.core.outcome import Outcome, Standing
from pipeline.core.screening import person_digest
from pipeline.ledger.writer import SqliteRunWriter
from pipeline.ports.erasing import ErasedPerson, Erasing
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import poll
from tests.support.planning import apply_receipts
from tests.support.reconciling import World, phone

LATER_S = 8 * 86_400.0


def world_of(listed: FoundTask, named: Sequence[int], kind: NewsKind) -> World:
    """Return a card submission of four: what the list says, and whom the details show."""
    world = World(((4,),))
    task = world.accept(0)
    world.gateway.taken[name_of(world)] = (listed_as(world, listed),)
    world.gateway.delivered[task] = tuple(News(phone(row), kind) for row in named)
    return world


def name_of(world: World) -> TaskName:
    name = world.submission(0).task_name
    assert name is not None
    return name


def listed_as(world: World, said: FoundTask) -> FoundTask:
    one = world.submission(0)
    assert one.task_name is not None
    assert one.task_id is not None
    return FoundTask(
        one.task_name,
        one.task_id,
        said.total,
        said.succeeded,
        said.failed,
        said.timed_out,
        failed_state=said.failed_state,
        nothing_sent=said.nothing_sent,
    )


def listed(total: int | None = None, *ends: int, state: str = "") -> FoundTask:
    nobody = TaskName(""), TaskId("")
    return FoundTask(*nobody, total, *ends, failed_state=state, nothing_sent=bool(state))


def outcomes(world: World) -> list[Outcome]:
    return [world.standing(row).outcome for row in range(4)]


def pass_over(world: World) -> None:
    asyncio.run(poll(world.parts, PollOptions()))


@pytest.mark.parametrize("kind", [NewsKind.DELIVERED, NewsKind.UNDER_WAY])
def test_whom_neither_the_count_nor_the_details_show_was_not_sent_to(kind: NewsKind) -> None:
    world = world_of(listed(2), (0, 1), kind)
    pass_over(world)
    assert Outcome.REFUSED not in outcomes(world)
    world.clock.advance(LATER_S)
    pass_over(world)
    assert outcomes(world)[2:] == [Outcome.REFUSED] * 2
    assert world.standing(2).code == "not_taken"
    assert Outcome.REFUSED not in outcomes(world)[:2]
    assert [fields["rows"] for fields in world.seen("task.taken_in_part")] == [2]


@pytest.mark.parametrize(
    ("total", "named"), [(3, (0, 1)), (4, (0, 1)), (1, (0, 1)), (None, (0, 1)), (0, ()), (2, ())]
)
def test_a_count_that_the_details_do_not_bear_out_proves_nobody_left_out(
    total: int | None, named: Sequence[int]
) -> None:
    world = world_of(listed(total), named, NewsKind.DELIVERED)
    world.clock.advance(LATER_S)
    pass_over(world)
    unnamed = [outcomes(world)[row] for row in range(4) if row not in named]
    assert set(unnamed) == {Outcome.EXPIRED}


def test_details_that_name_somebody_who_was_erased_prove_nobody_left_out() -> None:
    world = world_of(listed(2), (0, 1, 2), NewsKind.DELIVERED)
    world.writer.settle({1: Standing(Outcome.CARD, evidence="renderings:1")})
    key = "0123456789abcdef"
    assert isinstance(world.writer, SqliteRunWriter)
    person = ErasedPerson(phone(1), key, person_digest(phone(1), key))
    assert world.writer.erase(person, Erasing(5.0, "koosend erase")).rows == 1
    world.clock.advance(LATER_S)
    pass_over(world)
    assert (outcomes(world)[1], outcomes(world)[3]) == (Outcome.CARD, Outcome.EXPIRED)


def test_a_list_that_gives_no_answer_closes_nobody() -> None:
    world = world_of(listed(2), (0, 1), NewsKind.DELIVERED)
    world.clock.advance(LATER_S)
    world.gateway.silent_until = world.clock.monotonic() + 3_600.0
    pass_over(world)
    assert outcomes(world)[2:] == [Outcome.SUBMITTED] * 2
    world.clock.advance(7_200.0)
    pass_over(world)
    assert outcomes(world)[2:] == [Outcome.REFUSED] * 2


def test_a_smart_messages_task_that_failed_with_nothing_sent_may_be_sent_again() -> None:
    world = world_of(listed(4, state="Failed"), (), NewsKind.DELIVERED)
    world.clock.advance(LATER_S)
    pass_over(world)
    assert set(outcomes(world)) == {Outcome.REFUSED}
    assert world.standing(0).code == "task_state Failed"
    assert len(world.seen("task.failed")) == 1


@pytest.mark.parametrize("counts", [(4, 0, 0, 0), (0, 0, 0, 0), ()])
def test_a_video_task_that_failed_ends_as_refused_at_once_with_its_state(
    counts: tuple[int, ...],
) -> None:
    world = World(((4,),), Channel.AIM_BASIC)
    world.accept(0)
    said = listed(*counts, state="提交失败")
    world.gateway.taken[name_of(world)] = (listed_as(world, said),)
    pass_over(world)
    pass_over(world)
    assert set(outcomes(world)) == {Outcome.REFUSED}
    assert world.standing(0).code == "task_state 提交失败"
    assert len(world.seen("task.failed")) == 1


def test_a_video_task_that_somebody_sends_again_in_the_console_is_delivered() -> None:
    world = World(((4,),), Channel.AIM_BASIC)
    world.accept(0)
    name = name_of(world)
    world.gateway.taken[name] = (listed_as(world, listed(4, state="submit_failed")),)
    pass_over(world)
    world.gateway.taken[name] = (listed_as(world, listed(4, 4, 0, 0)),)
    pass_over(world)
    assert set(outcomes(world)) == {Outcome.VIDEO}


@pytest.mark.parametrize("others", [(), (1, 2, 3)])
def test_details_are_asked_also_for_whom_the_answer_refused(others: tuple[int, ...]) -> None:
    world = World(((4,),))
    refused = {row: "KM.90011001" for row in range(4) if row not in others}
    task = world.accept(0, refused=refused)
    apply_receipts(world.parts)
    world.gateway.delivered[task] = tuple(News(phone(row), NewsKind.DELIVERED) for row in others)
    pass_over(world)
    assert world.standing(0).outcome is Outcome.REFUSED
    world.gateway.delivered[task] = tuple(News(phone(row), NewsKind.DELIVERED) for row in range(4))
    pass_over(world)
    assert set(outcomes(world)) == {Outcome.DELIVERED}
    world.clock.advance(LATER_S)
    pass_over(world)
    assert set(outcomes(world)) == {Outcome.FALLBACK_SMS}


def test_whom_nobody_hears_of_stays_refused_and_is_not_asked_about_for_ever() -> None:
    world = World(((4,),))
    world.accept(0, refused=dict.fromkeys(range(4), "KM.90011001"))
    apply_receipts(world.parts)
    world.clock.advance(LATER_S)
    asked = world.limiter.questions
    pass_over(world)
    assert world.limiter.questions == asked
    assert set(outcomes(world)) == {Outcome.REFUSED}
