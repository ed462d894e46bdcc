"""Load the statements, which have names and live in .sql files, and say why one failed."""

import errno
import re
import sqlite3
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from pipeline.core.errors import KoosendError, LedgerUnwritable
from pipeline.language import Text, Words, filled

_PART = re.compile(r"^-- part: ([a-z_]+\.sql)$", re.MULTILINE)
_NAME = re.compile(r"-- name: ([a-z_]+)\n")


def statements(script: str) -> Iterator[str]:
    """Split a script into its statements, triggers kept whole."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise ValueError(f"the script ends within a statement: {statement.strip()[:60]}")


def named(text: str) -> Mapping[str, str]:
    """Read statements that each follow a line `-- name: what_it_does`."""
    _, *parts = _NAME.split(text)
    names = parts[::2]
    if len(set(names)) < len(names):
        raise ValueError("a statement's name is used twice")
    return MappingProxyType(dict(zip(names, map(str.strip, parts[1::2]), strict=True)))


def script(name: str) -> str:
    """Read one of the .sql files, with each part that it names in its place."""
    text = resources.files("pipeline.ledger").joinpath(name).read_text(encoding="utf-8")
    return _PART.sub(lambda part: script(part[1]), text)


def queries(name: str) -> Mapping[str, str]:
    """Read the statements of a .sql file, and those on a suppression list."""
    return named(f"{script(name)}\n{script('suppression.sql')}")


QUERIES = queries("queries.sql")
"""Every statement on a ledger by its name."""


_PRIMARY = 0xFF

_SQLITE = {
    sqlite3.SQLITE_FULL: Words("the disk is full; free space"),
    sqlite3.SQLITE_IOERR: Words("the disk refuses to read or write; free space or mend the disk"),
    sqlite3.SQLITE_READONLY: Words("it is read-only; make the file and its folder writable"),
    sqlite3.SQLITE_PERM: Words("access is denied; make the file and its folder writable"),
    sqlite3.SQLITE_CANTOPEN: Words("it cannot be opened; make the file and its folder writable"),
    sqlite3.SQLITE_BUSY: Words("another process keeps it locked; wait for that process"),
    sqlite3.SQLITE_LOCKED: Words("another process keeps it locked; wait for that process"),
    sqlite3.SQLITE_NOMEM: Words("memory ran out; free some"),
}

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_OS = {
    errno.ENOSPC: Words("the disk is full; free space"),
    errno.EDQUOT: Words("the disk quota is used up; free space"),
    errno.EFBIG: Words("a limit on file sizes is reached; raise it"),
    errno.EROFS: Words("the file system is read-only; make it writable"),
    errno.EACCES: Words("access is denied; make the folder writable"),
    errno.EPERM: Words("access is denied; make the folder writable"),
}


class disk_errors:  # noqa: N801 -- used as a function is: with disk_errors(path)
    """Raise LedgerUnwritable instead of what the disk or SQLite raises within.

    A broken constraint is a bug of ours and stays one: KoosendError. The foreign error is
    cut off, because its text could hold what a row holds. A class, because it is entered for each
    statement and costs a fifth of what a generator would.
    """

    __slots__ = ("_ledger",)

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger

    def __enter__(self) -> None:
        """Do nothing: only what goes wrong matters."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        """Translate."""
        if error is not None:
            ours = _translated(self._ledger, error)
            if ours is not None:
                raise ours from None


def _translated(ledger: Path, error: BaseException) -> KoosendError | None:
    match error:
        case sqlite3.IntegrityError():
            return KoosendError(
                filled(
                    "the ledger {ledger} refuses what breaks its rules: {error}",
                    ledger=ledger,
                    error=str(error),
                ),
                "KS7002",
            )
        case sqlite3.ProgrammingError():
            return None
        case sqlite3.Error():
            return _of_sqlite(ledger, error)
        case OSError():
            return LedgerUnwritable(_sentence(ledger, disk_reason(error)))
        case _:
            return None


def disk_reason(error: OSError | sqlite3.Error) -> str:
    """Say in words what the disk or SQLite refuses, and what mends it."""
    if isinstance(error, OSError):
        return _OS.get(error.errno or 0, f"{error.strerror or error}; mend that")
    return _SQLITE.get(_code(error), f"{error}; mend that")


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether SQLite found a file damaged, or to be none of its own."""
    return _code(error) in _DAMAGED


def _code(error: sqlite3.Error) -> int:
    extended = getattr(error, "sqlite_errorcode", 0)
    return extended & _PRIMARY if isinstance(extended, int) else 0


def damaged(ledger: Path, how: str) -> LedgerUnwritable:
    """Say that a ledger cannot be read, and why an older copy is no way out."""
    return LedgerUnwritable(
        filled(
            "the ledger {ledger} is damaged ({how}) and nothing more was sent: recover it "
            "with sqlite3's .recover, because an older copy does not know what was sent "
            "since",
            ledger=ledger,
            how=how,
        ),
        "KS7402",
    )


def _of_sqlite(ledger: Path, error: sqlite3.Error) -> LedgerUnwritable:
    if is_damage(error):
        return damaged(ledger, str(error))
    return LedgerUnwritable(_sentence(ledger, disk_reason(error)))


def _sentence(ledger: Path, what: str) -> Text:
    return filled(
        "the ledger {ledger} cannot record: {what} and run again; nothing more was "
        "sent and nothing recorded was lost",
        ledger=ledger,
        what=what,
    )
