"""Ask a person once before real people are sent to: how many, what it costs, what they get."""

from collections.abc import Iterator

from pipeline.cli.terminal.output import agreed, say
from pipeline.core.errors import DecisionNeeded
from pipeline.core.pricing import yuan_text
from pipeline.language import Words, filled, joined, listed
from pipeline.runner.commands.check import CheckReport
from pipeline.runner.preflight.sample import Sample


def agree(report: CheckReport) -> None:
    """Show what a run would send and to how many, on stderr. Raises DecisionNeeded for a no."""
    for line in question_lines(report):
        say(line, err=True)
    if not agreed(Words("Send it?")):
        raise DecisionNeeded(
            Words("nothing was sent, since you said no; koosend check shows more"), "KS7917"
        )


def question_lines(report: CheckReport) -> Iterator[str]:
    """Yield what a person agrees to, line by line; numbers are masked."""
    campaign = report.campaign
    people = filled("{people} {people:person|people}", people=report.recipients)
    only = campaign.wish.only_first
    now = filled(", {only} of them now", only=min(only, report.recipients)) if only else ""
    yield filled(
        "{campaign} sends to real people by {endpoint}.",
        campaign=campaign.name,
        endpoint=campaign.account.endpoint,
    )
    yield filled(
        "  to:        {people} of {rows} {rows:row|rows}{now}",
        people=people,
        rows=report.rows,
        now=now,
    )
    yield filled("  cost:      {cost}", cost=_cost(report))
    yield filled("  template:  {templates}", templates=listed(_templates(report)))
    signatures = ", ".join(_signatures(report))
    if signatures:
        yield filled("  signature: {signatures}", signatures=signatures)
    for sample in report.samples[:1]:
        yield filled("  the first: {phone}", phone=sample.phone)
        yield from (joined("    ", line) for line in _seen(sample))
    for finding in report.cautions:
        yield joined("  ! ", finding.sentence)


def _cost(report: CheckReport) -> str:
    if report.cost is None:
        return Words("not known; fill in [prices]")
    low, high = yuan_text(report.cost.low), yuan_text(report.cost.high)
    return f"{low} yuan" if low == high else filled("{low} to {high} yuan", low=low, high=high)


def _templates(report: CheckReport) -> Iterator[str]:
    message = report.campaign.message
    legs = (message.sms, message.fallback.sms)
    found = (message.template, *(leg.template for leg in legs if leg is not None))
    yield from dict.fromkeys(filter(None, found))


def _signatures(report: CheckReport) -> Iterator[str]:
    message = report.campaign.message
    legs = (message.sms, message.fallback.sms)
    found = (*message.signatures, *(leg.signature for leg in legs if leg is not None))
    yield from dict.fromkeys(filter(None, found))


def _seen(sample: Sample) -> Iterator[str]:
    """Yield the message as its recipient sees it, as far as its template is known."""
    if sample.values:
        values = [f"{name}={value}" for name, value in sample.values.items()]
        yield filled("card: {values}", values=listed(values))
    if sample.sms or sample.sms_values:
        yield "SMS: " + (sample.sms or ", ".join(sample.sms_values))
    if sample.fallback_sms:
        yield filled("instead of the card: {fallback_sms}", fallback_sms=sample.fallback_sms)
