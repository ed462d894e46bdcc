"""The first recipients of a run, as the submissions that carry them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.core.lifecycle import State
from pipeline.core.model import Route
from pipeline.core.outcome import Outcome
from pipeline.ports import Ledger, RunRecord, Submission


@dataclass(frozen=True, slots=True)
class Portion:
    """Whole chunks from the first one on, and of the next one the positions before within."""

    chunks: int
    within: int = 0

    def holds(self, submission: Submission) -> bool:
        """Tell whether a submission is part of it.

        Links are made for a whole chunk, since it goes on only when all of them are.
        """
        if submission.chunk != self.chunks:
            return submission.chunk < self.chunks
        makes_links = submission.route is Route.PARSE and self.within > 0
        return makes_links or submission.stop <= self.within


def at_most(ledger: Ledger, record: RunRecord, first: int) -> Portion:
    """Return the submissions of the first recipients, and of nobody else."""
    return Portion(*_place_of(ledger, record, first))


def at_least(ledger: Ledger, record: RunRecord, first: int) -> Portion:
    """Return the fewest submissions that carry the first recipients."""
    chunk, within = _place_of(ledger, record, first)
    if not within:
        return Portion(chunk)
    of_chunk = [one for one in ledger.submissions(record.plan.run) if one.chunk == chunk]
    if any(one.route is Route.PARSE for one in of_chunk):
        return Portion(chunk + 1)
    return Portion(chunk, min(one.stop for one in of_chunk if one.stop >= within))


def recipients_of(ledger: Ledger, record: RunRecord, portion: Portion) -> int:
    """Count who is in it; of a chunk that makes links, once for each."""
    whole = sum(_sizes(ledger, record, portion.chunks))
    of_chunk = [one for one in ledger.submissions(record.plan.run) if one.chunk == portion.chunks]
    return whole + sum(
        one.recipients
        for one in of_chunk
        if one.route is not Route.PARSE and one.state is not State.SPLIT and portion.holds(one)
    )


def outcomes_of(ledger: Ledger, record: RunRecord, portion: Portion) -> Counter[Outcome]:
    """Count the outcomes of who is in it."""
    found: Counter[Outcome] = Counter()
    for block in ledger.outcomes(record.plan.run):
        inside = [portion.holds(one) for one in block.table]
        for standing, at in zip(block.standings, block.submissions, strict=True):
            if at >= 0 and inside[at]:
                found[standing.outcome] += 1
        if inside and not any(one.chunk <= portion.chunks for one in block.table):
            break
    return found


def _place_of(ledger: Ledger, record: RunRecord, first: int) -> tuple[int, int]:
    """Return the chunk in which a number of recipients ends, and where in it."""
    before = 0
    for chunk, size in enumerate(_sizes(ledger, record, record.chunks)):
        if before + size > first:
            return chunk, first - before
        before += size
    return record.chunks, 0


def _sizes(ledger: Ledger, record: RunRecord, chunks: int) -> Iterator[int]:
    for chunk in range(chunks):
        yield len(ledger.recipients(record.plan.run, chunk))


def unsent(submissions: Sequence[Submission]) -> int:
    """Count the recipients of submissions; who waits for a link counts once."""
    return sum(one.recipients for one in submissions)
