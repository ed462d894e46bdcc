"""Walk the run for submissions that later news can still change, chunk by chunk."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.core.lifecycle import State
from pipeline.core.model import RunId
from pipeline.core.outcome import Outcome, Standing
from pipeline.ports import Ledger, Submission

_DELIVERED = frozenset(
    {Outcome.DELIVERED, Outcome.CARD, Outcome.FALLBACK_SMS, Outcome.SMS, Outcome.VIDEO}
)
REVISIONS: Mapping[Outcome, frozenset[Outcome]] = MappingProxyType(
    {
        Outcome.EXPIRED: _DELIVERED | {Outcome.EXPIRED, Outcome.UNDELIVERED, Outcome.REFUSED},
        Outcome.UNDELIVERED: _DELIVERED | {Outcome.UNDELIVERED},
        Outcome.REFUSED: _DELIVERED | {Outcome.UNDELIVERED, Outcome.EXPIRED, Outcome.REFUSED},
        Outcome.FALLBACK_SMS: frozenset({Outcome.FALLBACK_SMS, Outcome.CARD}),
        Outcome.SUPPRESSED: _DELIVERED | {Outcome.UNDELIVERED, Outcome.EXPIRED},
    }
)
"""What belated news makes of a closed row, so that its order does not matter in the end.

Nobody asks about a closed row again but while others of its submission are asked about, and about
one that its request's own answer refused, until 72 hours are over; but receipts may come days late.
Only stronger proof revises: what a purge has since forgotten changes nothing.
"""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A submission of a task with the recorded standings of all its rows, in row order."""

    submission: Submission
    standings: Mapping[int, Standing]

    @property
    def is_open(self) -> bool:
        """Tell whether a row is open, so that asking is worth it."""
        return any(not standing.is_final for standing in self.standings.values())

    @property
    def was_refused(self) -> bool:
        """Tell whether a row is refused, which news of its message would outweigh."""
        return any(one.outcome is Outcome.REFUSED for one in self.standings.values())


def is_of_a_task(submission: Submission) -> bool:
    """Tell whether there can be news of a submission: it was taken, or its refusal names a task."""
    if submission.state is State.REFUSED:
        return submission.task_id is not None
    return submission.state is State.ACCEPTED


def unsettled_chunks(ledger: Ledger, run: RunId) -> Iterator[list[Unsettled]]:
    """Yield the submissions of one chunk after the other, in source order.

    Those whose rows are all beyond any change are left out. Only one chunk's rows are held at a
    time.
    """
    for of_chunk in _by_chunk(ledger, run):
        chunk = [
            Unsettled(submission, standings)
            for submission, standings in of_chunk
            if any(not s.is_final or s.outcome in REVISIONS for s in standings.values())
        ]
        if chunk:
            yield chunk


def _by_chunk(ledger: Ledger, run: RunId) -> Iterator[list[tuple[Submission, dict[int, Standing]]]]:
    """Yield the submissions of a chunk that are of a task, with their rows."""
    number: int | None = None
    found: dict[int, tuple[Submission, dict[int, Standing]]] = {}
    for block in ledger.outcomes(run):
        told_of = [is_of_a_task(one) for one in block.table]
        for row, standing, index in zip(
            block.rows, block.standings, block.submissions, strict=True
        ):
            if index < 0 or not told_of[index]:
                continue
            submission = block.table[index]
            if submission.chunk != number:
                if found:
                    yield [found[key] for key in sorted(found)]
                number, found = submission.chunk, {}
            if submission.submission not in found:
                found[submission.submission] = (submission, {})
            found[submission.submission][1][row] = standing
    if found:
        yield [found[key] for key in sorted(found)]
