"""The sending window, in China's time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.times import Window, moment_in_china, parse_window

MIDNIGHT_IN_CHINA = 1_790_035_200.0 - 8 * 3600  # 2026-09-22 00:00 +08:00


def at(hour: int, minute: int = 0, second: int = 0) -> float:
    return MIDNIGHT_IN_CHINA + hour * 3600 + minute * 60 + second


@pytest.mark.parametrize(
    ("text", "time", "is_open"),
    [
        ("08:00-21:00", at(7, 59, 59), False),
        ("08:00-21:00", at(8), True),
        ("08:00-21:00", at(20, 59, 59), True),
        ("08:00-21:00", at(21), False),
        ("21:00-06:00", at(23), True),
        ("21:00-06:00", at(2), True),
        ("21:00-06:00", at(6), False),
        ("21:00-06:00", at(12), False),
        ("00:00-24:00", at(0), True),
        ("00:00-24:00", at(23, 59, 59), True),
        ("18:00-24:00", at(23, 59, 59), True),
        ("18:00-24:00", at(0), False),
        ("", at(3), True),
    ],
)
def test_a_window_is_open_from_its_first_second_to_before_its_last(
    text: str, time: float, *, is_open: bool
) -> None:
    window = parse_window(text)
    assert window is not None
    assert window.is_open(time) is is_open


@pytest.mark.parametrize(
    "text", ["8-21", "08:00", "25:00-26:00", "08:00-24:01", "a", "08:00–21:00"]
)
def test_what_is_no_window_is_told_apart(text: str) -> None:
    assert parse_window(text) is None


def test_midnight_in_china_is_what_the_table_above_takes_it_for() -> None:
    assert Window(0, 1).is_open(MIDNIGHT_IN_CHINA)
    assert not Window(0, 1).is_open(MIDNIGHT_IN_CHINA - 1)


@given(st.integers(0, 86_399), st.integers(0, 86_399), st.integers(0, 2_000_000_000))
def test_after_the_wait_the_window_is_open(opens: int, closes: int, now: int) -> None:
    window = Window(opens, closes)
    wait = window.opens_in_s(now)
    assert 0 <= wait < 86_400
    assert window.is_open(now + wait)
    assert window.is_open(now) is (wait == 0)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("2026-11-22T22:37:21Z", "2026-11-23T06:37:21+08:00"),
        ("2026-11-22T22:37:21.5+00:00", "2026-11-23T06:37:21+08:00"),
        ("2026-11-23 06:37:21", "2026-11-23T06:37:21+08:00"),
        ("", ""),
        ("later", "later"),
        ("0001-01-01T00:00:00+23:00", "0001-01-01T00:00:00+23:00"),
    ],
)
def test_a_moment_of_the_provider_is_written_as_china_writes_it(theirs: str, ours: str) -> None:
    assert moment_in_china(theirs) == ours
