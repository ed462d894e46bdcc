"""Write the file that node_exporter's textfile collector reads: whole, or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

from pipeline.core.text import one_line

_READABLE = 0o644
"""node_exporter is another user; nothing in the file is a secret."""

_OWNER = "# Written by koosend for the campaign "
_FIRST_BYTES_MAX = 1024


class NotOurs(OSError):
    """Say that a file was written for something else, which it would then no longer tell of."""


def write_textfile(file: Path, campaign: str, text: bytes) -> None:
    """Write the file beside itself, and put it in its place. Raises OSError."""
    first = f"{_OWNER}{one_line(campaign)}\n".encode()
    _refuse_others(file, first)
    number, name = tempfile.mkstemp(prefix=f".{file.stem}.", suffix=".new", dir=file.parent)
    try:
        with os.fdopen(number, "wb") as stream:
            stream.write(first + text)
            os.fchmod(number, _READABLE)
        Path(name).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _refuse_others(file: Path, first: bytes) -> None:
    try:
        with file.open("rb") as stream:
            found = stream.readline(_FIRST_BYTES_MAX)
    except FileNotFoundError:
        return
    if found and found != first:
        raise NotOurs("it was written for another campaign, or by another program")
