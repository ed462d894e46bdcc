"""The border between the file formats and everything after: sheets of texts, by columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class RawBlock:
    """n rows that follow each other in a sheet, blank ones included.

    first_line: the first row's line as a spreadsheet counts it, from 1.
    columns: as many as the sheet's first row with text has cells; n texts each.
    odd: rows with more or fewer cells, by position, as they stand in the file; in columns they
    are cut or filled up.
    broken: positions of odd rows whose cells could not be told apart.
    """

    first_line: int
    columns: Sequence[Sequence[str]]
    odd: Mapping[int, Row]
    broken: frozenset[int] = frozenset()

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.columns[0])

    def row(self, at: int) -> tuple[str, ...]:
        """Return a row as it stands in the file."""
        odd = self.odd.get(at)
        return tuple(column[at] for column in self.columns) if odd is None else tuple(odd)

    def after_first(self) -> "RawBlock":
        """Return the block without its first row."""
        return RawBlock(
            self.first_line + 1,
            [column[1:] for column in self.columns],
            {at - 1: row for at, row in self.odd.items() if at},
            frozenset(at - 1 for at in self.broken if at),
        )


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet; name is empty for a text file.

    The blocks can be read once. The first row of the first one has text: there are none where
    the whole sheet is blank.
    """

    name: str
    blocks: Iterator[RawBlock]


def is_blank(row: Iterable[str]) -> bool:
    """Tell whether no cell of a row has any text."""
    return not any(cell and not cell.isspace() for cell in row)


class Gatherer:
    """Gather rows as they come and hand them on by columns, in blocks of a size."""

    def __init__(self, block_rows: int) -> None:
        self._size = block_rows
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
            if not is_blank(row):
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
