"""A sample that is fair, and what it predicts."""

from collections import Counter
from collections.abc import Sequence
from typing import overload

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.runner.preflight.handsets import Reservoir
from tests.support.koomessage import phones


@given(st.integers(0, 50), st.lists(st.integers(0, 60), max_size=8), st.integers(0, 9))
def test_a_sample_holds_as_many_distinct_numbers_as_it_may(
    size: int, blocks: list[int], seed: int
) -> None:
    sample = Reservoir(size, seed)
    first = 0
    for block in blocks:
        sample.add(phones(block, first))
        first += block
    assert len(sample.phones) == len(set(sample.phones)) == min(size, first)
    assert set(sample.phones) <= set(phones(first))


@given(st.integers(1, 40), st.integers(1, 500), st.integers(1, 500))
def test_a_sample_does_not_depend_on_how_the_numbers_arrive(
    size: int, count: int, cut: int
) -> None:
    whole, halves = Reservoir(size, 3), Reservoir(size, 3)
    whole.add(phones(count))
    halves.add(phones(min(cut, count)))
    halves.add(phones(max(0, count - cut), min(cut, count)))
    assert whole.phones == halves.phones


@pytest.mark.parametrize(("size", "count"), [(1, 20), (5, 20), (19, 20)])
def test_every_number_is_drawn_about_as_often_as_every_other(size: int, count: int) -> None:
    drawn: Counter[str] = Counter()
    rounds = 4_000
    numbers = phones(count)
    for seed in range(rounds):
        sample = Reservoir(size, seed)
        sample.add(numbers)
        drawn.update(sample.phones)
    share = size / count
    spread = 5 * (share * (1 - share) / rounds) ** 0.5
    assert all(abs(drawn[number] / rounds - share) < spread for number in numbers)


class Looked(Sequence[str]):
    """Numbers that count how often one of them is looked at."""

    def __init__(self, count: int) -> None:
        self._numbers = phones(count)
        self.looks = 0

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        self.looks += 1
        return self._numbers[at]


def test_a_million_numbers_cost_no_look_at_each() -> None:
    sample = Reservoir(100, 1)
    block = Looked(5_000)
    for _ in range(200):
        sample.add(block)
    assert block.looks < 3_000
