"""Bring a ledger to the version that this program writes."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from pipeline.core.errors import LedgerUnwritable
from pipeline.core.lifecycle import TABLE
from pipeline.ledger.queries import script, statements

SCRIPTS = ("schema.sql",)
"""The n-th script, counted from 1, turns version n - 1 into version n and says so at its end."""


def migrate(
    connection: sqlite3.Connection, ledger: Path, scripts: Sequence[str] | None = None
) -> None:
    """Run the scripts that are missing, in one transaction.

    scripts are SQL texts, this program's own where they are not given. Raises LedgerUnwritable
    for a ledger that a newer program has written, and for an empty one where runs were taken: it
    has lost what was sent.
    """
    wanted = [script(name) for name in SCRIPTS] if scripts is None else list(scripts)
    version = _version(connection, ledger, len(wanted))
    if version == len(wanted):
        return
    if version == 0 and any(ledger.parent.glob("runs/*/lock")):
        raise LedgerUnwritable(
            f"the ledger {ledger} is empty although runs were sent from this folder: put the lost "
            "file back, or choose another state folder if everything may be sent again"
        )
    connection.execute("BEGIN IMMEDIATE")
    try:
        for text in wanted[_version(connection, ledger, len(wanted)) :]:
            for statement in statements(text):
                connection.execute(statement)
        connection.execute("DELETE FROM legal_step")
        connection.executemany(
            "INSERT INTO legal_step (from_state, event, to_state) VALUES (?, ?, ?)",
            [(state, event, to) for state, steps in TABLE.items() for event, to in steps.items()],
        )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection, ledger: Path, newest: int) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > newest:
        raise LedgerUnwritable(
            f"the ledger {ledger} was written by a newer koosend (version {version} of its layout, "
            f"this one knows up to {newest}); use that koosend, nothing was changed"
        )
    return version
