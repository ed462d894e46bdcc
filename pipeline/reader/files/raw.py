"""The border between the file formats and everything after: sheets of texts, by columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.core.errors import SourceDamaged
from pipeline.core.phones import is_mobile
from pipeline.language import filled
from pipeline.reader.limits import TEXT_COLUMNS_MAX

Row = Sequence[str]
Merged = tuple[int, int, int, int]
"""Cells shown as one: top, left, bottom, right, from 0, the last two included."""


_Notes = Mapping[int, Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class CellNotes:
    """What a workbook tells of its cells besides their texts, by column and by row from 0.

    held: the number that a cell holds, where its format shows something else. faults: why a text
    cannot be believed, SHOWN_ERROR where it is an error that the spreadsheet shows.
    """

    held: _Notes = field(default_factory=dict)
    faults: _Notes = field(default_factory=dict)

    def after(self, count: int) -> "CellNotes":
        """Return the notes without those of the first rows."""
        return CellNotes(_later(self.held, count), _later(self.faults, count))


def _later(notes: _Notes, count: int) -> _Notes:
    return {
        column: {at - count: text for at, text in by_row.items() if at >= count}
        for column, by_row in notes.items()
    }


SHOWN_ERROR = "error"


@dataclass(frozen=True, slots=True)
class RawBlock:
    """n rows that follow each other in a sheet, blank ones included.

    first_line: the first row's line as a spreadsheet counts it, from 1.
    columns: as many as the sheet's first row with text has cells; n texts each.
    odd: rows with more or fewer cells, by position, as they stand in the file; in columns they
    are cut or filled up.
    broken: positions of odd rows whose cells could not be told apart.
    notes: of the cells of a workbook, which all have a sure place; None for a text file.
    """

    first_line: int
    columns: Sequence[Sequence[str]]
    odd: Mapping[int, Row]
    broken: frozenset[int] = frozenset()
    notes: CellNotes | None = None

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.columns[0])

    def row(self, at: int) -> tuple[str, ...]:
        """Return a row as it stands in the file."""
        odd = self.odd.get(at)
        return tuple(column[at] for column in self.columns) if odd is None else tuple(odd)

    def after(self, count: int) -> "RawBlock":
        """Return the block without its first rows."""
        return RawBlock(
            self.first_line + count,
            [column[count:] for column in self.columns],
            {at - count: row for at, row in self.odd.items() if at >= count},
            frozenset(at - count for at in self.broken if at >= count),
            None if self.notes is None else self.notes.after(count),
        )

    def as_held(self, column: int) -> "RawBlock":
        """Return the block with the numbers of a column as its cells hold them."""
        held = self.notes.held.get(column) if self.notes is not None else None
        if not held:
            return self
        columns = list(self.columns)
        columns[column] = [held.get(at, cell) for at, cell in enumerate(columns[column])]
        return replace(self, columns=columns)

    def numbers_held(self) -> Iterator[tuple[int, int, str]]:
        """Yield column, row and text of the phone numbers whose cells show them as something else.

        Such as an amount: ¥13,800,138,000.00.
        """
        for column, by_row in (self.notes.held if self.notes is not None else {}).items():
            yield from ((column, at, text) for at, text in by_row.items() if is_mobile(text))


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet; name is empty for a text file.

    The blocks can be read once. The first row of the first one has text: there are none where
    the whole sheet is blank. merged: at least those among the first rows. how: the form that it
    is written in, in words.
    """

    name: str
    blocks: Iterator[RawBlock]
    merged: tuple[Merged, ...] = ()
    how: str = ""


def cell_name(column: int, line: int) -> str:
    """Name a cell as a spreadsheet does; the column counts from 0, the line from 1: C7."""
    letters = ""
    column += 1
    while column:
        column, at = divmod(column - 1, 26)
        letters = chr(65 + at) + letters
    return f"{letters}{line}"


def is_blank(row: Iterable[str]) -> bool:
    """Tell whether no cell of a row has any text."""
    return not any(cell and not cell.isspace() for cell in row)


class Gatherer:
    """Gather rows as they come and hand them on by columns, in blocks of a size.

    above counts the rows to pass over first. Raises SourceDamaged for too many columns.
    """

    def __init__(self, block_rows: int, where: str, above: int = 0) -> None:
        self._size = block_rows
        self._where = where
        self._above = above
        self._line = 1
        self._columns: list[list[str]] = []
        self._odd: dict[int, Row] = {}
        self._broken: set[int] = set()

    @property
    def width(self) -> int:
        """Return the cells of a row, 0 as long as no row with text was seen."""
        return len(self._columns)

    def add_columns(self, columns: Sequence[Sequence[str]]) -> None:
        """Add rows that all have their cells, once the width is known."""
        for column, cells in zip(self._columns, columns, strict=True):
            column.extend(cells)

    def add(self, rows: Sequence[Row]) -> None:
        """Add rows; the first one with text settles the sheet's width."""
        if not self._columns:
            rows = self._start(rows)
        if not rows:
            return
        if set(map(len, rows)) != {len(self._columns)}:
            rows = self._fitted(rows)
        self.add_columns(list(zip(*rows, strict=True)))

    def add_broken(self, row: Row) -> None:
        """Add a row whose cells could not be told apart."""
        self.add([row])
        if self._columns:
            at = len(self._columns[0]) - 1
            self._broken.add(at)
            self._odd[at] = row

    def blocks(self, *, final: bool) -> Iterator[RawBlock]:
        """Yield the blocks that are full; with final, what is left too."""
        while self._columns and len(self._columns[0]) >= (1 if final else self._size):
            yield self._first(self._size)

    def _start(self, rows: Sequence[Row]) -> Sequence[Row]:
        for at, row in enumerate(rows):
            if not is_blank(row) and self._line + at > self._above:
                if len(row) > TEXT_COLUMNS_MAX:
                    raise SourceDamaged(
                        filled(
                            "{where} has {row} columns, and at most {most} are read: save "
                            "only those that are needed",
                            where=self._where,
                            row=str(len(row)),
                            most=str(TEXT_COLUMNS_MAX),
                        ),
                        "KS6506",
                    )
                self._line += at
                self._columns = [[] for _ in row]
                return rows[at:]
        self._line += len(rows)
        return ()

    def _fitted(self, rows: Sequence[Row]) -> Sequence[Row]:
        width, start = len(self._columns), len(self._columns[0])
        fitted = list(rows)
        for at, row in enumerate(rows):
            if len(row) != width:
                self._odd[start + at] = row
                fitted[at] = [*row[:width], *[""] * (width - len(row))]
        return fitted

    def _first(self, count: int) -> RawBlock:
        block = RawBlock(
            self._line,
            [column[:count] for column in self._columns],
            {at: row for at, row in self._odd.items() if at < count},
            frozenset(at for at in self._broken if at < count),
        )
        self._line += len(block)
        self._columns = [column[count:] for column in self._columns]
        self._odd = {at - count: row for at, row in self._odd.items() if at >= count}
        self._broken = {at - count for at in self._broken if at >= count}
        return block
