"""Judge a workbook's parts while they are unzipped, before anything parses them whole.

What is suspicious is searched for in the bytes, which is quick; what was found is then judged by
parsing that part, element by element.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from pipeline.core.errors import SourceDamaged
from pipeline.reader.files.archive import Zip
from pipeline.reader.limits import AREA_FREE_CELLS, AREA_TO_CELLS_MAX, COLUMNS_MAX, ROWS_MAX

_DOCTYPE = b"<!DOCTYPE"
_SHEET_DATA = b"sheetData"
_ERROR = b' t="e"'
_COLUMNS = re.compile(rb'r="([A-Z]{1,9})[0-9]')
_ROWS = re.compile(rb'r="[A-Z]{0,9}([0-9]{1,20})"')
_REFERENCE = re.compile(r"([A-Za-z]{1,9})([0-9]{1,20})")
_CARRIED_MAX = 1 << 16
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
"""How XML in UTF-16 begins."""


class _RootSeen(Exception):
    """End a parse at the root element: no DOCTYPE can follow."""


@dataclass(slots=True)
class _Extent:
    """How far the cells of a sheet reach, and how many they are; last is the one farthest out."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    top: int = ROWS_MAX
    left: int = COLUMNS_MAX
    last: str = ""

    def fits(self) -> bool:
        """Tell whether a table of that extent may be laid out in memory."""
        return self.rows <= ROWS_MAX and self.columns <= COLUMNS_MAX and self._dense()

    def _dense(self) -> bool:
        area = max(self.rows - self.top + 1, 0) * max(self.columns - self.left + 1, 0)
        return area <= max(AREA_FREE_CELLS, AREA_TO_CELLS_MAX * self.cells)

    def refusal(self, where: str) -> SourceDamaged:
        """Say what does not fit."""
        if self.rows > ROWS_MAX:
            return too_long(where)
        if self.columns > COLUMNS_MAX:
            return too_wide(where)
        return SourceDamaged(
            f"the cell {self.last} of {where} lies far from all others: delete what stands there, "
            "and save the workbook again"
        )


def too_long(where: str) -> SourceDamaged:
    """Say that a sheet has too many rows."""
    return SourceDamaged(f"{where} has more than {ROWS_MAX} rows in a sheet: split it")


def too_wide(where: str) -> SourceDamaged:
    """Say that a sheet has too many columns."""
    return SourceDamaged(
        f"{where} has a sheet with cells beyond the {COLUMNS_MAX} columns that are read: delete "
        "those that are not needed"
    )


def scan(archive: Zip) -> frozenset[str]:
    """Unzip every part of a workbook once, and name those that hold cells with errors.

    Raises SourceDamaged for a hostile one.
    """
    with_errors: set[str] = set()
    for entry in archive.entries:
        suspicion = _Suspicion()
        for piece in archive.inflated(entry):
            suspicion.look(piece)
        if suspicion.wide:
            raise SourceDamaged(
                f"{archive.where} holds XML that is not written in UTF-8: save it again as xlsx"
            )
        if suspicion.doctype:
            _refuse_doctype(archive, entry)
        if suspicion.in_cells and not suspicion.extent.fits():
            _refuse_far_cells(archive, entry)
        if suspicion.errors:
            with_errors.add(entry.filename)
    return frozenset(with_errors)


@dataclass(slots=True)
class _Suspicion:
    """What a part's bytes give away. The extent counts empty cells too, and from A1 on."""

    extent: _Extent = field(default_factory=lambda: _Extent(top=1, left=1))
    doctype: bool = False
    wide: bool = False
    in_cells: bool = False
    errors: bool = False
    _carried: bytes = b""
    _begun: bool = False

    def look(self, piece: bytes) -> None:
        """Look at the next bytes; what stands across the border is looked at with the next."""
        if not self._begun:
            self._begun = True
            self.wide = piece.startswith(_WIDE)
        text = self._carried + piece
        self.doctype = self.doctype or _DOCTYPE in text
        if not self.in_cells:
            at = text.find(_SHEET_DATA)
            if at < 0:
                self._carried = text[-len(_SHEET_DATA) :]
                return
            self.in_cells = True
            text = text[at:]
        cut = max(text.rfind(b"<"), len(text) - _CARRIED_MAX)
        self._measure(text[:cut])
        self._carried = text[cut:]

    def _measure(self, text: bytes) -> None:
        extent = self.extent
        extent.cells += text.count(b"<c ")
        self.errors = self.errors or _ERROR in text
        for name in set(_COLUMNS.findall(text)):
            extent.columns = max(extent.columns, column_number(name.decode()))
        extent.rows = max(extent.rows, max(map(int, set(_ROWS.findall(text))), default=0))


def _refuse_doctype(archive: Zip, entry: zipfile.ZipInfo) -> None:
    def refuse(*_: object) -> None:
        raise SourceDamaged(
            f"{archive.where} declares XML entities, as no spreadsheet program does: open it in "
            "one and save it again as xlsx"
        )

    def seen(*_: object) -> None:
        raise _RootSeen

    parser = expat.ParserCreate(namespace_separator=None)
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = seen
    try:
        _parse(parser, archive.inflated(entry))
    except _RootSeen:
        return


def _refuse_far_cells(archive: Zip, entry: zipfile.ZipInfo) -> None:
    walk = _Walk()
    parser = expat.ParserCreate()
    parser.StartElementHandler = walk.start
    _parse(parser, archive.inflated(entry))
    if not walk.extent.fits():
        raise walk.extent.refusal(archive.where)


def _parse(parser: expat.XMLParserType, pieces: Iterator[bytes]) -> None:
    """Parse as far as the XML is sound; the workbook library judges the rest."""
    parse: Callable[[bytes, bool], int] = parser.Parse
    try:
        for piece in pieces:
            parse(piece, False)  # noqa: FBT003 -- expat takes it by position only
    except expat.ExpatError:
        return


@dataclass(slots=True)
class _Walk:
    """Walk through the cells of a sheet; one that holds nothing but a format is none."""

    extent: _Extent = field(default_factory=_Extent)
    _row: int = 0
    _column: int = 0
    _empty: bool = True

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take up an element."""
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

    def _place(self, reference: str) -> None:
        self._empty = True
        found = _REFERENCE.fullmatch(reference)
        if found:
            self._row, self._column = int(found[2]), column_number(found[1].upper())
        else:
            self._column += 1

    def _count(self) -> None:
        extent = self.extent
        extent.cells += 1
        if self._row > extent.rows or self._column > extent.columns:
            extent.last = f"{_letters(self._column)}{self._row}"
        extent.rows = max(extent.rows, self._row)
        extent.columns = max(extent.columns, self._column)
        extent.top = min(extent.top, self._row)
        extent.left = min(extent.left, self._column)


def column_number(letters: str) -> int:
    """Return the number of a column, from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, at = divmod(column - 1, 26)
        letters = chr(65 + at) + letters
    return letters
