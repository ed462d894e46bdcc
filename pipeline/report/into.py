"""Give the user's own workbook back, with what became of every row beside it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook

from pipeline.core.errors import ReportUnwritable, SourceMissing, UsageError
from pipeline.core.model import RunId
from pipeline.core.outcome import Outcome, Standing
from pipeline.ports import OutcomeBlock, RunRecord, Submission
from pipeline.report.cells import XLSX_CELL_CHARS_MAX, safe_cell
from pipeline.report.drafts import Drafts
from pipeline.report.into_sheet import GivenSheet, open_book
from pipeline.report.options import ReportOptions
from pipeline.report.render import RunReading
from pipeline.report.tally import UNSENDABLE
from pipeline.report.texts import OUTCOMES, mend_words, reason_words

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
    ledger: RunReading,
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
        times = (safe_cell(standing.delivered_at, XLSX_CELL_CHARS_MAX), safe_cell(task_id or ""))
        return (*self.texts[key], *times)

    def _explained(self, standing: Standing) -> Iterator[str]:
        outcome, reason, code = standing.outcome, standing.reason, standing.code
        language = self.options.language
        why = reason_words(reason).of(language) or OUTCOMES[outcome].meaning.of(language)
        told = (why, self.options.meaning_of(code).of(language))
        advice = self.options.advice_for(outcome, code).of(language)
        for text in (
            OUTCOMES[outcome].name.of(language),
            " ".join(filter(None, told)),
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
