"""Read workbooks (xlsx, xlsm, xlsb, xls, ods) as rows of texts.

A cell is known by its place, so rows never shift. Its text is what the cell holds and not how
the spreadsheet displays it, but for percentages, amounts of money and errors: formats such as
00000 are not applied, and formulas have the value that was last computed.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from pipeline.reader.files.archive import damaged, protected, unreadable
from pipeline.reader.files.raw import Gatherer, Merged, RawBlock, RawSheet
from pipeline.reader.limits import COLUMNS_MAX, ROWS_MAX
from pipeline.reader.workbooks.formats.cell_text import column_texts
from pipeline.reader.workbooks.formats.detect import Notes
from pipeline.reader.workbooks.formats.xlsx import CellNotes
from pipeline.reader.workbooks.protocol import SheetNote
from pipeline.reader.workbooks.security import too_long, too_wide

_GATHER_ROWS = 2_000
"""Few rows at a time stay in the processor's cache, and leave the garbage collector idle."""

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MERGED_ROWS = 64
"""Only a header's merged cells matter, and it stands among the first rows."""


class Workbook:
    """A workbook whose whole content is in memory, so that nobody can change it meanwhile."""

    def __init__(self, content: bytes, where: str, form: str, notes: Notes) -> None:
        self._where = where
        # An ods may have more rows than the library reads, which leaves out the rest in silence.
        self._rows_max = ROWS_MAX - 1 if form == "ods" else ROWS_MAX
        self._notes = notes
        if not content.startswith(b"PK") and _ENCRYPTED in content:
            raise protected(where)
        with _understood(where):
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        self.sheets = tuple(
            SheetNote(sheet.name, sheet.visible is not SheetVisibleEnum.Visible)
            for sheet in self._book.sheets_metadata
            if sheet.typ is SheetTypeEnum.WorkSheet
        )

    def read(self, note: SheetNote, block_rows: int) -> RawSheet:
        """Open one sheet. Its rows come as they are asked for."""
        with _understood(self._where):
            sheet = self._book.get_sheet_by_name(note.name)
        if sheet.end is not None and sheet.end[1] >= COLUMNS_MAX:
            raise too_wide(self._where)
        if sheet.end is not None and sheet.end[0] >= self._rows_max:
            raise too_long(self._where)
        blocks = _blocks(sheet, self._notes.of(note.name), block_rows, self._where)
        return RawSheet(note.name, blocks, _merged(sheet))


def _merged(sheet: CalamineSheet) -> tuple[Merged, ...]:
    ranges = sheet.merged_cell_ranges or ()
    return tuple(
        (*top_left, *bottom_right)
        for top_left, bottom_right in ranges
        if top_left[0] < _MERGED_ROWS
    )


def _blocks(
    sheet: CalamineSheet, notes: CellNotes, block_rows: int, where: str
) -> Iterator[RawBlock]:
    gatherer = Gatherer(block_rows, where)
    start = sheet.start
    # Rows come from the first line on, but without the columns that are empty on the left.
    left = start[1] if start else 0
    rows = sheet.iter_rows()
    row = 0
    while True:
        with _understood(where):
            some = list(islice(rows, _GATHER_ROWS))
        if not some:
            break
        columns = []
        for at, column in enumerate(zip(*some, strict=True), start=left):
            columns.append(column_texts(column))
            notes.put(columns[-1], column, at, row)
        row += len(some)
        columns = [[""] * len(some) for _ in range(left)] + columns
        if gatherer.width:
            gatherer.add_columns(columns)
        else:
            gatherer.add(list(zip(*columns, strict=True)))
        yield from gatherer.blocks(final=False)
    yield from gatherer.blocks(final=True)


@contextmanager
def _understood(where: str) -> Iterator[None]:
    """Turn what the workbook library raises into SourceDamaged."""
    try:
        yield
    except PasswordError:
        raise protected(where) from None
    except (CalamineError, OSError, ValueError) as error:
        raise unreadable(where, str(error)) from None
    except BaseException as error:
        # A panic of the library's Rust code derives from BaseException, from a hidden class.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(where) from None
