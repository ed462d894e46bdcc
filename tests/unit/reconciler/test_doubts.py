import asyncio

import pytest

from pipeline.core.answer import FoundTask
from pipeline.core.lifecycle import State
from pipeline.core.model import TaskId, TaskName
from pipeline.core.outcome import SILENCE_S_MAX, TASK_LISTED_AS_FAILED, Outcome
from pipeline.reconciler.cases import PollOptions
from pipeline.reconciler.doubts import DoubtResult, settle_doubts
from pipeline.reconciler.poller import poll
from pipeline.reconciler.verdict import DoubtOptions, DoubtPolicy
from tests.support.reconciling import RUN, World

SETTLE_S = 1200.0


def settle(world: World, *, wait: bool = True, **options: object) -> DoubtResult:
    chosen = DoubtOptions(**options)  # type: ignore[arg-type]  # a test names what it changes
    return asyncio.run(settle_doubts(world.parts, chosen, wait=wait))


def test_without_doubts_nothing_is_asked() -> None:
    world = World()
    world.accept(0)
    assert settle(world) == DoubtResult()
    assert world.gateway.asked == []


def test_a_doubt_that_is_listed_is_accepted_under_its_task_id() -> None:
    world = World()
    task = world.take(world.lose(0))
    assert settle(world) == DoubtResult(found=1)
    assert world.submission(0).state is State.ACCEPTED
    assert world.submission(0).task_id == task


def test_a_doubt_that_is_listed_as_failed_counts_as_taken_and_its_rows_end_saying_so() -> None:
    world = World()
    name = world.lose(0)
    task = world.take(name)
    world.gateway.taken[name] = (FoundTask(name, task, failed_state="Failed"),)
    assert settle(world) == DoubtResult(found=1)
    assert world.submission(0).state is State.ACCEPTED
    assert "listed as Failed" in world.ledger.attempts(RUN)[0].note
    asyncio.run(poll(world.parts, PollOptions()))
    assert world.standing(0).outcome is Outcome.SUBMITTED
    asyncio.run(world.clock.sleep(SILENCE_S_MAX + 1))
    asyncio.run(poll(world.parts, PollOptions()))
    ended = world.standing(0)
    assert (ended.outcome, ended.reason) == (Outcome.EXPIRED, TASK_LISTED_AS_FAILED)
    assert ended.code == "task_state Failed"
    assert ended.evidence not in {"", "silence"}


def test_a_doubt_of_which_one_task_failed_and_another_did_not_is_no_failure() -> None:
    world = World()
    name = world.lose(0)
    task = world.take(name)
    world.gateway.taken[name] = (
        FoundTask(name, task, failed_state="Failed"),
        FoundTask(name, TaskId("other")),
    )
    settle(world)
    assert world.ledger.facts(RUN, world.submission(0)) == {}


def test_a_proved_absence_is_released_only_after_the_settling_time() -> None:
    world = World()
    world.accept(0)
    name = world.lose(1)
    begun = world.clock.monotonic()
    assert settle(world) == DoubtResult(released=1)
    assert world.submission(1).state is State.DEFERRED
    assert world.clock.monotonic() - begun >= SETTLE_S
    asked = [one for one in world.ledger.questions(RUN) if one.task_name == name]
    attempted_at = asked[0].at
    assert asked[-1].at >= (world.submission(1).attempted_at or attempted_at) + SETTLE_S
    assert all(one.found == 0 and not one.calibrates for one in asked)
    assert len(asked) < 15


@pytest.mark.parametrize("late_s", [1.0, 30.0, 700.0, 1199.0])
def test_a_late_commit_is_found_and_never_released(late_s: float) -> None:
    world = World()
    world.accept(0)
    world.take(world.lose(1), listed_after_s=late_s)
    assert settle(world) == DoubtResult(found=1)
    assert world.clock.monotonic() >= 1000.0 + late_s


def test_a_listing_lag_that_was_seen_comes_on_top_of_the_settling_time() -> None:
    world = World()
    world.accept(0, listed_after_s=600.0)
    world.take(world.lose(1), listed_after_s=1500.0)
    assert settle(world) == DoubtResult(found=1)


def test_the_slowest_of_several_listings_counts() -> None:
    world = World()
    world.accept(0)
    world.accept(1, listed_after_s=600.0)
    world.take(world.lose(2), listed_after_s=1700.0)
    assert settle(world) == DoubtResult(found=1)


def test_a_taken_name_that_is_never_listed_proves_that_asking_fails() -> None:
    world = World()
    world.accept(0)
    world.clock.advance(5.0)
    world.accept(1, listed_after_s=5000.0)
    world.take(world.lose(2), listed_after_s=5000.0)
    assert settle(world) == DoubtResult(held=1)
    assert world.submission(2).state is State.IN_DOUBT
    assert world.seen("doubt.taken_not_listed")
    assert world.seen("doubt.held")[0]["reason"] == "taken_names_not_listed"


