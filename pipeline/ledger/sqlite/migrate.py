"""Bring a ledger to the version that this program writes."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from zlib import crc32

from pipeline.core.errors import LedgerUnwritable
from pipeline.core.lifecycle import TABLE
from pipeline.language import Words, filled
from pipeline.ledger.sqlite.files import LEDGER_NAME
from pipeline.ledger.sqlite.sql import statements

SCRIPTS = ("schema.sql", *(f"schema_{version}.sql" for version in range(2, 10)))
"""The n-th script, counted from 1, turns version n - 1 into version n and says so at its end."""

_STRANGE = Words(
    "the state folder {folder} was made by another koosend, whose ledger is laid out differently; "
    "finish and report its runs with that koosend, or name another state folder for new ones: a "
    "run that is begun there again is sent again. Nothing was changed"
)


def migrate(connection: sqlite3.Connection, ledger: Path, wanted: Sequence[str]) -> None:
    """Run those of the wanted scripts, SQL texts, that are missing, in one transaction.

    Raises LedgerUnwritable for a ledger that a newer program has written, for one whose layout is
    not the one of its version, and for an empty one where runs were taken: it has lost what was
    sent.
    """
    version = _version(connection, ledger, len(wanted))
    if version and not _is_ours(connection, wanted[:version]):
        raise LedgerUnwritable(filled(_STRANGE, folder=ledger.parent), "KS7405")
    if version == len(wanted):
        return
    if version == 0 and ledger.name == LEDGER_NAME and any(ledger.parent.glob("runs/*/lock")):
        raise LedgerUnwritable(
            filled(
                "the ledger {ledger} is empty although runs were sent from this folder: "
                "put the lost file back, or choose another state folder if everything may "
                "be sent again",
                ledger=ledger,
            ),
            "KS7403",
        )
    connection.execute("BEGIN IMMEDIATE")
    try:
        _apply(connection, wanted[_version(connection, ledger, len(wanted)) :])
        connection.execute(f"PRAGMA application_id = {_mark(wanted)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _apply(connection: sqlite3.Connection, scripts: Sequence[str]) -> None:
    for text in scripts:
        for statement in statements(text):
            connection.execute(statement)
    if not _has_steps(connection):
        return
    connection.execute("DELETE FROM legal_step")
    connection.executemany(
        "INSERT INTO legal_step (from_state, event, to_state) VALUES (?, ?, ?)",
        [(state, event, to) for state, steps in TABLE.items() for event, to in steps.items()],
    )


def _is_ours(connection: sqlite3.Connection, scripts: Sequence[str]) -> bool:
    """Tell whether a ledger is laid out as the scripts do it, whatever version it says it has."""
    if connection.execute("PRAGMA application_id").fetchone()[0] == _mark(scripts):
        return True
    # Its mark is missing or of other texts: a comment may have changed, and nothing else.
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        _apply(fresh, scripts)
        return _layout(connection) == _layout(fresh)


def _mark(scripts: Sequence[str]) -> int:
    """Return the number that a ledger made by these scripts, with these steps, bears."""
    steps = ((str(state), *map(str, step)) for state, to in TABLE.items() for step in to.items())
    return crc32(repr((list(scripts), list(steps))).encode()) >> 1


def _layout(connection: sqlite3.Connection) -> list[object]:
    """Return everything that a ledger is made of, and the steps that it lets a submission take."""
    made = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'"
        " ORDER BY name"
    )
    if not _has_steps(connection):
        return list(made)
    steps = connection.execute("SELECT from_state, event, to_state FROM legal_step ORDER BY 1, 2")
    return [*made, *steps]


def _has_steps(connection: sqlite3.Connection) -> bool:
    """Tell whether submissions take their steps here: an account's store holds none."""
    found = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'legal_step'").fetchone()
    return found is not None


def _version(connection: sqlite3.Connection, ledger: Path, newest: int) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > newest:
        raise LedgerUnwritable(
            filled(
                "the ledger {ledger} was written by a newer koosend (version {version} of "
                "its layout, this one knows up to {newest}); use that koosend, nothing was "
                "changed",
                ledger=ledger,
                version=str(version),
                newest=str(newest),
            ),
            "KS7405",
        )
    return version
