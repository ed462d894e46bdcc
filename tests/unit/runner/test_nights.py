"""Which night it is, and which did not run, at every moment of a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.times import DAY_S, HOUR_S, in_china
from pipeline.ports import Night
from pipeline.runner.notifying.nights import day_of, missed_before, missed_by_now

EVENING = 1_790_000_000.0 - 1_790_000_000.0 % DAY_S + 12.5 * HOUR_S
"""20:30 in China."""

AT_S = 20 * 3600 + 30 * 60
DAY = str(in_china(EVENING).date())
LAST = Night("members", DAY, AT_S, EVENING)


@pytest.mark.parametrize(("hours", "days"), [(-0.5, 0), (0, 0), (3, 0), (5, 0), (24, 1), (22, 0)])
def test_a_night_that_begins_after_midnight_is_of_the_day_before(hours: float, days: int) -> None:
    expected = str(date.fromisoformat(DAY) + timedelta(days=days))
    assert day_of(AT_S, EVENING + hours * HOUR_S) == expected


@pytest.mark.parametrize(
    ("hours", "start_before", "missed"),
    [
        (1, "", 0),
        (23, "", 0),
        (25, "", 0),
        (27, "", 1),
        (51, "", 2),
        (27, "23:55", 0),
        (28, "23:55", 1),
    ],
)
def test_a_night_is_missed_once_it_could_no_longer_begin(
    hours: float, start_before: str, missed: int
) -> None:
    assert len(missed_by_now(LAST, start_before, EVENING + hours * HOUR_S)) == missed


@given(st.integers(0, 86_399), st.integers(0, 400), st.integers(-3599, 11 * 3600))
def test_nights_that_each_ran_leave_none_missed(at_s: int, days: int, late_s: int) -> None:
    start = EVENING - AT_S + at_s
    first = Night("members", day_of(at_s, start), at_s, start)
    later = day_of(at_s, start + days * DAY_S + late_s)
    missed = missed_before(first, later)
    assert len(missed) == max(0, days - 1)
    assert first.day not in missed
    assert later not in missed
