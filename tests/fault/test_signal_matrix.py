"""A part of the table of signals: `python -m tests.campaigns.signals` runs the whole of it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.campaigns.signals.cases import PHASES, Cell, Verdict, cells, diagonal, judge

AT_ONCE = 3
TRIES = 3

# Half a minute on a machine of its own; a busy one may take its time.
pytestmark = pytest.mark.timeout(1200)


def test_at_every_phase_a_signal_ends_a_run_in_good_order_and_it_goes_on(tmp_path: Path) -> None:
    def in_its_folder(cell: Cell) -> Verdict:
        """Judge a case, anew where a busy machine told the run only when it had ended."""
        verdicts: list[Verdict] = []
        while len(verdicts) < TRIES and not (verdicts and verdicts[-1].exit):
            place = tmp_path / f"{cell} {len(verdicts)}".replace(" ", "-")
            place.mkdir()
            verdicts.append(judge(cell, place))
        return verdicts[-1]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = list(pool.map(in_its_folder, diagonal()))
    assert [verdict for verdict in verdicts if not verdict.passed] == []


def test_the_part_meets_every_phase_and_every_way_to_be_told() -> None:
    part = list(diagonal())
    assert {cell.phase for cell in part} == set(PHASES)
    assert {(cell.number, cell.times) for cell in part} == {
        (cell.number, cell.times) for cell in cells()
    }
