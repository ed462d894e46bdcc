"""Find a place on disk where a ledger may stand: private, local, and no link to elsewhere."""

import os
import re
import stat
from contextlib import suppress
from pathlib import Path

from pipeline.core.errors import LedgerUnwritable

LEDGER_NAME = "ledger.sqlite3"

NETWORK_FILE_SYSTEMS = frozenset(
    {
        "9p",
        "afs",
        "ceph",
        "cifs",
        "fuse.ceph",
        "fuse.glusterfs",
        "fuse.s3fs",
        "fuse.sshfs",
        "glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
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
    for a network file system and for a symbolic link; an existing ledger is not opened here,
    because closing it again would drop the locks that this process may have on it.
    """
    make_folder(folder)
    kind = file_system(folder.resolve(), _mounts() if mounts is None else mounts)
    if kind in NETWORK_FILE_SYSTEMS:
        raise LedgerUnwritable(
            f"the ledger cannot stand in {folder}: that is a network file system ({kind}), where "
            "its locks do not hold; choose a folder on a local disk"
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
        what = "a symbolic link" if stat.S_ISLNK(mode) else "no plain file"
        raise LedgerUnwritable(f"the ledger {file} is {what}; nothing was opened or sent")
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
    folder = os.open(ledger.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
