"""Receipts in any order, early, late and any number of times lead to the same outcomes."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.answer import News, NewsKind
from pipeline.core.lifecycle import Event
from pipeline.core.model import Channel
from pipeline.core.outcome import Outcome
from pipeline.reconciler.doubts.policy import DoubtPolicy
from tests.support.examples import tried
from tests.support.ledgers import store_receipt
from tests.support.sending import RUN
from tests.support.world_model import DAY_S, Setting, World
from tests.support.world_model_provider import Course, Fate
from tests.support.world_model_referee import true_outcome

SIZE = 6
EVERY = list(range(SIZE))
ORDERS = st.lists(st.integers(0, SIZE - 1), max_size=3 * SIZE)


@contextmanager
def world_of(channel: Channel, course: Course) -> Iterator[World]:
    setting = Setting(disk=False, channel=channel, chunks=1, submissions=1, size=SIZE)
    with closing(World(setting)) as world:
        world.provider.courses.append(course)
        yield world


def push(world: World, order: list[int]) -> None:
    """Push the news of one number after the other, as far as there is any by now."""
    for task in world.provider.taken.values():
        by_phone: dict[str, list[News]] = {}
        for news in world.provider.news_of(task):
            by_phone.setdefault(news.phone, []).append(news)
        for index in order:
            said = by_phone.get(task.phones[index], [])
            pairs = [(task.task, one) for one in said]
            store_receipt(world.ledger.receipts, world.time.now(), "sms", b"{}", pairs)


def outcomes(world: World) -> list[Outcome]:
    return [
        standing.outcome for block in world.ledger.outcomes(RUN) for standing in block.standings
    ]


@tried(80, 1_000)
@given(
    channel=st.sampled_from([Channel.AIM, Channel.AIM_BASIC]),
    early=ORDERS,
    later=ORDERS,
    late=st.permutations(EVERY),
    fate=st.sampled_from([Fate.TAKEN, Fate.LOST_AFTER]),
)
def test_whatever_comes_whenever_each_row_ends_as_it_did_in_truth(
    channel: Channel, early: list[int], later: list[int], late: list[int], fate: Fate
) -> None:
    with world_of(channel, Course(fate, answer_s=30.0)) as world:
        process = world.start()
        world.run_on(process, 25.0)
        push(world, early)
        world.run_on(process, DAY_S)
        push(world, later)
        world.run_on(world.start(reconcile=True), DAY_S)
        world.time.advance(5 * DAY_S)
        world.run_on(world.start(reconcile=True), DAY_S)
        push(world, late)
        world.run_on(world.start(reconcile=True), DAY_S)
        phones = world.ledger.recipients(RUN, 0).phones
        assert outcomes(world) == [true_outcome(channel, phone) for phone in phones]
        world.referee.judge()
        world.referee.judge_folds()


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("missing", EVERY)
def test_receipts_and_counts_name_the_one_that_is_missing_however_often_they_come(
    times: int, missing: int
) -> None:
    with world_of(Channel.AIM_BASIC, Course()) as world:
        world.run_on(world.start(), 1.0)
        world.time.advance(600.0)
        push(world, [index for index in EVERY if index != missing] * times)
        world.run_on(world.start(reconcile=True), 1.0)
        phones = world.ledger.recipients(RUN, 0).phones
        assert outcomes(world) == [true_outcome(Channel.AIM_BASIC, phone) for phone in phones]


@pytest.mark.parametrize("disk", [False, True], ids=["memory", "disk"])
def test_a_receipt_outweighs_the_person_who_said_that_nothing_was_taken(*, disk: bool) -> None:
    setting = Setting(disk=disk, chunks=1, submissions=2, size=2, then=DoubtPolicy.HOLD)
    with closing(World(setting)) as world:
        world.provider.courses.extend([Course(), Course(Fate.LATE, late_s=2_000.0)])
        world.run_on(world.start(), 60.0)
        world.kill()
        world.decide(True, world.doubts())  # noqa: FBT003 -- released, and wrongly so
        world.time.advance(3_000.0)
        world.push([1])
        world.run_on(world.start(), DAY_S)
        world.finish()
        assert set(world.provider.times_taken().values()) == {1}
        assert [record.event for record in world.ledger.attempts(RUN)] == [
            Event.WAS_ACCEPTED,
            Event.WAS_FOUND,
        ]
        world.referee.judge_end(holds=False)


@pytest.mark.parametrize("channel", [Channel.AIM, Channel.AIM_BASIC])
def test_news_of_a_strange_task_changes_nothing(channel: Channel) -> None:
    with world_of(channel, Course()) as world:
        world.run_on(world.start(), 1.0)
        before = outcomes(world)
        world.push([99, 99])
        strange = [
            (world.provider.taken[name].task, News("13999999999", NewsKind.FAILED))
            for name in world.provider.taken
        ]
        store_receipt(world.ledger.receipts, world.time.now(), "sms", b"{}", strange)
        world.run_on(world.start(reconcile=True), 1.0)
        assert outcomes(world) == before
