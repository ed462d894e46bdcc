"""Look at a run and its reruns together: each row of the first once, as the latest left it."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from pipeline.ports import Ledger, OutcomeBlock, RunRecord
from pipeline.report.figures.frames import OUTCOME_COLUMNS, outcome_table
from pipeline.report.figures.tally import Tally

FAMILY_COLUMNS = ("run", *OUTCOME_COLUMNS)
"""outcomes_all.csv: as outcomes.csv, with the run that a row's outcome is of in front."""


@dataclass(frozen=True, slots=True)
class Family:
    """A run and its reruns, the first first, and what became of the rows in the end."""

    runs: Sequence[RunRecord]
    tally: Tally


def write_family(ledger: Ledger, runs: Sequence[RunRecord], file: IO[str]) -> Family:
    """Write one line for each row of the first run, as its latest rerun left it; count them.

    Reruns hold only rows of the first: these are kept in memory.
    """
    first, *reruns = runs
    latest: dict[tuple[str, int], tuple[object, ...]] = {}
    for run in reruns:
        for block in ledger.outcomes(run.plan.run):
            again = outcome_table(block, run.plan.message).lines()
            for place, line in zip(_places(block), again, strict=True):
                latest[place] = (run.plan.run, *line)
    tally = Tally()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(FAMILY_COLUMNS)
    for block in ledger.outcomes(first.plan.run):
        own = outcome_table(block, first.plan.message).lines()
        lines: list[tuple[object, ...]] = [
            latest.get(place) or (first.plan.run, *cells)
            for place, cells in zip(_places(block), own, strict=True)
        ]
        writer.writerows(lines)
        for told in lines:
            tally.count(told[_OUTCOME], told[_REASON], told[_CODE])
    return Family(runs, tally)


def _places(block: OutcomeBlock) -> Iterator[tuple[str, int]]:
    return zip(block.sheets, block.lines, strict=True)


_OUTCOME = FAMILY_COLUMNS.index("outcome")
_REASON = FAMILY_COLUMNS.index("reason")
_CODE = FAMILY_COLUMNS.index("code")
