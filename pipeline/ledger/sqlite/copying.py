"""Copy a database as of one moment, while others write to it, and prove the copy."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from pipeline.core.errors import LedgerUnwritable
from pipeline.language import filled
from pipeline.ledger.sqlite.sql import disk_reason, is_damage

PAGES = 2_048
"""Pages of a step, 4 KiB each."""

_BUSY_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class CopiedRun:
    """What a copied ledger says of a run, whatever its layout."""

    run: str
    account: str
    campaign_path: str


@dataclass(frozen=True, slots=True)
class CopiedLedger:
    """Which ledger was copied, and its runs, the latest first."""

    identity: str
    runs: tuple[CopiedRun, ...]


@contextmanager
def copy_errors(of: Path, to: Path) -> Iterator[None]:
    """Raise LedgerUnwritable instead of what keeps a file, or its copy, from being read or written.

    A copy is new, so that what is damaged is the file.
    """
    try:
        yield
    except sqlite3.Error as error:
        if is_damage(error):
            raise LedgerUnwritable(
                filled(
                    "the file {of_} is damaged ({error}) and no backup of it was made: an "
                    "earlier backup is all there is, so keep it",
                    of_=of,
                    error=str(error),
                ),
                "KS7402",
            ) from None
        raise _unwritable(to, error) from None
    except OSError as error:
        raise _unwritable(to, error) from None


def _unwritable(to: Path, error: OSError | sqlite3.Error) -> LedgerUnwritable:
    return LedgerUnwritable(
        filled(
            "the backup cannot be written to {to}: {error} and give the same command "
            "again; no backup was made, and the ledger is as it was",
            to=to,
            error=disk_reason(error),
        ),
        "KS7408",
    )


def copy_database(source: Path, target: Path) -> None:
    """Copy a database in steps, by SQLite's own backup, into a file that is not there yet.

    Others go on writing meanwhile: the copy is of the moment at which it began. Raises OSError and
    sqlite3.Error; and LedgerUnwritable where the copy is not what the source was.
    """
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    os.close(os.open(target, flags, 0o600))
    with closing(_opened(source, "mode=ro")) as reading:
        # What is read within one transaction is of one moment, however many steps that takes.
        reading.execute("BEGIN")
        counts = _counts(reading)
        # The target may be on a network, where SQLite's locks fail; nobody else knows of it yet.
        with closing(_opened(target, "vfs=unix-none")) as writing:
            writing.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
            reading.backup(writing, pages=PAGES)
            # Without this a reader of the copy would leave files beside it.
            writing.execute("PRAGMA journal_mode = DELETE").fetchall()
        reading.execute("ROLLBACK")
    _prove(target, counts)


def look_into(copy: Path) -> CopiedLedger:
    """Read which ledger a copy is of, and what it says of its runs. Raises sqlite3.Error."""
    with closing(_opened(copy, "immutable=1")) as reading:
        (identity,) = reading.execute("SELECT identity FROM ledger").fetchone()
        runs = reading.execute("SELECT run, account, campaign_path FROM run ORDER BY no DESC")
        return CopiedLedger(identity, tuple(CopiedRun(*row) for row in runs))


def _prove(copy: Path, counts: Mapping[str, int]) -> None:
    with closing(_opened(copy, "immutable=1")) as reading:
        found = reading.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok" or _counts(reading) != counts:
            raise LedgerUnwritable(
                filled(
                    "the copy {copy} is not what it was copied from ({found}); no backup "
                    "was made: check the disk that it was written to, or choose another",
                    copy=copy,
                    found=str(found),
                ),
                "KS7408",
            )


def _counts(reading: sqlite3.Connection) -> dict[str, int]:
    """Count the rows of each table; SQLite itself writes the statements, names quoted."""
    statements = reading.execute(
        """SELECT name, printf('SELECT count(*) FROM "%w"', name) FROM sqlite_schema"""
        " WHERE type = 'table' AND name NOT GLOB 'sqlite_*'"
    ).fetchall()
    return {name: reading.execute(statement).fetchone()[0] for name, statement in statements}


def _opened(file: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(file))}?{how}", timeout=_BUSY_TIMEOUT_S, isolation_level=None, uri=True
    )
