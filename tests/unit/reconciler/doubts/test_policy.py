"""When absence is believed: every condition by itself, and all of them together."""

import itertools
from dataclasses import replace

import pytest

from pipeline.reconciler.doubts.policy import (
    Absence,
    DoubtOptions,
    DoubtPolicy,
    Grounds,
    Verdict,
    judge,
    next_question_s,
)

SETTLE_S = 1200.0
AUTO = DoubtOptions()
GOOD = Grounds()


def proved(**changed: object) -> Absence:
    """Return an absence that five deep rounds bear out, the last past the settling time."""
    known = Absence(
        rounds=5, last_s=1300.0, last_at=1300.0, counted_s=1300.0, deep=5, deep_s=1300.0
    )
    return replace(known, **changed)  # type: ignore[arg-type]  # a test names what it changes


def test_absence_is_believed_where_every_condition_holds() -> None:
    assert judge(AUTO, proved(), GOOD) == (Verdict.RELEASE, "")


@pytest.mark.parametrize(
    ("absence", "grounds", "verdict"),
    [
        (proved(last_s=1199.0), GOOD, Verdict.ASK_AGAIN),
        (proved(last_s=None), GOOD, Verdict.ASK_AGAIN),
        (proved(rounds=4, deep=4), GOOD, Verdict.ASK_AGAIN),
        (proved(counted_s=None, deep_s=None), GOOD, Verdict.ASK_AGAIN),
        (proved(counted_s=1199.0, deep_s=1199.0), GOOD, Verdict.ASK_AGAIN),
        (proved(deep=4), GOOD, Verdict.ASK_AGAIN),
        (proved(deep_s=1199.0), GOOD, Verdict.ASK_AGAIN),
        (proved(deep=4, shallow=6), GOOD, Verdict.LATER),
        (proved(), Grounds(lag_s=101.0), Verdict.ASK_AGAIN),
        (proved(), Grounds(lag_s=9000.0), Verdict.LATER),
        (proved(deep=4), Grounds(deep=False), Verdict.DEEPEN),
        (proved(), Grounds(trusted=False), Verdict.HOLD),
        (proved(), Grounds(controls=False), Verdict.HOLD),
        (proved(), Grounds(clock_right=False), Verdict.LATER),
        (proved(), Grounds(releases=1), Verdict.HOLD),
        (proved(), Grounds(claimed=True), Verdict.HOLD),
        (proved(rounds=4, deep=4, idle=6), GOOD, Verdict.LATER),
    ],
)
def test_one_condition_that_does_not_hold_keeps_a_doubt(
    absence: Absence, grounds: Grounds, verdict: Verdict
) -> None:
    assert judge(AUTO, absence, grounds)[0] is verdict


def test_without_a_fence_no_time_proves_an_absence() -> None:
    assert judge(replace(AUTO, fenced=False), proved(), GOOD) == (Verdict.HOLD, "not_fenced")


@pytest.mark.parametrize("then", list(DoubtPolicy))
def test_no_policy_decides_before_the_settling_time(then: DoubtPolicy) -> None:
    early = proved(last_s=SETTLE_S - 1)
    assert judge(replace(AUTO, then=then), early, GOOD)[0] is Verdict.ASK_AGAIN


def test_the_other_policies_need_no_proof_once_it_has_passed() -> None:
    once = Absence(last_s=SETTLE_S)
    untrusted = Grounds(trusted=False, controls=False, clock_right=False)
    verdicts = {
        then: judge(replace(AUTO, then=then), once, untrusted)[0]
        for then in (DoubtPolicy.HOLD, DoubtPolicy.RESEND, DoubtPolicy.ASSUME_SENT)
    }
    assert verdicts == {
        DoubtPolicy.HOLD: Verdict.HOLD,
        DoubtPolicy.RESEND: Verdict.RELEASE,
        DoubtPolicy.ASSUME_SENT: Verdict.ASSUME_SENT,
    }


@pytest.mark.parametrize("then", [DoubtPolicy.AUTO, DoubtPolicy.RESEND])
@pytest.mark.parametrize(("most", "releases"), list(itertools.product(range(1, 5), range(5))))
def test_no_policy_sends_more_messages_to_a_person_than_are_allowed(
    then: DoubtPolicy, most: int, releases: int
) -> None:
    options = replace(AUTO, then=then, attempts_max=most)
    verdict, _ = judge(options, proved(), Grounds(releases=releases))
    assert (verdict is Verdict.RELEASE) == (releases == 0 and most >= 2)


def test_rounds_that_are_not_spaced_count_once() -> None:
    absence = Absence()
    for age_s in (10.0, 20.0, 69.0, 70.0, 129.0, 131.0):
        absence.count(age_s, AUTO.gap_s, deep=True)
    assert (absence.rounds, absence.counted_s) == (3, 131.0)


def test_only_rounds_with_a_name_as_deep_count_as_deep_and_those_before_take_nothing_away() -> None:
    absence = Absence()
    for age_s, deep in ((0.0, False), (100.0, True), (200.0, False), (300.0, True), (310.0, True)):
        absence.count(age_s, AUTO.gap_s, deep=deep)
    assert (absence.rounds, absence.deep, absence.deep_s, absence.shallow) == (4, 2, 300.0, 0)


@pytest.mark.parametrize("settle_s", [0.0, 0.5, 2.0, 3.0, 30.0, 600.0, 1200.0, 86_400.0])
def test_five_rounds_end_soon_after_the_settling_time(settle_s: float) -> None:
    options = DoubtOptions(settle_s=settle_s)
    absence = Absence()
    for _ in range(60):
        age_s = next_question_s(options, absence)
        absence.missed(age_s, age_s)
        absence.count(age_s, options.gap_s, deep=True)
        if judge(options, absence, GOOD)[0] is Verdict.RELEASE:
            break
    assert absence.rounds >= 5
    assert settle_s <= (absence.last_s or 0.0) <= settle_s * 1.25 + 1e-9
