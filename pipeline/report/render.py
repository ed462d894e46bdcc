"""Write a run's report files, all of them or none."""

import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from pipeline.core.errors import ReportUnwritable, UsageError
from pipeline.core.model import RunId
from pipeline.ports import OutcomeBlock, Rejects, RunRecord, Submission
from pipeline.report.drafts import Drafts
from pipeline.report.figures import Figures
from pipeline.report.options import ReportOptions
from pipeline.report.page import page_html
from pipeline.report.tables import OUTCOME_COLUMNS, RejectLayout, outcome_frame
from pipeline.report.tally import Tally
from pipeline.report.workbook import ReportBook

OUTCOMES_FILE = "outcomes.csv"
REJECTED_FILE = "rejected.csv"
WORKBOOK_FILE = "report.xlsx"
PAGE_FILE = "report.html"

_FOLDER_MODE = 0o700


class RunReading(Protocol):
    """What a report reads of the Ledger port."""

    def run(self, run: RunId) -> RunRecord | None:
        """Look a run up."""

    def outcomes(self, run: RunId) -> Iterator[OutcomeBlock]:
        """Read every row with its outcome, in source order, in blocks."""

    def rejects(self, run: RunId) -> Iterator[Rejects]:
        """Read the rejected rows as they stood in the file."""

    def submissions(self, run: RunId) -> tuple[Submission, ...]:
        """List all submissions in source order."""


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Where the report stands, and how many rows it tells of."""

    outcomes: Path
    rejected: Path
    workbook: Path
    page: Path
    rows: int


def write_report(
    ledger: RunReading, run: RunId, folder: Path, options: ReportOptions | None = None
) -> ReportFiles:
    """Write outcomes.csv, rejected.csv, report.xlsx and report.html into a folder, made if need be.

    Each is written under another name first and renamed when all are whole, so that an earlier
    report stays until the new one is there. Raises ReportUnwritable, and UsageError for a run
    that the ledger does not hold.
    """
    record = ledger.run(run)
    if record is None:
        raise UsageError(f"there is no run {run} in this ledger; 'koosend runs' lists them")
    options = options or ReportOptions()
    if options.written_at is None:
        options = replace(options, written_at=time.time())
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        with Drafts(folder) as drafts:
            rows = _write(ledger, record, drafts, options)
            drafts.publish()
    except OSError as error:
        raise ReportUnwritable(
            f"the report cannot be written to {folder}: {error.strerror or error}; "
            "the ledger is whole, so mend this and run 'koosend report' again"
        ) from error
    return ReportFiles(
        outcomes=folder / OUTCOMES_FILE,
        rejected=folder / REJECTED_FILE,
        workbook=folder / WORKBOOK_FILE,
        page=folder / PAGE_FILE,
        rows=rows,
    )


def _write(ledger: RunReading, record: RunRecord, drafts: Drafts, options: ReportOptions) -> int:
    run = record.plan.run
    layout = RejectLayout.of(ledger.rejects(run))
    tally = Tally()
    with ReportBook(record, options, layout) as book:
        with drafts.text(OUTCOMES_FILE) as file:
            csv.writer(file, lineterminator="\n").writerow(OUTCOME_COLUMNS)
            for block in ledger.outcomes(run):
                frame = outcome_frame(block, record.plan.message.channel)
                frame.to_csv(file, header=False, index=False, lineterminator="\n")
                tally.add(frame)
                book.add_outcomes(frame)
        with drafts.text(REJECTED_FILE) as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(layout.columns)
            for part in ledger.rejects(run):
                lines = list(layout.lines(part, options.language))
                writer.writerows(lines)
                book.add_rejects(lines)
        figures = Figures(record, tally, ledger.submissions(run))
        book.save(drafts.path(WORKBOOK_FILE), figures)
    drafts.path(PAGE_FILE).write_text(page_html(figures, options), encoding="utf-8")
    return tally.rows
