"""What a workbook's XML tells of cells that the workbook library does not hand on.

That are the formats of percentages and amounts, and which error a cell shows. xlsx and xlsm have
it in this form; nothing is read a second time where neither is in the workbook.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType
from xml.parsers import expat

from pipeline.reader.files.archive import Zip
from pipeline.reader.limits import COLUMNS_MAX
from pipeline.reader.workbooks.formats.cell_text import Cell, Display, displays_of
from pipeline.reader.workbooks.security import column_number

_BOOK = "xl/workbook.xml"
_BOOK_LINKS = "xl/_rels/workbook.xml.rels"
_STYLES = "xl/styles.xml"

BUILT_IN_FORMATS: Mapping[int, str] = MappingProxyType({9: "0%", 10: "0.00%"})
"""The formats of percentages and amounts that a workbook does not spell out."""

ERRORS: Mapping[int, str] = MappingProxyType(
    {
        0x00: "#NULL!",
        0x07: "#DIV/0!",
        0x0F: "#VALUE!",
        0x17: "#REF!",
        0x1D: "#NAME?",
        0x24: "#NUM!",
        0x2A: "#N/A",
    }
)
"""What a binary workbook's error numbers are shown as."""

_CARRIED_MAX = 1 << 16
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_STYLE = re.compile(rb'\bs="([0-9]{1,6})"')
_ERROR = re.compile(
    rb'<(?:[a-z]+:)?c\b(?=[^>]{0,300}\bt="e")([^>]{0,300})>'
    rb"(?:<(?:[a-z]+:)?f\b[^>]*/>|<(?:[a-z]+:)?f\b[^>]*>[^<]*</(?:[a-z]+:)?f>)?"
    rb"<(?:[a-z]+:)?v>(#[^<]{1,30})</"
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a cell that holds this value is shown as, such as an error: its value is empty."""

    value: str | float
    text: str


Note = Display | Said
"""How a cell is shown."""


@dataclass(slots=True)
class CellNotes:
    """The notes of one sheet: by column and row, both from 0."""

    by_column: dict[int, dict[int, Note]] = field(default_factory=dict)

    def add(self, attributes: bytes, note: Note) -> None:
        """Note something of the cell with these attributes; one without a place is left out."""
        found = _PLACE.search(attributes)
        if found is None:
            return
        self.put_down(column_number(found[1].decode()) - 1, int(found[2]) - 1, note)

    def put_down(self, column: int, row: int, note: Note) -> None:
        """Note something of the cell at this place, both counted from 0."""
        if column < COLUMNS_MAX:
            self.by_column.setdefault(column, {})[row] = note

    def put(self, texts: list[str], cells: tuple[Cell, ...], column: int, row: int) -> None:
        """Correct the texts of a column's cells, the first of which stands in that row."""
        notes = self.by_column.get(column)
        if not notes:
            return
        for at, cell in enumerate(cells, start=row):
            note = notes.get(at)
            if note is None:
                continue
            shown = _shown(note, cell)
            if shown is not None:
                texts[at - row] = shown


class Notebook:
    """The notes of a workbook's sheets, taken when a sheet is read.

    with_errors: the parts that hold cells with errors.
    """

    def __init__(self, archive: Zip, with_errors: frozenset[str]) -> None:
        self._archive = archive
        self._with_errors = with_errors
        self._displays = _displays(archive)
        self._parts = _parts(archive) if self._displays or with_errors else {}

    def of(self, sheet: str) -> CellNotes:
        notes = CellNotes()
        part = self._parts.get(sheet, "")
        errors = part in self._with_errors
        if not errors and not self._displays:
            return notes
        ids = b"|".join(str(style).encode() for style in self._displays) or b"(?!)"
        styled = re.compile(
            rb'<(?:[a-z]+:)?c\b(?=[^>]{0,300}\bs="(?:' + ids + rb')")([^>]{0,300})>'
        )
        for text in stretches(self._archive, part, _last_cell):
            for found in styled.finditer(text):
                style = _STYLE.search(found[1])
                if style is not None:
                    notes.add(found[1], self._displays[int(style[1])])
            for found in _ERROR.finditer(text) if errors else ():
                notes.add(found[1], Said("", found[2].decode("utf-8", "replace")))
        return notes


def unzipped(archive: Zip, part: str) -> Iterator[bytes]:
    """Unzip a part of a workbook; nothing where it has none of that name."""
    for entry in archive.entries:
        if entry.filename == part:
            yield from archive.inflated(entry)
            return


def link_targets(archive: Zip, part: str) -> Mapping[str, str]:
    """Read which part each link of a workbook leads to."""
    return {
        attributes.get("Id", ""): attributes.get("Target", "")
        for tag, attributes in _elements(archive, part, [])
        if tag == "Relationship"
    }


def part_path(target: str) -> str:
    """Name the part that a workbook's link leads to."""
    return target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)


def _shown(note: Note, cell: Cell) -> str | None:
    if isinstance(note, Said):
        return note.text if cell == note.value else None
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    return note.shown(cell)


def stretches(archive: Zip, part: str, before: Callable[[bytes], int]) -> Iterator[bytes]:
    """Unzip a part, cut before its elements: before finds the last one's place in some bytes."""
    carried = b""
    for piece in unzipped(archive, part):
        text = carried + piece
        cut = max(before(text), len(text) - _CARRIED_MAX, 0)
        yield text[:cut]
        carried = text[cut:]
    yield carried


def _last_cell(text: bytes) -> int:
    return max(text.rfind(b"<c "), text.rfind(b":c ") - 9)


def _displays(archive: Zip) -> Mapping[int, Display]:
    """Read which of the cells' styles are percentages or amounts."""
    codes = {str(number): code for number, code in BUILT_IN_FORMATS.items()}
    used: list[str] = []
    within: list[str] = []
    for tag, attributes in _elements(archive, _STYLES, within):
        if tag == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "xf" and "cellXfs" in within:
            used.append(attributes.get("numFmtId", ""))
    return displays_of(codes, used)


def _parts(archive: Zip) -> Mapping[str, str]:
    """Find the part of each sheet, by its name."""
    targets = link_targets(archive, _BOOK_LINKS)
    parts = {}
    for tag, attributes in _elements(archive, _BOOK, []):
        if tag != "sheet":
            continue
        link = next((text for key, text in attributes.items() if key.endswith(":id")), "")
        parts[attributes.get("name", "")] = part_path(targets.get(link, ""))
    return parts


def _elements(
    archive: Zip, part: str, within: list[str]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the elements of a small part, as far as it is sound; within holds those around."""
    found: list[tuple[str, Mapping[str, str], tuple[str, ...]]] = []
    around: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = name.rsplit(":", 1)[-1]
        found.append((tag, attributes, tuple(around)))
        around.append(tag)

    def end(_name: str) -> None:
        around.pop()

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        for piece in unzipped(archive, part):
            parser.Parse(piece, False)  # noqa: FBT003 -- expat takes it by position only
    except expat.ExpatError:
        pass
    for tag, attributes, outer in found:
        within[:] = outer
        yield tag, attributes
