"""Look at a run and its reruns together: each row of the first once, as the latest left it."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Protocol

from pipeline.core.model import RunId
from pipeline.ports import OutcomeBlock, RunRecord
from pipeline.report.tables import OUTCOME_COLUMNS, outcome_frame
from pipeline.report.tally import Tally

FAMILY_FILE = "outcomes_all.csv"
FAMILY_COLUMNS = ("run", *OUTCOME_COLUMNS)
"""outcomes_all.csv: as outcomes.csv, with the run that a row's outcome is of in front."""


class FamilyReading(Protocol):
    """What is read of the Ledger port to find runs that belong together."""

    def runs(self, campaign: str | None = None) -> tuple[RunRecord, ...]:
        """List runs, the latest first."""

    def outcomes(self, run: RunId) -> Iterator[OutcomeBlock]:
        """Read every row of a run with its outcome, in source order, in blocks."""


@dataclass(frozen=True, slots=True)
class Family:
    """A run and its reruns, the first first, and what became of the rows in the end."""

    runs: Sequence[RunRecord]
    tally: Tally


def root_of(record: RunRecord) -> RunId:
    """Return the run that a rerun belongs to; a run that is none belongs to itself."""
    return RunId(str(json.loads(record.plan.meaning).get("rerun_of", record.plan.run)))


def is_rerun(record: RunRecord) -> bool:
    """Tell whether a run is a rerun of another."""
    return root_of(record) != record.plan.run


def family_of(ledger: FamilyReading, record: RunRecord) -> list[RunRecord]:
    """List a run that is no rerun with all its reruns, in the order of planning."""
    root = root_of(record)
    everyone = ledger.runs(record.plan.campaign)
    reruns = [run for run in everyone if is_rerun(run) and root_of(run) == root]
    first = next((run for run in everyone if run.plan.run == root), record)
    return [first, *sorted(reruns, key=lambda run: run.plan.planned_at)]


def write_family(ledger: FamilyReading, runs: Sequence[RunRecord], file: IO[str]) -> Family:
    """Write one line for each row of the first run, as its latest rerun left it; count them.

    Reruns hold only rows of the first: these are kept in memory.
    """
    first, *reruns = runs
    latest: dict[tuple[str, int], tuple[object, ...]] = {}
    for run in reruns:
        for block in ledger.outcomes(run.plan.run):
            again = outcome_frame(block, run.plan.message).itertuples(index=False, name=None)
            for place, line in zip(_places(block), again, strict=True):
                latest[place] = (run.plan.run, *line)
    tally = Tally()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(FAMILY_COLUMNS)
    for block in ledger.outcomes(first.plan.run):
        frame = outcome_frame(block, first.plan.message)
        own = frame.itertuples(index=False, name=None)
        lines = [
            latest.get(place) or (first.plan.run, *line)
            for place, line in zip(_places(block), own, strict=True)
        ]
        writer.writerows(lines)
        for line in lines:
            tally.count(line[_OUTCOME], line[_REASON], line[_CODE])
    return Family(runs, tally)


def _places(block: OutcomeBlock) -> Iterator[tuple[str, int]]:
    return zip(block.sheets, block.lines, strict=True)


_OUTCOME = FAMILY_COLUMNS.index("outcome")
_REASON = FAMILY_COLUMNS.index("reason")
_CODE = FAMILY_COLUMNS.index("code")
