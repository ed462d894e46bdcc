"""What crosses the borders of screening: who wants nothing, and who was reached already."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.core.model import Message, Recipients, RunId
from pipeline.core.screening import SuppressionReason


@dataclass(frozen=True, slots=True)
class Suppression:
    """A number that wants nothing. source says where that came from, note what else was said.

    phone is 11 digits. An opt-out's source names its evidence, such as receipt:17.
    """

    phone: str
    reason: SuppressionReason
    at: float
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SuppressionRecord:
    """An entry of the list as the ledger holds it; removed_at is None while it stands."""

    suppression: Suppression
    removed_at: float | None = None
    removed_note: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """The recipients of one submission that was, or may have been, taken at a time.

    Those that it is known to have failed to reach are not among them. trial tells of a test send.
    """

    run: RunId
    message: Message
    at: float
    recipients: Recipients
    trial: bool = False


class ScreeningBook(Protocol):
    """Who is not to be sent to, and why, on disk. No writer of a run is needed to change it."""

    def suppress(self, entries: Sequence[Suppression]) -> int:
        """Put numbers on the suppression list; count those new under their reason.

        Raises UsageError for what is no mobile number; then none of them is put there.
        """

    def unsuppress(self, phones: Sequence[str], at: float, note: str) -> int:
        """Take numbers off the suppression list, whatever their reasons; count the numbers."""

    def suppressions(
        self, phones: Sequence[str] | None = None, *, history: bool = False
    ) -> Iterator[SuppressionRecord]:
        """Read the suppression list by number; of some numbers, or all.

        history also yields entries that were removed.
        """

    def suppressed(self) -> Mapping[SuppressionReason, Sequence[int]]:
        """Read the numbers on the suppression list by reason, as whole numbers, ascending."""

    def suppressions_end(self) -> int:
        """Return where the list ends: a number that grows with each entry, 0 while there is none.

        Taking a number off the list does not move it.
        """

    def suppressed_since(self, end: int) -> Mapping[str, SuppressionReason]:
        """Read the numbers that came on the list behind that end and still stand there.

        The first reason counts, in the order of SuppressionReason.
        """

    def reached(self, accounts: Collection[str], since: float) -> Iterator[Reached]:
        """Read whom runs of these accounts reached since then; doubts count as reached."""
