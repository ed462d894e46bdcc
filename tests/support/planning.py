"""Plan a run, apply receipts and watch nothing: what tests need at once and without a provider."""

import asyncio

from pipeline.ports import Clock, Ledger, Marks
from pipeline.reconciler.context import Parts
from pipeline.reconciler.polling.poll import PollResult
from pipeline.reconciler.receipts import apply_receipts as apply_in_turn
from pipeline.runner.planning.plan import Planned, Planning, Progress, plan_asked
from pipeline.settings import Campaign


class Silent:
    """Watch nothing."""

    def planning(self, rows: int) -> None:
        """Ignore it."""

    def sending(self, done: int, total: int) -> None:
        """Ignore it."""

    def asking(self, done: int, total: int) -> None:
        """Ignore it."""

    def note(self, text: str) -> None:
        """Ignore it."""

    def mark(self, marks: Marks) -> None:
        """Ignore it."""


def plan_run(
    campaign: Campaign, ledger: Ledger, clock: Clock, *, again: bool, progress: Progress
) -> Planned:
    """Plan without asking the provider."""
    return plan_asked(campaign, ledger, Planning(clock, progress, again=again))


def apply_receipts(parts: Parts) -> PollResult:
    """Fold what is known, to the end, with nothing else at work."""
    return asyncio.run(apply_in_turn(parts))
