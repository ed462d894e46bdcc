"""Fold stored receipts into outcomes, without asking KooMessage anything."""

from pipeline.core.outcome import Standing
from pipeline.reconciler.folding import fold_rows
from pipeline.reconciler.hearing import Case, Heard
from pipeline.reconciler.parts import Parts
from pipeline.reconciler.result import PollResult
from pipeline.reconciler.unsettled import unsettled_chunks


def apply_receipts(parts: Parts) -> PollResult:
    """Fold what is already known, stored receipts above all, and settle what changed.

    Nothing is concluded from silence or from a link's expiry: only an answer after that moment
    can tell that no news was missed. Raises what the ledger raises.
    """
    result = PollResult()
    unheard = Heard()
    for chunk in unsettled_chunks(parts.ledger, parts.run):
        standings: dict[int, Standing] = {}
        for unsettled in chunk:
            facts = parts.ledger.facts(parts.run, unsettled.submission)
            folded = fold_rows(parts, Case(unsettled, {}, facts, None), facts, unheard)
            standings.update(folded.changed)
            result.count(folded)
        if standings:
            parts.writer.settle(dict(sorted(standings.items())))
    return result
