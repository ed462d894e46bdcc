"""Ask a person once before real people are sent to: how many, what it costs, what they get."""

from collections.abc import Iterator

from pipeline.cli.terminal.output import agreed, say
from pipeline.core.errors import DecisionNeeded
from pipeline.core.pricing import yuan_text
from pipeline.core.text import counted
from pipeline.runner.commands.check import CheckReport
from pipeline.runner.preflight.sample import Sample


def agree(report: CheckReport) -> None:
    """Show what a run would send and to how many, on stderr. Raises DecisionNeeded for a no."""
    for line in question_lines(report):
        say(line, err=True)
    if not agreed("Send it?"):
        raise DecisionNeeded("nothing was sent, since you said no; koosend check shows more")


def question_lines(report: CheckReport) -> Iterator[str]:
    """Yield what a person agrees to, line by line; numbers are masked."""
    campaign = report.campaign
    people = counted(report.recipients, "person")
    only = campaign.wish.only_first
    now = f", {min(only, report.recipients):,} of them now" if only else ""
    yield f"{campaign.name} sends to real people by {campaign.account.endpoint}."
    yield f"  to:        {people} of {counted(report.rows, 'row')}{now}"
    yield f"  cost:      {_cost(report)}"
    yield f"  template:  {', '.join(_templates(report))}"
    signatures = ", ".join(_signatures(report))
    if signatures:
        yield f"  signature: {signatures}"
    for sample in report.samples[:1]:
        yield f"  the first: {sample.phone}"
        yield from (f"    {line}" for line in _seen(sample))
    for finding in report.cautions:
        yield f"  ! {finding.sentence}"


def _cost(report: CheckReport) -> str:
    if report.cost is None:
        return "not known; fill in [prices]"
    low, high = yuan_text(report.cost.low), yuan_text(report.cost.high)
    return f"{low} yuan" if low == high else f"{low} to {high} yuan"


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
        yield "card: " + ", ".join(f"{name}={value}" for name, value in sample.values.items())
    if sample.sms or sample.sms_values:
        yield "SMS: " + (sample.sms or ", ".join(sample.sms_values))
    if sample.fallback_sms:
        yield f"instead of the card: {sample.fallback_sms}"
