"""Take in news that came after a run was last looked at, be every row of it closed by then."""

import asyncio
from collections.abc import Iterable
from contextlib import closing

from pipeline.core.errors import RunHeld
from pipeline.language import filled
from pipeline.ports import Ledger, RunRecord
from pipeline.reconciler.context import OneRun
from pipeline.reconciler.receipts import apply_receipts
from pipeline.runner.session.outside import Ui


def with_belated_news(ledger: Ledger, runs: Iterable[RunRecord]) -> list[RunRecord]:
    """List the runs of whose tasks receipts came that no fold has seen.

    What a purge has forgotten has no numbers left that news could belong to.
    """
    return [run for run in runs if run.purged_at is None and ledger.receipts.unfolded(run.plan.run)]


def take_in(ledger: Ledger, runs: Iterable[RunRecord], ui: Ui) -> list[RunRecord]:
    """Fold belated news into runs, and list those in which it changed a row.

    Nothing is asked, so that neither KooMessage nor the campaign's account is needed. A run that
    another process is at work on is that one's to look at.
    """
    changed = []
    for run in runs:
        try:
            writer = ledger.take(run.plan.run)
        except RunHeld:
            continue
        with closing(writer):
            folded = asyncio.run(apply_receipts(OneRun(run.plan, ledger, writer)))
        if folded.changed:
            rows = filled("{rows} {rows:row|rows}", rows=folded.changed)
            ui.note(
                filled(
                    "news that came late changed {rows} of run {run}", rows=rows, run=run.plan.run
                )
            )
            changed.append(run)
    return changed
