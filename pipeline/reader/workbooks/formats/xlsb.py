"""Read xlsb: the records of a binary workbook, each cell's value, type, style and error at once."""

import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

from pipeline.language import Words
from pipeline.reader.files.archive import damaged, unreadable
from pipeline.reader.files.raw import SHOWN_ERROR, Merged
from pipeline.reader.workbooks.gathering import MERGED_ROWS, Gathering, Sheet, put_cell
from pipeline.reader.workbooks.parts import Link, Package, SheetParts, one_link
from pipeline.reader.workbooks.protocol import Block
from pipeline.reader.workbooks.shown.formats import (
    Cell,
    Styles,
    faulty,
    shown_number,
    shown_words,
)

ERRORS: Mapping[int, str] = MappingProxyType(
    {
        0x00: "#NULL!",
        0x07: "#DIV/0!",
        0x0F: "#VALUE!",
        0x17: "#REF!",
        0x1D: "#NAME?",
        0x24: "#NUM!",
        0x2A: "#N/A",
        0x2B: "#GETTING_DATA",
    }
)
"""What a binary workbook's error numbers are shown as."""

_ROW, _BLANK, _RK, _ERROR, _TRUTH, _REAL, _TEXT, _SHARED = range(8)
_FORMULA_TEXT, _FORMULA_NUMBER, _FORMULA_TRUTH, _FORMULA_ERROR = range(8, 12)
_SHORT_CELLS = range(12, 19)
_STRING, _RICH_TEXT = 19, 62
_ROWS, _ROWS_END = 145, 146
_SHEET, _BOOK, _MERGED = 156, 153, 176
_FORMAT, _STYLE, _STYLES, _STYLES_END = 44, 47, 617, 618
_MERGED_BEGIN = b"\xb0\x01\x10"
_SIZE_BYTES_MAX = 4
_STYLE_BITS = 0xFFFFFF
_PLACE = struct.Struct("<II")
_REAL_NUMBER = struct.Struct("<d")


class Xlsb:
    """A workbook of binary parts."""

    form = "xlsb"

    def __init__(self, package: Package, book: str) -> None:
        """Read what sheets there are; book names the main part."""
        self._package = package
        self._links = package.links(book)
        self._later_epoch = False
        self._parts = SheetParts(package.where, self._links)
        with _understood(package.where):
            for kind, data in _records(package.pieces(book), package.where):
                if kind == _BOOK:
                    self._later_epoch = bool(data[0] & 1)
                elif kind == _SHEET:
                    self._add(data)
        self.sheets = self._parts.notes
        self._styles: Styles | None = None
        self._shared: list[str] = []

    def read(self, sheet: int, block_rows: int) -> Sheet:
        part, where = self._parts.part(sheet)
        with _understood(where):
            if self._styles is None:
                self._styles = _read_styles(
                    self._package, self._links, later_epoch=self._later_epoch
                )
                self._shared = _shared_strings(self._package, self._links)
            merged = _merged(self._package, part)
        cells = _Cells(where, Gathering(where, block_rows), self._styles, self._shared)
        return Sheet(merged, cells.blocks(self._package.pieces(part)))

    def _add(self, data: bytes) -> None:
        (state,) = struct.unpack_from("<I", data)
        link_id, end = _text(data, 8)
        name, _ = _text(data, end)
        self._parts.add(link_id, name, hidden=state != 0)


@contextmanager
def _understood(where: str) -> Iterator[None]:
    """Turn what damaged records lead to into SourceDamaged."""
    try:
        yield
    except (struct.error, IndexError, UnicodeDecodeError):
        raise damaged(where) from None


def _read_styles(package: Package, links: Mapping[str, Link], *, later_epoch: bool) -> Styles:
    styles = Styles(later_epoch=later_epoch)
    part = one_link(links, "styles", package.where)
    if not part:
        return styles
    codes: dict[int, str] = {}
    used: list[int | None] = []
    within = False
    for kind, data in _records(package.pieces(part), package.where):
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = _text(data, 2)[0]
        elif kind in {_STYLES, _STYLES_END}:
            within = kind == _STYLES
        elif kind == _STYLE and within:
            used.append(struct.unpack_from("<H", data, 2)[0])
    styles.codes = codes
    styles.used = used or [0]
    return styles


def _shared_strings(package: Package, links: Mapping[str, Link]) -> list[str]:
    part = one_link(links, "sharedStrings", package.where)
    if not part:
        return []
    records = _records(package.pieces(part), package.where)
    return [_text(data, 1)[0] for kind, data in records if kind == _STRING]


