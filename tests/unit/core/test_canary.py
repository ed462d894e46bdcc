import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.canary import CanaryCount, CanaryRule, Verdict, count_of
from pipeline.core.outcome import Outcome

RULE = CanaryRule(failed_share_max=0.05, fallback_share_max=0.4, confidence=0.95)
ALL = (Verdict.PASSED, Verdict.STOPPED, None)

counts = st.builds(
    CanaryCount,
    *(st.integers(0, 400) for _ in ("failed", "no_card", "cards", "reached", "unknown")),
)


@pytest.mark.parametrize(
    ("count", "meanwhile", "at_the_end"),
    [
        (CanaryCount(cards=500), Verdict.PASSED, Verdict.PASSED),
        (CanaryCount(failed=15, cards=485), Verdict.PASSED, Verdict.PASSED),
        (CanaryCount(failed=18, cards=482), Verdict.STOPPED, Verdict.STOPPED),
        (CanaryCount(cards=485, unknown=15), Verdict.PASSED, Verdict.PASSED),
        (CanaryCount(cards=482, unknown=18), None, Verdict.STOPPED),
        (CanaryCount(failed=10, cards=470, unknown=20), None, Verdict.STOPPED),
        (CanaryCount(unknown=500), None, Verdict.STOPPED),
        (CanaryCount(no_card=250, cards=250), Verdict.STOPPED, Verdict.STOPPED),
        (CanaryCount(reached=250, cards=250), None, Verdict.STOPPED),
        (CanaryCount(reached=150, cards=350), Verdict.PASSED, Verdict.PASSED),
        (CanaryCount(cards=5), Verdict.STOPPED, Verdict.STOPPED),
        (CanaryCount(), Verdict.STOPPED, Verdict.STOPPED),
    ],
)
def test_it_goes_on_only_where_both_shares_are_proved_to_be_below_their_bounds(
    count: CanaryCount, meanwhile: Verdict | None, at_the_end: Verdict
) -> None:
    assert RULE.judge(count, time_is_over=False) is meanwhile
    assert RULE.judge(count, time_is_over=True) is at_the_end


def test_a_bound_of_one_is_none() -> None:
    rule = CanaryRule(1.0, 1.0, 0.95)
    for count in (CanaryCount(failed=9), CanaryCount(no_card=9), CanaryCount(unknown=9)):
        assert rule.judge(count, time_is_over=False) is Verdict.PASSED


@given(counts)
def test_at_the_end_it_is_always_decided(count: CanaryCount) -> None:
    assert RULE.judge(count, time_is_over=True) in {Verdict.PASSED, Verdict.STOPPED}


@given(counts, st.data())
def test_what_was_decided_early_no_later_news_could_have_changed(
    count: CanaryCount, data: st.DataObject
) -> None:
    early = RULE.judge(count, time_is_over=False)
    if early is None:
        return
    failed, no_card, cards = (data.draw(st.integers(0, count.unknown // 3)) for _ in range(3))
    seen = data.draw(st.integers(0, count.reached))
    later = CanaryCount(
        failed=count.failed + failed,
        no_card=count.no_card + no_card,
        cards=count.cards + cards + seen,
        reached=count.reached - seen,
        unknown=count.unknown - failed - no_card - cards,
    )
    assert RULE.judge(later, time_is_over=True) is early


@given(st.integers(1, 2_000), st.data(), st.floats(0.5, 0.999))
def test_the_upper_end_is_never_below_the_share_itself(
    total: int, data: st.DataObject, confidence: float
) -> None:
    bad = data.draw(st.integers(0, total))
    upper = CanaryRule(0.1, 0.1, confidence).upper(bad, total)
    assert bad / total - 1e-9 <= upper <= 1.0


def test_the_upper_end_is_wilsons() -> None:
    # Of the textbook's closed form, with z = 1.6449 for a one-sided 95 %.
    assert RULE.upper(0, 100) == pytest.approx(0.026342, abs=1e-5)
    assert RULE.upper(15, 500) == pytest.approx(0.045296, abs=1e-5)
    assert RULE.upper(0, 0) == 1.0


@pytest.mark.parametrize("share", [0.01, 0.05, 0.3, 0.9])
def test_so_many_recipients_without_a_failure_prove_a_bound_and_no_fewer(share: float) -> None:
    rule = CanaryRule(share, 1.0, 0.95)
    least = int(rule.recipients_min(share))
    assert rule.judge(CanaryCount(cards=least), time_is_over=True) is Verdict.PASSED
    if least > 1:
        assert rule.judge(CanaryCount(cards=least - 1), time_is_over=True) is Verdict.STOPPED
    assert math.isinf(rule.recipients_min(0.0))


def test_every_outcome_of_who_was_sent_to_counts_once_and_of_nobody_else() -> None:
    left_out = {Outcome.INVALID, Outcome.DUPLICATE, Outcome.SUPPRESSED, Outcome.SKIPPED}
    for outcome in Outcome:
        assert count_of({outcome: 3}).recipients == (0 if outcome in left_out else 3)
