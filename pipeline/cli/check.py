"""`koosend check`."""

import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from pipeline.cli.terminal.output import (
    between,
    has_style,
    print_json,
    print_table,
    say,
    say_first,
    shared_options,
    watching,
)
from pipeline.cli.terminal.tables import Column
from pipeline.core.errors import Exit
from pipeline.core.model import Channel
from pipeline.core.outcome import Outcome
from pipeline.core.pricing import Span, yuan_text
from pipeline.core.text import span_text
from pipeline.language import Text, Words, filled, joined, listed
from pipeline.report.texts.outcomes import outcome_key
from pipeline.report.texts.rejections import REJECTIONS
from pipeline.runner.commands.check import (
    PROBE_MAX,
    CheckReport,
    CheckWish,
    Example,
    check_campaign,
)
from pipeline.runner.preflight.findings import Finding, Severity
from pipeline.runner.preflight.handsets import Probe
from pipeline.runner.preflight.sample import Sample
from pipeline.runner.session.doubt_policy import early_note
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import load_here, state_folder

_REJECTED_COLUMNS = (
    Column(Words("rows"), right=True),
    Column(Words("why"), wraps=True),
    Column(Words("how to mend"), wraps=True),
    Column(Words("column"), wraps=True),
    Column(Words("line (number)"), wraps=True),
)
_SHEETS_MAX = 10
_MARKS = {Severity.FINE: "ok", Severity.WARNING: "!", Severity.BLOCKING: "X"}
_COLOURS = {Severity.FINE: "green", Severity.WARNING: "yellow", Severity.BLOCKING: "red"}


def print_check(report: CheckReport) -> None:
    """Print everything that a check found, for people."""
    say_first(report.marks)
    _print_rows(report)
    if report.reasons:
        _print_rejected(report)
    _print_findings(report)
    if report.cautions:
        say(Words("What a campaign at a real account should have:"))
        _print_each(report.cautions)
    for sample in report.samples:
        _print_sample(sample)
    if report.recipients:
        _print_bill(report)
        for sentence in report.ceilings:
            say(joined("  ", sentence))
        _print_time(report)
    if note := early_note(report.campaign):
        say(filled("Note: {note}", note=note))
    if report.stopped is None:
        say(
            filled(
                "Nothing was sent. To send: koosend run {campaign}", campaign=report.campaign.named
            )
        )
    else:
        say(Words("Nothing was sent."))


def check_json(report: CheckReport) -> dict[str, object]:
    """Return the one object that --json prints."""
    findings = report.preflight.findings if report.preflight is not None else ()
    return {
        "campaign": report.campaign.name,
        **report.marks.as_json(),
        "rows": report.rows,
        "recipients": report.recipients,
        "chunks": report.chunks,
        "submissions": report.submissions,
        "outcomes": {str(outcome): n for outcome, n in report.outcomes.items()},
        "rejected": {str(reason): n for reason, n in report.reasons.items()},
        "examples": {
            str(reason): [asdict(example) for example in found]
            for reason, found in report.examples.items()
        },
        "read_as": report.read_as,
        "already_sent": dict(report.repeats.by_run),
        "unusual_size": report.unusual,
        **report.adjusted.as_json(),
        "asked": report.preflight is not None,
        "findings": [finding.as_json() for finding in findings],
        "samples": [asdict(sample) for sample in report.samples],
        "parts": {str(parts): n for parts, n in sorted(report.parts.items())},
        "units": {
            "sms_parts": _pair(report.units.sms_parts),
            "cards": _pair(report.units.cards),
            "videos": _pair(report.units.videos),
        },
        "cost_yuan": None if report.cost is None else [yuan_text(x) for x in _pair(report.cost)],
        "unused_opt_out_columns": list(report.unused_opt_outs),
        "cautions": [finding.as_json() for finding in report.cautions],
        "ceilings": list(report.ceilings),
        "probe": None if report.probe is None else report.probe.as_json(),
        "duration_s": round(report.duration_s, 1),
        "opens_in_s": round(report.fit.starts_in_s, 1),
        "fits_window": report.fit.fits,
        "windows": report.fit.nights,
        "stopped": "" if report.stopped is None else str(report.stopped),
    }


