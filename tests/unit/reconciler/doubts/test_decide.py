from typing import Literal

import pytest

from pipeline.core.lifecycle import State
from pipeline.core.model import TaskName
from pipeline.core.outcome import Outcome
from pipeline.reconciler.doubts.decide import PersonsWord, decide_doubts
from tests.support.reconciling import RUN, World

Decision = Literal["release", "assume_sent"]


def decide(world: World, decision: Decision, *names: TaskName) -> tuple[TaskName, ...]:
    word = PersonsWord(decision, names, "night operator", world.clock.now())
    return decide_doubts(world.ledger, world.writer, RUN, word)


@pytest.mark.parametrize(
    ("decision", "state", "outcome"),
    [
        ("release", State.DEFERRED, Outcome.PENDING),
        ("assume_sent", State.ABANDONED, Outcome.SKIPPED),
    ],
)
def test_a_person_decides_the_doubts_that_are_named(
    decision: Decision, state: State, outcome: Outcome
) -> None:
    world = World()
    name = world.lose(0)
    world.lose(1)
    assert decide(world, decision, name, name) == ()
    assert world.submission(0).state is state
    assert world.standing(0).outcome is outcome
    assert world.submission(1).state is State.IN_DOUBT


def test_who_decided_is_recorded() -> None:
    world = World()
    decide(world, "release", world.lose(0))
    assert world.ledger.attempts(RUN)[0].note == "release by night operator"


def test_one_mistyped_name_decides_nothing() -> None:
    world = World()
    name = world.lose(0)
    world.accept(1)
    accepted = world.submission(1).task_name
    assert accepted is not None
    assert decide(world, "release", name, accepted, TaskName("x")) == (accepted, "x")
    assert world.submission(0).state is State.IN_DOUBT
