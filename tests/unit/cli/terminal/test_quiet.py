"""What is held back is printed in its order once it must be read, and nobody is asked meanwhile."""

import io
import os
import pty
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import pytest

from pipeline.cli.terminal.output import say
from pipeline.cli.terminal.quiet import held_back


class Both(io.StringIO):
    """One of two streams that end on one sheet, as they do in a mail."""

    def __init__(self, sheet: list[str]) -> None:
        super().__init__()
        self.sheet = sheet

    def write(self, text: str, /) -> int:
        written = super().write(text)
        self.sheet.append(text)
        return written


@contextmanager
def one_sheet() -> Iterator[list[str]]:
    """Catch what is printed on either stream (pytest puts its own in their place at each phase)."""
    sheet: list[str] = []
    with redirect_stdout(Both(sheet)), redirect_stderr(Both(sheet)):
        yield sheet


def talk() -> None:
    say("one")
    say("two", err=True)
    say("three 会员")


def test_what_must_be_read_is_printed_in_its_order() -> None:
    with one_sheet() as sheet, held_back(wanted=True):
        talk()
        assert sheet == []
    assert "".join(sheet) == "one\ntwo\nthree 会员\n"


def test_what_need_not_be_read_is_dropped() -> None:
    with one_sheet() as sheet, held_back(wanted=True) as held:
        talk()
        held.drop()
    assert sheet == []


def failing(error: type[BaseException]) -> None:
    with held_back(wanted=True):
        talk()
        raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_ends_a_command_lets_out_what_it_said(error: type[BaseException]) -> None:
    with one_sheet() as sheet, pytest.raises(error):
        failing(error)
    assert "".join(sheet).startswith("one\ntwo")


def test_without_the_wish_nothing_is_held() -> None:
    with one_sheet() as sheet, held_back(wanted=False) as held:
        talk()
        held.drop()
    assert "".join(sheet).startswith("one\ntwo")


@pytest.fixture
def _terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        yield
    os.close(ours)


@pytest.mark.usefixtures("_terminal")
def test_a_terminal_is_taken_away_so_that_nobody_is_asked() -> None:
    with held_back(wanted=True):
        assert not sys.stdin.isatty()
        assert not sys.stdin.read()
    assert sys.stdin.isatty()
