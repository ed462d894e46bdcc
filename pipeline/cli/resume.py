"""`koosend resume`."""

from pathlib import Path

import click

from pipeline.cli.terminal.control import reason_of, reason_option, run_argument, told
from pipeline.cli.terminal.output import shared_options
from pipeline.ports import ControlKind
from pipeline.runner.commands.control import Order


@click.command(
    epilog="Example:  koosend resume 3fk2a9qd\n\nIt starts nothing: where no process is at work "
    "on the run, koosend run goes on with it."
)
@run_argument
@reason_option
@shared_options
def resume(run_or_campaign: str, *, reason: str, as_json: bool, state: Path | None) -> int:
    """Let RUN go on that was paused or stopped."""
    order = Order(ControlKind.RESUME, reason_of(reason))
    return told(run_or_campaign, order, state, as_json=as_json)
