"""Read xls: cells, their styles and errors are those that xlrd tells.

Each sheet's records are counted besides, so that no cell can be passed over.
"""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import xlrd

from pipeline.core.errors import SourceDamaged
from pipeline.language import Words, filled
from pipeline.reader.files.archive import protected, unreadable
from pipeline.reader.files.judgement import reads_as
from pipeline.reader.files.raw import SHOWN_ERROR, Merged
from pipeline.reader.limits import COLUMNS_MAX
from pipeline.reader.workbooks.formats.xlsb import ERRORS
from pipeline.reader.workbooks.gathering import MERGED_ROWS, Gathering, Sheet, too_wide
from pipeline.reader.workbooks.protocol import Block, SheetNote
from pipeline.reader.workbooks.shown.formats import (
    Cell,
    Styles,
    faulty,
    shown_number,
    shown_words,
)

_LOCKED = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))
_UNICODE_VERSION = 80
"""From Excel 97 on texts are Unicode, whatever the code page says."""

_OLDEST_VERSION = 50
_PAGES: Final = {367: "ascii", 10001: "cp932", 10002: "cp950", 10003: "cp949", 10008: "gbk"}
"""Code pages that xlrd does not know by name."""

_BEGIN, _END, _SHEET, _WORKSHEET = 0x0809, 0x000A, 0x0085, 0
_MANY_RK = 0x00BD
_CELLS = frozenset({0x0006, 0x0206, 0x0406, 0x0203, 0x027E, 0x00FD, 0x0204, 0x00D6, 0x0205})
_HIDDEN_BITS = 3
_DAMAGED = Words("its records are damaged")


class Xls:
    """A workbook of records, from Excel 5 on."""

    form = "xls"

    def __init__(self, content: bytes, where: str) -> None:
        """Open it. Raises SourceDamaged."""
        self._where = where
        if any(mark in content for mark in _LOCKED):
            raise protected(where)
        self._book = _opened(content, where)
        with _understood(where):
            self._begins = tuple(_sheets(self._book.mem, self._book.base))
            names = self._book.sheet_names()
            self.sheets = tuple(
                SheetNote(name, hidden)
                for name, (_, hidden) in zip(names, self._begins, strict=True)
            )
            self._styles = Styles(
                [xf.format_key for xf in self._book.xf_list],
                {one.format_key: one.format_str for one in self._book.format_list},
                later_epoch=self._book.datemode == 1,
            )

    def read(self, sheet: int, block_rows: int) -> Sheet:
        where = filled("sheet {name} of {where}", name=self.sheets[sheet].name, where=self._where)
        with _understood(where):
            read = self._book.sheet_by_index(sheet)
            merged = tuple(_merged(read))
            count = _cells_in(self._book.mem, self._book.base + self._begins[sheet][0])
            _believe(self._book, read, where)
        self._book.unload_sheet(sheet)
        if _cells_of(read) != count:
            raise unreadable(
                where,
                filled(
                    "of {count} cells {read} were understood",
                    count=str(count),
                    read=str(_cells_of(read)),
                ),
            )
        rows = _Rows(where, read, self._styles)
        return Sheet(merged, rows.blocks(Gathering(where, block_rows)))


def _opened(content: bytes, where: str) -> Any:  # noqa: ANN401 -- xlrd has no types
    with _understood(where):
        try:
            book = _book(content)
        except LookupError:
            book = _book(content, "latin_1")
        if book.biff_version >= _UNICODE_VERSION:
            return book
        if book.biff_version < _OLDEST_VERSION:
            raise unreadable(where, Words("it was written by Excel 4 or an older one"))
        page = book.codepage
        if page in _PAGES:
            return _book(content, _PAGES[page])
        if page is None or book.encoding == "latin_1":
            # Letters and digits are the same in all code pages; more is not known.
            return _book(content, "ascii")
        return book


def _book(content: bytes, encoding: str | None = None) -> Any:  # noqa: ANN401 -- as above
    return xlrd.open_workbook(
        logfile=io.StringIO(),
        file_contents=content,
        encoding_override=encoding,
        formatting_info=True,
        on_demand=True,
        ragged_rows=True,
    )


@contextmanager
def _understood(where: str) -> Iterator[None]:
    """Turn what xlrd raises into SourceDamaged."""
    try:
        yield
    except (SourceDamaged, MemoryError, LookupError) as error:
        if isinstance(error, (KeyError, IndexError)):
            raise unreadable(where, _DAMAGED) from None
        raise
    except UnicodeDecodeError:
        raise unreadable(where, Words("it does not say in which code page its texts are")) from None
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise protected(where) from None
        if "find workbook" in str(error):
            raise unreadable(where, Words("there is no workbook in it")) from None
        raise unreadable(where, _DAMAGED) from None
    except Exception:  # noqa: BLE001 -- damaged records lead xlrd to any of them
        raise unreadable(where, _DAMAGED) from None


