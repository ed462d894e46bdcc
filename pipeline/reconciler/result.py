"""What a pass over a run's open rows brought."""

from dataclasses import dataclass

from pipeline.reconciler.folding import Folded


@dataclass(slots=True)
class PollResult:
    """What a pass brought.

    asked counts questions; unanswered counts submissions that some question about got no answer;
    settled counts rows that became final, changed all rows whose standing changed; open_rows are
    those of accepted submissions that stay open. next_due_s is when another pass can bring
    something, in seconds from the pass's end; None when nothing is open.
    """

    asked: int = 0
    unanswered: int = 0
    settled: int = 0
    changed: int = 0
    open_rows: int = 0
    next_due_s: float | None = None

    def count(self, folded: Folded) -> None:
        """Add one submission."""
        self.settled += folded.closed
        self.changed += len(folded.changed)
        self.open_rows += folded.open.total()

    def due(self, in_s: float) -> None:
        """Take notice that a pass in so many seconds can bring something."""
        self.next_due_s = in_s if self.next_due_s is None else min(self.next_due_s, in_s)
