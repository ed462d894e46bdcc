"""Write a run's report files, all of them or none."""

import contextlib
import csv
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

from pipeline.core.errors import ReportUnwritable, UsageError
from pipeline.core.model import RunId
from pipeline.ports import OutcomeBlock, Rejects, RunRecord, Submission
from pipeline.report.options import ReportOptions
from pipeline.report.tables import OUTCOME_COLUMNS, RejectLayout, outcome_frame
from pipeline.report.tally import Tally
from pipeline.report.workbook import ReportBook

OUTCOMES_FILE = "outcomes.csv"
REJECTED_FILE = "rejected.csv"
WORKBOOK_FILE = "report.xlsx"

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
    rows: int


def write_report(
    ledger: RunReading, run: RunId, folder: Path, options: ReportOptions | None = None
) -> ReportFiles:
    """Write outcomes.csv, rejected.csv and report.xlsx into a folder, made if need be.

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
        with _Drafts(folder) as drafts:
            rows = _write(ledger, record, drafts, options)
            drafts.publish()
    except OSError as error:
        raise ReportUnwritable(
            f"the report cannot be written to {folder}: {error.strerror or error}; "
            "the ledger is whole, so mend this and run 'koosend report' again"
        ) from error
    return ReportFiles(folder / OUTCOMES_FILE, folder / REJECTED_FILE, folder / WORKBOOK_FILE, rows)


def _write(ledger: RunReading, record: RunRecord, drafts: "_Drafts", options: ReportOptions) -> int:
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
        book.save(drafts.path(WORKBOOK_FILE), tally, ledger.submissions(run))
    return tally.rows


class _Drafts:
    """Files under other names, only their owner's to read, until all of them are whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._drafts: dict[str, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for draft in self._drafts.values():
            draft.unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Make an empty draft of that name."""
        handle, path = tempfile.mkstemp(prefix=f".{name}.", suffix=".part", dir=self._folder)
        os.close(handle)
        self._drafts[name] = Path(path)
        return self._drafts[name]

    @contextlib.contextmanager
    def text(self, name: str) -> Iterator[IO[str]]:
        """Open a draft for text with the mark by which Excel knows UTF-8."""
        with self.path(name).open("w", encoding="utf-8-sig", newline="") as file:
            yield file

    def publish(self) -> None:
        """Put every draft in its place."""
        for name, draft in self._drafts.items():
            draft.replace(self._folder / name)
        self._drafts.clear()
