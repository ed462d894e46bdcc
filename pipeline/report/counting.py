"""Count everything that a report says, in one pass over a run's rows."""

from collections.abc import Iterator
from typing import Protocol

import pandas as pd

from pipeline.core.charges import Bill
from pipeline.core.model import Route, RunId
from pipeline.core.outcome import Outcome
from pipeline.ports import CanaryRecord, OutcomeBlock, RunRecord, Submission
from pipeline.report.comparison import ComparisonReading, compare
from pipeline.report.family import Family
from pipeline.report.figures import Figures
from pipeline.report.handsets import Handsets
from pipeline.report.parts import PartsReader, PartsReading, parts_of_sent
from pipeline.report.replies import RepliesReading, replies_to
from pipeline.report.tables import outcome_frame
from pipeline.report.tally import Tally


class CountingReading(PartsReading, ComparisonReading, RepliesReading, Protocol):
    """What is read of the Ledger port to count a run."""

    def outcomes(self, run: RunId) -> Iterator[OutcomeBlock]:
        """Read every row with its outcome, in source order, in blocks."""

    def submissions(self, run: RunId) -> tuple[Submission, ...]:
        """List all submissions in source order."""

    def canary(self, run: RunId) -> tuple[CanaryRecord, ...]:
        """List what was decided by the first recipients, the latest decision last."""


class Counting:
    """Counts one run, block by block."""

    def __init__(self, ledger: CountingReading, record: RunRecord) -> None:
        """Count nothing yet."""
        self._ledger = ledger
        self._record = record
        self._tally = Tally()
        self._bill = Bill(record.plan.message)
        self._handsets = Handsets()
        self._parts = PartsReader(ledger, record)
        self._replies = replies_to(ledger, record)

    def add(self, block: OutcomeBlock) -> pd.DataFrame:
        """Count a block, and lay it out."""
        parts = self._parts.of(block)
        frame = outcome_frame(block, self._record.plan.message, parts_of_sent(block, parts))
        self._tally.add(frame)
        self._charge(block, parts)
        self._handsets.add(block)
        self._replies.add(block)
        return frame

    def figures(self, family: Family | None) -> Figures:
        """Return what was counted, once every block was added."""
        submissions = self._ledger.submissions(self._record.plan.run)
        return Figures(
            self._record,
            self._tally,
            submissions,
            self._bill,
            self._handsets,
            compare(self._ledger, self._record, self._tally),
            family,
            self._replies.total(submissions),
            self._ledger.canary(self._record.plan.run),
        )

    def _charge(self, block: OutcomeBlock, parts: list[int]) -> None:
        routes = [one.route for one in block.table]
        of: dict[tuple[Route, Outcome], list[int]] = {}
        for index, standing, count in zip(block.submissions, block.standings, parts, strict=True):
            if index >= 0:
                of.setdefault((routes[index], standing.outcome), []).append(count)
        for (route, outcome), counts in of.items():
            self._bill.add(route, outcome, counts)
