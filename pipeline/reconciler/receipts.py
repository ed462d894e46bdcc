"""Fold stored receipts into outcomes, without asking KooMessage anything."""

import asyncio

from pipeline.core.outcome import Standing
from pipeline.reconciler.context import OneRun
from pipeline.reconciler.polling.cases import Case, PollAnswer, unsettled_chunks
from pipeline.reconciler.polling.fold import fold_rows, note_folded
from pipeline.reconciler.polling.poll import PollResult


async def apply_receipts(parts: OneRun) -> PollResult:
    """Fold what is already known, stored receipts above all, and settle what changed.

    Nothing is concluded from silence or from a link's expiry: only an answer after that moment
    can tell that no news was missed. Others work after each chunk; cancelling it loses nothing.
    Raises what the ledger raises.
    """
    result, unheard = PollResult(), PollAnswer()
    latest = parts.ledger.receipts.latest()
    for chunk in unsettled_chunks(parts.ledger, parts.run):
        standings: dict[int, Standing] = {}
        for unsettled in chunk:
            facts = parts.ledger.facts(parts.run, unsettled.submission)
            folded = fold_rows(parts, Case(unsettled, {}, facts, None), facts, unheard)
            standings.update(folded.changed)
            result.count(folded)
        if standings:
            parts.writer.settle(dict(sorted(standings.items())))
        await asyncio.sleep(0)
    note_folded(parts, latest)
    return result
