"""Keep everything that is known in one SQLite file per state folder."""

from pipeline.ledger.ledger import SqliteLedger

__all__ = ["SqliteLedger"]
