"""Judge a workbook before a library lays all of it out in memory, cell by cell.

What is judged is what makes such a library take more than the file's own size: entities, cells far
from all others, and ranges each cell of which becomes an object of its own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat
from zipfile import ZipInfo

from pipeline.core.errors import SourceDamaged
from pipeline.language import Words, filled
from pipeline.reader.files.archive import Zip
from pipeline.reader.limits import AREA_FREE_CELLS, AREA_TO_CELLS_MAX, COLUMNS_MAX, ROWS_MAX
from pipeline.reader.workbooks.gathering import too_far, too_long, too_wide
from pipeline.reader.workbooks.markup import refuse_entities
from pipeline.reader.workbooks.sheet_rows import column_at

_SHEET_COLUMNS = 16_384
_LAST_COLUMN = "XFD"
_PLACE = re.compile(r"\$?([A-Za-z]{0,3})\$?([0-9]{0,7})")
_RANGES = frozenset({"mergeCell", "hyperlink"})
"""The elements of whose range each cell is laid out, also where it holds nothing."""


def refuse_hostile(archive: Zip) -> None:
    """Unzip and parse every part of a workbook once. Raises SourceDamaged for a hostile one."""
    for entry in archive.entries:
        _refuse_hostile(archive, entry)


def _refuse_hostile(archive: Zip, entry: ZipInfo) -> None:
    walk = _Walk(archive.where)
    parser = expat.ParserCreate()
    refuse_entities(parser, archive.where)
    parser.StartElementHandler = walk.start
    parse: Callable[[bytes, bool], int] = parser.Parse
    sound = True
    for piece in archive.inflated(entry):
        # What is no XML, or breaks off, is unzipped to its end as well: its size counts.
        try:
            if sound:
                parse(piece, False)  # noqa: FBT003 -- expat takes it by position only
        except expat.ExpatError:
            sound = False
    walk.refuse_far()


@dataclass(slots=True)
class _Walk:
    """Walk through the cells of a sheet; one that holds nothing but a format is none."""

    where: str
    rows: int = 0
    columns: int = 0
    cells: int = 0
    top: int = ROWS_MAX
    left: int = _SHEET_COLUMNS
    last: str = ""
    ranged: int = 0
    _row: int = 0
    _column: int = 0
    _name: str = ""
    _empty: bool = True

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take up an element. Raises SourceDamaged for ranges of too many cells."""
        match name.rsplit(":", 1)[-1]:
            case "row":
                number = attributes.get("r", "")[:20]
                self._row = int(number) if number.isdecimal() else self._row + 1
                self._column = 0
            case "c":
                self._place(attributes.get("r", ""))
            case "v" | "is" if self._empty and self._column:
                self._empty = False
                self._count()
            case element if element in _RANGES:
                self._add_range(element, attributes.get("ref", ""))

    def refuse_far(self) -> None:
        """Refuse a sheet whose outermost cells span far more than there are. SourceDamaged."""
        if self.rows > ROWS_MAX:
            raise too_long(self.where)
        if self.columns > COLUMNS_MAX:
            raise too_wide(self.where)
        area = max(self.rows - self.top + 1, 0) * max(self.columns - self.left + 1, 0)
        if area > max(AREA_FREE_CELLS, AREA_TO_CELLS_MAX * self.cells):
            raise too_far(self.last, self.where)

    def _place(self, reference: str) -> None:
        self._empty, self._name = True, reference
        found = _PLACE.fullmatch(reference[:20])
        if found and found[1] and found[2]:
            self._row, self._column = int(found[2]), column_at(found[1]) + 1
        else:
            self._column += 1

    def _count(self) -> None:
        self.cells += 1
        if self._row > self.rows or self._column > self.columns:
            self.last = self._name or filled("in row {row}", row=str(self._row))
        self.rows, self.columns = max(self.rows, self._row), max(self.columns, self._column)
        self.top, self.left = min(self.top, self._row), min(self.left, self._column)

    def _add_range(self, element: str, reference: str) -> None:
        begin, _, end = reference[:40].partition(":")
        first, last = _PLACE.fullmatch(begin), _PLACE.fullmatch(end or begin)
        if first is None or last is None:
            return
        width = column_at(last[1] or _LAST_COLUMN) - column_at(first[1] or "A") + 1
        height = int(last[2] or ROWS_MAX) - int(first[2] or 1) + 1
        self.ranged += max(width, 1) * max(height, 1)
        if self.ranged > AREA_FREE_CELLS:
            what = "merges" if element == "mergeCell" else Words("puts links on")
            raise SourceDamaged(
                filled(
                    "{where} {what} more than {area_free_cells} cells of a sheet, at last "
                    "{reference}: open it in the spreadsheet program and take that back",
                    where=self.where,
                    what=what,
                    area_free_cells=AREA_FREE_CELLS,
                    reference=reference[:40],
                ),
                "KS6506",
            )
