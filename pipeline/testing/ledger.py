"""A ledger in memory."""


class MemoryLedger:
    """Fake Ledger."""
