"""Derive from the ledger what a run has spent, so that no crash and no restart forgets it."""

from collections.abc import Iterator

from pipeline.core.lifecycle import Event
from pipeline.core.prices import micro, yuan_text
from pipeline.ports import AttemptRecord, Ledger, RunRecord, Submission
from pipeline.reconciler.doubts import PROVED_ABSENT
from pipeline.sender import Ceilings
from pipeline.settings import Campaign


def ceilings_of(campaign: Campaign, ledger: Ledger, record: RunRecord) -> Ceilings:
    """Return what a run may still spend.

    Everything counts that was taken or may have been: what is in flight or in doubt, and what was
    sent again although its first attempt was never proved absent, once for each attempt.
    """
    limits = campaign.limits
    if not limits.max_messages and not limits.max_cost:
        return Ceilings()

    def cost_of(submission: Submission) -> int:
        return campaign.prices.of_request(record.plan.message, submission.route, submission.carried)

    spent = list(_spent(ledger, record))
    messages = limits.max_messages - sum(one.messages for one in spent)
    cost = micro(limits.max_cost) - sum(map(cost_of, spent))
    return Ceilings(
        messages=max(0, messages) if limits.max_messages else None,
        cost=max(0, cost) if limits.max_cost else None,
        cost_of=cost_of,
        say_messages=f"{limits.max_messages:,}",
        say_cost=f"{yuan_text(micro(limits.max_cost))} yuan",
    )


def _spent(ledger: Ledger, record: RunRecord) -> Iterator[Submission]:
    """Yield the submission of every attempt that was, or may have been, taken."""
    run = record.plan.run
    known = {(one.chunk, one.submission): one for one in ledger.submissions(run)}
    for made in ledger.attempts(run):
        if not _proved_not_taken(made):
            yield known[made.attempt.chunk, made.attempt.submission]


def _proved_not_taken(made: AttemptRecord) -> bool:
    if made.event is Event.WAS_RELEASED:
        return made.note.startswith(PROVED_ABSENT)
    return made.event in {Event.WAS_THROTTLED, Event.WAS_REFUSED}
