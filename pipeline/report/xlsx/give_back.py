"""Give the user's own workbook back, with what became of every row beside it."""

import hashlib
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.core.errors import ReportUnwritable, SourceDamaged, SourceMissing, UsageError
from pipeline.core.model import RunId
from pipeline.core.outcome import Outcome, Standing
from pipeline.core.times import moment_in_china
from pipeline.ports import Ledger, OutcomeBlock, RunRecord, Submission
from pipeline.report.drafts import Drafts
from pipeline.report.figures.tally import UNSENDABLE
from pipeline.report.options import ReportOptions
from pipeline.report.texts.outcomes import OUTCOMES, mend_words, reason_words
from pipeline.report.texts.safe import XLSX_CELL_CHARS_MAX, safe_cell

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
    return book, tuple(dict.fromkeys(str(warning.message) for warning in said))


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


SUFFIXES = (".xlsx", ".xlsm")


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What was given back.

    rows counts the rows that have their outcome beside them, elsewhere the rows of the run that
    stand in another file of its source. lost says what of the workbook could not be kept.
    """

    workbook: Path
    rows: int
    elsewhere: int
    lost: tuple[str, ...]


def write_into(
    ledger: Ledger,
    run: RunId,
    source: Path,
    target: Path,
    options: ReportOptions | None = None,
) -> GivenBack:
    """Write a copy of the workbook a run was read from, with columns for the outcomes at its end.

    A workbook that was changed since is taken while every row still shows the number that was
    sent to. The source itself is never written to: with other content it would be another run,
    and everybody would be sent to again. Raises UsageError, SourceMissing, SourceDamaged and
    ReportUnwritable.
    """
    record = ledger.run(run)
    if record is None:
        raise UsageError(f"there is no run {run} in this ledger; 'koosend runs' lists them")
    _check_names(source, target)
    known = _is_source(source, record)
    book, lost = open_book(source)
    given = _Given(book, source, options or ReportOptions(), check=not known)
    for block in ledger.outcomes(run):
        given.take(block)
    if not given.rows:
        raise UsageError(
            f"no sheet of {source.name} is one that run {run} read; "
            f"its source is {Path(record.plan.source_path).name}"
        )
    _save(book, target)
    return GivenBack(target, given.rows, given.elsewhere, lost)


@dataclass(slots=True)
class _Given:
    """The workbook while it is filled, row by row."""

    book: Workbook
    source: Path
    options: ReportOptions
    check: bool
    rows: int = 0
    elsewhere: int = 0
    sheets: dict[str, GivenSheet | None] = field(default_factory=dict)
    texts: dict[tuple[Outcome, str, str], tuple[str, ...]] = field(default_factory=dict)

    def take(self, block: OutcomeBlock) -> None:
        for at, (name, line) in enumerate(zip(block.sheets, block.lines, strict=True)):
            if name not in self.sheets:
                self.sheets[name] = self._sheet(name, line)
            sheet = self.sheets[name]
            if sheet is None:
                self.elsewhere += 1
                continue
            standing = block.standings[at]
            if self.check:
                self._check(sheet, line, standing, block.phones[at])
            place = block.submissions[at]
            sheet.write(line, self._cells(standing, None if place < 0 else block.table[place]))
            self.rows += 1

    def _sheet(self, name: str, line: int) -> GivenSheet | None:
        # Of several files a row knows its own as well: "members.xlsx!Sheet1".
        title = name.removeprefix(f"{self.source.name}!")
        page = next((page for page in self.book.worksheets if page.title == title), None)
        return None if page is None else GivenSheet(page, line)

    def _check(self, sheet: GivenSheet, line: int, standing: Standing, phone: str) -> None:
        if standing.outcome not in UNSENDABLE and not sheet.shows(line, phone):
            raise UsageError(
                f"{self.source.name} is not as it was when the run was read: line {line} of "
                f"{sheet.title} does not show the number that was sent to, so outcomes would "
                "stand beside the wrong rows; name the workbook as it was"
            )

    def _cells(self, standing: Standing, submission: Submission | None) -> tuple[str, ...]:
        key = (standing.outcome, standing.reason, standing.code)
        if key not in self.texts:
            self.texts[key] = tuple(self._explained(standing))
        task_id = submission.task_id if submission is not None else None
        times = (
            safe_cell(moment_in_china(standing.delivered_at), XLSX_CELL_CHARS_MAX),
            safe_cell(task_id or ""),
        )
        return (*self.texts[key], *times)

    def _explained(self, standing: Standing) -> Iterator[str]:
        outcome, reason, code = standing.outcome, standing.reason, standing.code
        language = self.options.language
        why = reason_words(reason).of(language) or OUTCOMES[outcome].meaning.of(language)
        meaning = self.options.code_help(code).meaning.of(language)
        advice = self.options.advice_for(outcome, code).of(language)
        for text in (
            OUTCOMES[outcome].name.of(language),
            " ".join(filter(None, (why, meaning))),
            mend_words(reason).of(language) or advice,
            code,
        ):
            yield safe_cell(text, XLSX_CELL_CHARS_MAX)


def _check_names(source: Path, target: Path) -> None:
    if source.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"{source.name} cannot be given back: only .xlsx and .xlsm can, so save it as one of "
            "them first, or use outcomes.csv"
        )
    if target.suffix.lower() != source.suffix.lower():
        raise UsageError(f"{target.name} must end in {source.suffix}, as {source.name} does")
    if target.resolve() == source.resolve() or (target.exists() and target.samefile(source)):
        raise UsageError(
            f"{target} is the source itself: with other content it would be another run, and "
            "everybody would be sent to again; name another file"
        )


def _is_source(source: Path, record: RunRecord) -> bool:
    try:
        with source.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == record.plan.source_sha256
    except OSError as error:
        raise SourceMissing(f"{source} cannot be read: {error.strerror or error}") from error


def _save(book: Workbook, target: Path) -> None:
    try:
        with Drafts(target.parent) as drafts:
            book.save(drafts.path(target.name))
            drafts.publish()
    except OSError as error:
        raise ReportUnwritable(
            f"{target} cannot be written: {error.strerror or error}; the ledger and the source "
            "are whole"
        ) from error
