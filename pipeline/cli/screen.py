"""Print for people or for programs: colour and progress only on a terminal."""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from pathlib import Path

import click

from pipeline.cli.progress import LinesAbove, ProgressLine, in_unicode
from pipeline.cli.tables import Column, table_lines

_WIDTH_ELSEWHERE = 120


def _folder(_context: click.Context, _option: click.Parameter, given: str | None) -> Path | None:
    return Path(given) if given else None  # an empty variable in a crontab names no folder


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
state_option = click.option(
    "--state",
    type=click.Path(file_okay=False),
    callback=_folder,
    help="State folder. Default: $KOOSEND_STATE, or the campaign's.",
)


same_account_option = click.option(
    "--same-account",
    is_flag=True,
    help="The run's account is the campaign's: its key or host was changed. Kept with the account.",
)


def print_json(value: Mapping[str, object] | list[Mapping[str, object]]) -> None:
    """Print one JSON value on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table on stdout, as broad as the terminal, or 120 columns where there is none."""
    on_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if on_terminal else _WIDTH_ELSEWHERE
    headings, *lines = table_lines(columns, rows, width, "─" if in_unicode(sys.stdout) else "-")
    if title:
        click.echo(title)
    click.echo(click.style(headings, bold=True) if on_terminal and has_style() else headings)
    for line in lines:
        click.echo(line)


def has_style() -> bool:
    """Tell whether a terminal may be sent bold and colour: see no-color.org."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Watcher:
    """Ui on stderr: a progress line on a terminal, a few plain lines otherwise."""

    def __init__(self, line: ProgressLine | None) -> None:
        """Draw on the given line, or print notes alone."""
        self._line = line

    def planning(self, rows: int) -> None:
        """Show how many rows were read."""
        if self._line is not None:
            self._line.show("reading rows", rows)

    def sending(self, done: int, total: int) -> None:
        """Show how many messages have an answer."""
        if self._line is not None:
            self._line.show("sending messages", done, total)

    def asking(self, done: int, total: int) -> None:
        """Show how many numbers' handsets were asked for."""
        if self._line is not None:
            self._line.show("asking about handsets", done, total)

    def note(self, text: str) -> None:
        """Show one line."""
        if self._line is not None:
            self._line.above(text)
        else:
            click.echo(text, err=True)


@contextmanager
def watching() -> Iterator[Watcher]:
    """Watch a command on stderr."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield Watcher(None)
        return
    line = ProgressLine(sys.stderr, colour=has_style())
    above = LinesAbove(line, sys.stderr)
    try:
        with redirect_stderr(above):
            yield Watcher(line)
    finally:
        above.end()
