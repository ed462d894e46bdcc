"""Forget numbers, values and what was pushed of them, so that the books still balance."""

import json
from typing import Any

from pipeline.ledger.codec import unpack_personal
from pipeline.ledger.sqlite.database import Database
from pipeline.ports import Forgotten


class RetentionLedger:
    """The part of the Ledger port that forgets what belongs to no run."""

    def __init__(self, database: Database) -> None:
        """Work on the ledger's file."""
        self._database = database

    def purge_pushed(self, before: float) -> Forgotten:
        """Forget what was pushed, and what was said of handsets, before a moment."""
        of = {"before": before}
        with self._database.transaction():
            receipts = self._database.do("empty_old_receipts", of)
            self._database.do("purge_old_news", of)
            replies = self._database.do("purge_old_replies", of)
            handsets = self._database.do("purge_old_handsets", of)
        return Forgotten(receipts=receipts, replies=replies, handsets=handsets)

    def compact(self) -> bool:
        """Overwrite what was forgotten; False while another process keeps traces of it alive."""
        return self._database.compact()


def purge_run(database: Database, run_no: int, at: float) -> Forgotten:
    """Forget a run's people within a transaction that is open."""
    of = {"run_no": run_no}
    recipients, handsets = 0, 0
    chunks: Any = database.all("kept_chunks", of)
    for chunk, template, count in chunks:
        phones = _phones(database, of | {"chunk": chunk}, count)
        handsets += database.do("purge_handsets", {"template": template, "phones": phones})
        recipients += count
    database.do("purge_personal", of)
    database.do("purge_links", of)
    rejected = database.do("purge_rejected", of)
    receipts = database.do("empty_receipts_of_run", of)
    database.do("purge_news_of_run", of)
    replies = database.do("purge_replies_of_run", of)
    database.do("mark_purged", of | {"at": at})
    return Forgotten(recipients, rejected, receipts, replies, handsets)


def _phones(database: Database, of: dict[str, int], count: int) -> str:
    """Return a chunk's numbers as a JSON list; one that is damaged has none that can be read."""
    found: Any = database.one("personal", of)
    try:
        phones = unpack_personal(found[0], range(count)).phones
    except ValueError:
        phones = []
    return json.dumps([int(phone) for phone in phones])
