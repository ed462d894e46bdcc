"""Show the help of commands and options in the reader's language.

click takes plain strings; `make words` finds them where they stand: see tests/support/texts.py.
"""

import copy
import inspect
from collections.abc import Iterable

import click

from pipeline.cli.terminal.speech import readers_language, said
from pipeline.cli.terminal.tables import display_width, wrapped
from pipeline.language import Language, Words


def translated(command: click.Command) -> click.Command:
    """Return a command whose help is in the reader's language; it does the same."""
    if readers_language() is Language.EN:
        return command
    spoken = copy.copy(command)
    spoken.context_class = _Context
    spoken.help = _said(command.help)
    spoken.epilog = _said(command.epilog)
    spoken.short_help = (spoken.help or "").partition("。")[0]
    spoken.params = [_parameter(one) for one in command.params]
    if isinstance(spoken, click.Group):
        spoken.commands = {name: translated(one) for name, one in spoken.commands.items()}
    return spoken


def _parameter(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Option) or not parameter.help:
        return parameter
    spoken = copy.copy(parameter)
    spoken.help = _said(parameter.help)
    return spoken


def _said(help_text: str | None) -> str | None:
    return help_text and said(Words(inspect.cleandoc(help_text)))


class _Formatter(click.HelpFormatter):
    """Breaks lines by the cells that they take, and between Chinese characters."""

    def write_heading(self, heading: str) -> None:
        """Write a heading, with the colon of the language."""
        self.write(f"{'':>{self.current_indent}}{heading}：\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs, which are parted by an empty line."""
        paragraphs = [" ".join(one.split()) for one in text.split("\n\n")]
        for at, paragraph in enumerate(paragraphs):
            if at:
                self.write_paragraph()
            for line in wrapped(paragraph, self.width - self.current_indent):
                self.write(f"{'':>{self.current_indent}}{line}\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write terms with what they mean, in two columns."""
        rows = list(rows)
        first = min(max(display_width(term) for term, _ in rows), col_max) + col_spacing
        for term, meaning in rows:
            broad = display_width(term) > first - col_spacing
            head = "" if broad else term
            if broad:
                self.write(f"{'':>{self.current_indent}}{term}\n")
            for line in wrapped(" ".join(meaning.split()), max(self.width - first - 2, 10)):
                gap = " " * (first - display_width(head))
                self.write(f"{'':>{self.current_indent}}{head}{gap}{line}".rstrip() + "\n")
                head = ""


class _Context(click.Context):
    formatter_class = _Formatter
