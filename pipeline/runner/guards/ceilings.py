"""What a run may still spend, and whether its requests have a name left for another attempt."""

from collections.abc import Iterator

from pipeline.core.errors import DecisionNeeded
from pipeline.core.lifecycle import Event as Step
from pipeline.core.model import Channel
from pipeline.core.names import ATTEMPTS_MAX
from pipeline.core.pricing import micro, yuan_text
from pipeline.language import filled
from pipeline.ports import Ledger, RunRecord, Submission
from pipeline.reconciler.doubts.decide import exhausted
from pipeline.runner.session.place import named
from pipeline.sender import Ceilings
from pipeline.settings import Campaign

_NOT_TAKEN = frozenset({Step.WAS_THROTTLED, Step.WAS_REFUSED, Step.WAS_SPLIT})


def ceilings_of(campaign: Campaign, ledger: Ledger, record: RunRecord) -> Ceilings:
    """Return what a run may still spend.

    Everything counts that was taken or may have been, once for each attempt: what is in flight or
    in doubt, and what was released from doubt, whoever released it and on whatever proof.
    """
    limits = campaign.limits
    if not limits.max_messages and not limits.max_cost:
        return Ceilings()

    def cost_of(submission: Submission) -> int:
        return campaign.prices.of_request(record.plan.message, submission.route, submission.carried)

    spent = list(_spent(ledger, record))
    released = sum(submission.messages for submission, event in spent if event is Step.WAS_RELEASED)
    messages = limits.max_messages - sum(submission.messages for submission, _ in spent)
    cost = micro(limits.max_cost) - sum(cost_of(submission) for submission, _ in spent)
    return Ceilings(
        messages=max(0, messages) if limits.max_messages else None,
        cost=max(0, cost) if limits.max_cost else None,
        cost_of=cost_of,
        say_messages=f"{limits.max_messages:,}",
        say_cost=filled("{yuan} yuan", yuan=yuan_text(micro(limits.max_cost))),
        released=released,
    )


def _spent(ledger: Ledger, record: RunRecord) -> Iterator[tuple[Submission, Step | None]]:
    """Yield the submission of every attempt that was, or may have been, taken, and its end."""
    run = record.plan.run
    known = {submission.place: submission for submission in ledger.submissions(run)}
    for made in ledger.attempts(run):
        submission = known[made.attempt.place]
        makes_links = record.plan.message.channel_of(submission.route) is Channel.LINKS_ONLY
        # A link that nobody got is never charged (CreateResolveTask).
        if made.event not in _NOT_TAKEN and not (makes_links and made.event is Step.WAS_RELEASED):
            yield submission, made.event


def check_names(ledger: Ledger, record: RunRecord) -> None:
    """Raise DecisionNeeded where requests have used up their names."""
    found = exhausted(ledger, record.plan.run)
    if found:
        people = filled(
            "{people} {people:person|people}",
            people=sum(submission.carried for submission in found),
        )
        raise DecisionNeeded(
            filled(
                "{requests} {requests:request|requests} with {people} had {most} attempts "
                "and no name is left for another; koosend doubts {run} lists them, and "
                "--give-up gives them up",
                requests=len(found),
                people=people,
                most=ATTEMPTS_MAX,
                run=named(record),
            ),
            "KS7912",
        )