def _merged(package: Package, part: str) -> tuple[Merged, ...]:
    """Find the cells merged among a sheet's first rows, which are told after all rows."""
    carried = b""
    for piece in package.pieces(part):
        text = carried + piece
        if _MERGED_BEGIN in text:
            break
        carried = text[-len(_MERGED_BEGIN) :]
    else:
        return ()
    found: list[Merged] = []
    for kind, data in _records(package.pieces(part), package.where):
        if kind == _MERGED:
            top, bottom, left, right = struct.unpack_from("<IIII", data)
            if top < MERGED_ROWS:
                found.append((top, left, bottom, right))
    return tuple(found)


@dataclass(slots=True)
class _Cells:
    """A sheet's records, one by one. Lines count from 1, columns from 0."""

    where: str
    gathering: Gathering
    styles: Styles
    shared: list[str]
    _line: int = 0
    _seen: int = 0
    _row: list[str] = field(default_factory=list)
    _notes: list[tuple[int, Cell]] = field(default_factory=list)

    def blocks(self, pieces: Iterable[bytes]) -> Iterator[Block]:
        """Walk through the sheet, and hand on its rows as they come."""
        within = False
        with _understood(self.where):
            for kind, data in _records(pieces, self.where):
                if kind in {_ROWS, _ROWS_END}:
                    within = kind == _ROWS
                elif within and kind == _ROW:
                    self._end_row()
                    yield from self.gathering.blocks(final=False)
                    self._line = struct.unpack_from("<I", data)[0] + 1
                elif within and (_BLANK < kind <= _FORMULA_ERROR or kind == _RICH_TEXT):
                    self._cell(kind, data)
                elif within and kind in _SHORT_CELLS:
                    raise unreadable(self.where, Words("its cells are written in a short form"))
            self._end_row()
        yield from self.gathering.blocks(final=True)
        self.gathering.close(self._seen)

    def _end_row(self) -> None:
        self.gathering.add(self._line, self._row, self._notes) if self._row else None
        self._row, self._notes = [], []

    def _cell(self, kind: int, data: bytes) -> None:
        column, style = _PLACE.unpack_from(data)
        cell = self._shown(kind, data, style & _STYLE_BITS)
        if not cell.text and cell.held is None:
            return
        put_cell(self._row, column, cell.text, (self.where, self._line))
        self._seen += bool(cell.text)
        if cell.held is not None or cell.fault is not None:
            self._notes.append((column, cell))

    def _shown(self, kind: int, data: bytes, style: int) -> Cell:
        if kind in {_ERROR, _FORMULA_ERROR}:
            return Cell(ERRORS.get(data[8], "#UNKNOWN!"), None, SHOWN_ERROR)
        if kind in {_TRUTH, _FORMULA_TRUTH}:
            return Cell("TRUE" if data[8] else "FALSE")
        if kind == _SHARED:
            (at,) = struct.unpack_from("<I", data, 8)
            if at >= len(self.shared):
                return faulty("", f"text {at}")
            return shown_words(self.shared[at], self.styles.of(style), style)
        if kind in {_TEXT, _FORMULA_TEXT, _RICH_TEXT}:
            text, _ = _text(data, 9 if kind == _RICH_TEXT else 8)
            return shown_words(text, self.styles.of(style), style)
        if kind == _RK:
            value = rk_number(struct.unpack_from("<i", data, 8)[0])
        else:
            (value,) = _REAL_NUMBER.unpack_from(data, 8)
        return shown_number(value, self.styles.of(style), style)


def rk_number(packed: int) -> float:
    """Return the number that four bytes stand for: two bits say how the others are meant."""
    if packed & 2:
        value = float(packed >> 2)
    else:
        (value,) = _REAL_NUMBER.unpack(struct.pack("<Ii", 0, packed & ~3))
    return float(value / 100 if packed & 1 else value)


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Read a text, and where it ends; one that is not there is empty."""
    (length,) = struct.unpack_from("<I", data, at)
    if length == 0xFFFFFFFF:  # noqa: PLR2004 -- how the format says that there is none
        return "", at + 4
    end = at + 4 + 2 * length
    if end > len(data):
        raise IndexError(end)
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def _records(pieces: Iterable[bytes], where: str) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part, which is unzipped in pieces."""
    carried = b""
    for piece in pieces:
        text = carried + piece
        at = 0
        while (found := _record(text, at)) is not None:
            kind, start, at = found
            yield kind, text[start:at]
        carried = text[at:]
    if carried:
        raise damaged(where)


def _record(text: bytes, at: int) -> tuple[int, int, int] | None:
    """Return a record's kind, where its content begins and ends; None if it is not whole."""
    if at >= len(text):
        return None
    kind = text[at]
    at += 1
    if kind & 0x80:
        if at >= len(text):
            return None
        kind = kind & 0x7F | (text[at] & 0x7F) << 7
        at += 1
    size, shift = 0, 0
    while at < len(text) and shift < 7 * _SIZE_BYTES_MAX:
        byte = text[at]
        at += 1
        size |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return (kind, at, at + size) if at + size <= len(text) else None
        shift += 7
    return None
