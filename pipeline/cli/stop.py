"""`koosend stop`."""

from pathlib import Path

import click

from pipeline.cli.terminal.control import reason_of, run_argument, told
from pipeline.cli.terminal.output import shared_options
from pipeline.core.errors import UsageError
from pipeline.language import Words
from pipeline.ports import ControlKind
from pipeline.runner.commands.control import Order


@click.command(
    epilog="Example:  koosend stop 3fk2a9qd --reason 'the wrong list'\n\nWhat is unsent stays so "
    "until koosend resume, or koosend run with the run's id, says that it goes on."
)
@run_argument
@click.option("--reason", default="", help="Why; kept with the run and shown. Required.")
@shared_options
def stop(run_or_campaign: str, *, reason: str, as_json: bool, state: Path | None) -> int:
    """End the process that sends RUN, in good order, and keep what is unsent."""
    why = reason_of(reason)
    if not why:
        raise UsageError(
            Words("say why with --reason; whoever finds the run stopped must know it"), "KS0207"
        )
    return told(run_or_campaign, Order(ControlKind.STOP, why), state, as_json=as_json)
