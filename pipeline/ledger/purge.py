"""Forget numbers, values and what was pushed of them, so that the books still balance."""

import json

from pipeline.ledger.codec import unpack_personal
from pipeline.ledger.sqlite.database import Book, Database
from pipeline.ports import Forgotten


class RetentionLedger(Book):
    """The part of the Ledger port that forgets what belongs to no run."""

    def purge_pushed(self, before: float) -> Forgotten:
        of = {"before": before}
        with self._database.transaction():
            receipts = self._database.do("empty_old_receipts", of)
            self._database.do("purge_old_news", of)
            replies = self._database.do("purge_old_replies", of)
            handsets = self._database.do("purge_old_handsets", of)
        return Forgotten(receipts=receipts, replies=replies, handsets=handsets)

    def compact(self) -> bool:
        return self._database.compact()


def purge_run(database: Database, run_no: int, at: float) -> Forgotten:
    """Forget a run's people within a transaction that is open."""
    of = {"run_no": run_no}
    recipients, handsets = 0, 0
    chunks = database.all("kept_chunks", of)
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
    try:
        phones = unpack_personal(database.value("personal", of), range(count)).phones
    except ValueError:
        phones = []
    return json.dumps([int(phone) for phone in phones if phone])
