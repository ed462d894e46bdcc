"""What crosses the borders of what is pushed to us, and of what is to be forgotten."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum
from operator import add
from typing import Protocol

from pipeline.core.answer import News
from pipeline.core.model import RunId, TaskId, TaskName

OTHER_ACCOUNT = "other_account"
"""The kind of a receipt that names another account: it is kept, and nothing is made of it."""


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
    """What somebody answered. at is the provider's own time text; task may be unknown ("").

    unclear names the sign that it may opt out, where nobody can tell without reading it.
    """

    phone: str
    text: str
    at: str
    task: str
    opts_out: bool
    unclear: str = ""

    @property
    def leaves_out(self) -> bool:
        """Tell whether its number is left out from now on."""
        return self.opts_out or bool(self.unclear)


@dataclass(frozen=True, slots=True)
class PushedReceipt:
    """A pushed body, as it came and as understood. whole says that all of it was understood.

    names are task names that it repeats, with the task that each was taken as. digest is 16 bytes
    that tell the body from any other; b"" where a repeated push counts as a receipt of its own.
    """

    at: float
    kind: str
    body: bytes
    news: Sequence[tuple[TaskId, News]] = ()
    replies: Sequence[Reply] = ()
    whole: bool = True
    names: Sequence[tuple[TaskName, TaskId]] = ()
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class StrangerRule:
    """Whose opt-outs are honoured: those of known numbers, and of per_day others each day.

    known are, of the numbers that were asked about, those that the account ever was to send to.
    The day is China's. What is beyond it waits for a person.
    """

    known: frozenset[str]
    per_day: int


@dataclass(frozen=True, slots=True)
class WaitingOptOuts:
    """Numbers that opted out, are strangers to the account, and wait for a person: how many.

    first_at and last_at are when the first and the last of them came, None where none waits.
    """

    numbers: int = 0
    first_at: float | None = None
    last_at: float | None = None


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

    def store_receipts(
        self, receipts: Sequence[PushedReceipt], rule: StrangerRule | None = None
    ) -> Sequence[int]:
        """Append receipts in one transaction; return their numbers, 0 for a body kept before.

        A body is a repeat where it was kept as of the same kind.
        A reply that came before is not kept twice. A reply that opts out, or may, puts its number
        on the suppression list before they are kept for good, as far as rule honours it; what it
        does not waits there for a person. Without a rule every number counts as known.
        """

    def receipt_tallies(self, since: float) -> Sequence[ReceiptTally]:
        """Count the receipts by kind, in all and since a moment."""

    def replies(self, most: int) -> Sequence[KeptReply]:
        """List the latest replies, the latest first."""

    def opt_outs(self) -> Sequence[KeptReply]:
        """List every reply whose number is left out from then on, the earliest first."""

    def odd_receipts(self, most: int) -> Sequence[OddReceipt]:
        """List the latest receipts that were not wholly understood, the latest first."""

    def count_replies(self) -> tuple[int, int, int]:
        """Count the replies: all of them, those that opt out, and those that may."""

    def count_replies_since(self, since: float) -> tuple[int, int]:
        """Count the replies that came since a moment, and the numbers left out by them."""

    def pushed_tasks(self, names: Collection[TaskName]) -> Mapping[TaskName, tuple[TaskId, ...]]:
        """Return what receipts prove of names: the tasks that each was taken as, in id order.

        Only names of attempts count that were on disk before the receipt was.
        """

    def latest(self) -> int:
        """Return the number of the receipt that came last; 0 before any came."""

    def folded_to(self, run: RunId) -> int:
        """Return up to which receipt a run's news is in its outcomes; 0 where no fold ended."""

    def unfolded(self, run: RunId) -> int:
        """Count the receipts with news of a run's tasks that came after what was folded last."""

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
