"""Keep what is pushed to us: each body as it came, with the news and replies read from it."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from pipeline.core.answer import News
from pipeline.core.model import TaskId, TaskName
from pipeline.core.screening import SuppressionReason
from pipeline.ledger.screening import add_suppressions
from pipeline.ledger.sqlite.database import Database
from pipeline.ports import (
    KeptReply,
    OddReceipt,
    PushedReceipt,
    ReceiptTally,
    Reply,
    Strangers,
    Suppression,
)

ODD_BYTES_SHOWN = 400
_NOTE_CHARS = 40


class ReceiptLedger:
    """The part of the Ledger port that keeps what is pushed."""

    def __init__(self, database: Database) -> None:
        """Work on the ledger's file."""
        self._database = database

    def store_receipt(
        self, at: float, kind: str, body: bytes, news: Iterable[tuple[TaskId, News]]
    ) -> int:
        """Append a receipt, raw and as understood; return its number."""
        (number,) = self.store_receipts([PushedReceipt(at, kind, body, tuple(news))])
        return number

    def store_receipts(self, receipts: Sequence[PushedReceipt]) -> Sequence[int]:
        """Append receipts in one transaction; return their numbers."""
        with self._database.transaction():
            return [_store(self._database, one) for one in receipts]

    def receipt_tallies(self, since: float) -> Sequence[ReceiptTally]:
        """Count the receipts by kind from their index, whatever their bodies weigh."""
        rows: Any = self._database.all("receipt_tallies", {"since": since})
        return tuple(ReceiptTally(*row) for row in rows)

    def replies(self, most: int) -> Sequence[KeptReply]:
        """List the latest replies, the latest first."""
        rows: Any = self._database.all("latest_replies", {"most": most})
        return tuple(
            KeptReply(receipt, received_at, Reply(phone, content, at, task, bool(opts_out)))
            for receipt, received_at, phone, content, at, task, opts_out in rows
        )

    def odd_receipts(self, most: int) -> Sequence[OddReceipt]:
        """List the latest receipts that were not wholly understood, the latest first."""
        rows: Any = self._database.all("odd_receipts", {"most": most, "bytes": ODD_BYTES_SHOWN})
        return tuple(OddReceipt(*row) for row in rows)

    def count_replies(self) -> tuple[int, int]:
        """Count the replies: all of them, and those that opt out."""
        counted: Any = self._database.one("count_replies")
        return (counted[0], counted[1])

    def pushed_tasks(self, names: Collection[TaskName]) -> Mapping[TaskName, tuple[TaskId, ...]]:
        """Return the tasks that receipts name beside task names."""
        rows: Any = self._database.all("pushed_tasks", {"names": json.dumps(sorted(names))})
        found: dict[TaskName, tuple[TaskId, ...]] = {}
        for name, task in rows:
            found[name] = (*found.get(name, ()), task)
        return found

    def strangers(self) -> Strangers:
        """Count the news of tasks that no run of this ledger knows."""
        counted: Any = self._database.one("strangers")
        return Strangers(*counted)

    def unknown_news_of(self, phones: Collection[str], since: float) -> Mapping[str, TaskId]:
        """Return those of some numbers that news of unknown tasks names, with such a task."""
        of = {"phones": json.dumps(sorted(phones)), "since": since}
        rows: Any = self._database.all("unknown_news_of", of)
        return {phone: TaskId(task) for phone, task in rows}


def _store(database: Database, pushed: PushedReceipt) -> int:
    number = database.insert(
        "add_receipt",
        {"at": pushed.at, "kind": pushed.kind, "body": pushed.body, "whole": int(pushed.whole)},
    )
    if pushed.news:
        database.do_many(
            "add_news",
            ((number, task, n.phone, n.kind, n.code, n.at, n.parts) for task, n in pushed.news),
        )
    for name, task in pushed.names:
        database.do("add_pushed_task", {"task_name": name, "task_id": task, "receipt": number})
    for reply in pushed.replies:
        _add_reply(database, pushed.at, number, reply)
    return number


def _add_reply(database: Database, at: float, receipt: int, reply: Reply) -> None:
    """Keep a reply; one that came before has had its effect, which a person may have undone."""
    row = (receipt, reply.phone, reply.text, reply.at, reply.task, int(reply.opts_out))
    if database.do("add_reply", row) and reply.opts_out:
        why = (SuppressionReason.OPT_OUT, at, f"receipt:{receipt}", reply.text[:_NOTE_CHARS])
        add_suppressions(database, [Suppression(reply.phone, *why)])
