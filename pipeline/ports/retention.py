"""What crosses the borders when the ledger forgets who was sent to."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten, counted.

    recipients and rejected are rows whose number and values are gone. receipts are those whose
    body is; replies and handsets (what a number's handset can show) are gone whole.
    """

    recipients: int = 0
    rejected: int = 0
    receipts: int = 0
    replies: int = 0
    handsets: int = 0

    def plus(self, other: "Forgotten") -> "Forgotten":
        """Add up what was forgotten in two goes."""
        return Forgotten(
            self.recipients + other.recipients,
            self.rejected + other.rejected,
            self.receipts + other.receipts,
            self.replies + other.replies,
            self.handsets + other.handsets,
        )


class RetentionBook(Protocol):
    """The part of the Ledger port that forgets what belongs to no run."""

    def purge_pushed(self, before: float) -> Forgotten:
        """Forget what was pushed, and what was said of handsets, before a moment.

        News of a run that was not purged stays, with its receipt: it is evidence. The suppression
        list stays whole. No writer of a run is needed.
        """

    def compact(self) -> bool:
        """Overwrite what was forgotten; False while another process keeps traces of it alive."""
