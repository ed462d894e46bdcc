"""Write one sheet of a workbook row by row, in bounded memory."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import WorkbookAlreadySaved
from openpyxl.utils.indexed_list import IndexedList

from pipeline.language import Text
from pipeline.report.texts.safe import XLSX_CELL_CHARS_MAX, safe_cell
from pipeline.report.xlsx.rows import Content, RowStream

FONT = "Microsoft YaHei"
"""Has Chinese glyphs wherever Excel runs; elsewhere the spreadsheet takes its own Chinese font."""

_A4 = 9  # the number that the file format has for the paper
_INK = "1F2937"
_HEADER = Font(name=FONT, size=10, bold=True, color="FFFFFF")
_HEADER_FILL = PatternFill("solid", fgColor="334155")
_LINE = Border(bottom=Side(style="thin", color="CBD5E1"))


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks. number_format "@" is text; wrap breaks long lines."""

    size: float = 10
    bold: bool = False
    color: str = _INK
    fill: str = ""
    number_format: str = "General"
    wrap: bool = False
    line: bool = False
    align: str | None = None
    indent: int = 0


TITLE = Look(size=18, bold=True, color="0F172A")
SECTION = Look(size=12, bold=True, color="0F172A")
LABEL = Look(color="64748B")
HEAD = Look(bold=True, color="334155", fill="E2E8F0")
COUNT_HEAD = Look(bold=True, color="334155", fill="E2E8F0", align="right", indent=1)
TEXT = Look(wrap=True, line=True)
COUNT = Look(number_format="#,##0", line=True, align="right", indent=1)
SHARE = Look(number_format="0.0%", line=True, align="right", indent=1)
TOTAL = Look(bold=True)
CODE = Look(line=True, align="left", indent=2)
NOTE = Look(color="64748B")
NUMBER = Look(align="right", indent=1)
PHONE = Look(number_format="@", align="left", indent=1)


def new_workbook() -> Workbook:
    """Start a workbook that is written as it goes, in a font with Chinese glyphs."""
    book = Workbook(write_only=True)
    base = Font(name=FONT, size=10, family=2)
    # openpyxl has no public way to a default font.
    book._fonts = IndexedList([base])  # type: ignore[attr-defined]  # noqa: SLF001 -- as above
    return book


def discard(book: Workbook) -> None:
    """End what a workbook has begun and remove its temporary files; does nothing once it is saved.

    Without this a workbook that was given up would leave its rows behind until the process ends.
    """
    for page in book.worksheets:
        with contextlib.suppress(OSError, ValueError, WorkbookAlreadySaved):
            page.close()
        with contextlib.suppress(OSError, ValueError, AttributeError):
            # openpyxl itself removes it only when it has saved, or at exit.
            page._writer.cleanup()  # type: ignore[attr-defined]  # noqa: SLF001 -- as above


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its heading, its width in characters, and how its cells look."""

    heading: Text | str
    width: float
    look: Look | None = None


class Sheet:
    """A sheet that is appended to."""

    def __init__(self, book: Workbook, title: str, widths: Sequence[float]) -> None:
        """Add the sheet behind the others."""
        self.page = book.create_sheet(title)
        self.rows = 0
        for column, width in enumerate(widths, start=1):
            self.page.column_dimensions[get_column_letter(column)].width = width
        self.page.page_setup.orientation = "landscape"
        self.page.page_setup.paperSize = _A4
        self.page.page_setup.fitToHeight = 0
        self.page.sheet_properties.pageSetUpPr.fitToPage = True

    def append(self, cells: Iterable[Content | Cell]) -> int:
        """Write a row and return its number, from 1."""
        self.page.append(list(cells))
        self.rows += 1
        return self.rows

    def cell(self, value: Content, look: Look) -> Cell:
        """Make a cell of that look; a text is made safe to open."""
        if isinstance(value, str):
            value = safe_cell(value, XLSX_CELL_CHARS_MAX)
        made = WriteOnlyCell(self.page, value=value)
        made.font = Font(name=FONT, size=look.size, bold=look.bold, color=look.color)
        made.alignment = Alignment(
            horizontal=look.align,
            vertical="center",
            wrap_text=look.wrap,
            indent=look.indent,
        )
        made.number_format = look.number_format
        if look.fill:
            made.fill = PatternFill("solid", fgColor=look.fill)
        if look.line:
            made.border = _LINE
        return made


class ListSheet(Sheet):
    """A sheet with one header row that stays in sight, and at most rows_max rows."""

    def __init__(
        self, book: Workbook, title: str, columns: Sequence[Column], rows_max: int
    ) -> None:
        """Write the header."""
        super().__init__(book, title, [column.width for column in columns])
        self._rows_max = rows_max
        self._width = len(columns)
        self.total = 0
        self.page.freeze_panes = "A2"
        self.page.print_title_rows = "1:1"
        self.append(self._heading(str(column.heading)) for column in columns)
        styles = [0 if column.look is None else self._style(column.look) for column in columns]
        self.rows_below = RowStream(styles, first=self.rows + 1)

    @property
    def room(self) -> int:
        """Tell how many rows are still shown."""
        return max(0, self._rows_max - self.total)

    def add(self, columns: Sequence[Sequence[Content]]) -> None:
        """Take n rows, given as columns of n cells each; write them while there is room.

        Texts must be safe already.
        """
        room = self.room
        count = len(columns[0]) if columns else 0
        if room:
            self.rows_below.add([column[:room] for column in columns])
            self.rows += min(count, room)
        self.total += count

    def skip(self, rows: int) -> None:
        """Count rows that there is no room for."""
        self.total += max(0, rows)

    def finish(self, empty: str, cut: str) -> None:
        """Say at the end that the list is empty, or cut."""
        if not self.total:
            self.rows_below.add_note(safe_cell(empty), self._style(NOTE))
            return
        end = get_column_letter(self._width)
        self.page.auto_filter.ref = f"A1:{end}{self.rows}"
        if self.total > self._rows_max:
            self.rows_below.add_note(safe_cell(cut), self._style(SECTION))

    def _style(self, look: Look) -> int:
        """Return the number by which the workbook knows a look."""
        return int(self.cell("", look).style_id)

    def _heading(self, text: str) -> Cell:
        made = self.cell(text, Look())
        made.font = _HEADER
        made.fill = _HEADER_FILL
        return made
