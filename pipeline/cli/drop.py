"""`koosend drop`."""

from pathlib import Path

import click

from pipeline.cli.terminal.output import confirm, print_json, say, say_first, shared_options
from pipeline.core.errors import Exit
from pipeline.language import filled
from pipeline.runner.commands.drop import drop as drop_rows
from pipeline.runner.commands.drop import to_drop
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import open_place


@click.command(
    epilog="Example:  koosend drop 3fk2a9qd --yes\n\nRows that were sent, or may have been, are "
    "not touched: koosend reconcile goes on asking about them."
)
@click.argument("run_or_campaign", metavar="RUN")
@click.option("--yes", is_flag=True, help="Do not ask.")
@shared_options
def drop(run_or_campaign: str, *, yes: bool, as_json: bool, state: Path | None) -> int:
    """Close what RUN left unsent, so that no later night goes on with it."""
    clock = SystemClock()
    with open_place(run_or_campaign, state, clock) as place:
        people, run, marks = to_drop(place), place.run.plan.run, marks_of(place.run)
        sentence = filled(
            "{people} {people:person|people} {people:is|are} never sent to by run {run}.",
            people=people,
            run=run,
        )
        confirm(sentence, yes=yes)
        closed, unwritten = drop_rows(place, clock)
    if as_json:
        print_json({"run": run, **marks.as_json(), "dropped": closed})
    else:
        say_first(marks)
        say(
            filled(
                "run {run} is closed: {people} {people:person|people} {people:is|are} not sent to",
                run=run,
                people=closed,
            )
        )
    if unwritten is not None:
        raise unwritten
    return Exit.OK
