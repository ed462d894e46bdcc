"""Remember every number that was taken and by which row, in 12 bytes each."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.reader.rows.screening import Whole

_LOWEST = 13_000_000_000
_ROW_BITS = 30
_ROW_MASK = (1 << _ROW_BITS) - 1

ROWS_MAX = 1 << _ROW_BITS
"""Of a run: its ordinals must fit."""


ColumnsAt = Callable[[], Sequence[Sequence[str]]]
"""The value columns of the rows that are taken."""


REPEATS_MAX = 50
"""Rows that one source may hold of one number, whatever their values: carriers take no more."""

TOO_OFTEN = -1


class Taken(Protocol):
    """What was taken so far, and what a row must not repeat."""

    def take(self, numbers: Whole, rows: Whole, columns: ColumnsAt) -> dict[int, int]:
        """Take rows in their order; map the position of each repeated one to the row it repeats.

        TOO_OFTEN stands for a row that repeats none, but whose number stands there often enough.
        """


class TakenNumbers:
    """The numbers of a run so far, each with the ordinal of its row.

    A number less the lowest one needs 33 bits, an ordinal 30: one word holds both, so that a
    level is one sorted array and a merge is one sort. The levels' sizes at least double.
    """

    def __init__(self) -> None:
        self._levels: list[Whole] = []

    def take(self, numbers: Whole, rows: Whole, columns: ColumnsAt = list) -> dict[int, int]:
        del columns
        found = self._find(numbers)
        repeated = pd.Series(numbers).duplicated().to_numpy()
        fresh = (found < 0) & ~repeated
        self._keep(((numbers[fresh] - _LOWEST) << _ROW_BITS) | rows[fresh])
        within = np.flatnonzero((found < 0) & repeated)
        found[within] = self._find(numbers[within])
        again = np.flatnonzero(found >= 0)
        return dict(zip(again.tolist(), found[again].tolist(), strict=True))

    def _find(self, numbers: Whole) -> Whole:
        """Return the ordinals of the rows that hold the numbers, -1 where none does."""
        order = np.argsort(numbers)
        wanted = (numbers[order] - _LOWEST) << _ROW_BITS
        found = np.full(len(numbers), -1, dtype=np.int64)
        for level in self._levels:
            at = np.searchsorted(level, wanted)
            at[at == len(level)] = 0
            held = level[at]
            hit = (held ^ wanted) <= _ROW_MASK
            found[order[hit]] = held[hit] & _ROW_MASK
        return found

    def _keep(self, fresh: Whole) -> None:
        level = np.sort(fresh)
        while self._levels and len(self._levels[-1]) < 2 * len(level):
            level = np.sort(np.concatenate((self._levels.pop(), level)))
        if len(level):
            self._levels.append(level)


class TakenContents:
    """The numbers of a run so far with digests of their values, in 16 bytes each.

    A number may stand there again with other values.
    """

    def __init__(self) -> None:
        self._numbers = TakenNumbers()
        self._digests: array[int] = array("Q")
        self._more: dict[int, list[int]] = {}

    def take(self, numbers: Whole, rows: Whole, columns: ColumnsAt) -> dict[int, int]:
        if len(rows):
            self._remember(rows, columns())
        again: dict[int, int] = {}
        for at, first in self._numbers.take(numbers, rows, columns).items():
            row, digest = int(rows[at]), self._digests[rows[at]]
            known = self._more.setdefault(int(numbers[at]), [first])
            same = next((other for other in known if self._digests[other] == digest), None)
            if same is not None:
                again[at] = same
            elif len(known) < REPEATS_MAX:
                known.append(row)
            else:
                again[at] = TOO_OFTEN
        return again

    def _remember(self, rows: Whole, columns: Sequence[Sequence[str]]) -> None:
        known = len(self._digests)
        fresh = np.zeros(int(rows[-1]) + 1 - known, dtype=np.uint64)
        fresh[rows - known] = _digests_of(columns, len(rows))
        self._digests.frombytes(fresh.tobytes())


def _digests_of(columns: Sequence[Sequence[str]], count: int) -> npt.NDArray[np.uint64]:
    if not columns:
        return np.zeros(count, dtype=np.uint64)
    table = pd.DataFrame({at: list(column) for at, column in enumerate(columns)}, dtype=object)
    return np.asarray(pd.util.hash_pandas_object(table, index=False), dtype=np.uint64)


class LinesOfRows:
    """The line of each data row, found again by its ordinal."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._lines: list[npt.NDArray[np.int32]] = []

    def add(self, first_row: int, lines: Whole) -> None:
        """Add the lines of rows that follow each other."""
        self._starts.append(first_row)
        self._lines.append(lines.astype(np.int32))

    def of(self, row: int) -> int:
        """Return the line of a row that was added."""
        at = bisect_right(self._starts, row) - 1
        return int(self._lines[at][row - self._starts[at]])
