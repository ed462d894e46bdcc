"""That a refusal means that nothing was taken is assumed, and watched."""

import asyncio
import math

import pytest

from pipeline.core.lifecycle import Event, State
from pipeline.core.model import Channel, TaskName
from pipeline.koomessage.codes import is_own
from pipeline.ports import Conclusion
from pipeline.reconciler.doubts.axioms import SAMPLES, Watched, watch_axioms
from tests.support.reconciling import RUN, World

SETTLE_S = 1200.0


def refuse(world: World, number: int, code: str = "APIGW.0308") -> TaskName:
    """Attempt a submission that is turned away, to be sent again."""
    name = world.attempt(number)
    now = world.clock.now()
    world.writer.conclude([Conclusion(0, number, Event.WAS_THROTTLED, now, code=code)])
    return name


def watch(world: World, *, early: bool = False) -> Watched:
    return asyncio.run(watch_axioms(world.parts, is_own, SETTLE_S, early=early))


def test_nothing_is_asked_before_the_settling_time() -> None:
    world = World()
    refuse(world, 0)
    assert watch(world) == Watched(due_s=SETTLE_S)
    assert world.gateway.asked == []


def test_what_was_refused_and_is_not_listed_is_no_news() -> None:
    world = World()
    name = refuse(world, 0)
    world.clock.advance(SETTLE_S)
    assert watch(world) == Watched()
    assert watch(world) == Watched()
    assert world.gateway.asked == [name], "it is asked for once"
    assert world.store.doubtful_codes() == {}


def test_a_refused_request_that_is_listed_goes_on_as_taken_and_its_code_is_a_doubt() -> None:
    world = World()
    name = refuse(world, 0)
    world.take(name)
    world.clock.advance(SETTLE_S)
    (broken,) = watch(world).broken
    assert (broken.name, broken.code, broken.messages) == (name, "APIGW.0308", 2)
    assert world.submission(0).state is State.ACCEPTED
    assert world.submission(0).task_id == f"id-{name}"
    assert world.store.doubtful_codes() == {"APIGW.0308": name}
    assert world.seen("axiom.false")


def test_what_is_about_to_be_sent_again_is_asked_for_at_once() -> None:
    world = World()
    name = refuse(world, 0, "APIGW.0301")
    world.take(name)
    (broken,) = watch(world, early=True).broken
    assert (broken.name, broken.again) == (name, False)
    assert world.submission(0).state is State.ACCEPTED
    assert world.store.doubtful_codes() == {"APIGW.0301": name}


def test_an_early_question_that_finds_nothing_is_put_again_after_the_settling_time() -> None:
    world = World()
    name = refuse(world, 0)
    assert watch(world, early=True) == Watched(due_s=SETTLE_S)
    world.clock.advance(SETTLE_S)
    world.take(name)
    assert watch(world).broken
    assert world.gateway.asked == [name, name]


def test_once_a_code_is_false_all_that_it_was_believed_for_is_asked_for_at_once() -> None:
    world = World()
    for number in (0, 1):
        world.take(refuse(world, number))
        world.accept(number)
        world.clock.advance(1.0)
    world.clock.advance(SETTLE_S - 1.5)
    assert len(watch(world).broken) == 2


@pytest.mark.parametrize("ahead_s", [2 * SETTLE_S, None])
def test_by_a_wrong_clock_no_sample_is_taken_for_late_enough(ahead_s: float | None) -> None:
    world = World()
    name = refuse(world, 0)
    world.clock.jump(2 * SETTLE_S)
    world.gateway.ahead_s = ahead_s
    assert watch(world, early=True) == Watched()
    world.clock.jump(-2 * SETTLE_S)
    world.gateway.ahead_s = 0.0
    world.take(name)
    world.clock.advance(SETTLE_S)
    assert [one.name for one in watch(world).broken] == [name]


def test_what_is_not_sent_again_yet_alone_is_asked_for_early() -> None:
    world = World()
    refuse(world, 0)
    world.accept(0)
    watch(world, early=True)
    assert world.gateway.asked == []


def test_one_that_was_sent_again_meanwhile_is_told() -> None:
    world = World()
    name = refuse(world, 0)
    world.take(name)
    world.accept(0)
    world.clock.advance(SETTLE_S)
    (broken,) = watch(world).broken
    assert (broken.name, broken.again) == (name, True)
    assert world.submission(0).task_name != name


def test_a_few_of_many_are_asked_for_and_all_of_them_once_one_is_found() -> None:
    world = World(((1,) * 20,))
    names = [refuse(world, number) for number in range(20)]
    world.clock.advance(SETTLE_S)
    watch(world)
    assert world.gateway.asked == [names[0], names[9], names[19]]
    other = World(((1,) * 20,))
    taken = [refuse(other, number) for number in range(20)]
    for name in taken:
        other.take(name)
    other.clock.advance(SETTLE_S)
    assert {one.name for one in watch(other).broken} == set(taken)
    assert len(taken) > SAMPLES


@pytest.mark.parametrize("code", ["unreachable", "withdrawn", "clock"])
def test_what_never_left_is_not_asked_for(code: str) -> None:
    world = World()
    refuse(world, 0, code)
    world.clock.advance(SETTLE_S)
    assert watch(world) == Watched()
    assert world.gateway.asked == []


def test_silence_is_no_answer_and_is_asked_again() -> None:
    world = World()
    name = refuse(world, 0)
    world.clock.advance(SETTLE_S)
    world.gateway.silent_until = math.inf
    assert watch(world) == Watched()
    world.gateway.silent_until = 0.0
    watch(world)
    assert world.gateway.asked == [name, name]


def test_links_bear_no_name_and_are_not_asked_for() -> None:
    world = World(channel=Channel.LINKS_ONLY)
    refuse(world, 0)
    world.clock.advance(SETTLE_S)
    assert watch(world) == Watched()
    assert not world.ledger.questions(RUN)
