"""The half of the ledger in memory that keeps what is pushed."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.core.answer import News
from pipeline.core.model import TaskId, TaskName
from pipeline.core.screening import SuppressionReason
from pipeline.ports import KeptReply, OddReceipt, PushedReceipt, ReceiptTally, Reply, Suppression

_BYTES_SHOWN = 400
_NOTE_CHARS = 40


class MemoryReceipts:
    """Fake ReceiptBook.

    count_write is called before each transaction and may refuse it; opt_out puts numbers on the
    suppression list within it; is_attempted tells whether a name is an attempt's.
    """

    def __init__(
        self,
        count_write: Callable[[], None],
        opt_out: Callable[[Sequence[Suppression]], object],
        is_attempted: Callable[[TaskName], bool],
    ) -> None:
        """Start empty."""
        self._write = count_write
        self._opt_out = opt_out
        self._is_attempted = is_attempted
        self._tasks: dict[TaskName, set[TaskId]] = {}
        self._kept: list[PushedReceipt] = []
        self._replies: dict[tuple[str, str, str, str], KeptReply] = {}
        self.news: list[tuple[int, TaskId, News]] = []

    def store_receipt(
        self, at: float, kind: str, body: bytes, news: Iterable[tuple[TaskId, News]]
    ) -> int:
        """Append a receipt; return its number."""
        (number,) = self.store_receipts([PushedReceipt(at, kind, body, tuple(news))])
        return number

    def store_receipts(self, receipts: Sequence[PushedReceipt]) -> Sequence[int]:
        """Append receipts; return their numbers."""
        self._write()
        return [self._store(one) for one in receipts]

    def receipt_tallies(self, since: float) -> Sequence[ReceiptTally]:
        """Count the receipts by kind."""
        by_kind: dict[str, list[PushedReceipt]] = {}
        for one in self._kept:
            by_kind.setdefault(one.kind, []).append(one)
        return tuple(
            ReceiptTally(
                kind,
                len(kept),
                sum(one.at >= since for one in kept),
                sum(not one.whole for one in kept),
                max(one.at for one in kept),
            )
            for kind, kept in sorted(by_kind.items())
        )

    def replies(self, most: int) -> Sequence[KeptReply]:
        """List the latest replies."""
        return tuple(reversed(self._replies.values()))[:most]

    def odd_receipts(self, most: int) -> Sequence[OddReceipt]:
        """List the latest receipts that were not wholly understood."""
        odd = [
            OddReceipt(number, one.at, one.kind, one.body[:_BYTES_SHOWN])
            for number, one in enumerate(self._kept, start=1)
            if not one.whole
        ]
        return tuple(reversed(odd))[:most]

    def count_replies(self) -> tuple[int, int]:
        """Count the replies, and those that opt out."""
        return len(self._replies), sum(one.reply.opts_out for one in self._replies.values())

    def pushed_tasks(self, names: Collection[TaskName]) -> Mapping[TaskName, tuple[TaskId, ...]]:
        """Return the tasks that receipts name beside task names."""
        return {
            name: tuple(sorted(self._tasks[name])) for name in sorted(names) if name in self._tasks
        }

    def forget_tasks(self, tasks: Collection[TaskId]) -> tuple[int, int]:
        """Forget what was pushed about tasks; count the receipts and the replies."""
        told = {number for number, task, _ in self.news if task in tasks}
        gone = [key for key, kept in self._replies.items() if kept.reply.task in tasks]
        told |= {self._replies[key].receipt for key in gone}
        self.news = [one for one in self.news if one[1] not in tasks]
        for key in gone:
            del self._replies[key]
        return self._empty(told), len(gone)

    def forget_pushed(self, before: float, kept: Collection[TaskId]) -> tuple[int, int]:
        """Forget what was pushed before a moment, but for news of some tasks; count as above."""
        old = {number for number, one in enumerate(self._kept, start=1) if one.at < before}
        evidence = {number for number, task, _ in self.news if task in kept}
        empty = {n for n in old if not self._kept[n - 1].body or n not in evidence}
        self.news = [one for one in self.news if one[0] not in empty or one[1] in kept]
        gone = [key for key, reply in self._replies.items() if reply.receipt in empty]
        for key in gone:
            del self._replies[key]
        return self._empty(empty), len(gone)

    def _empty(self, numbers: Collection[int]) -> int:
        full = [number for number in numbers if self._kept[number - 1].body]
        for number in full:
            self._kept[number - 1] = replace(self._kept[number - 1], body=b"", replies=())
        return len(full)

    def _store(self, pushed: PushedReceipt) -> int:
        self._kept.append(pushed)
        number = len(self._kept)
        self.news.extend((number, task, item) for task, item in pushed.news)
        for name, task in pushed.names:
            if self._is_attempted(name):
                self._tasks.setdefault(name, set()).add(task)
        for reply in pushed.replies:
            if _key(reply) in self._replies:
                continue
            self._replies[_key(reply)] = KeptReply(number, pushed.at, reply)
            if reply.opts_out:
                why = (SuppressionReason.OPT_OUT, pushed.at, f"receipt:{number}")
                self._opt_out([Suppression(reply.phone, *why, reply.text[:_NOTE_CHARS])])
        return number


def _key(reply: Reply) -> tuple[str, str, str, str]:
    return reply.phone, reply.task, reply.at, reply.text
