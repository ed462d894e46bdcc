"""Write a run's report files, all of them or none."""

import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.core.errors import ReportUnwritable, UsageError
from pipeline.core.model import RunId
from pipeline.language import filled, system_words
from pipeline.ports import Ledger, Marks, RunRecord
from pipeline.ports.marks import PREFIXES
from pipeline.report.drafts import Drafts
from pipeline.report.figures.family import Family, write_family
from pipeline.report.figures.figures import Counting
from pipeline.report.figures.frames import OUTCOME_COLUMNS, RejectLayout
from pipeline.report.figures.lineage import family_of
from pipeline.report.file_names import (
    FAMILY_FILE,
    LINKS_FILE,
    MARK_FILES,
    OUTCOMES_FILE,
    PAGE_FILE,
    REJECTED_FILE,
    WORKBOOK_FILE,
)
from pipeline.report.html.page import page_html
from pipeline.report.links import has_links, write_links
from pipeline.report.options import ReportOptions
from pipeline.report.xlsx.workbook import ReportBook

_FOLDER_MODE = 0o700


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Where the report stands, and how many rows it tells of.

    links is None for a run that makes none for others, family for one without reruns.
    """

    outcomes: Path
    rejected: Path
    workbook: Path
    page: Path
    rows: int
    links: Path | None = None
    family: Path | None = None


def write_report(
    ledger: Ledger, run: RunId, folder: Path, options: ReportOptions | None = None
) -> ReportFiles:
    """Write outcomes.csv, rejected.csv, report.xlsx and report.html into a folder, made if need be.

    Of a rehearsal or a test send the last two are called so, and the folder says so by a file.

    Each is written under another name first and renamed when all are whole, so that an earlier
    report stays until the new one is there. Raises ReportUnwritable, and UsageError for a run
    that the ledger does not hold.
    """
    record = ledger.run(run)
    if record is None:
        raise UsageError(
            filled("there is no run {run} in this ledger; 'koosend runs' lists them", run=run),
            "KS0210",
        )
    options = options or ReportOptions()
    if options.written_at is None:
        options = replace(options, written_at=time.time())
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        with Drafts(folder) as drafts:
            rows = _write(ledger, record, drafts, options)
            drafts.publish()
        for name in _outdated(options.marks):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise ReportUnwritable(
            filled(
                "the report cannot be written to {folder}: {why}; the ledger is whole, so "
                "mend this and run 'koosend report' again",
                folder=folder,
                why=system_words(error),
            )
        ) from error
    return ReportFiles(
        outcomes=folder / OUTCOMES_FILE,
        rejected=folder / REJECTED_FILE,
        workbook=folder / f"{options.marks.prefix}{WORKBOOK_FILE}",
        page=folder / f"{options.marks.prefix}{PAGE_FILE}",
        rows=rows,
        links=folder / LINKS_FILE if has_links(record) else None,
        family=folder / FAMILY_FILE if family_of(ledger, record)[1:] else None,
    )


def _write(ledger: Ledger, record: RunRecord, drafts: Drafts, options: ReportOptions) -> int:
    run = record.plan.run
    layout = RejectLayout.of(ledger.rejects(run))
    counting = Counting(ledger, record)
    with ReportBook(record, options, layout) as book:
        with drafts.text(OUTCOMES_FILE) as file:
            csv.writer(file, lineterminator="\n").writerow(OUTCOME_COLUMNS)
            for block in ledger.outcomes(run):
                table = counting.add(block)
                file.write(table.csv())
                book.add_outcomes(table)
        with drafts.text(REJECTED_FILE) as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(layout.columns)
            for part in ledger.rejects(run):
                lines = list(layout.lines(part, options.language))
                writer.writerows(lines)
                book.add_rejects(lines)
        if has_links(record):
            with drafts.text(LINKS_FILE) as file:
                write_links(ledger, record, file)
        figures = counting.figures(_family(ledger, record, drafts))
        book.save(drafts.path(f"{options.marks.prefix}{WORKBOOK_FILE}"), figures)
    page = drafts.path(f"{options.marks.prefix}{PAGE_FILE}")
    page.write_text(page_html(figures, options), encoding="utf-8")
    for name in _mark_files(options.marks):
        with drafts.text(name) as file:
            file.write(f"{options.marks.text}\n")
    return figures.tally.rows


def _mark_files(marks: Marks) -> list[str]:
    return [name for mark, name in MARK_FILES.items() if getattr(marks, mark)]


def _outdated(marks: Marks) -> Iterator[str]:
    """Name what an earlier report left under what the run was taken for then."""
    yield from set(MARK_FILES.values()).difference(_mark_files(marks))
    for prefix in PREFIXES - {marks.prefix}:
        yield from (f"{prefix}{WORKBOOK_FILE}", f"{prefix}{PAGE_FILE}")


def _family(ledger: Ledger, record: RunRecord, drafts: Drafts) -> Family | None:
    runs = family_of(ledger, record)
    if not runs[1:]:
        return None
    with drafts.text(FAMILY_FILE) as file:
        return write_family(ledger, runs, file)
