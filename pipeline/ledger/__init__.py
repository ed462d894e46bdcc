"""Keep everything that is known in one SQLite file per state folder."""

from pipeline.ledger.sqlite import SqliteLedger

__all__ = ["SqliteLedger"]
