"""What an xlsb tells of its cells that the workbook library does not hand on.

That are the formats of percentages and amounts, and which error a cell shows. Whatever is damaged
ends the reading of notes; the workbook library judges the file.
"""

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress

from pipeline.reader.files.archive import Zip
from pipeline.reader.workbooks.formats.cell_text import Display, displays_of
from pipeline.reader.workbooks.formats.xlsx import (
    BUILT_IN_FORMATS,
    ERRORS,
    CellNotes,
    Said,
    link_targets,
    part_path,
    unzipped,
)

_BOOK = "xl/workbook.bin"
_BOOK_LINKS = "xl/_rels/workbook.bin.rels"
_STYLES = "xl/styles.bin"

_ROW, _RK, _ERROR, _REAL, _FORMULA_NUMBER, _FORMULA_ERROR = 0, 2, 3, 5, 9, 11
_NUMBERS = frozenset({_RK, _REAL, _FORMULA_NUMBER})
_SHEET, _FORMAT, _STYLE, _CELL_STYLES, _CELL_STYLES_END = 156, 44, 47, 617, 618
_SIZE_BYTES_MAX = 4


class XlsbNotes:
    """The notes of an xlsb file's sheets."""

    def __init__(self, archive: Zip) -> None:
        """Read the formats and which part each sheet is."""
        self._archive = archive
        self._displays: Mapping[int, Display] = {}
        self._parts: dict[str, str] = {}
        with suppress(struct.error, IndexError, ValueError):
            self._displays = _displays(archive)
            self._parts = _parts(archive)

    def of(self, sheet: str) -> CellNotes:
        notes = CellNotes()
        with suppress(struct.error, IndexError, ValueError):
            self._read(self._parts.get(sheet, ""), notes)
        return notes

    def _read(self, part: str, notes: CellNotes) -> None:
        row = 0
        for kind, data in _records(unzipped(self._archive, part)):
            if kind == _ROW:
                (row,) = struct.unpack_from("<I", data)
            elif kind in _NUMBERS:
                column, style = struct.unpack_from("<II", data)
                display = self._displays.get(style & 0xFFFFFF)
                if display is not None:
                    notes.put_down(column, row, display)
            elif kind in {_ERROR, _FORMULA_ERROR}:
                (column,) = struct.unpack_from("<I", data)
                notes.put_down(column, row, Said("", ERRORS.get(data[8], "#N/A")))


def _displays(archive: Zip) -> Mapping[int, Display]:
    codes = dict(BUILT_IN_FORMATS)
    used: list[int] = []
    within = False
    for kind, data in _records(unzipped(archive, _STYLES)):
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = _text(data, 2)[0]
        elif kind in {_CELL_STYLES, _CELL_STYLES_END}:
            within = kind == _CELL_STYLES
        elif kind == _STYLE and within:
            used.append(struct.unpack_from("<H", data, 2)[0])
    return displays_of(codes, used)


def _parts(archive: Zip) -> dict[str, str]:
    targets = link_targets(archive, _BOOK_LINKS)
    parts: dict[str, str] = {}
    for kind, data in _records(unzipped(archive, _BOOK)):
        if kind == _SHEET:
            link, end = _text(data, 8)
            name, _ = _text(data, end)
            parts[name] = part_path(targets.get(link, ""))
    return parts


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Read a text, and where it ends."""
    (length,) = struct.unpack_from("<I", data, at)
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le"), end


def _records(pieces: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part, which is unzipped in pieces."""
    carried = b""
    for piece in pieces:
        text = carried + piece
        at = 0
        while (found := _record(text, at)) is not None:
            kind, start, at = found
            yield kind, text[start:at]
        carried = text[at:]


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
