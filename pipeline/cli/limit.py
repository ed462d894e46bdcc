"""`koosend limit`."""

import math
from pathlib import Path

import click

from pipeline.cli.terminal.control import reason_of, reason_option, run_argument, told
from pipeline.cli.terminal.output import shared_options
from pipeline.core.errors import UsageError
from pipeline.language import Words, filled
from pipeline.ports import ControlKind
from pipeline.runner.commands.control import Order

_PER_S_MAX = 1_000_000.0


@click.command(
    epilog="Example:  koosend limit 3fk2a9qd --messages-per-s 50\n\nExample:  koosend limit "
    "3fk2a9qd --off\n\nThe lowest of this, the campaign's own and what KooMessage bears counts."
)
@run_argument
@click.option("--messages-per-s", type=float, metavar="N", help="At most N; 0 is --off.")
@click.option("--off", is_flag=True, help="Take the limit off: the campaign's own counts again.")
@reason_option
@shared_options
def limit(run_or_campaign: str, *, reason: str, state: Path | None, **given: object) -> int:
    """Slow RUN down while it is sent, or let it go as fast as its campaign says."""
    order = Order(
        ControlKind.LIMIT, reason_of(reason), _per_s(given["messages_per_s"], given["off"])
    )
    return told(run_or_campaign, order, state, as_json=bool(given["as_json"]))


def _per_s(number: object, off: object) -> float:
    """Read what is allowed; 0 is no limit. Raises UsageError."""
    if isinstance(number, float) == bool(off):
        raise UsageError(Words("say --messages-per-s N, or --off"), "KS0207")
    if not isinstance(number, float):
        return 0.0
    if not math.isfinite(number) or not 0 <= number <= _PER_S_MAX:
        raise UsageError(
            filled("--messages-per-s takes a number from 0 to {most}", most=f"{_PER_S_MAX:,.0f}"),
            "KS0203",
        )
    return number
