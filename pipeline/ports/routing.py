"""What the ledger keeps of the ways that recipients go: links, and what handsets are able to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.core.answer import NewsKind
from pipeline.core.model import PlannedSubmission, Recipients, RunId
from pipeline.ports.values import Submission


@dataclass(frozen=True, slots=True)
class Continuation:
    """What a chunk goes on with once its links are made.

    recipients are the whole chunk's, with the link, or nothing, as one more value. facts tell by
    position why a recipient goes another way.
    """

    chunk: int
    at: float
    recipients: Recipients
    submissions: tuple[PlannedSubmission, ...]
    facts: Mapping[int, tuple[str, str]]


class RouteBook(Protocol):
    """The part of the Ledger port that knows links and handsets."""

    def links(self, run: RunId, chunk: int) -> Mapping[int, str]:
        """Return the links by row that a chunk's submissions made."""

    def unlinked(self, run: RunId) -> tuple[int, ...]:
        """List the chunks that make links and have not gone on with them."""

    def makers(self, run: RunId, submission: Submission) -> tuple[Submission, ...]:
        """List the accepted submissions that made the links which a submission carries."""

    def remember_capabilities(
        self, template: str, at: float, known: Mapping[str, NewsKind]
    ) -> None:
        """Keep what handsets were said to be able to. No writer is needed."""

    def capabilities(
        self, template: str, phones: Sequence[str], since: float
    ) -> Mapping[str, NewsKind]:
        """Return what is known of numbers' handsets since a time."""
