"""What a report reads of the Ledger port."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from pipeline.core.model import Recipients, RunId
from pipeline.ports import (
    CanaryRecord,
    OutcomeBlock,
    Rejects,
    ReportingBook,
    RunRecord,
    Submission,
)


class LinksRead(Protocol):
    """What is read of the links that were made."""

    def links(self, run: RunId, chunk: int) -> Mapping[int, str]:
        """Return the links by row that a chunk's submissions made."""


class Reading(Protocol):
    """What a report reads of a ledger: less than the port has, so that a table can stand for it."""

    @property
    def reporting(self) -> ReportingBook:
        """Return what is read beside the rows."""

    @property
    def routes(self) -> LinksRead:
        """Return what knows links."""

    def run(self, run: RunId) -> RunRecord | None:
        """Look a run up."""

    def runs(self, campaign: str | None = None) -> tuple[RunRecord, ...]:
        """List runs, the latest first."""

    def outcomes(self, run: RunId) -> Iterator[OutcomeBlock]:
        """Read every row with its outcome, in source order, in blocks."""

    def rejects(self, run: RunId) -> Iterator[Rejects]:
        """Read the rejected rows as they stood in the file."""

    def recipients(self, run: RunId, chunk: int) -> Recipients:
        """Read a chunk's recipients."""

    def submissions(self, run: RunId) -> tuple[Submission, ...]:
        """List all submissions in source order."""

    def canary(self, run: RunId) -> tuple[CanaryRecord, ...]:
        """List what was decided by the first recipients, the latest decision last."""
