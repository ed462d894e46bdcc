"""A release that rests on proof is held against the questions that are to prove it."""

import asyncio

import pytest

from pipeline.audit.books import FindingCode
from pipeline.audit.releases import check_releases
from pipeline.core.lifecycle import Event
from pipeline.ports import Conclusion, Question
from pipeline.reconciler.doubts.policy import DoubtOptions
from pipeline.reconciler.doubts.settle import settle_doubts
from tests.support.reconciling import RUN, World


def found_in(world: World) -> list[FindingCode]:
    records, questions = world.ledger.attempts(RUN), world.ledger.questions(RUN)
    return [one.code for one in check_releases(records, questions)]


def test_what_was_proved_absent_is_borne_out_by_its_rounds() -> None:
    world = World()
    world.accept(0)
    world.lose(1)
    assert asyncio.run(settle_doubts(world.parts, DoubtOptions(), wait=True)).released == 1
    assert found_in(world) == []


@pytest.mark.parametrize(("rounds", "controls"), [(0, 3), (4, 3), (9, 2)])
def test_a_release_that_too_little_bears_out_is_found(rounds: int, controls: int) -> None:
    world = World()
    world.accept(0)
    name = world.lose(1)
    known = world.submission(0).task_name
    assert known is not None
    for number in range(1, rounds + 1):
        asked = [Question(known, 1.0, 1, "", calibrates=True, round=number)] * controls
        asked.append(Question(name, 1.0, 0, "", calibrates=False, round=number))
        world.writer.asked(asked)
    release(world, "policy auto: not listed")
    assert found_in(world) == [FindingCode.RELEASE_UNPROVED]


def test_a_release_on_a_persons_word_needs_no_rounds() -> None:
    world = World()
    world.lose(1)
    release(world, "release by somebody: not in the console")
    assert found_in(world) == []


def release(world: World, note: str) -> None:
    now = world.clock.now()
    world.writer.conclude([Conclusion(0, 1, Event.WAS_RELEASED, now, note=note)])
