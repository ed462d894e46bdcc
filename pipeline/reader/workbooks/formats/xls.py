"""What an xls (BIFF8) tells of its cells that the workbook library does not hand on.

That are the formats of percentages and amounts, and which error a cell shows. Whatever is damaged
ends the reading of notes; the workbook library judges the file.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from pipeline.reader.workbooks.formats.cell_text import Display, displays_of
from pipeline.reader.workbooks.formats.xlsx import BUILT_IN_FORMATS, ERRORS, CellNotes, Said

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY_BYTES = 128
_IN_HEADER = 109
_SECTOR_MAX = 0xFFFFFFFA
_VERSION = 0x0600

_BEGIN, _END, _SHEET, _FORMAT, _STYLE = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
_FORMULA, _NUMBER, _RK, _MANY_RK, _ERROR = 0x0006, 0x0203, 0x027E, 0x00BD, 0x0205
_PLACE = struct.Struct("<HHH")
_TYPE_ERROR = 2


class XlsNotes:
    """The notes of an xls file's sheets."""

    def __init__(self, content: bytes) -> None:
        """Read the formats and where each sheet begins."""
        self._book = b""
        self._sheets: dict[str, int] = {}
        self._displays: Mapping[int, Display] = {}
        with suppress(struct.error, IndexError, ValueError):
            self._book = _stream(content)
            self._read_globals()

    def of(self, sheet: str) -> CellNotes:
        notes = CellNotes()
        at = self._sheets.get(sheet)
        if at is not None:
            with suppress(struct.error, IndexError, ValueError):
                self._read_sheet(at, notes)
        return notes

    def _read_globals(self) -> None:
        codes = dict(BUILT_IN_FORMATS)
        used: list[int] = []
        for kind, data in _records(self._book, 0):
            match kind:
                case _ if kind == _BEGIN and struct.unpack_from("<H", data)[0] != _VERSION:
                    return
                case _ if kind == _SHEET:
                    name = _text(data[8:], data[6], data[7])
                    self._sheets[name] = struct.unpack_from("<I", data)[0]
                case _ if kind == _FORMAT:
                    number, length = struct.unpack_from("<HH", data)
                    codes[number] = _text(data[5:], length, data[4])
                case _ if kind == _STYLE:
                    used.append(struct.unpack_from("<H", data, 2)[0])
        self._displays = displays_of(codes, used)

    def _read_sheet(self, at: int, notes: CellNotes) -> None:
        for kind, data in _records(self._book, at):
            if kind == _MANY_RK:
                row, column = struct.unpack_from("<HH", data)
                for step in range((len(data) - 6) // 6):
                    (style,) = struct.unpack_from("<H", data, 4 + 6 * step)
                    self._note(notes, (row, column + step, style))
            elif kind in {_NUMBER, _RK, _FORMULA, _ERROR}:
                place = _PLACE.unpack_from(data)
                error = _error(kind, data)
                if error is None:
                    self._note(notes, place)
                else:
                    notes.put_down(place[1], place[0], Said("", error))

    def _note(self, notes: CellNotes, place: tuple[int, int, int]) -> None:
        row, column, style = place
        display = self._displays.get(style)
        if display is not None:
            notes.put_down(column, row, display)


def _error(kind: int, data: bytes) -> str | None:
    """Name the error that a cell holds, or that its formula ended in."""
    if kind == _ERROR and data[7]:
        return ERRORS.get(data[6], "#N/A")
    if kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == _TYPE_ERROR:
        return ERRORS.get(data[8], "#N/A")
    return None


def _text(data: bytes, length: int, flags: int) -> str:
    if flags & 1:
        return data[: 2 * length].decode("utf-16-le")
    return data[:length].decode("latin-1")


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of one part of the book, without those of charts within it."""
    depth = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 1:
            yield kind, book[at + 4 : at + 4 + length]
        if depth <= 0:
            return
        at += 4 + length


def _stream(content: bytes) -> bytes:
    """Put the book's stream together out of the file's sectors (compound file)."""
    if not content.startswith(_MAGIC):
        return b""
    sectors = _Sectors(content, 1 << struct.unpack_from("<H", content, 30)[0], 1)
    table = _table(content, sectors)
    first_entry, cutoff, small_table = struct.unpack_from("<I4xII", content, 48)
    entries = sectors.chain(table, first_entry)
    small_start = 0
    for at in range(0, len(entries), _ENTRY_BYTES):
        (name_bytes,) = struct.unpack_from("<H", entries, at + 64)
        name = entries[at : at + max(name_bytes - 2, 0)].decode("utf-16-le", "replace")
        start, length = struct.unpack_from("<II", entries, at + 116)
        if at == 0:
            small_start = start
        elif name == "Workbook" and length >= cutoff:
            return sectors.chain(table, start)[:length]
        elif name == "Workbook":
            small = _Sectors(
                sectors.chain(table, small_start), 1 << struct.unpack_from("<H", content, 32)[0], 0
            )
            return small.chain(_numbers(sectors.chain(table, small_table)), start)[:length]
    return b""


@dataclass(frozen=True, slots=True)
class _Sectors:
    """Equal pieces of some bytes, the first of which come after so many others."""

    content: bytes
    size: int
    before: int

    def sector(self, number: int) -> bytes:
        at = self.size * (number + self.before)
        return self.content[at : at + self.size]

    def chain(self, table: Sequence[int], sector: int) -> bytes:
        parts: list[bytes] = []
        while sector < len(table) and len(parts) * self.size <= len(self.content):
            parts.append(self.sector(sector))
            sector = table[sector]
        return b"".join(parts)


def _table(content: bytes, sectors: _Sectors) -> Sequence[int]:
    """Read which sector comes after which."""
    found = list(struct.unpack_from(f"<{_IN_HEADER}I", content, 76))
    (more,) = struct.unpack_from("<I", content, 68)
    seen: set[int] = set()
    while more < _SECTOR_MAX and more not in seen:
        seen.add(more)
        *some, more = _numbers(sectors.sector(more))
        found += some
    table: list[int] = []
    for number in dict.fromkeys(found):
        if number < _SECTOR_MAX:
            table += _numbers(sectors.sector(number))
    return table


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
