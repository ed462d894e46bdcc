"""Print for people or for programs: colour and progress only on a terminal."""

import io
import json
import os
import select
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeVar

import click

from pipeline.cli.terminal.progress import LinesAbove, ProgressLine, in_unicode
from pipeline.cli.terminal.speech import said
from pipeline.cli.terminal.tables import Column, table_lines
from pipeline.core.errors import KoosendError, UsageError
from pipeline.core.phones import mask_in
from pipeline.core.text import escaped, one_line, visible
from pipeline.language import Text, Words, filled
from pipeline.ports import Marks

_WIDTH_ELSEWHERE = 120
_NOTE_CHARS_MAX = 200


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


F = TypeVar("F", bound=Callable[..., object])


def shared_options(command: F) -> F:
    """Give a command the options that nearly each has: --json and --state."""
    return json_option(state_option(command))


def say(text: str = "", *, err: bool = False, lead: str = "", bold: bool = False) -> None:
    """Print one line, in which whatever others wrote is harmless; lead, of ours, may be coloured.

    This, say_text, agreed, asked and asked_secret are the only ways to a screen.
    """
    shown = one_line(said(text))
    click.echo(lead + (click.style(shown, bold=True) if bold else shown), err=err)


def say_text(text: str, *, err: bool = False) -> None:
    """Print lines of ours: what others wrote stands in them quoted, so that it breaks none."""
    click.echo(visible(said(text)), err=err, nl=False)


def complain(sentence: str, code: str = "") -> None:
    """Print on stderr what is wrong, in which no number is whole; behind it the error's code."""
    behind = f" [{code}]" if code else ""
    say(f"koosend: {mask_in(said(sentence))}{behind}", err=True)


def complain_of(error: KoosendError) -> None:
    """Print on stderr what stopped a command, with its code; at a terminal also who explains it."""
    complain(error.text, error.code)
    hint_at(error.code)


def hint_at(code: str) -> None:
    """Say at a terminal where more stands about an error."""
    if sys.stderr.isatty():
        command = f"koosend explain-error {code}"
        say(filled("How to mend it: {command}", command=command), err=True)


def say_notes(sentences: Iterable[str]) -> None:
    """Print on stderr what is worth a line and no fault, in which no number is whole."""
    for sentence in sentences:
        say(mask_in(sentence), err=True)


def agreed(question: str, *, abort: bool = False) -> bool:
    """Ask on stderr, and return the answer; a no ends the command where abort says so."""
    return click.confirm(one_line(said(question)), abort=abort, err=True)


def asked(question: str) -> str:
    """Ask on stderr for a line of text, and return it."""
    return str(click.prompt(one_line(said(question)), err=True))


def asked_secret(question: str) -> str:
    """Ask twice on a terminal, without showing what is typed; else read one line of stdin."""
    if sys.stdin.isatty():
        return str(
            click.prompt(one_line(question), hide_input=True, confirmation_prompt=True, err=True)
        )
    return sys.stdin.readline().rstrip("\r\n")


def confirm(sentence: str, *, yes: bool) -> None:
    """Ask before what cannot be taken back. Raises UsageError where nobody is there to ask."""
    if yes:
        return
    if not sys.stdin.isatty():
        words = filled("{sentence} Say --yes if that is what you want", sentence=sentence)
        raise UsageError(words, "KS0204")
    agreed(filled("{sentence} Go on?", sentence=sentence), abort=True)


def note_of(text: str, option: str) -> str:
    """Return a note as it is kept: one printable line. Raises UsageError for a long one."""
    note = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(note) > _NOTE_CHARS_MAX:
        raise UsageError(
            filled("{option} takes at most {most} characters", option=option, most=_NOTE_CHARS_MAX),
            "KS0203",
        )
    return note


def between(low: str, high: str) -> Text:
    """Say a span, or the one figure that both ends are."""
    return Text(low) if low == high else filled("{low} to {high}", low=low, high=high)


def say_first(*marks: Marks, err: bool = False) -> None:
    """Print what must be said before anything else, each once; nothing for the real thing."""
    for text in dict.fromkeys(mark.text for mark in marks if mark):
        stream = sys.stderr if err else sys.stdout
        say(text, err=err, bold=stream.isatty() and has_style())


def print_json(value: Mapping[str, object] | list[Mapping[str, object]]) -> None:
    """Print one JSON value on stdout."""
    say_text(escaped(json.dumps(value, ensure_ascii=False, indent=2)) + "\n")


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table on stdout, as broad as the terminal, or 120 columns where there is none."""
    on_terminal = sys.stdout.isatty()
    columns = [replace(column, heading=said(column.heading)) for column in columns]
    width = shutil.get_terminal_size().columns if on_terminal else _WIDTH_ELSEWHERE
    rows = [[one_line(said(cell)) for cell in row] for row in rows]
    headings, *lines = table_lines(columns, rows, width, "─" if in_unicode(sys.stdout) else "-")
    if title:
        say(title)
    say(headings, bold=on_terminal and has_style())
    for line in lines:
        say(line)


def has_style() -> bool:
    """Tell whether a terminal may be sent bold and colour: see no-color.org."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


_READING = Words("reading rows")
_SENDING = Words("sending messages")
_ASKING = Words("asking about handsets")


class Watcher:
    """Ui on stderr: a progress line on a terminal, a few plain lines otherwise."""

    def __init__(self, line: ProgressLine | None) -> None:
        """Draw on the given line, or print notes alone."""
        self._line = line
        self._marks = Marks()

    def planning(self, rows: int) -> None:
        if self._line is not None:
            self._line.show(said(_READING), rows)

    def sending(self, done: int, total: int) -> None:
        if self._line is not None:
            self._line.show(said(_SENDING), done, total)

    def asking(self, done: int, total: int) -> None:
        if self._line is not None:
            self._line.show(said(_ASKING), done, total)

    def note(self, text: str) -> None:
        if self._line is not None:
            self._line.above(one_line(said(text)))
        else:
            say(text, err=True)

    def mark(self, marks: Marks) -> None:
        if marks and marks != self._marks:
            self._marks = marks
            self.note(marks.text)


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


if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STANDARD_MAX = 2


class _Output(io.FileIO):
    """An open descriptor that drops what cannot be written."""

    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            while (written := self._try(data)) is None:
                select.select((), (self,), ())  # a terminal that another program made non-blocking
        except OSError:
            return memoryview(data).nbytes
        return written

    def _try(self, data: "ReadableBuffer") -> int | None:
        return super().write(data)


def secure_streams() -> None:
    """Replace standard output and error by streams that no missing reader can stop.

    Descriptors that whoever started us left closed are filled first, so that no file of ours is
    opened as one of them and overwritten by a library's complaint.
    """
    while (spare := os.open(os.devnull, os.O_RDWR)) <= _STANDARD_MAX:
        pass
    os.close(spare)
    # A stream that is not the interpreter's own belongs to whoever put it there.
    if sys.stdout is None or sys.stdout is sys.__stdout__:
        sys.stdout = _forgiving(sys.stdout, 1)
    if sys.stderr is None or sys.stderr is sys.__stderr__:
        sys.stderr = _forgiving(sys.stderr, 2)


def _forgiving(stream: TextIO | None, number: int) -> TextIO:
    raw = _Output(number, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding="utf-8" if stream is None else stream.encoding,
        errors="backslashreplace" if stream is None else stream.errors,
        line_buffering=number == _STANDARD_MAX or raw.isatty(),
        write_through=number == _STANDARD_MAX,
    )
