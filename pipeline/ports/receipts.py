"""What crosses the borders of what is pushed to us, and of what is to be forgotten."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum
from operator import add
from typing import Protocol

from pipeline.core.answer import News
from pipeline.core.model import TaskId, TaskName


class ReceiptTopic(StrEnum):
    """What an address that receipts are pushed to is registered for."""

    SENT = "sent"
    SENT_SINGLY = "sent_singly"
    REPLIES = "replies"
    TEMPLATES = "templates"


@dataclass(frozen=True, slots=True)
class ReceiptAddress:
    """An address that KooMessage pushes receipts of a topic to."""

    topic: ReceiptTopic
    address: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody answered. at is the provider's own time text; task may be unknown ("")."""

    phone: str
    text: str
    at: str
    task: str
    opts_out: bool


@dataclass(frozen=True, slots=True)
class PushedReceipt:
    """A pushed body, as it came and as understood. whole says that all of it was understood.

    names are task names that it repeats, with the task that each was taken as.
    """

    at: float
    kind: str
    body: bytes
    news: Sequence[tuple[TaskId, News]] = ()
    replies: Sequence[Reply] = ()
    whole: bool = True
    names: Sequence[tuple[TaskName, TaskId]] = ()


@dataclass(frozen=True, slots=True)
class ReceiptTally:
    """How many receipts of a kind were kept: in all, since a moment, and not wholly understood."""

    kind: str
    count: int
    recent: int
    not_whole: int
    latest_at: float


@dataclass(frozen=True, slots=True)
class KeptReply:
    """A reply with the number of the receipt that brought it and when that came."""

    receipt: int
    received_at: float
    reply: Reply


@dataclass(frozen=True, slots=True)
class OddReceipt:
    """The beginning of a body that was not, or not wholly, understood."""

    receipt: int
    at: float
    kind: str
    begin: bytes


@dataclass(frozen=True, slots=True)
class Strangers:
    """News of tasks that no run of a ledger knows, counted; latest_at, when the last of it came."""

    tasks: int = 0
    news: int = 0
    latest_at: float | None = None


class ReceiptBook(Protocol):
    """What was pushed to us, on disk. No writer of a run is needed to add to it."""

    def store_receipts(self, receipts: Sequence[PushedReceipt]) -> Sequence[int]:
        """Append receipts in one transaction; return their numbers.

        A reply that came before is not kept twice. A reply that opts out puts its number on the
        suppression list before they are kept for good.
        """

    def receipt_tallies(self, since: float) -> Sequence[ReceiptTally]:
        """Count the receipts by kind, in all and since a moment."""

    def replies(self, most: int) -> Sequence[KeptReply]:
        """List the latest replies, the latest first."""

    def opt_outs(self) -> Sequence[KeptReply]:
        """List every reply that opts out, the earliest first."""

    def odd_receipts(self, most: int) -> Sequence[OddReceipt]:
        """List the latest receipts that were not wholly understood, the latest first."""

    def count_replies(self) -> tuple[int, int]:
        """Count the replies: all of them, and those that opt out."""

    def pushed_tasks(self, names: Collection[TaskName]) -> Mapping[TaskName, tuple[TaskId, ...]]:
        """Return what receipts prove of names: the tasks that each was taken as, in id order.

        Only names of attempts count that were on disk before the receipt was.
        """

    def strangers(self) -> Strangers:
        """Count the news of tasks that no run of this ledger knows."""

    def unknown_news_of(self, phones: Collection[str], since: float) -> Mapping[str, TaskId]:
        """Return those of some numbers that news of unknown tasks names, with such a task.

        Only receipts count that came at or after a moment.
        """


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten, counted.

    recipients and rejected are rows whose number and values are gone. receipts are those whose
    body is; replies and handsets (what a number's handset can show) are gone whole.
    """

    recipients: int = 0
    rejected: int = 0
    receipts: int = 0
    replies: int = 0
    handsets: int = 0

    def plus(self, other: "Forgotten") -> "Forgotten":
        """Add up what was forgotten in two goes."""
        return Forgotten(*map(add, astuple(self), astuple(other)))


class RetentionBook(Protocol):
    """The part of the Ledger port that forgets what belongs to no run."""

    def purge_pushed(self, before: float) -> Forgotten:
        """Forget what was pushed, and what was said of handsets, before a moment.

        News of a run that was not purged stays, with its receipt: it is evidence. The suppression
        list stays whole. No writer of a run is needed.
        """

    def compact(self) -> bool:
        """Overwrite what was forgotten; False while another process keeps traces of it alive."""
