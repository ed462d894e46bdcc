"""`koosend init` and `koosend check`."""

import os
from pathlib import Path

import click
from rich.table import Table

from pipeline.cli.screen import json_option, out, print_json, watching
from pipeline.core.errors import Exit, ReportUnwritable, UsageError
from pipeline.report.texts import REJECTIONS
from pipeline.runner.checking import CheckReport, check_campaign
from pipeline.runner.clock import SystemClock
from pipeline.runner.starting import propose
from pipeline.settings import load_campaign


@click.command(epilog="Example:  koosend init members.xlsx > campaign.toml")
@click.argument("spreadsheet", type=click.Path())
@click.option("--output", type=click.Path(), help="Write the campaign there instead of stdout.")
def init(spreadsheet: str, *, output: str | None) -> int:
    """Look at SPREADSHEET and write a commented campaign for it."""
    folder = Path(output).absolute().parent if output else Path.cwd()
    text = propose(Path(spreadsheet), folder)
    if output is None:
        click.echo(text, nl=False)
        return Exit.OK
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{output} exists already; name another file") from None
    except OSError as error:
        raise ReportUnwritable(f"{output} cannot be written ({error.strerror})") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    click.echo(f"wrote {output}; fill in the template, then: koosend check {output}", err=True)
    return Exit.OK


@click.command(epilog="Example:  koosend check campaign.toml")
@click.argument("campaign", type=click.Path(dir_okay=False))
@json_option
def check(campaign: str, *, as_json: bool) -> int:
    """Read all of CAMPAIGN's rows and plan them; send nothing, record nothing."""
    clock = SystemClock()
    loaded = load_campaign(Path(campaign), clock.now())
    with watching() as ui:
        report = check_campaign(loaded, clock, ui.planning)
    if as_json:
        print_json(report.as_json())
    else:
        _print(report)
    return Exit.OK


def _print(report: CheckReport) -> None:
    console = out()
    campaign = report.campaign
    console.print(f"{campaign.name}: {report.rows:,} rows in {campaign.source.path}")
    console.print(
        f"  {report.recipients:,} people would get a message, "
        f"in {report.chunks:,} chunks and {report.submissions:,} requests",
    )
    if report.duration_s:
        console.print(f"  at the campaign's limits that takes about {_span(report.duration_s)}")
    if report.opens_in_s:
        console.print(f"  the sending window opens in {_span(report.opens_in_s)}")
    for phone, values in report.sample:
        filled = ", ".join(f"{name}={value}" for name, value in values.items())
        console.print(f"  for example {phone}: {filled}", markup=False)
    if report.reasons:
        _print_rejected(report)
    console.print(f"Nothing was sent. To send: koosend run {campaign.file}", markup=False)


def _print_rejected(report: CheckReport) -> None:
    table = Table(title="Rows that would not be sent", title_justify="left")
    for heading in ("rows", "why", "how to mend", "where (line)"):
        table.add_column(heading, justify="right" if heading == "rows" else "left")
    for reason, count in report.reasons.most_common():
        what, mend = REJECTIONS[reason]
        places = [
            f"{example.sheet}:{example.line}" if example.sheet else str(example.line)
            for example in report.examples[reason]
        ]
        more = ", ..." if count > len(places) else ""
        table.add_row(f"{count:,}", what.en, mend.en, ", ".join(places) + more)
    out().print(table)


def _span(seconds: float) -> str:
    if seconds < 120:  # noqa: PLR2004 -- below two minutes people count seconds
        return f"{seconds:.0f} s"
    if seconds < 7200:  # noqa: PLR2004 -- below two hours, minutes
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
