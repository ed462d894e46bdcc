"""Draw how far a command is on one line of a terminal, which is gone when the command is done."""

import io
import shutil
import time
from collections.abc import Callable
from typing import TextIO

from pipeline.cli.terminal.tables import fitted

_BAR_WIDTH_MAX = 40
_REDRAWN_EVERY_S = 0.1
_SPINNER, _ASCII_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\"
_CLEAR_LINE = "\r\x1b[2K"
_GREEN, _GREY, _PLAIN = "\x1b[32m", "\x1b[90m", "\x1b[0m"


def in_unicode(stream: TextIO) -> bool:
    """Tell whether a stream can show more than ASCII."""
    return (stream.encoding or "").lower().replace("-", "").startswith(("utf", "gb18030"))


class ProgressLine:
    """The last line of a terminal, drawn again at most ten times a second.

    While it is entered, whatever else is to be seen there must be written through `above`.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        colour: bool = True,
        now: Callable[[], float] = time.monotonic,
        width: Callable[[], int] = lambda: shutil.get_terminal_size().columns,
    ) -> None:
        """Draw on a terminal; now counts seconds, width is asked for its columns each time."""
        self._stream = stream
        self._colour = colour
        self._now = now
        self._width = width
        self._unicode = in_unicode(stream)
        self._what = ""
        self._began_at = 0.0
        self._began_with = 0
        self._drawn_at = float("-inf")
        self._turn = 0

    def show(self, what: str, done: int, total: int | None = None) -> None:
        """Say what goes on and how far it is; a total gives a bar and the time that is left."""
        now = self._now()
        if what != self._what:
            self._what, self._began_at, self._began_with = what, now, done
            self._drawn_at = float("-inf")
        if now - self._drawn_at < _REDRAWN_EVERY_S and done != total:
            return
        self._drawn_at = now
        self._turn += 1
        signs = _SPINNER if self._unicode else _ASCII_SPINNER
        spinner = signs[self._turn % len(signs)]
        if total is None:
            line = fitted(f"{spinner} {what}  {done:,}", self._width() - 1)
        else:
            line = self._line(f"{spinner} {what} ", done, total)
        self._write(f"{_CLEAR_LINE}{line}")

    def above(self, text: str) -> None:
        """Write a line above the progress, which moves down."""
        self._write(f"{_CLEAR_LINE}{text}\n")
        self._drawn_at = float("-inf")

    def clear(self) -> None:
        """Take the line away."""
        self._write(_CLEAR_LINE)

    def _line(self, head: str, done: int, total: int) -> str:
        tail = f"  {done:,}/{total:,}  {self._left(done, total)}"
        room = self._width() - 1
        size = min(_BAR_WIDTH_MAX, room - len(head) - len(tail))
        if size <= 0:
            return fitted(head + tail.lstrip(), room)
        full = size if total <= 0 else min(size, size * done // total)
        return head + self._bar(full, size - full) + tail

    def _bar(self, full: int, empty: int) -> str:
        done, left = ("━", "─") if self._unicode else ("=", "-")
        if not self._colour:
            return done * full + left * empty
        return f"{_GREEN}{done * full}{_GREY}{left * empty}{_PLAIN}"

    def _left(self, done: int, total: int) -> str:
        """Tell the time that is left at the speed so far."""
        moved = done - self._began_with
        if moved <= 0:
            return "-:--:--"
        seconds = round((total - done) * (self._now() - self._began_at) / moved)
        minutes, seconds = divmod(max(0, seconds), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class LinesAbove(io.TextIOBase):
    """A stand-in for the stream of a progress line: what is written goes above it, line by line."""

    def __init__(self, line: ProgressLine, stream: TextIO) -> None:
        """Write above a line that is drawn on a stream."""
        self._line = line
        self._stream = stream
        self._begun = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a property of every stream we replace
        """Name the stream's encoding."""
        return self._stream.encoding

    def write(self, text: str, /) -> int:
        """Write the lines that are whole; what is begun waits for its end."""
        *whole, self._begun = (self._begun + text).split("\n")
        for line in whole:
            self._line.above(line)
        return len(text)

    def isatty(self) -> bool:
        """Tell that this is a terminal."""
        return self._stream.isatty()

    def writable(self) -> bool:
        """Tell that this can be written to."""
        return True

    def end(self) -> None:
        """Take the progress line away, and write what no line break ended."""
        self._line.clear()
        self._stream.write(self._begun)
        self._stream.flush()
        self._begun = ""