def _print_rows(report: CheckReport) -> None:
    campaign = report.campaign
    say(
        filled(
            "{campaign}: {rows} {rows:row|rows} in {path}",
            campaign=campaign.name,
            rows=report.rows,
            path=campaign.source.path,
        )
    )
    for how in report.read_as[:_SHEETS_MAX]:
        say(joined("  ", how))
    if report.read_as[_SHEETS_MAX:]:
        say(filled("  and {read_as} more sheets", read_as=str(len(report.read_as) - _SHEETS_MAX)))
    links = campaign.message.channel is Channel.LINKS_ONLY
    words = (
        Words(
            "  {count} {people:person|people} would get a link, in {chunks} {chunks:chunk|chunks} "
            "and {requests} {requests:request|requests}"
        )
        if links
        else Words(
            "  {count} {people:person|people} would get a message, in {chunks} "
            "{chunks:chunk|chunks} and {requests} {requests:request|requests}"
        )
    )
    say(
        filled(
            words,
            count=f"{report.recipients:>9,}",
            people=report.recipients,
            chunks=report.chunks,
            requests=report.submissions,
        )
    )
    for outcome, rows in report.outcomes.items():
        if outcome is not Outcome.PENDING:
            say(
                filled(
                    "  {count} {rows:row|rows} would not be sent: {outcome}",
                    count=f"{rows:>9,}",
                    rows=rows,
                    outcome=outcome_key(outcome),
                )
            )
    _print_doubts_of_list(report)
    for count, how in report.adjusted.sentences():
        say(joined(f"  {count:>9,} ", how))


def _print_doubts_of_list(report: CheckReport) -> None:
    """Say what a person should know of the list before it is sent."""
    if report.repeats.count:
        say(joined("  ", report.repeats.sentence()))
    if report.unusual:
        say(joined("  ", report.unusual))
    for header in report.unused_opt_outs:
        say(
            filled(
                "  the column {header} seems to say who wants no messages, and no key uses "
                'it: skip_where = {{ "{header}" = ["..."] }} under [screening] leaves '
                "its rows out",
                header=header,
            )
        )


def _print_rejected(report: CheckReport) -> None:
    rows = []
    for reason, count in report.reasons.most_common():
        what, mend = REJECTIONS[reason]
        found = report.examples[reason]
        columns = ", ".join(dict.fromkeys(example.column for example in found if example.column))
        more = ", ..." if count > len(found) else ""
        places = ", ".join(map(_place, found)) + more
        rows.append((f"{count:,}", what, mend, columns, places))
    print_table(_REJECTED_COLUMNS, rows, Words("Rows that would not be sent"))


def _place(example: Example) -> str:
    """Say where a row stands; a cell that is no number has nothing that could be shown."""
    line = f"{example.sheet}:{example.line}" if example.sheet else str(example.line)
    return f"{line} ({example.phone})" if example.phone.strip("*") else line


def _print_findings(report: CheckReport) -> None:
    if report.preflight is None:
        if report.stopped is None:
            say(Words("KooMessage was not asked (--offline)."))
        else:
            say(Words("KooMessage could not be asked."))
        return
    say(Words("What KooMessage says:"))
    _print_each(report.preflight.findings)


def _print_each(findings: Iterable[Finding]) -> None:
    for finding in findings:
        mark = f"{_MARKS[finding.severity]:>4}"
        coloured = click.style(mark, fg=_COLOURS[finding.severity]) if has_style() else mark
        say(joined("  ", finding.sentence), lead=coloured)


def _print_sample(sample: Sample) -> None:
    say(filled("For example {phone}:", phone=sample.phone))
    if sample.values:
        say("    " + ", ".join(f"{name}={value}" for name, value in sample.values.items()))
    if sample.sms:
        say(filled("    SMS: {sms}", sms=sample.sms))
    elif sample.sms_values:
        say(filled("    SMS values: {sms_values}", sms_values=listed(sample.sms_values)))
    if sample.fallback_sms:
        say(filled("    instead of the card: {fallback_sms}", fallback_sms=sample.fallback_sms))


