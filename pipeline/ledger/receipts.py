"""Keep what is pushed to us: each body as it came, with the news and replies read from it."""

import json
from collections.abc import Collection, Mapping, Sequence

from pipeline.core.model import RunId, TaskId, TaskName
from pipeline.core.replies.signs import SIGNS, Sign
from pipeline.core.screening import SuppressionReason
from pipeline.ledger.codec import reply_of
from pipeline.ledger.screening import Lists
from pipeline.ledger.sqlite.database import Book, Database
from pipeline.ports import (
    KeptReply,
    OddReceipt,
    PushedReceipt,
    ReceiptTally,
    Reply,
    StrangerRule,
    Strangers,
    Suppression,
)

ODD_BYTES_SHOWN = 400
_NOTE_CHARS = 40


class ReceiptLedger(Book):
    """The part of the Ledger port that keeps what is pushed."""

    def __init__(self, database: Database, lists: Lists) -> None:
        super().__init__(database)
        self._lists = lists

    def store_receipts(
        self, receipts: Sequence[PushedReceipt], rule: StrangerRule | None = None
    ) -> Sequence[int]:
        left_out: list[Suppression] = []
        with self._database.transaction():
            numbers = [_store(self._database, receipt, left_out) for receipt in receipts]
            # Before the receipts are kept for good: one that is kept is not pushed again.
            if left_out:
                self._lists.hear(left_out, rule)
        return numbers

    def receipt_tallies(self, since: float) -> Sequence[ReceiptTally]:
        # From their index, whatever their bodies weigh.
        rows = self._database.all("receipt_tallies", {"since": since})
        return tuple(ReceiptTally(*row) for row in rows)

    def replies(self, most: int) -> Sequence[KeptReply]:
        return tuple(map(reply_of, self._database.all("latest_replies", {"most": most})))

    def opt_outs(self) -> Sequence[KeptReply]:
        return tuple(map(reply_of, self._database.all("opt_outs")))

    def odd_receipts(self, most: int) -> Sequence[OddReceipt]:
        rows = self._database.all("odd_receipts", {"most": most, "bytes": ODD_BYTES_SHOWN})
        return tuple(OddReceipt(*row) for row in rows)

    def count_replies(self) -> tuple[int, int, int]:
        ((replies, opt_outs, unclear),) = self._database.all("count_replies")
        return replies, opt_outs, unclear

    def count_replies_since(self, since: float) -> tuple[int, int]:
        ((replies, left_out),) = self._database.all("count_replies_since", {"since": since})
        return replies, left_out

    def pushed_tasks(self, names: Collection[TaskName]) -> Mapping[TaskName, tuple[TaskId, ...]]:
        rows = self._database.all("pushed_tasks", {"names": json.dumps(sorted(names))})
        found: dict[TaskName, tuple[TaskId, ...]] = {}
        for name, task in rows:
            found[name] = (*found.get(name, ()), task)
        return found

    def latest(self) -> int:
        return int(self._database.value("latest_receipt"))

    def folded_to(self, run: RunId) -> int:
        row = self._database.first("folded_to", {"run": run})
        return 0 if row is None else int(row[0])

    def unfolded(self, run: RunId) -> int:
        folded_to = self.folded_to(run)
        if folded_to >= self.latest():
            return 0  # without a look at each submission of each night before
        of = {"run": run, "receipt": folded_to}
        return int(self._database.value("count_unfolded", of))

    def strangers(self) -> Strangers:
        (counted,) = self._database.all("strangers")
        return Strangers(*counted)

    def unknown_news_of(self, phones: Collection[str], since: float) -> Mapping[str, TaskId]:
        of = {"phones": json.dumps(sorted(phones)), "since": since}
        return dict(self._database.all("unknown_news_of", of))


def _store(database: Database, pushed: PushedReceipt, left_out: list[Suppression]) -> int:
    """Keep a receipt, and gather who opts out by it, or may. Nothing of a repeated body is kept.

    One that is understood otherwise by now is no repeat: its account may have become known.
    """
    known = {"digest": pushed.digest, "kind": pushed.kind}
    if pushed.digest and database.first("receipt_of_digest", known) is not None:
        return 0
    number = database.insert(
        "add_receipt",
        {"at": pushed.at, "kind": pushed.kind, "body": pushed.body, "whole": int(pushed.whole)},
    )
    if pushed.digest:
        database.do("add_receipt_digest", {"digest": pushed.digest, "receipt": number})
    if pushed.news:
        database.do_many(
            "add_news",
            ((number, task, n.phone, n.kind, n.code, n.at, n.parts) for task, n in pushed.news),
        )
    for name, task in pushed.names:
        database.do("add_pushed_task", {"task_name": name, "task_id": task, "receipt": number})
    new = [reply for reply in pushed.replies if _is_new(database, number, reply)]
    left_out += [_left_out(number, pushed.at, reply) for reply in new if reply.leaves_out]
    return number


def _left_out(receipt: int, at: float, reply: Reply) -> Suppression:
    source, note = f"receipt:{receipt}", reply.text[:_NOTE_CHARS]
    if reply.opts_out:
        return Suppression(reply.phone, SuppressionReason.OPT_OUT, at, source, note)
    said = f"{note} ({SIGNS[Sign(reply.unclear)]})"
    return Suppression(reply.phone, SuppressionReason.UNCLEAR_REPLY, at, source, said)


def _is_new(database: Database, receipt: int, reply: Reply) -> bool:
    """Keep a reply; one that came before has had its effect, which a person may have undone."""
    row = (receipt, reply.phone, reply.text, reply.at, reply.task)
    return database.do("add_reply", (*row, int(reply.opts_out), reply.unclear)) > 0
