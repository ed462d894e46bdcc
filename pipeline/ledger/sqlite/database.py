"""Open the SQLite file so that what it says is on disk is on disk, and run named statements."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from time import perf_counter
from typing import Any

from pipeline.core.errors import LedgerUnwritable
from pipeline.language import Words, filled
from pipeline.ledger.sqlite.files import LEDGER_NAME, OPENING_LOCK, opening, prepare
from pipeline.ledger.sqlite.migrate import SCRIPTS, migrate
from pipeline.ledger.sqlite.sql import QUERIES, disk_errors, script
from pipeline.measures import MEASURES

Row = tuple[Any, ...]
"""A row of SQLite, the columns in the order of its statement: of no type that could be told."""

Parameters = Mapping[str, object] | Sequence[object]

_SETTINGS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA cache_size = -16000",
    "PRAGMA wal_autocheckpoint = 8000",
    "PRAGMA journal_size_limit = 67108864",
)
_EXPECTED = (
    ("PRAGMA journal_mode", "wal"),
    ("PRAGMA synchronous", 2),
    ("PRAGMA foreign_keys", 1),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """What kind of file a database is: its name, the scripts that make it, its statements.

    what names it in sentences; a lost file of that kind is noticed by who opens it.
    """

    name: str = LEDGER_NAME
    scripts: tuple[str, ...] = SCRIPTS
    queries: Mapping[str, str] = field(default_factory=lambda: QUERIES)
    what: str = Words("the ledger")

    @property
    def lock(self) -> str:
        """Return the name of the lock that opening it takes."""
        return OPENING_LOCK if self.name == LEDGER_NAME else f"{self.name}.lock"


_LEDGER = Layout()


class Database:
    """One connection, usable from several threads, one transaction at a time."""

    def __init__(self, folder: Path, busy_timeout_s: float, layout: Layout = _LEDGER) -> None:
        """Open or create a file of that layout in a folder and bring it to this version."""
        self.path = folder / layout.name
        self._layout = layout
        self._queries = layout.queries
        self._lock = RLock()
        with disk_errors(self.path):
            self.path = prepare(folder, name=layout.name)
            with opening(folder, busy_timeout_s, layout.lock):
                self._open(busy_timeout_s)

    def _open(self, busy_timeout_s: float) -> None:
        # Without isolation_level the module begins no transaction of its own.
        self._connection = sqlite3.connect(
            self.path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
        )
        try:
            self._set_up()
            migrate(self._connection, self.path, list(map(script, self._layout.scripts)))
        except BaseException:
            self._connection.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is done within durable as a whole, or undo it."""
        with self._lock:
            with disk_errors(self.path):
                self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                began_s = perf_counter()
                with disk_errors(self.path):
                    self._connection.execute("COMMIT")
                MEASURES.committed(perf_counter() - began_s)
            except BaseException:
                # SQLite has rolled back by itself after some errors.
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all reads within see the ledger as of one moment, also within a transaction."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            with disk_errors(self.path):
                self._connection.execute("BEGIN")
            try:
                yield
            finally:
                with disk_errors(self.path):
                    self._connection.execute("ROLLBACK")

    def do(self, name: str, parameters: Parameters = ()) -> int:
        """Run a statement that writes; return the number of rows it changed."""
        with disk_errors(self.path), self._lock:
            return self._connection.execute(self._queries[name], parameters).rowcount

    def insert(self, name: str, parameters: Parameters) -> int:
        """Run an INSERT; return the new row's number."""
        with disk_errors(self.path), self._lock:
            return self._connection.execute(self._queries[name], parameters).lastrowid or 0

    def do_many(self, name: str, parameters: Iterable[Sequence[object]]) -> int:
        """Run a writing statement for each parameter tuple; return the rows changed in all."""
        with disk_errors(self.path), self._lock:
            return self._connection.executemany(self._queries[name], parameters).rowcount

    def all(self, name: str, parameters: Parameters = ()) -> list[Row]:
        """Run a SELECT and return its rows."""
        with disk_errors(self.path), self._lock:
            return self._connection.execute(self._queries[name], parameters).fetchall()

    def first(self, name: str, parameters: Parameters = ()) -> Row | None:
        """Run a SELECT and return its first row."""
        with disk_errors(self.path), self._lock:
            row: Row | None = self._connection.execute(self._queries[name], parameters).fetchone()
            return row

    def value(self, name: str, parameters: Parameters = ()) -> Any:  # noqa: ANN401 - a row's
        """Return the first column of the first row of a SELECT; None where there is no row."""
        row = self.first(name, parameters)
        return row and row[0]

    def shrink(self) -> None:
        """Fold the write-ahead log into the file where no reader is in the way."""
        # What was committed is on disk already: a failure here takes nothing away.
        with suppress(sqlite3.Error), self._lock:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def compact(self) -> bool:
        """Write the file anew without what was deleted; False while traces stay in the log."""
        with disk_errors(self.path), self._lock:
            self._connection.execute("VACUUM")
            busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def damage(self) -> str:
        """Say what SQLite finds wrong with the file; empty where nothing is."""
        with disk_errors(self.path), self._lock:
            found = self._connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        return "" if found == "ok" else str(found)

    def close(self) -> None:
        """Close the file."""
        with disk_errors(self.path), self._lock:
            self._connection.close()

    def _set_up(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        for setting in _SETTINGS:
            self._connection.execute(setting)
        for question, expected in _EXPECTED:
            actual = self._connection.execute(question).fetchone()[0]
            if actual != expected:
                raise LedgerUnwritable(
                    filled(
                        "the ledger {path} cannot be kept safely: {question} says {actual} "
                        "instead of {expected}; choose a folder on a local disk",
                        path=self.path,
                        question=question,
                        actual=str(actual),
                        expected=str(expected),
                    ),
                    "KS7404",
                )


class Book:
    """A part of the Ledger port, on the ledger's file."""

    def __init__(self, database: Database) -> None:
        self._database = database
