"""Keep a command from minding who reads its output: cron's shell may be gone, its log's disk full.

What a command found out is in its exit code, the ledger and the run's files; words that nobody can
be told are dropped, whichever of the two streams they were for.
"""

import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

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
