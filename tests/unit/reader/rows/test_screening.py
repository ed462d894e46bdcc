"""Numbers that are left out: found all, and only those, whatever else the block holds."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.model import Rejection
from pipeline.reader.rows.screening import (
    Allowed,
    Check,
    Checks,
    Listed,
    NumberSet,
    Often,
    SameContent,
    ValuesOf,
)

numbers = st.integers(13_000_000_000, 13_000_000_020) | st.integers(19_999_999_990, 19_999_999_999)
OPTED_OUT = (Rejection.OPTED_OUT, "")
BY_FILE = (Rejection.IN_SUPPRESS_FILE, "stop.txt")


def set_of(*pieces: Sequence[int]) -> NumberSet:
    """Make a set whose pieces have the tags 0, 1, ..."""
    found = NumberSet()
    for tag, piece in enumerate(pieces):
        found.add(piece, tag)
    return found


class Unasked(ValuesOf):
    """Values that nobody may ask for."""

    def row(self, position: int) -> Sequence[str]:
        raise AssertionError(f"the values of row {position} were asked for")


nothing = Unasked()


@given(st.lists(numbers), st.lists(numbers), st.lists(numbers))
def test_a_listed_number_is_found_under_its_first_reason(
    block: list[int], first: list[int], second: list[int]
) -> None:
    screen = Checks([Listed(set_of(first, second), [OPTED_OUT, BY_FILE])])
    expected = {
        at: OPTED_OUT if number in first else BY_FILE
        for at, number in enumerate(block)
        if number in {*first, *second}
    }
    assert screen(np.array(block, dtype=np.int64), nothing) == expected


@given(st.lists(numbers), st.lists(numbers))
def test_an_allow_list_lets_nobody_else_through(block: list[int], allowed: list[int]) -> None:
    found = Checks([Allowed(set_of(allowed))])(np.array(block, dtype=np.int64), nothing)
    assert set(found) == {at for at, number in enumerate(block) if number not in allowed}


@given(st.lists(numbers), st.lists(st.lists(numbers), max_size=4), st.integers(1, 3))
def test_how_often_a_number_was_reached_is_counted_over_all_runs(
    block: list[int], runs: list[list[int]], least: int
) -> None:
    labels = [f"run {number}" for number in range(len(runs))]
    check = Often(set_of(*runs), least, Rejection.REACHED_RECENTLY, labels)
    times = Counter(number for run in runs for number in run)
    found = Checks([check])(np.array(block, dtype=np.int64), nothing)
    assert set(found) == {at for at, number in enumerate(block) if times[number] >= least}
    for at, (_, label) in found.items():
        latest = max(run for run, held in enumerate(runs) if block[at] in held)
        assert label == f"run {latest}"


@given(st.lists(numbers), st.integers(0, 4))
def test_numbers_added_often_enough_are_known(added: list[int], least: int) -> None:
    times = Counter(added)
    expected = {number for number, count in times.items() if 1 <= least <= count}
    assert set_of(added).repeated(least) == expected


def test_only_the_same_content_counts() -> None:
    number = 13_800_138_000
    check = SameContent({number: [b"a", b"a", b"b"]}, lambda values: values[0].encode(), 2)
    rows = [["a"], ["b"], ["c"], ["a"]]
    block = np.array([number, number, number, number + 1], dtype=np.int64)
    assert set(Checks([check])(block, ValuesOf([[row[0] for row in rows]]))) == {0}


def test_the_first_check_that_speaks_is_the_one_told() -> None:
    number = 13_800_138_000
    checks: list[Check] = [Listed(set_of([number]), [OPTED_OUT]), Allowed(set_of([]))]
    assert Checks(checks).of_phones([str(number), "13900000000"]) == {
        0: OPTED_OUT,
        1: (Rejection.NOT_ON_ALLOW_LIST, ""),
    }


@pytest.mark.parametrize("block", [[], [13_800_138_000]])
def test_an_empty_list_finds_nobody(block: list[int]) -> None:
    screen = Checks([Listed(NumberSet(), [OPTED_OUT])])
    assert screen(np.array(block, dtype=np.int64), nothing) == {}
