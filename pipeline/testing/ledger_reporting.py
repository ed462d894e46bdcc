"""The part of the ledger in memory that reports read beside the rows."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pipeline.core.model import RunId, TaskId
from pipeline.core.outcome import Outcome
from pipeline.ports import KeptReply, OutcomeBlock
from pipeline.testing.ledger_receipts import MemoryReceipts


class MemoryReporting(MemoryReceipts):
    """Fake ReportingBook, over what the rest of the fake ledger holds."""

    @abstractmethod
    def outcomes(self, run: RunId, after: int = -1) -> Iterator[OutcomeBlock]:
        """Read every row with its outcome, of those after a row."""

    def tally(self, run: RunId) -> Mapping[tuple[Outcome, str, str], int]:
        """Count a run's rows by outcome, reason and code."""
        return Counter(
            (one.outcome, one.reason, one.code)
            for block in self.outcomes(run)
            for one in block.standings
        )

    def parts_told(self, tasks: Sequence[TaskId]) -> Mapping[tuple[TaskId, str], int]:
        """Return into how many parts receipts say that SMS were cut."""
        found: dict[tuple[TaskId, str], int] = {}
        for _, task, news in self.news:
            if task in tasks and news.parts:
                found[task, news.phone] = max(news.parts, found.get((task, news.phone), 0))
        return found

    def replies_since(self, at: float) -> Sequence[KeptReply]:
        """List the replies that came since a moment."""
        return tuple(one for one in self._replies.values() if one.received_at >= at)
