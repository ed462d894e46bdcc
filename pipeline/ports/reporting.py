"""What the ledger counts for reports, without handing out every row."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pipeline.core.model import RunId, TaskId
from pipeline.core.outcome import Outcome
from pipeline.ports.receipts import KeptReply


class ReportingBook(Protocol):
    """The part of the Ledger port that reports read beside the rows."""

    def tally(self, run: RunId) -> Mapping[tuple[Outcome, str, str], int]:
        """Count a run's rows by outcome, reason and code."""

    def parts_told(self, tasks: Sequence[TaskId]) -> Mapping[tuple[TaskId, str], int]:
        """Return into how many parts receipts say that SMS were cut, by task and number."""

    def replies_since(self, at: float) -> Sequence[KeptReply]:
        """List the replies that came since a moment, in the order of their coming."""
