"""By an answer's date it is told how far two clocks are apart, and never further than is proved."""

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.koomessage.transport.clock_skew import ahead_s, date_s, is_apart, say_apart

NOON = 1_790_000_000.0


@given(
    wrong_s=st.floats(-1e6, 1e6),
    travel_s=st.floats(0, 30),
    answer_s=st.floats(0, 30),
)
def test_an_honest_date_never_makes_the_clocks_look_further_apart_than_they_are(
    wrong_s: float, travel_s: float, answer_s: float
) -> None:
    asked_at = NOON + wrong_s
    date = formatdate(NOON + travel_s, usegmt=True)
    found = ahead_s(date, asked_at, asked_at + travel_s + answer_s)
    assert found is not None
    assert abs(found) <= abs(wrong_s) + 1e-3
    assert abs(found - wrong_s) <= travel_s + answer_s + 1.001


@pytest.mark.parametrize("wrong_s", [-7200.0, -70.0, 70.0, 7200.0])
def test_clocks_more_than_a_minute_apart_are_too_far_apart(wrong_s: float) -> None:
    found = ahead_s(formatdate(NOON, usegmt=True), NOON + wrong_s, NOON + wrong_s + 0.2)
    assert is_apart(found)


@pytest.mark.parametrize("wrong_s", [-55.0, -1.0, 0.0, 1.0, 55.0])
def test_clocks_less_than_a_minute_apart_are_good_enough(wrong_s: float) -> None:
    found = ahead_s(formatdate(NOON, usegmt=True), NOON + wrong_s, NOON + wrong_s + 0.2)
    assert found is not None
    assert not is_apart(found)


def test_an_answer_that_took_minutes_is_no_wrong_clock() -> None:
    dated_first = ahead_s(formatdate(NOON, usegmt=True), NOON, NOON + 600)
    dated_last = ahead_s(formatdate(NOON + 600, usegmt=True), NOON, NOON + 600)
    assert not is_apart(dated_first)
    assert not is_apart(dated_last)


def test_our_own_clock_set_back_while_we_waited_proves_nothing() -> None:
    assert not is_apart(ahead_s(formatdate(NOON, usegmt=True), NOON, NOON - 3600))


@pytest.mark.parametrize("stated", ["", "soon", "Thu, 99 Foo 2026 00:00:30 GMT", "0"])
def test_an_answer_without_a_date_tells_nothing(stated: str) -> None:
    assert date_s(stated) is None
    assert ahead_s(stated, NOON, NOON) is None
    assert not is_apart(None)


def test_the_sentence_says_by_how_much_which_way_and_what_to_do() -> None:
    assert "clock is 3600 s ahead of" in say_apart(3600.2)
    assert "clock is 90 s behind" in say_apart(-90.0)
    assert "set the clock" in say_apart(90.0)
