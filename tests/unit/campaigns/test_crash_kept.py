"""A crash matrix that was interrupted goes on where it was, for the same code only."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click
import pytest

from tests.campaigns.crash.kept import Kept
from tests.campaigns.crash.matrix import Cell
from tests.campaigns.crash.stage import KILLED
from tests.support.shim import Action, Point

POINTS = [Point(Action.BEFORE, "send", "tcp", ordinal) for ordinal in range(1, 6)]


class Matrix:
    """Runs cells, and is interrupted after so many."""

    def __init__(self, breaks_after: int = 99) -> None:
        self.breaks_after = breaks_after
        self.tried: list[Point] = []

    def __call__(self, points: Sequence[Point], told: Callable[[Cell], None]) -> list[Cell]:
        cells = []
        for point in points:
            if len(self.tried) == self.breaks_after:
                raise KeyboardInterrupt
            self.tried.append(point)
            cells.append(Cell("aim", point, (KILLED, 0), 0, 0, balanced=True, verify_exit=0))
            told(cells[-1])
        return cells


def test_what_was_tried_before_an_interruption_is_not_tried_again(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    first, second, other = Matrix(breaks_after=2), Matrix(), Matrix()
    with pytest.raises(KeyboardInterrupt):
        Kept.opened(file).tried("aim", POINTS, Cell, first)
    cells = Kept.opened(file).tried("aim", POINTS, Cell, second)
    assert (first.tried, second.tried) == (POINTS[:2], POINTS[2:])
    assert {cell.point for cell in cells} == set(POINTS)
    assert all(cell.reached and cell.holds for cell in cells)
    Kept.opened(file).tried("aim again", POINTS, Cell, other)
    assert other.tried == POINTS, "another phase has results of its own"


def test_without_a_file_everything_is_tried() -> None:
    matrix = Matrix()
    assert len(Kept.opened(None).tried("aim", POINTS, Cell, matrix)) == len(POINTS)


def test_results_of_other_code_are_not_taken(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    file.write_text("of another koosend\n", encoding="utf-8")
    with pytest.raises(click.UsageError, match="other code"):
        Kept.opened(file)
