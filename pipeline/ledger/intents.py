"""What was about to leave, beside the ledger: it tells when the ledger is older than that.

A small file in the run's folder. The names of each transaction's intents are on disk here before
they are in the ledger, and so before their requests leave. A ledger that does not know one of them
was put back from a copy, or lost its end; only of the last write may a kill have come between.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from pipeline.core.model import TaskName
from pipeline.core.names import TASK_NAME_MAX, place_of
from pipeline.ledger.sqlite.files import sync_folder

INTENTS_FILE = "intents"

_WRITE = "+"
_SETTLED = "="


class IntentsFile:
    """The file of one run, in the hands of the one process that may write to it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / INTENTS_FILE
        self._descriptor = -1

    def add(self, names: Iterable[TaskName]) -> None:
        """Put the names of one transaction on disk. Raises OSError."""
        self._append("\n".join([_WRITE, *names]))

    def settle(self) -> None:
        """Note that all names so far were asked for. Raises OSError."""
        self._append(_SETTLED)

    def writes(self) -> list[list[TaskName]]:
        """Read the names since they were last settled, write by write. Raises OSError."""
        found: list[list[TaskName]] = []
        try:
            text = self._path.read_text(encoding="ascii", errors="replace")
        except FileNotFoundError:
            return found
        for line in text.splitlines():
            if line == _WRITE:
                found.append([])
            elif line == _SETTLED:
                found.clear()
            elif found and len(line) == TASK_NAME_MAX and place_of(line):
                found[-1].append(TaskName(line))
        return found

    def close(self) -> None:
        """Release the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _append(self, text: str) -> None:
        if self._descriptor < 0:
            self._open()
        # A write that was cut short by a full disk must not run into the next.
        left = memoryview(f"\n{text}\n".encode("ascii"))
        while left:
            left = left[os.write(self._descriptor, left) :]
        os.fdatasync(self._descriptor)

    def _open(self) -> None:
        fresh = not self._path.exists()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o600)
        os.fchmod(self._descriptor, 0o600)
        if fresh:
            sync_folder(self._path.parent)