def test_nothing_is_released_when_asking_was_never_seen_to_work() -> None:
    world = World()
    world.lose(0)
    assert settle(world) == DoubtResult(held=1)
    assert world.seen("doubt.held")[0]["reason"] == "asking_not_seen_to_work"


def test_a_doubt_that_was_found_shows_that_asking_works() -> None:
    world = World()
    world.take(world.lose(0), listed_after_s=100.0)
    world.lose(1)
    assert settle(world) == DoubtResult(found=1, released=1)


def test_a_list_seen_to_work_only_on_old_names_does_not_prove_a_young_absence() -> None:
    world = World()
    world.accept(0)
    world.clock.advance(86_400.0)
    world.lose(1)
    assert settle(world) == DoubtResult(held=1)
    world.clock.advance(86_400.0)
    assert settle(world) == DoubtResult(released=1)


def test_without_a_fence_auto_holds() -> None:
    world = World()
    world.accept(0)
    world.lose(1)
    assert settle(world, fenced=False) == DoubtResult(held=1)
    assert world.seen("doubt.held")[0]["reason"] == "not_fenced"


def test_hold_leaves_the_decision_to_a_person() -> None:
    world = World()
    world.accept(0)
    world.lose(1)
    assert settle(world, then=DoubtPolicy.HOLD) == DoubtResult(held=1)
    assert world.submission(1).state is State.IN_DOUBT


def test_resend_releases_uncalibrated_but_not_before_the_settling_time() -> None:
    world = World()
    world.lose(0)
    begun = world.clock.monotonic()
    assert settle(world, then=DoubtPolicy.RESEND) == DoubtResult(released=1)
    assert world.clock.monotonic() - begun >= SETTLE_S


def test_assume_sent_abandons_and_explains_every_row() -> None:
    world = World()
    world.lose(0)
    assert settle(world, then=DoubtPolicy.ASSUME_SENT) == DoubtResult(assumed_sent=1)
    assert world.submission(0).state is State.ABANDONED
    assert world.standing(0).outcome is Outcome.SKIPPED
    assert world.standing(0).reason == "assumed_sent"


@pytest.mark.parametrize("then", list(DoubtPolicy))
def test_without_any_answer_nothing_is_decided(then: DoubtPolicy) -> None:
    world = World()
    world.accept(0)
    world.lose(1)
    world.gateway.silent = True
    assert settle(world, then=then) == DoubtResult(held=1)
    assert world.submission(1).state is State.IN_DOUBT
    assert {one.found for one in world.ledger.questions(RUN)} == {-1}


def test_answers_that_come_back_in_time_are_used() -> None:
    world = World()
    world.accept(0)
    world.lose(1)
    world.gateway.silent_until = world.clock.monotonic() + 1000.0
    assert settle(world) == DoubtResult(released=1)


def test_found_twice_is_accepted_once_and_raises_an_alarm() -> None:
    world = World()
    first = world.take(world.lose(0), copies=2)
    assert settle(world) == DoubtResult(found=1)
    assert world.submission(0).task_id == first
    assert world.seen("doubt.found_twice")[0]["task_ids"] == [first, f"{first}-2"]


def test_one_task_listed_on_two_pages_is_no_second_copy() -> None:
    world = World()
    name = world.lose(0)
    world.take(name)
    world.gateway.taken[name] *= 2
    settle(world)
    assert world.seen("doubt.found")
    assert not world.seen("doubt.found_twice")


def test_names_that_merely_begin_like_ours_are_not_ours() -> None:
    world = World()
    world.accept(0)
    name = world.lose(1)
    world.gateway.others = (
        FoundTask(TaskName(name + "0"), TaskId("other-1")),
        FoundTask(TaskName(name[:-1]), TaskId("other-2")),
        FoundTask(TaskName(name.upper()), TaskId("other-3")),
    )
    assert settle(world) == DoubtResult(released=1)
    answers = [one.answer for one in world.ledger.questions(RUN) if one.task_name == name]
    assert answers[-1] == "not listed (3 under other names)"


def test_many_doubts_share_one_pace_and_each_is_settled() -> None:
    world = World(((1,) * 120,))
    world.accept(0)
    names = [world.lose(number) for number in range(1, 120)]
    for name in names[::3]:
        world.take(name, listed_after_s=40.0)
    assert settle(world) == DoubtResult(found=40, released=79)
    assert world.limiter.messages == 0
    assert world.limiter.questions == len(world.gateway.asked)


def test_the_few_latest_taken_names_calibrate_once_each() -> None:
    world = World(((1,) * 10,))
    for number in range(9):
        world.accept(number)
        world.clock.advance(1.0)
    world.lose(9)
    settle(world)
    calibrating = [one for one in world.ledger.questions(RUN) if one.calibrates]
    assert [(one.task_name[-7:-4], one.found) for one in calibrating] == [
        ("006", 1),
        ("007", 1),
        ("008", 1),
    ]
