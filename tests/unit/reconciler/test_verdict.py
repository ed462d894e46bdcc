from itertools import pairwise

import pytest

from pipeline.core.model import TaskName
from pipeline.ports import Question
from pipeline.reconciler.verdict import (
    DoubtOptions,
    DoubtPolicy,
    Trust,
    Verdict,
    judge,
    next_question_s,
    recall,
)

SETTLE_S = 1200.0
NAME = TaskName("run00001-0000000-001")


def trusted(age_s: float = 5.0) -> Trust:
    trust = Trust()
    trust.was_found(age_s, missed_before=False)
    return trust


@pytest.mark.parametrize("then", list(DoubtPolicy))
def test_no_policy_decides_before_the_settling_time(then: DoubtPolicy) -> None:
    options = DoubtOptions(then=then)
    assert judge(options, trusted(), SETTLE_S - 0.001) is Verdict.ASK_AGAIN


@pytest.mark.parametrize(
    ("then", "verdict"),
    [
        (DoubtPolicy.AUTO, Verdict.HOLD),
        (DoubtPolicy.HOLD, Verdict.HOLD),
        (DoubtPolicy.RESEND, Verdict.RELEASE),
        (DoubtPolicy.ASSUME_SENT, Verdict.ASSUME_SENT),
    ],
)
def test_what_each_policy_does_when_asking_was_not_seen_to_work(
    then: DoubtPolicy, verdict: Verdict
) -> None:
    assert judge(DoubtOptions(then=then), Trust(), SETTLE_S) is verdict


def test_auto_releases_only_past_the_listing_lag() -> None:
    options = DoubtOptions()
    assert judge(options, trusted(5.0), SETTLE_S + 4.9) is Verdict.ASK_AGAIN
    assert judge(options, trusted(5.0), SETTLE_S + 5.0) is Verdict.RELEASE


def test_the_slowest_listing_that_was_seen_counts() -> None:
    trust = trusted(5.0)
    trust.was_found(300.0, missed_before=True)
    trust.was_found(200.0, missed_before=True)
    assert trust.needed_s(SETTLE_S) == SETTLE_S + 300.0


def test_auto_awaits_names_that_are_still_being_asked_for() -> None:
    trust = trusted()
    trust.pending = 1
    assert judge(DoubtOptions(), trust, SETTLE_S + 5.0) is Verdict.AWAIT_CALIBRATION


def test_one_taken_name_that_is_not_listed_outweighs_all_that_are() -> None:
    trust = trusted()
    trust.was_found(6.0, missed_before=False)
    trust.missing = 1
    trust.pending = 1
    assert judge(DoubtOptions(), trust, 10 * SETTLE_S) is Verdict.HOLD


def test_auto_holds_without_a_fence_whatever_was_found() -> None:
    assert judge(DoubtOptions(fenced=False), trusted(), 10 * SETTLE_S) is Verdict.HOLD


def test_auto_does_not_wait_longer_than_another_settling_time() -> None:
    assert judge(DoubtOptions(), trusted(SETTLE_S), SETTLE_S) is Verdict.ASK_AGAIN
    assert judge(DoubtOptions(), trusted(SETTLE_S + 1.0), SETTLE_S) is Verdict.HOLD


def test_a_short_settling_time_still_has_a_minute_for_the_lag() -> None:
    assert judge(DoubtOptions(settle_s=1.0), trusted(60.0), 1.0) is Verdict.ASK_AGAIN
    assert judge(DoubtOptions(settle_s=1.0), trusted(61.0), 1.0) is Verdict.HOLD


def test_questions_come_at_growing_intervals_and_the_last_at_the_settling_time() -> None:
    options = DoubtOptions()
    ages = [next_question_s(options, Trust(), None)]
    while ages[-1] < SETTLE_S:
        ages.append(next_question_s(options, Trust(), ages[-1]))
    gaps = [later - earlier for earlier, later in pairwise(ages[:-1])]
    assert gaps == sorted(gaps)
    assert ages[-1] == SETTLE_S
    assert next_question_s(options, trusted(7.0), SETTLE_S) == SETTLE_S + 7.0


def test_the_lag_that_an_earlier_process_saw_is_recalled() -> None:
    trust = Trust()
    questions = [
        Question(NAME, 110.0, 0, "not listed", calibrates=True),
        Question(NAME, 120.0, -1, "no answer", calibrates=True),
        Question(NAME, 150.0, 1, "id", calibrates=True),
        Question(NAME, 9000.0, 1, "id", calibrates=True),
    ]
    recall(trust, questions, {NAME: 100.0})
    assert trust.needed_s(SETTLE_S) == SETTLE_S + 50.0
    assert not trust.works, "what was seen before does not show that asking works now"


@pytest.mark.parametrize(
    "question",
    [
        Question(NAME, 150.0, 1, "id", calibrates=False),
        Question(TaskName("another"), 150.0, 1, "id", calibrates=True),
        Question(NAME, 50.0, 1, "id", calibrates=True),
    ],
)
def test_questions_that_say_nothing_of_the_lag_are_not_recalled(question: Question) -> None:
    trust = Trust()
    recall(trust, [question], {NAME: 100.0})
    assert trust == Trust()
