"""Print for people or for programs: colour and progress only on a terminal."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
state_option = click.option(
    "--state",
    type=click.Path(file_okay=False),
    help="State folder. Default: $KOOSEND_STATE, or the campaign's.",
)


def out() -> Console:
    """Return the console for results. Where no terminal tells its width, no line is broken."""
    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200)


def print_json(value: Mapping[str, object] | list[Mapping[str, object]]) -> None:
    """Print one JSON value on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


class Watcher:
    """Ui on stderr: a progress bar on a terminal, a few plain lines otherwise."""

    def __init__(self, bars: Progress | None) -> None:
        """Draw on the given bars, or print lines."""
        self._bars = bars
        self._reading: TaskID | None = None
        self._sending: TaskID | None = None

    def planning(self, rows: int) -> None:
        """Show how many rows were read."""
        if self._bars is not None:
            if self._reading is None:
                self._reading = self._bars.add_task("reading rows", total=None)
            self._bars.update(self._reading, completed=rows)

    def sending(self, done: int, total: int) -> None:
        """Show how many messages have an answer."""
        if self._bars is not None:
            if self._reading is not None:
                self._bars.remove_task(self._reading)
                self._reading = None
            if self._sending is None:
                self._sending = self._bars.add_task("sending messages", total=total)
            self._bars.update(self._sending, completed=done, total=total)

    def note(self, text: str) -> None:
        """Show one line."""
        if self._bars is not None:
            self._bars.console.print(text, highlight=False)
        else:
            click.echo(text, err=True)


@contextmanager
def watching() -> Iterator[Watcher]:
    """Watch a command on stderr."""
    if not sys.stderr.isatty():
        yield Watcher(None)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Watcher(bars)