def _sheets(book: bytes, base: int) -> Iterator[tuple[int, bool]]:
    """Yield where each worksheet begins, and whether it is hidden."""
    for kind, data in _records(book, base):
        if kind == _SHEET:
            begin, state, what = struct.unpack_from("<IBB", data)
            if what == _WORKSHEET:
                yield begin, bool(state & _HIDDEN_BITS)


def _cells_in(book: bytes, at: int) -> int:
    """Count the cells that a sheet's records hold."""
    count = 0
    for kind, data in _records(book, at):
        if kind in _CELLS:
            count += 1
        elif kind == _MANY_RK:
            count += (len(data) - 6) // 6
    return count


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of records from some place to the end of what begins there."""
    depth = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        depth += (kind == _BEGIN) - (kind == _END)
        yield kind, bytes(book[at + 4 : at + 4 + length])
        if depth <= 0:
            return
        at += 4 + length


def _merged(sheet: Any) -> Iterator[Merged]:  # noqa: ANN401 -- as above
    for top, below, left, beyond in sheet.merged_cells:
        if top < MERGED_ROWS:
            yield top, left, below - 1, beyond - 1


def _cells_of(sheet: Any) -> int:  # noqa: ANN401 -- as above
    nothing = {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}
    return sum(
        len(types) - sum(types.count(one) for one in nothing)
        for types in map(sheet.row_types, range(sheet.nrows))
    )


def _believe(book: Any, sheet: Any, where: str) -> None:  # noqa: ANN401 -- as above
    """Hold texts of before Excel 97 against the code page that the file states.

    Raises SourceDamaged where they are clearly those of another: the file would look wrong in a
    spreadsheet program too.
    """
    if book.biff_version >= _UNICODE_VERSION or book.encoding == "ascii":
        return
    values = (value for row in range(sheet.nrows) for value in sheet.row_values(row))
    texts = dict.fromkeys(value for value in values if isinstance(value, str))
    found = reads_as((text.encode(book.encoding, "replace") for text in texts), book.encoding)
    if not found.believable:
        (other, *_), (here, there, *_) = found.others, found.readings
        raise SourceDamaged(
            filled(
                "{where} states that its texts are in {title}, where one reads as {here}; "
                "in {title_2} it reads as {there}: mend the texts in a spreadsheet "
                "program, and save it as xlsx",
                where=where,
                title=found.found.title,
                here=here,
                title_2=other.title,
                there=there,
            ),
            "KS6507",
        )


@dataclass(slots=True)
class _Rows:
    """The cells of a sheet that xlrd has read."""

    where: str
    sheet: Any
    styles: Styles
    _notes: list[tuple[int, Cell]] = field(default_factory=list)

    def blocks(self, gathering: Gathering) -> Iterator[Block]:
        """Hand on the rows."""
        seen = 0
        for row in range(self.sheet.nrows):
            types, values = self.sheet.row_types(row), self.sheet.row_values(row)
            self._notes = []
            cells = [
                self._text(row, column, kind, value)
                for column, (kind, value) in enumerate(zip(types, values, strict=True))
            ]
            if any(cells[COLUMNS_MAX:]):
                raise too_wide(self.where)
            seen += len(cells) - cells.count("")
            gathering.add(row + 1, cells, self._notes)
            yield from gathering.blocks(final=False)
        yield from gathering.blocks(final=True)
        gathering.close(seen)

    def _text(self, row: int, column: int, kind: int, value: str | float) -> str:
        if kind in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
            return ""
        cell = self._cell(kind, value, self.sheet.cell_xf_index(row, column))
        if cell.held is not None or cell.fault is not None:
            self._notes.append((column, cell))
        return cell.text

    def _cell(self, kind: int, value: str | float, style: int) -> Cell:
        if isinstance(value, str):
            return shown_words(value, self.styles.of(style), style)
        if kind == xlrd.XL_CELL_ERROR:
            return Cell(ERRORS.get(int(value), "#UNKNOWN!"), None, SHOWN_ERROR)
        if kind == xlrd.XL_CELL_BOOLEAN:
            return Cell("TRUE" if value else "FALSE")
        if kind in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
            return shown_number(float(value), self.styles.of(style), style)
        return faulty(str(value), f"type {kind}")
