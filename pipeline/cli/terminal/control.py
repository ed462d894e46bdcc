"""What `pause`, `resume`, `stop` and `limit` share: they say something of a run, and tell it."""

from pathlib import Path

import click

from pipeline.cli.terminal.output import note_of, print_json, say, say_first
from pipeline.core.errors import Exit
from pipeline.runner.commands.control import Order, order_run
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import open_place

run_argument = click.argument("run_or_campaign", metavar="RUN")
reason_option = click.option("--reason", default="", help="Why; kept with the run and shown.")


def reason_of(text: str) -> str:
    """Return a reason as it is kept. Raises UsageError for a long one."""
    return note_of(text, "--reason")


def told(run_or_campaign: str, order: Order, state: Path | None, *, as_json: bool) -> int:
    """Say it of the run that a command line names, and print what holds now."""
    clock = SystemClock()
    with open_place(run_or_campaign, state, clock) as place:
        ordered = order_run(place, order, clock)
    if as_json:
        print_json(ordered.as_json())
        return Exit.OK
    say_first(marks_of(ordered.record))
    for sentence in ordered.sentences:
        say(sentence)
    return Exit.OK
