"""A process is killed, or stopped and overtaken, at every single turn of its loop.

Each matrix is run again with one defence switched off, where it must show duplicates: a matrix
that could not see them would prove nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from pipeline.core.errors import KoosendError
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel
from pipeline.reconciler.doubts.controls import Controls, Seen
from tests.support.sending import RUN
from tests.support.world_model import DAY_S, Setting, World
from tests.support.world_model_process import Blow
from tests.support.world_model_provider import Course, Fate, Manners

TURNS = range(1, 71)
SMALL = Setting(disk=False, chunks=1, submissions=4, size=1, concurrency=2)
COURSES = (
    Course(),
    Course(connect_s=3.0),
    Course(Fate.LATE, connect_s=3.0, late_s=100.0),
    Course(Fate.LOST_AFTER, answer_s=5.0),
)
SHORT = Manners(span_s=1_500.0)
"""A list that shows only what is recent."""

Scene = Callable[[World, int], None]


def killed_at(world: World, turn: int) -> None:
    """Start a process and kill it at a turn."""
    process = world.start()
    for _ in range(turn):
        if process.turns(1):
            continue
        due = process.clock.next_due()
        if process.ended or due is None:
            break
        world.time.advance(due - world.time.monotonic())
    world.kill()


def killed(world: World, turn: int) -> None:
    """Kill a process at a turn; let the next one take over."""
    killed_at(world, turn)
    world.run_on(world.start(), DAY_S)


def left(world: World, turn: int) -> None:
    """Kill a process at a turn; let the next one take over when much is out of the list."""
    killed_at(world, turn)
    world.time.advance(3 * SHORT.span_s)
    world.run_on(world.start(), DAY_S)


def overtaken(world: World, turn: int) -> None:
    """Stop a process at a turn, let another take over and end, and wake the first."""
    stale = world.start()
    for _ in range(turn):
        if stale.turns(1):
            continue
        due = stale.clock.next_due()
        if stale.ended or due is None:
            break
        world.time.advance(due - world.time.monotonic())
    world.run_on(world.overtake(), DAY_S)
    if not stale.ended:
        world.run_on(stale, DAY_S)


@contextmanager
def played(scene: Scene, turn: int, setting: Setting) -> Iterator[World]:
    """Play a scene to its end, and let everything that is left be done."""
    with closing(World(setting)) as world:
        world.provider.courses.extend(COURSES)
        scene(world, turn)
        world.finish()
        yield world


def duplicates(scene: Scene, setting: Setting) -> int:
    """Count the numbers that were taken twice, over all turns."""
    count = 0
    for turn in TURNS:
        with played(scene, turn, setting) as world:
            count += sum(times > 1 for times in world.provider.times_taken().values())
    return count


@pytest.mark.parametrize("disk", [False, True], ids=["memory", "disk"])
@pytest.mark.parametrize("scene", [killed, overtaken])
def test_at_whatever_turn_it_stops_everybody_is_taken_once(scene: Scene, *, disk: bool) -> None:
    for turn in TURNS[:: 3 if disk else 1]:
        channel = Channel.AIM_BASIC if turn % 2 else Channel.AIM
        with played(scene, turn, replace(SMALL, disk=disk, channel=channel)) as world:
            world.referee.judge_end(holds=False)
            world.referee.judge_folds()
            assert set(world.provider.times_taken().values()) == {1}
            assert len(world.provider.times_taken()) == SMALL.submissions * SMALL.size


@pytest.mark.parametrize("scene", [killed, overtaken])
def test_the_same_turns_show_duplicates_where_absence_is_believed_at_once(scene: Scene) -> None:
    assert duplicates(scene, SMALL) == 0
    assert duplicates(scene, replace(SMALL, settle_s=0.0, strict=False)) > 0


def test_the_same_turns_show_duplicates_where_old_signatures_are_taken() -> None:
    forever = Manners(signature_life_s=1e9)
    assert duplicates(overtaken, replace(SMALL, manners=forever, strict=False)) > 0


def test_the_same_turns_show_duplicates_where_a_list_of_the_latest_names_is_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    setting = replace(SMALL, manners=SHORT, strict=False)
    assert duplicates(left, setting) == 0
    monkeypatch.setattr(Seen, "is_deep", lambda _seen, _at: True)
    monkeypatch.setattr(Controls, "_on_missed", lambda _controls, _reply: False)
    assert duplicates(left, setting) > 0


def test_a_list_that_is_empty_now_and_then_shows_no_duplicates() -> None:
    flaky = replace(SMALL, manners=Manners(empty_share=0.5), strict=False)
    assert duplicates(killed, flaky) == duplicates(left, flaky) == 0


@pytest.mark.parametrize("blow", Blow)
def test_whatever_strikes_at_whatever_write_everybody_is_taken_once(blow: Blow) -> None:
    for after in range(14):
        with closing(World(replace(SMALL, disk=after % 4 == 0))) as world:
            world.provider.courses.extend(COURSES)
            process = world.start()
            process.life.arm(blow, after)
            world.run_on(process, DAY_S)
            world.finish()
            world.referee.judge_end(holds=False)
            assert set(world.provider.times_taken().values()) == {1}


def test_a_process_that_was_overtaken_can_write_nothing_at_all() -> None:
    with closing(World(replace(SMALL, disk=True))) as world:
        process = world.start()
        process.turns(6)
        world.overtake()
        assert process.ended is False
        before = world.ledger.submissions(RUN)
        world.run_on(process, DAY_S)
        assert isinstance(process.error, KoosendError)
        assert world.ledger.submissions(RUN) == before


def test_a_name_that_is_found_is_never_attempted_again() -> None:
    with closing(World(replace(SMALL, disk=True))) as world:
        world.provider.courses.extend([Course(Fate.LOST_AFTER)] * SMALL.submissions)
        world.run_on(world.start(), DAY_S)
        world.finish()
        attempts = world.ledger.attempts(RUN)
        assert [record.attempt.attempt for record in attempts] == [1] * SMALL.submissions
        assert {one.state for one in world.ledger.submissions(RUN)} == {State.ACCEPTED}
