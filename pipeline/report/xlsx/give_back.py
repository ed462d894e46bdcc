"""Fill a copy of the user's own workbook, all of which is in memory: what a child process does."""

import io
import re
import unicodedata
import warnings
import zipfile
from copy import copy
from typing import Any

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from pipeline.core.errors import SourceDamaged
from pipeline.language import filled
from pipeline.report.texts.beside import HEADINGS

_WIDTHS = (18, 44, 44, 14, 22, 38)
_COLUMNS_MAX = 16_384

_NO_DIGIT = re.compile(r"\D")


class NoColumnsLeft(Exception):
    """A sheet has no room for the new columns."""


class GivenBook:
    """A workbook that is given back. lost says what of it cannot be kept."""

    def __init__(self, content: bytes, where: str) -> None:
        """Open it. Raises SourceDamaged."""
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                self._book = openpyxl.load_workbook(
                    io.BytesIO(content), keep_vba=where.lower().endswith(".xlsm")
                )
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 -- the library raises whatever a damaged part makes it stumble over
                raise SourceDamaged(
                    filled(
                        "{where} cannot be opened as a workbook ({kind}): open it in "
                        "Excel, save it again, and name that file",
                        where=where,
                        kind=type(error).__name__,
                    ),
                    "KS6504",
                ) from None
        self.lost = tuple(dict.fromkeys(str(warning.message) for warning in said))
        self._sheets: dict[str, GivenSheet | None] = {}

    def sheet(self, title: str, first_line: int) -> "GivenSheet | None":
        """Return the sheet of that name, None where there is none. Raises NoColumnsLeft."""
        if title not in self._sheets:
            page = next((page for page in self._book.worksheets if page.title == title), None)
            self._sheets[title] = None if page is None else GivenSheet(page, first_line)
        return self._sheets[title]

    def saved(self) -> memoryview:
        """Write the workbook into memory."""
        out = io.BytesIO()
        archive = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        _InMemory(self._book, archive).save()
        return out.getbuffer()


class _InMemory(ExcelWriter):
    """Write without the temporary files of the library, which a confined process cannot make."""

    def __init__(self, book: openpyxl.Workbook, archive: zipfile.ZipFile) -> None:
        super().__init__(book, archive)
        self._out = archive

    def write_worksheet(self, ws: Any) -> None:  # noqa: ANN401 -- more of it than its types tell
        """Write one sheet, as the library does but for where to."""
        ws._drawing = SpreadsheetDrawing()  # noqa: SLF001 -- the library's own way
        ws._drawing.charts = ws._charts  # noqa: SLF001 -- as above
        ws._drawing.images = ws._images  # noqa: SLF001 -- as above
        part = io.BytesIO()
        writer: Any = WorksheetWriter(ws, part)
        writer.write()
        ws._rels = writer._rels  # noqa: SLF001 -- as above
        self._out.writestr(ws.path[1:], part.getbuffer())
        self.manifest.append(ws)


class GivenSheet:
    """One sheet that is given back. Lines count as the spreadsheet shows them."""

    def __init__(self, page: Worksheet, first_line: int) -> None:
        """Find the place for the new columns. first_line is that of the first row read.

        Raises NoColumnsLeft.
        """
        self._page = page
        # iter_rows() would make a cell for each of the gaps, and there may be billions.
        self._cells: dict[tuple[int, int], Cell | MergedCell] = page._cells  # noqa: SLF001 -- as above
        used = [at for at, cell in self._cells.items() if cell.value is not None]
        self._last = max((column for _, column in used), default=0)
        self._head = max((row for row, _ in used if row < first_line), default=0)
        earlier = self._earlier()
        if earlier is None:
            self._columns = self._new()
        else:
            self._columns = earlier
            self._clear()

    def shows(self, line: int, phone: str) -> bool:
        """Tell whether a cell of the line holds that number, however it is written."""
        if not phone:
            return False
        cells = (self._cells.get((line, column)) for column in range(1, self._last + 1))
        return any(cell is not None and _digits(cell.value).endswith(phone) for cell in cells)

    def write(self, line: int, texts: tuple[str, ...]) -> None:
        """Write a row's texts, which must be safe already."""
        for column, text in zip(self._columns, texts, strict=True):
            if text:
                self._page.cell(line, column).value = text

    def _earlier(self) -> tuple[int, ...] | None:
        """Find the columns that an earlier report added."""
        heads = {
            cell.value: column
            for (row, column), cell in self._cells.items()
            if row == self._head and isinstance(cell.value, str)
        }
        if not all(heading in heads for heading in HEADINGS):
            return None
        columns = tuple(heads[heading] for heading in HEADINGS)
        merged = max((area.max_col for area in self._page.merged_cells.ranges), default=0)
        return columns if min(columns) > merged else None

    def _clear(self) -> None:
        places = frozenset(self._columns)
        for (row, column), cell in self._cells.items():
            if column in places and row > self._head:
                cell.value = None

    def _new(self) -> tuple[int, ...]:
        merged = (area.max_col for area in self._page.merged_cells.ranges)
        start = max(self._last, *merged, 0) + 1
        if start + len(HEADINGS) - 1 > _COLUMNS_MAX:
            raise NoColumnsLeft
        columns = tuple(range(start, start + len(HEADINGS)))
        for column, heading, width in zip(columns, HEADINGS, _WIDTHS, strict=True):
            self._page.column_dimensions[get_column_letter(column)].width = width
            if self._head:
                self._dress(self._page.cell(self._head, column, heading))
        self._widen_filter(columns[-1])
        return columns

    def _dress(self, cell: Cell | MergedCell) -> None:
        """Let a new heading look like the last of the sheet's own."""
        model = self._cells.get((self._head, self._last))
        if model is not None and model.has_style:
            for part in ("font", "fill", "border", "alignment"):
                setattr(cell, part, copy(getattr(model, part)))

    def _widen_filter(self, last: int) -> None:
        area = self._page.auto_filter.ref
        if area:
            _, top, right, bottom = range_boundaries(area)
            if right == self._last and top == self._head:
                start = area.split(":")[0]
                self._page.auto_filter.ref = f"{start}:{get_column_letter(last)}{bottom}"


def _digits(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str | int):
        return ""
    return _NO_DIGIT.sub("", unicodedata.normalize("NFKC", str(value)))
