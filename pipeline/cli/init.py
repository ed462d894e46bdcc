"""`koosend init` and `koosend check`."""

import os
from pathlib import Path

import click

from pipeline.cli.check import check_json, print_check
from pipeline.cli.terminal.output import json_option, print_json, state_option, watching
from pipeline.core.errors import Exit, ReportUnwritable, UsageError
from pipeline.runner.commands.check import PROBE_MAX, CheckWish, check_campaign
from pipeline.runner.commands.init import propose
from pipeline.runner.session.clock import SystemClock
from pipeline.runner.session.place import state_folder
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
@json_option
@state_option
def check(
    campaign: str,
    *,
    offline: bool,
    probe: int | None,
    as_json: bool,
    state: Path | None,
) -> int:
    """Read all of CAMPAIGN's rows, ask KooMessage whether it would take them; send nothing.

    Nothing is recorded either.
    """
    clock = SystemClock()
    loaded = load_campaign(Path(campaign), clock.now())
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
