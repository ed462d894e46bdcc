import asyncio
from itertools import pairwise

import pytest

from pipeline.core.answer import FoundTask, Unanswered
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, TaskId, TaskName
from pipeline.core.outcome import SILENCE_S_MAX, TASK_LISTED_AS_FAILED, Outcome
from pipeline.reconciler.doubts.policy import DoubtOptions, DoubtPolicy
from pipeline.reconciler.doubts.settle import DoubtResult, settle_doubts
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import poll
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
    assert world.seen("doubt.held")[0]["reason"] == "no_known_name_to_ask_for"


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
    assert settle(world) == DoubtResult(later=1)
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
    assert settle(world, then=then) == DoubtResult(later=1)
    assert world.submission(1).state is State.IN_DOUBT
    assert {one.found for one in world.ledger.questions(RUN)} == {-1}


@pytest.mark.parametrize("then", list(DoubtPolicy))
def test_a_list_that_cannot_be_read_is_for_a_person_and_not_for_a_later_call(
    then: DoubtPolicy,
) -> None:
    world = World()
    world.accept(0)
    world.lose(1)
    world.gateway.instead = Unanswered("its offsets are ignored", unreadable=True)
    began = world.clock.monotonic()
    assert settle(world, then=then) == DoubtResult(held=1)
    assert world.submission(1).state is State.IN_DOUBT
    assert world.seen("doubt.held")[0]["reason"] == "list_cannot_be_read"
    options = DoubtOptions()
    assert world.clock.monotonic() - began <= options.settle_s + 2 * options.gap_s


def test_a_name_as_old_that_becomes_known_later_proves_what_younger_ones_did_not() -> None:
    world = World(((2, 2, 2),))
    late, _ = world.lose(0), world.lose(1)
    world.clock.advance(20.0)
    world.accept(2)
    world.take(late)
    world.gateway.listed_from[late] = world.clock.monotonic() + 200.0
    assert settle(world) == DoubtResult(found=1, released=1)
    assert world.submission(1).state is State.DEFERRED


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
    the_clocks = 1
    assert world.limiter.questions == len(world.gateway.asked) + the_clocks


def test_each_round_asks_for_names_that_are_as_deep_as_its_doubts_and_for_the_latest() -> None:
    world = World(((1,) * 10,))
    for number in (*range(4), *range(5, 10)):
        if number == 5:
            world.lose(4)
            world.clock.advance(1.0)
        world.accept(number)
        world.clock.advance(1.0)
    settle(world)
    rounds: dict[int, list[str]] = {}
    for one in world.ledger.questions(RUN):
        if one.calibrates:
            assert one.found == 1
            rounds.setdefault(one.round, []).append(one.task_name[13:16])
    assert len(rounds) >= 5
    (first, *others) = rounds.values()
    assert first == ["009"]
    assert all(names == ["003", "002", "009"] for names in others)


def test_absence_takes_five_spaced_rounds_also_long_after_the_settling_time() -> None:
    world = World()
    world.accept(0)
    name = world.lose(1)
    world.accept(2)
    world.clock.advance(86_400.0)
    begun = world.clock.monotonic()
    assert settle(world) == DoubtResult(released=1)
    assert world.clock.monotonic() - begun >= 4 * 60.0
    asked = [one.at for one in world.ledger.questions(RUN) if one.task_name == name]
    assert len(asked) >= 5
    assert all(later - one >= 60.0 for one, later in pairwise(asked))


def test_a_list_that_misses_a_known_name_releases_nothing_until_it_is_trusted_again() -> None:
    world = World()
    world.accept(0)
    world.clock.advance(2 * SETTLE_S)
    world.accept(2)
    world.lose(1)
    world.gateway.misses = 3
    settled = DoubtResult()
    while not settled.released:
        settled = settle(world)
        assert world.clock.monotonic() < 1e6
        world.clock.advance(SETTLE_S)
    told = [name for name, _ in world.events]
    missed, trusted = told.index("doubt.taken_not_listed"), told.index("list.trusted_again")
    assert missed < trusted < told.index("doubt.released")
    assert int(str(world.seen("list.trusted_again")[0]["found"])) >= 50
    asked = [one.round for one in world.ledger.questions(RUN) if not one.calibrates]
    assert asked[-1] - asked[0] >= 5


def test_a_missed_name_is_remembered_by_the_account() -> None:
    world = World()
    world.accept(0)
    world.clock.advance(2 * SETTLE_S)
    world.lose(1)
    world.clock.advance(10.0)
    world.gateway.misses = 1
    settle(world, wait=False)
    assert world.store.listing(Channel.AIM).missed == world.submission(0).task_name


def test_a_list_that_shows_only_what_is_recent_proves_nothing_absent() -> None:
    world = World(((1,) * 8,))
    for number in range(3):
        world.accept(number)
    name = world.lose(3)
    world.take(name, listed_after_s=0.0)
    world.clock.advance(86_400.0)
    world.gateway.span_s = 3600.0
    for number in range(4, 8):
        world.accept(number)
    assert settle(world) == DoubtResult(held=1)
    assert world.submission(3).state is State.IN_DOUBT


def test_the_first_request_of_an_account_is_held_until_a_younger_name_is_as_deep() -> None:
    world = World(((1,) * 4,))
    world.lose(0)
    world.clock.advance(1.0)
    world.accept(1)
    assert settle(world) == DoubtResult(held=1)
    assert world.seen("doubt.held")[-1]["reason"] == "no_known_name_as_deep"
    world.clock.advance(86_400.0)
    assert settle(world) == DoubtResult(held=1)
    world.accept(2)
    world.accept(3)
    world.clock.advance(60.0)
    assert settle(world) == DoubtResult(released=1)


def test_a_doubt_that_was_found_stands_beside_the_others_of_its_round_after_a_restart_too() -> None:
    world = World()
    world.take(world.lose(0))
    world.clock.advance(1.0)
    world.lose(1)
    world.clock.advance(1.0)
    world.accept(2)
    world.clock.advance(3.0)
    assert settle(world, wait=False).found == 1
    world.clock.advance(SETTLE_S)
    assert settle(world) == DoubtResult(released=1)


def test_a_policy_releases_a_submission_once_and_then_leaves_it_to_a_person() -> None:
    world = World()
    world.accept(0)
    world.lose(1)
    assert settle(world) == DoubtResult(released=1)
    name = world.lose(1)
    assert settle(world) == DoubtResult(held=1)
    assert world.seen("doubt.held")[-1] == {
        "task_name": name,
        "reason": "sent_as_often_as_allowed",
    }
    assert settle(world, then=DoubtPolicy.RESEND) == DoubtResult(held=1)
    assert settle(world, attempts_max=3) == DoubtResult(held=1)


@pytest.mark.parametrize("ahead_s", [595.0, -595.0])
def test_by_a_wrong_clock_nothing_is_believed_absent(ahead_s: float) -> None:
    world = World()
    world.accept(0)
    world.lose(1)
    world.gateway.ahead_s = ahead_s
    assert settle(world) == DoubtResult(later=1, ahead_s=ahead_s)
    world.gateway.ahead_s = 0.0
    assert settle(world) == DoubtResult(released=1)


def test_a_clock_that_is_a_little_ahead_prolongs_the_settling_time() -> None:
    world = World()
    world.accept(0)
    name = world.lose(1)
    world.clock.advance(1150.0)
    world.gateway.ahead_s = 50.0
    world.take(name, listed_after_s=80.0)
    assert settle(world) == DoubtResult(found=1)
