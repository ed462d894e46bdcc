"""Hold back what a command prints until it is known whether a person must read it."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

import click

quiet_option = click.option(
    "--quiet",
    is_flag=True,
    help="For cron: print nothing where all is well, and ask nothing.",
)


class HeldBack:
    """What was printed so far, in its order, with the stream that it is for."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._texts: list[tuple[TextIO, str]] = []

    def add(self, stream: TextIO, text: str) -> None:
        """Hold one more text."""
        self._texts.append((stream, text))

    def drop(self) -> None:
        """Forget what was held: nobody needs to read it."""
        self._texts.clear()

    def release(self) -> None:
        """Print what is held."""
        for stream, text in self._texts:
            stream.write(text)
            stream.flush()
        self.drop()


class _Held(io.StringIO):
    """Stands in the place of a stream, and is no terminal."""

    def __init__(self, stream: TextIO, held: HeldBack) -> None:
        super().__init__()
        self._stream = stream
        self._held = held

    @property
    def encoding(self) -> str:  # type: ignore[override]  # read-only there as well
        return self._stream.encoding

    def write(self, text: str, /) -> int:
        written = super().write(text)  # refuses bytes, by which click tells what a stream is
        self._held.add(self._stream, text)
        return written


@contextmanager
def held_back(*, wanted: bool) -> Iterator[HeldBack]:
    """Hold back both streams, if that is wanted, and print what is held at the end.

    Nobody is asked anything meanwhile: a terminal is taken away as standard input.
    """
    held = HeldBack()
    if not wanted:
        yield held
        return
    with ExitStack() as stack:
        stack.callback(held.release)
        stack.enter_context(redirect_stdout(_Held(sys.stdout, held)))
        stack.enter_context(redirect_stderr(_Held(sys.stderr, held)))
        if sys.stdin is not None and sys.stdin.isatty():
            terminal, sys.stdin = sys.stdin, stack.enter_context(open(os.devnull))  # noqa: PTH123 -- empty
            stack.callback(setattr, sys, "stdin", terminal)
        yield held
