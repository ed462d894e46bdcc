"""Where a ledger may stand on disk: private, local, no link to elsewhere, locked while it opens."""

import fcntl
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.core.errors import LedgerUnwritable, RunHeld
from pipeline.core.model import RunId
from pipeline.language import Words, filled
from pipeline.ledger.sqlite.owners import refuse_foreign

LEDGER_NAME = "ledger.sqlite3"

NETWORK_FILE_SYSTEMS = frozenset(
    {
        *("9p", "afs", "ceph", "cifs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3"),
        *("smbfs", "fuse.ceph", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs"),
    }
)
"""File systems on which SQLite's locks and shared memory cannot be relied upon."""

_OCTAL = re.compile(r"\\([0-7]{3})")
_POINT = 4


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter, whatever the umask."""
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        folder.chmod(0o700)


def prepare(folder: Path, mounts: str | None = None, *, name: str = LEDGER_NAME) -> Path:
    """Make the state folder and an empty, private ledger file in it where there is none.

    mounts is the text of /proc/self/mountinfo, read where it is not given. Raises LedgerUnwritable
    for a network file system, a symbolic link, and a folder that others can change; an existing
    ledger is not opened here, because closing it again would drop the locks that this process may
    have on it.
    """
    refuse_foreign(folder)
    make_folder(folder)
    kind = file_system(folder.resolve(), _mounts() if mounts is None else mounts)
    if kind in NETWORK_FILE_SYSTEMS:
        raise LedgerUnwritable(
            filled(
                "the ledger cannot stand in {folder}: that is a network file system "
                "({kind}), where its locks do not hold; choose a folder on a local disk",
                folder=folder,
                kind=kind,
            ),
            "KS7404",
        )
    ledger = folder / name
    for beside in ("", "-wal", "-shm"):
        _must_be_plain(folder / f"{name}{beside}")
    _create(ledger)
    return ledger


def file_system(folder: Path, mounts: str) -> str:
    """Name the type of the file system that a resolved folder stands on, or return ''."""
    longest, kind = -1, ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) <= _POINT or not right:
            continue
        point = _OCTAL.sub(lambda octal: chr(int(octal[1], 8)), fields[_POINT])
        # The later of two mounts on one point covers the earlier.
        if folder.is_relative_to(point) and len(point) >= longest:
            longest, kind = len(point), right.split(" ")[0]
    return kind


def _mounts() -> str:
    try:
        return Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _must_be_plain(file: Path) -> None:
    try:
        mode = file.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        what = Words("a symbolic link") if stat.S_ISLNK(mode) else Words("no plain file")
        raise LedgerUnwritable(
            filled("the ledger {file} is {what}; nothing was opened or sent", file=file, what=what),
            "KS7403",
        )
    if stat.S_IMODE(mode) & 0o077:
        file.chmod(0o600)


def _create(ledger: Path) -> None:
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(ledger, flags, 0o600)
    except FileExistsError:
        return
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)
    sync_folder(ledger.parent)


def sync_folder(folder: Path) -> None:
    """Put on disk which files a folder holds. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


OPENING_LOCK = "ledger.lock"

_REST_S = 0.01
_LOOKS = 10
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
                    filled(
                        "the ledger in {folder} cannot be opened: another process keeps it "
                        "locked; wait for that process and run again; nothing was sent",
                        folder=folder,
                    ),
                    "KS7407",
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
            _take(self._descriptor)
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise RunHeld(
                filled(
                    "run {run} is held by process {holder}; wait until it ends, then run again",
                    run=run,
                    holder=holder or "unknown",
                )
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


def _take(descriptor: int) -> None:
    """Take a lock, or raise BlockingIOError; whoever only looks has it for a moment."""
    for _ in range(_LOOKS):
        if _try(descriptor):
            return
        time.sleep(_REST_S)
    raise BlockingIOError


class FlockOfWork:
    """A lock that every process has which works on one ledger; see the port WorkLock."""

    def __init__(self, path: Path) -> None:
        """Open the file of the lock, without taking it."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)
        _held.add(self._descriptor)

    def alone(self) -> bool:
        """Keep all others out, or tell that one is at work."""
        return _try(self._descriptor)

    def share(self) -> None:
        """Let others work on the same ledger as well."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def release(self) -> None:
        """Be at work no more; harmless when repeated."""
        if self._descriptor >= 0:
            _held.discard(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1


def is_held(folder: Path, run: RunId) -> bool:
    """Tell whether a process has a run."""
    try:
        descriptor = os.open(folder / "runs" / run / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _drop_inherited() -> None:
    # A forked child would keep the lock alive after its parent's death. Closing the child's copy
    # takes nothing from the parent.
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_drop_inherited)
