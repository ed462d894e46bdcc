"""Gather a sheet's rows as they are parsed, and hand them on by columns, in blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from pipeline.core.errors import SourceDamaged
from pipeline.language import filled
from pipeline.reader.files.archive import unreadable
from pipeline.reader.files.raw import Merged, cell_name, is_blank
from pipeline.reader.limits import AREA_FREE_CELLS, AREA_TO_CELLS_MAX, COLUMNS_MAX, ROWS_MAX
from pipeline.reader.workbooks.protocol import Block
from pipeline.reader.workbooks.shown.formats import Cell

MERGED_ROWS = 64
"""Only a header's merged cells matter, and it stands among the first rows."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that is being read: merged cells among its first rows, and its blocks."""

    merged: tuple[Merged, ...]
    blocks: Iterator[Block]


def too_long(where: str) -> SourceDamaged:
    """Say that a sheet has too many rows."""
    return SourceDamaged(
        filled(
            "{where} has more than {most} rows in a sheet: split it",
            where=where,
            most=str(ROWS_MAX),
        ),
        "KS6506",
    )


def too_wide(where: str) -> SourceDamaged:
    """Say that a sheet has too many columns."""
    return SourceDamaged(
        filled(
            "{where} has a sheet with cells beyond the {most} columns that are read: "
            "delete those that are not needed",
            where=where,
            most=str(COLUMNS_MAX),
        ),
        "KS6506",
    )


def too_far(cell: str, where: str) -> SourceDamaged:
    """Say that a cell lies far from all others."""
    return SourceDamaged(
        filled(
            "the cell {cell} of {where} lies far from all others: delete what stands "
            "there, and save the workbook again",
            cell=cell,
            where=where,
        ),
        "KS6506",
    )


def put_cell(row: list[str], column: int, text: str, place: tuple[str, int]) -> None:
    """Put a text into a row at its column, from 0; place is the sheet and the line.

    Raises SourceDamaged where a text stands there already, and beyond the columns that are read.
    """
    where, line = place
    if column >= COLUMNS_MAX:
        raise too_wide(where)
    if column >= len(row):
        row.extend([""] * (column - len(row)))
        row.append(text)
    elif row[column]:
        raise unreadable(
            where, filled("the cell {column} is there twice", column=cell_name(column, line))
        )
    else:
        row[column] = text


@dataclass(slots=True)
class Gathering:
    """The rows of one sheet, which must come in their order; those without text may be left out.

    where: the file and sheet, for the sentences. What is added and what is handed on is counted
    apart, so that no row can vanish between.
    """

    where: str
    block_rows: int
    _rows: list[Sequence[str]] = field(default_factory=list)
    _held: dict[int, dict[int, str]] = field(default_factory=dict)
    _faults: dict[int, dict[int, str]] = field(default_factory=dict)
    _first_line: int = 0
    _next_line: int = 0
    _width: int = 0
    _widest: int = 0
    _cells: int = 0
    _area: int = 0
    _handed_on: int = 0
    _passed_over: int = 0

    def add(self, line: int, cells: list[str], notes: Sequence[tuple[int, Cell]] = ()) -> None:
        """Add a row by its line, from 1; notes are of the cells that have more than their text.

        Raises SourceDamaged for a row out of order, and for one too far from the others.
        """
        if line < self._next_line or line < 1:
            raise unreadable(
                self.where, filled("its rows are not in order at row {line}", line=str(line))
            )
        while cells and not cells[-1]:
            cells.pop()
        if not cells and not notes:
            return
        if not self._next_line and not notes and is_blank(cells):
            self._passed_over += len(cells) - cells.count("")
            return
        self._reach(line, cells)
        if self._next_line:
            self._rows.extend(repeat((), line - self._next_line))
        else:
            self._first_line = line
        self._note(line - self._first_line, notes)
        self._rows.append(cells)
        self._next_line = line + 1

    def blocks(self, *, final: bool) -> Iterator[Block]:
        """Yield the blocks that are full; with final, what is left too."""
        while len(self._rows) >= (1 if final else self.block_rows):
            yield self._first()

    def close(self, seen: int) -> None:
        """Refuse a sheet of which other cells were handed on than were seen in the file."""
        done = self._handed_on + self._passed_over
        if not seen == self._cells + self._passed_over == done:
            raise unreadable(
                self.where,
                filled("of {seen} cells {done} were understood", seen=str(seen), done=str(done)),
            )

    def _note(self, at: int, notes: Sequence[tuple[int, Cell]]) -> None:
        for column, cell in notes:
            if cell.held is not None:
                self._held.setdefault(column, {})[at] = cell.held
            if cell.fault is not None:
                self._faults.setdefault(column, {})[at] = cell.fault

    def _reach(self, line: int, cells: Sequence[str]) -> None:
        if line > ROWS_MAX:
            raise too_long(self.where)
        if len(cells) > COLUMNS_MAX:
            raise too_wide(self.where)
        gap = line - self._next_line if self._next_line else 0
        self._widest = max(self._widest, len(cells))
        self._cells += len(cells) - cells.count("")
        self._area += gap * self._widest + len(cells)
        if self._area > max(AREA_FREE_CELLS, AREA_TO_CELLS_MAX * self._cells):
            raise too_far(cell_name(len(cells) - 1, line), self.where)

    def _first(self) -> Block:
        rows = self._rows[: self.block_rows]
        del self._rows[: self.block_rows]
        widths = set(map(len, rows))
        self._width = self._width or max(widths)
        width = max(self._width, *widths)
        if widths != {width}:
            rows = [[*row, *[""] * (width - len(row))] for row in rows]
        columns = [list(column) for column in zip(*rows, strict=True)]
        self._handed_on += sum(len(column) - column.count("") for column in columns)
        block = Block(self._first_line, columns, self._split(self._held), self._split(self._faults))
        self._first_line += len(rows)
        return block

    def _split(self, notes: dict[int, dict[int, str]]) -> dict[int, dict[int, str]]:
        """Take the notes of the first block, and count the others from the next one on."""
        count = self.block_rows
        taken = {
            column: {at: text for at, text in by_row.items() if at < count}
            for column, by_row in notes.items()
        }
        left = {
            column: {at - count: text for at, text in by_row.items() if at >= count}
            for column, by_row in notes.items()
        }
        notes.clear()
        notes.update({column: by_row for column, by_row in left.items() if by_row})
        return {column: by_row for column, by_row in taken.items() if by_row}
