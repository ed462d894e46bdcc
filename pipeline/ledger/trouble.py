"""Turn what SQLite and the disk complain of into one sentence for the user."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.core.errors import KoosendError, LedgerUnwritable

_PRIMARY = 0xFF

_SQLITE = {
    sqlite3.SQLITE_FULL: "the disk is full; free space",
    sqlite3.SQLITE_IOERR: "the disk refuses to read or write; free space or mend the disk",
    sqlite3.SQLITE_READONLY: "it is read-only; make the file and its folder writable",
    sqlite3.SQLITE_PERM: "access is denied; make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; make the file and its folder writable",
    sqlite3.SQLITE_BUSY: "another process keeps it locked; wait for that process",
    sqlite3.SQLITE_LOCKED: "another process keeps it locked; wait for that process",
    sqlite3.SQLITE_NOMEM: "memory ran out; free some",
}

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_OS = {
    errno.ENOSPC: "the disk is full; free space",
    errno.EDQUOT: "the disk quota is used up; free space",
    errno.EFBIG: "a limit on file sizes is reached; raise it",
    errno.EROFS: "the file system is read-only; make it writable",
    errno.EACCES: "access is denied; make the folder writable",
    errno.EPERM: "access is denied; make the folder writable",
}


@contextmanager
def told(ledger: Path) -> Iterator[None]:
    """Raise LedgerUnwritable in place of what the disk or SQLite raises within.

    A broken constraint is a bug of ours and stays one: KoosendError. The foreign error is
    cut off, because its text could hold what a row holds.
    """
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise KoosendError(f"the ledger {ledger} refuses what breaks its rules: {error}") from None
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        raise _of_sqlite(ledger, error) from None
    except OSError as error:
        what = _OS.get(error.errno or 0, f"{error.strerror or error}; mend that")
        raise LedgerUnwritable(_sentence(ledger, what)) from None


def damaged(ledger: Path, how: str) -> LedgerUnwritable:
    """Say that a ledger cannot be read, and why an older copy is no way out."""
    return LedgerUnwritable(
        f"the ledger {ledger} is damaged ({how}) and nothing more was sent: recover it with "
        "sqlite3's .recover, because an older copy does not know what was sent since"
    )


def _of_sqlite(ledger: Path, error: sqlite3.Error) -> LedgerUnwritable:
    extended = getattr(error, "sqlite_errorcode", 0)
    code = extended & _PRIMARY if isinstance(extended, int) else 0
    if code in _DAMAGED:
        return damaged(ledger, str(error))
    return LedgerUnwritable(_sentence(ledger, _SQLITE.get(code, f"{error}; mend that")))


def _sentence(ledger: Path, what: str) -> str:
    return (
        f"the ledger {ledger} cannot record: {what} and run again; "
        "nothing more was sent and nothing recorded was lost"
    )
