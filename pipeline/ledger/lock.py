"""Hold a run against other processes: a lock that the kernel releases when its holder dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.core.errors import LedgerUnwritable, RunHeld
from pipeline.core.model import RunId
from pipeline.ledger.place import make_folder

OPENING_LOCK = "ledger.lock"

_REST_S = 0.01
_held: set[int] = set()


@contextmanager
def opening(folder: Path, timeout_s: float, name: str = OPENING_LOCK) -> Iterator[None]:
    """Keep other processes from opening the ledger, or the file of that lock, meanwhile.

    Turning a new file to write-ahead logging needs it alone, and SQLite does not wait for that.
    Raises LedgerUnwritable when another process is at it for longer than timeout_s.
    """
    path = folder / name
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    _held.add(descriptor)
    try:
        os.fchmod(descriptor, 0o600)
        deadline = time.monotonic() + timeout_s
        while not _try(descriptor):
            if time.monotonic() >= deadline:
                raise LedgerUnwritable(
                    f"the ledger in {folder} cannot be opened: another process keeps it locked; "
                    "wait for that process and run again; nothing was sent"
                )
            time.sleep(_REST_S)
        yield
    finally:
        _held.discard(descriptor)
        os.close(descriptor)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class RunLock:
    """An exclusive lock on <state>/runs/<run>/lock, held from creation to release."""

    def __init__(self, folder: Path, run: RunId) -> None:
        """Take the lock, or raise RunHeld with the number of the process that has it."""
        make_folder(folder / "runs")
        make_folder(folder / "runs" / run)
        self.folder = folder / "runs" / run
        path = self.folder / "lock"
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)
        try:
            os.fchmod(self._descriptor, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise RunHeld(
                f"run {run} is held by process {holder or 'unknown'}; "
                "wait until it ends, then run again"
            ) from None
        except BaseException:
            os.close(self._descriptor)
            raise
        _held.add(self._descriptor)

    def release(self) -> None:
        """Let others have the run; harmless when repeated."""
        if self._descriptor >= 0:
            _held.discard(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1


def _drop_inherited() -> None:
    # A forked child would keep the lock alive after its parent's death. Closing the child's copy
    # takes nothing from the parent.
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_drop_inherited)
