"""`koosend check`."""

import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from pipeline.cli.terminal.output import (
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
from pipeline.core.text import counted, span_text
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
    Column("rows", right=True),
    Column("why", wraps=True),
    Column("how to mend", wraps=True),
    Column("column", wraps=True),
    Column("line (number)", wraps=True),
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
        say("What a campaign at a real account should have:")
        _print_each(report.cautions)
    for sample in report.samples:
        _print_sample(sample)
    if report.recipients:
        _print_bill(report)
        for sentence in report.ceilings:
            say(f"  {sentence}")
        _print_time(report)
    if note := early_note(report.campaign):
        say(f"Note: {note}")
    if report.stopped is None:
        say(f"Nothing was sent. To send: koosend run {report.campaign.named}")
    else:
        say("Nothing was sent.")


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
    say(f"{campaign.name}: {counted(report.rows, 'row')} in {campaign.source.path}")
    for how in report.read_as[:_SHEETS_MAX]:
        say(f"  {how}")
    if report.read_as[_SHEETS_MAX:]:
        say(f"  and {len(report.read_as) - _SHEETS_MAX} more sheets")
    links = campaign.message.channel is Channel.LINKS_ONLY
    people = counted(report.recipients, "person", width=9)
    chunks, requests = counted(report.chunks, "chunk"), counted(report.submissions, "request")
    what = "link" if links else "message"
    say(f"  {people} would get a {what}, in {chunks} and {requests}")
    for outcome, count in report.outcomes.items():
        if outcome is not Outcome.PENDING:
            say(f"  {counted(count, 'row', width=9)} would not be sent: {outcome}")
    _print_doubts_of_list(report)
    for count, words in report.adjusted.sentences():
        say(f"  {count:>9,} {words}")


def _print_doubts_of_list(report: CheckReport) -> None:
    """Say what a person should know of the list before it is sent."""
    if report.repeats.count:
        say(f"  {report.repeats.sentence()}")
    if report.unusual:
        say(f"  {report.unusual}")
    for header in report.unused_opt_outs:
        say(
            f"  the column {header} seems to say who wants no messages, and no key uses it: "
            f'skip_where = {{ "{header}" = ["..."] }} under [screening] leaves its rows out'
        )


def _print_rejected(report: CheckReport) -> None:
    rows = []
    for reason, count in report.reasons.most_common():
        what, mend = REJECTIONS[reason]
        found = report.examples[reason]
        columns = ", ".join(dict.fromkeys(example.column for example in found if example.column))
        more = ", ..." if count > len(found) else ""
        places = ", ".join(map(_place, found)) + more
        rows.append((f"{count:,}", what.en, mend.en, columns, places))
    print_table(_REJECTED_COLUMNS, rows, "Rows that would not be sent")


def _place(example: Example) -> str:
    """Say where a row stands; a cell that is no number has nothing that could be shown."""
    line = f"{example.sheet}:{example.line}" if example.sheet else str(example.line)
    return f"{line} ({example.phone})" if example.phone.strip("*") else line


def _print_findings(report: CheckReport) -> None:
    if report.preflight is None:
        if report.stopped is None:
            say("KooMessage was not asked (--offline).")
        else:
            say("KooMessage could not be asked.")
        return
    say("What KooMessage says:")
    _print_each(report.preflight.findings)


def _print_each(findings: Iterable[Finding]) -> None:
    for finding in findings:
        mark = f"{_MARKS[finding.severity]:>4}"
        coloured = click.style(mark, fg=_COLOURS[finding.severity]) if has_style() else mark
        say(f"  {finding.sentence}", lead=coloured)


def _print_sample(sample: Sample) -> None:
    say(f"For example {sample.phone}:")
    if sample.values:
        say("    " + ", ".join(f"{name}={value}" for name, value in sample.values.items()))
    if sample.sms:
        say(f"    SMS: {sample.sms}")
    elif sample.sms_values:
        say(f"    SMS values: {', '.join(sample.sms_values)}")
    if sample.fallback_sms:
        say(f"    instead of the card: {sample.fallback_sms}")


def _print_bill(report: CheckReport) -> None:
    if report.parts:
        words = ", ".join(
            f"{n:,} of {counted(parts, 'part')}" for parts, n in sorted(report.parts.items())
        )
        say(f"SMS by length: {words}")
    units = report.units
    words = ", ".join(
        f"{_range(span)} {what}"
        for span, what in (
            (units.sms_parts, "SMS parts"),
            (units.cards, "cards shown"),
            (units.videos, "video messages"),
        )
        if span.high
    )
    say(f"Billed once delivered: {words}")
    if report.cost is None:
        say("  fill in [prices] to see what that costs")
    else:
        low, high = _pair(report.cost)
        yuan = yuan_text(low) if low == high else f"{yuan_text(low)} to {yuan_text(high)}"
        say(f"  that costs {yuan} yuan")
    if report.probe is not None:
        _print_probe(report.probe)


def _print_probe(found: Probe) -> None:
    share = found.share
    say(
        f"Of {found.asked:,} numbers asked, {found.shown:,} can show this card, "
        f"{found.inactive:,} only other cards, {found.unsupported:,} none"
        + (f"; nothing is known of {found.unknown:,}" if found.unknown else "")
    )
    say(
        f"  so {share.low:.1%} to {share.high:.1%} of the people would see it "
        f"({found.cards.low:,} to {found.cards.high:,}, with 95 % confidence)"
    )


def _print_time(report: CheckReport) -> None:
    found = report.fit
    if report.duration_s:
        say(f"Time at the campaign's limits: about {span_text(report.duration_s)}")
    if found.starts_in_s:
        say(f"The sending window opens in {span_text(found.starts_in_s)}")
    if not found.fits:
        say(
            f"  that is longer than the window stays open: it takes {found.nights} windows, so "
            "run the same command again in each"
        )


def _pair(span: Span) -> tuple[int, int]:
    return span.low, span.high


def _range(span: Span) -> str:
    return f"{span.low:,}" if span.low == span.high else f"{span.low:,} to {span.high:,}"


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
