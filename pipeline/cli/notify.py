"""`koosend notify`."""

import os
from pathlib import Path

import click

from pipeline.cli.terminal.output import (
    complain,
    print_json,
    print_table,
    say,
    say_first,
    shared_options,
)
from pipeline.cli.terminal.tables import Column
from pipeline.core.errors import Exit
from pipeline.language import Words, filled
from pipeline.ports import NoticeStep
from pipeline.runner.commands.notify import as_json as json_of
from pipeline.runner.commands.notify import lines_of, told_lately, try_addresses
from pipeline.runner.session.marks import marks_here
from pipeline.runner.session.outside import SystemClock
from pipeline.runner.session.place import load_here, state_folder
from pipeline.settings import Campaign

_COLUMNS = (
    *(Column(Words("when")), Column(Words("run")), Column(Words("of")), Column(Words("to"))),
    *(Column(Words("what became of it")), Column(Words("why"), wraps=True)),
)


@click.command(epilog="Example:  koosend notify campaign.toml --test")
@click.argument("campaign", type=click.Path(dir_okay=False))
@click.option("--test", "is_test", is_flag=True, help="Send one message to every address now.")
@shared_options
def notify(campaign: str, *, is_test: bool, state: Path | None, as_json: bool) -> int:
    """Show what CAMPAIGN's people were told in the last two weeks, or try their addresses.

    An address is named by its place and kind alone, since it holds a secret. With --test the exit
    code is 0 where every message left, else 69.
    """
    clock = SystemClock()
    loaded = load_here(Path(campaign), state, clock.now())
    if is_test:
        return _tried(loaded, clock, as_json=as_json)
    kept = told_lately(loaded, state_folder(state, os.environ) or loaded.state, clock)
    if as_json:
        marks = marks_here(loaded).as_json()
        print_json({"campaign": loaded.name, **marks, "notices": [json_of(one) for one in kept]})
        return Exit.OK
    say_first(marks_here(loaded))
    lines = [line for one in kept for line in lines_of(loaded, one)]
    if lines:
        print_table(_COLUMNS, lines)
    else:
        say(
            filled(
                "{campaign}: nobody was told anything in the last two weeks", campaign=loaded.name
            )
        )
    return Exit.OK


def _tried(loaded: Campaign, clock: SystemClock, *, as_json: bool) -> Exit:
    tried, troubles = try_addresses(loaded, clock)
    if as_json:
        marks = marks_here(loaded).as_json()
        found = [one.as_json() for one in tried]
        print_json({"campaign": loaded.name, **marks, "tried": found, "troubles": list(troubles)})
    else:
        say_first(marks_here(loaded))
        for one in tried:
            say(one.sentence)
    for trouble in troubles:
        complain(trouble)
    well = tried and not troubles and all(one.step is NoticeStep.LEFT for one in tried)
    return Exit.OK if well else Exit.PROVIDER_UNAVAILABLE
