"""A terminal for a command: what it shows there, as a person sees it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Mapping
from pathlib import Path

from tests.support.command import command

_ROWS = 40
_BLOCK = 65536
_WAIT_S = 120


def on_terminal(
    folder: Path,
    *arguments: object,
    columns: int = 80,
    env: Mapping[str, str] | None = None,
    typed: str = "",
) -> str:
    """Run a command whose streams are all one terminal; return every byte it sent there.

    typed is what a person has typed by the time that it reads.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    process = subprocess.Popen(
        command(*arguments),
        cwd=folder,
        env={**kept, "TERM": "xterm", **(env or {})},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    try:
        sent = b"".join(iter(lambda: _read(ours), b""))
        process.wait(_WAIT_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(ours)
    return sent.decode().replace("\r\n", "\n")


def seen(sent: str) -> list[str]:
    """Return the lines that are left on the screen, without style."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", sent)
    return [line.rsplit("\r\x1b[2K", 1)[-1] for line in plain.split("\n")]


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _BLOCK)
    except OSError:  # how a terminal says on Linux that nobody holds its other end any more
        return b""
