"""`koosend pause`."""

from pathlib import Path

import click

from pipeline.cli.terminal.control import reason_of, reason_option, run_argument, told
from pipeline.cli.terminal.output import shared_options
from pipeline.ports import ControlKind
from pipeline.runner.commands.control import Order


@click.command(
    epilog="Example:  koosend pause 3fk2a9qd --reason 'the template is wrong'\n\nA campaign file "
    "stands for its latest list. Requests under way end and are recorded; koosend resume goes on."
)
@run_argument
@reason_option
@shared_options
def pause(run_or_campaign: str, *, reason: str, as_json: bool, state: Path | None) -> int:
    """Let nothing more of RUN leave, from any shell, until it is resumed.

    The process at work waits. A run that is started anew while it is paused ends in 79.
    """
    order = Order(ControlKind.PAUSE, reason_of(reason))
    return told(run_or_campaign, order, state, as_json=as_json)
