"""Open a user's workbook with care, and add columns to its sheets."""

import re
import unicodedata
import warnings
import zipfile
from copy import copy
from pathlib import Path

import openpyxl
from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.core.errors import SourceDamaged, UsageError

HEADINGS = (
    "koosend_outcome",
    "koosend_why",
    "koosend_todo",
    "koosend_code",
    "koosend_delivered_at",
    "koosend_task_id",
)
"""What is added behind the sheet's own columns."""

_WIDTHS = (18, 44, 44, 14, 22, 38)
_COLUMNS_MAX = 16_384
_FILE_BYTES_MAX = 100 << 20
_UNPACKED_BYTES_MAX = 1 << 30
_ENTRIES_MAX = 2000
_RATIO_MAX = 100
_SMALL_BYTES = 1 << 20
"""So little may be packed as tightly as it likes."""

_NO_DIGIT = re.compile(r"\D")


def open_book(path: Path) -> tuple[Workbook, tuple[str, ...]]:
    """Open a workbook, and say what of it cannot be kept. Raises SourceDamaged."""
    _check_archive(path)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            book = openpyxl.load_workbook(path, keep_vba=path.suffix.lower() == ".xlsm")
        except Exception as error:  # noqa: BLE001 -- the library raises whatever a damaged part makes it stumble over
            raise SourceDamaged(
                f"{path.name} cannot be opened as a workbook ({type(error).__name__}): open it in "
                "Excel, save it again, and name that file"
            ) from None
    return book, tuple(dict.fromkeys(str(one.message) for one in said))


class GivenSheet:
    """One sheet that is given back. Lines count as the spreadsheet shows them."""

    def __init__(self, page: Worksheet, first_line: int) -> None:
        """Find the place for the new columns. first_line is that of the first row read."""
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

    @property
    def title(self) -> str:
        """Return the sheet's name."""
        return str(self._page.title)

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
        merged = max((one.max_col for one in self._page.merged_cells.ranges), default=0)
        return columns if min(columns) > merged else None

    def _clear(self) -> None:
        places = frozenset(self._columns)
        for (row, column), cell in self._cells.items():
            if column in places and row > self._head:
                cell.value = None

    def _new(self) -> tuple[int, ...]:
        merged = (one.max_col for one in self._page.merged_cells.ranges)
        start = max(self._last, *merged, 0) + 1
        if start + len(HEADINGS) - 1 > _COLUMNS_MAX:
            raise UsageError(f"{self.title} has no room for {len(HEADINGS)} more columns")
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


def _check_archive(path: Path) -> None:
    """Refuse what would take all memory, before any of it is unpacked."""
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        raise SourceDamaged(
            f"{path.name} is not a whole .xlsx or .xlsm file, or it has a password: open it in "
            "Excel and save it again without one"
        ) from None
    unpacked = sum(entry.file_size for entry in entries)
    ratio = unpacked / max(size, 1)
    if (
        size > _FILE_BYTES_MAX
        or unpacked > _UNPACKED_BYTES_MAX
        or len(entries) > _ENTRIES_MAX
        or (unpacked > _SMALL_BYTES and ratio > _RATIO_MAX)
    ):
        raise SourceDamaged(
            f"{path.name} is too large to be given back: {unpacked >> 20:,} MB in "
            f"{len(entries):,} parts; use outcomes.csv"
        )


def _digits(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str | int):
        return ""
    return _NO_DIGIT.sub("", unicodedata.normalize("NFKC", str(value)))