def _print_bill(report: CheckReport) -> None:
    if report.parts:
        words = listed(
            filled("{count} of {parts} {parts:part|parts}", count=n, parts=parts)
            for parts, n in sorted(report.parts.items())
        )
        say(filled("SMS by length: {words}", words=words))
    units = report.units
    words = listed(
        joined(_range(span), " ", what)
        for span, what in (
            (units.sms_parts, Words("SMS parts")),
            (units.cards, Words("cards shown")),
            (units.videos, Words("video messages")),
        )
        if span.high
    )
    say(filled("Billed once delivered: {words}", words=words))
    if report.cost is None:
        say(Words("  fill in [prices] to see what that costs"))
    else:
        low, high = _pair(report.cost)
        yuan = between(yuan_text(low), yuan_text(high))
        say(filled("  that costs {yuan} yuan", yuan=yuan))
    if report.probe is not None:
        _print_probe(report.probe)


def _print_probe(found: Probe) -> None:
    share = found.share
    say(
        joined(
            filled(
                "Of {asked} numbers asked, {shown} can show this card, {inactive} only "
                "other cards, {unsupported} none",
                asked=found.asked,
                shown=found.shown,
                inactive=found.inactive,
                unsupported=found.unsupported,
            ),
            filled("; nothing is known of {unknown}", unknown=found.unknown)
            if found.unknown
            else "",
        )
    )
    say(
        filled(
            "  so {low} to {high} of the people would see it ({low_2} to {high_2}, with "
            "{confidence} confidence)",
            confidence="95 %",
            low=f"{share.low:.1%}",
            high=f"{share.high:.1%}",
            low_2=found.cards.low,
            high_2=found.cards.high,
        )
    )


def _print_time(report: CheckReport) -> None:
    found = report.fit
    if report.duration_s:
        say(
            filled("Time at the campaign's limits: about {span}", span=span_text(report.duration_s))
        )
    if found.starts_in_s:
        say(filled("The sending window opens in {span}", span=span_text(found.starts_in_s)))
    if not found.fits:
        say(
            filled(
                "  that is longer than the window stays open: it takes {nights} windows, "
                "so run the same command again in each",
                nights=str(found.nights),
            )
        )


def _pair(span: Span) -> tuple[int, int]:
    return span.low, span.high


def _range(span: Span) -> Text:
    return between(f"{span.low:,}", f"{span.high:,}")


@click.command(
    epilog="Example:  koosend check campaign.toml --probe 500\n\nExit codes: 0 it can be sent, "
    "65/66 the source, 69 KooMessage would not take it or cannot be reached, 77 the credentials, "
    "78 the campaign file."
)
@click.argument("campaign", type=click.Path(dir_okay=False))
@click.option("--offline", is_flag=True, help="Ask KooMessage nothing; no credentials needed.")
@click.option(
    "--probe",
    type=click.IntRange(1, PROBE_MAX),
    metavar="N",
    help="Ask about the handsets of N numbers, 100 a call, and predict who sees the card.",
)
@shared_options
def check(
    campaign: str, *, offline: bool, probe: int | None, as_json: bool, state: Path | None
) -> int:
    """Read all of CAMPAIGN's rows, ask KooMessage whether it would take them; send nothing.

    Nothing is recorded either.
    """
    clock = SystemClock()
    loaded = load_here(Path(campaign), state, clock.now())
    with watching() as ui:
        folder = state_folder(state, os.environ)
        wish = CheckWish(offline=offline, probe=probe or 0, state=folder)
        report = check_campaign(loaded, clock, ui, wish)
    if as_json:
        print_json(check_json(report))
    else:
        print_check(report)
    if report.stopped is not None:
        raise report.stopped
    return Exit.OK
