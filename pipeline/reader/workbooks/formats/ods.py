"""What an ods tells of its cells that the workbook library does not hand on.

Each cell holds its value and, beside it, the text that it is shown as. The text is taken for
percentages, amounts of money, TRUE and FALSE that are kept as numbers, and errors. The document is
searched and not parsed, which is quick; a note holds only where the cell has the noted value.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.reader.files.archive import Zip
from pipeline.reader.limits import COLUMNS_MAX, ROWS_MAX
from pipeline.reader.workbooks.formats.cell_text import MONEY
from pipeline.reader.workbooks.formats.xlsx import CellNotes, Said, stretches

_CONTENT = "content.xml"
_MONEY = b"|".join(re.escape(symbol.encode()) for symbol in MONEY)
_SHOWN = rb'(?:currency|percentage|error)"|"-?PT[0-9]{2,}H|>(?:TRUE|FALSE)<|%|' + _MONEY
_TOLD = re.compile(_SHOWN)
"""What the bytes of a document hold that has something to note."""

_PART = re.compile(
    rb"<table:table(?:(?P<table>\s[^>]*)|-row\b(?P<row>[^>]*))>"
    rb"|<table:(?:covered-)?table-cell\b(?P<cell>[^>]*)>"
    rb"(?:<office:annotation\b(?:(?!<table:).)*?</office:annotation>)?"
    rb"(?:<text:p\b[^>]*>(?P<text>[^<]{0,200})</text:p>)?",
    re.DOTALL,
)
_REPEATED = re.compile(rb'-repeated="([0-9]{1,9})"')
_ATTRIBUTE = re.compile(rb'([a-z:-]+)="([^"]*)"')
_NUMBERS = frozenset({"float", "percentage", "currency"})
_SPAN = re.compile(r"(-?)PT([0-9]{1,9})H([0-9]{1,2})M([0-9]{1,2})(?:[.,][0-9]{1,12})?S")


class OdsNotes:
    """The notes of an ods' sheets."""

    def __init__(self, archive: Zip) -> None:
        """Take the notes of all sheets, where there is anything to note."""
        walk = _Walk()
        if any(_TOLD.search(text) for text in _whole_parts(archive)):
            for text in _whole_parts(archive):
                walk.through(text)
        self._sheets = walk.sheets

    def of(self, sheet: str) -> CellNotes:
        return self._sheets.get(sheet) or CellNotes()


@dataclass(slots=True)
class _Walk:
    """Walk through a document's cells; row and column count from 0."""

    sheets: dict[str, CellNotes] = field(default_factory=dict)
    _notes: CellNotes = field(default_factory=CellNotes)
    _row: int = 0
    _rows: int = 0
    _column: int = 0

    def through(self, text: bytes) -> None:
        """Walk through the next stretch of the document, which is cut between cells."""
        for found in _PART.finditer(text):
            cell, row = found["cell"], found["row"]
            if cell is not None:
                count = _count(cell)
                if _may_differ(cell, found["text"]):
                    self._note(_said(_attributes(cell), _plain(found["text"])), count)
                self._column += count
            elif row is not None:
                self._row, self._rows, self._column = self._row + self._rows, _count(row), 0
            else:
                self._notes = CellNotes()
                name = _attributes(found["table"]).get("table:name", "")
                self.sheets.setdefault(name, self._notes)
                self._row = self._rows = self._column = 0

    def _note(self, said: Said | None, columns: int) -> None:
        if said is None:
            return
        for column in range(self._column, min(self._column + columns, COLUMNS_MAX)):
            for row in range(self._row, min(self._row + self._rows, ROWS_MAX)):
                self._notes.put_down(column, row, said)


def _may_differ(cell: bytes, text: bytes | None) -> bool:
    """Tell quickly whether a cell may be shown as something other than what it holds."""
    if not text or b'="' + text + b'"' in cell:
        return False
    return b'"string"' not in cell or b'"error"' in cell


def _said(cell: Mapping[str, str], text: str) -> Said | None:
    """Return what a cell is shown as, where that is not what its value is written as."""
    kind = cell.get("office:value-type", "")
    if cell.get("calcext:value-type") == "error" and text:
        return Said("", text)
    if kind == "time":
        value = cell.get("office:time-value", "")
        found = _SPAN.fullmatch(value)
        return None if found is None else Said(value, _span(found))
    if kind not in _NUMBERS or not text:
        return None
    is_shown = text in {"TRUE", "FALSE"} or not set(text).isdisjoint("%" + MONEY)
    try:
        return Said(float(cell.get("office:value", "")), text) if is_shown else None
    except ValueError:
        return None


def _span(found: re.Match[str]) -> str:
    sign, hours, minutes, seconds = found.groups()
    return f"{sign}{int(hours)}:{int(minutes):02}:{int(seconds):02}"


def _count(attributes: bytes) -> int:
    found = _REPEATED.search(attributes)
    return min(int(found[1]), ROWS_MAX) if found else 1


def _attributes(text: bytes) -> Mapping[str, str]:
    return {name.decode(): _plain(value) for name, value in _ATTRIBUTE.findall(text)}


def _plain(text: bytes) -> str:
    return html.unescape(text.decode("utf-8", "replace")).strip()


def _whole_parts(archive: Zip) -> Iterator[bytes]:
    """Unzip the document, cut before an element of a table."""
    return stretches(archive, _CONTENT, lambda text: text.rfind(b"<table:"))
