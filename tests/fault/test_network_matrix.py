"""A part of the network matrix: `make faults` runs the whole of it."""

from pathlib import Path

import pytest

from tests.network.cases import FAULTS, Cell, judge, pairs

SINGLES = [
    "dropped before",
    "dropped after the commit",
    "committed late",
    "committed, then 500",
    "a storm of 429",
    "half an answer",
    "an answer without a task id",
    "a list that lags longer than settling",
]


@pytest.mark.parametrize(
    "cell",
    [*(Cell("aim", (fault,)) for fault in SINGLES), *pairs(4, seed=7)],
    ids=str,
)
def test_whatever_happens_on_the_wire_everybody_is_reached_exactly_once(
    tmp_path: Path, cell: Cell
) -> None:
    verdict = judge(cell, tmp_path)
    assert verdict.passed, verdict


def test_the_bounded_matrix_names_faults_that_exist() -> None:
    assert set(SINGLES) <= set(FAULTS)
