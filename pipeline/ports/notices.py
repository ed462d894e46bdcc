"""What people are told of a campaign's nights: kept before it leaves, and leaving at most once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class NoticeKind(StrEnum):
    """What can be told of."""

    FINISHED = "finished"
    FAILED = "failed"
    SENT_TO_NOBODY = "sent_to_nobody"
    DOUBTS_HELD = "doubts_held"
    DRIFT = "drift"
    CANARY_STOPPED = "canary_stopped"
    STOPPED = "stopped"
    SOURCE_MISSING = "source_missing"
    NIGHT_MISSED = "night_missed"
    BOOKS_CLOSED = "books_closed"
    REPORT = "report"


class NoticeStep(StrEnum):
    """What is known of a notice's leaving to one address; what may have left is not tried again."""

    INTENDED = "intended"
    LEFT = "left"
    NOT_LEFT = "not_left"
    MAY_HAVE_LEFT = "may_have_left"


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told: subject and text are whole, in the language of who reads them.

    key tells it from others of its campaign and kind: one of the same key is the same notice. run
    is empty where it is of none. at is an epoch time.
    """

    campaign: str
    kind: NoticeKind
    key: str
    run: str
    at: float
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class NoticeTry:
    """A step of a notice at one address: when, and why it is known that it did not leave."""

    at: float
    step: NoticeStep
    why: str = ""


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """A notice as the ledger has it, by its number; tries are by address, the earliest first.

    An address stands there as soon as the notice is for it.
    """

    no: int
    notice: Notice
    tries: Mapping[str, Sequence[NoticeTry]]


@dataclass(frozen=True, slots=True)
class Night:
    """A start of a campaign's night. day is China's, such as 2026-11-28; at_s is when it was to be.

    ended_at and exit_code are None where it was killed, or is under way; run is then empty.
    """

    campaign: str
    day: str
    at_s: int
    began_at: float
    ended_at: float | None = None
    exit_code: int | None = None
    run: str = ""


class NoticeBook(Protocol):
    """The part of the Ledger port that knows nights, and what was told of them.

    Every method raises LedgerUnwritable when the ledger cannot be read or written.
    """

    def begin_night(self, night: Night) -> int:
        """Keep that a night began; return its number."""

    def end_night(self, no: int, at: float, exit_code: int, run: str) -> None:
        """Keep how it ended."""

    def nights(self, campaign: str, since: float = 0.0) -> tuple[Night, ...]:
        """List the starts of a campaign's nights since an epoch time, the latest first."""

    def latest_nights(self) -> tuple[Night, ...]:
        """Return the latest start of each campaign of the folder."""

    def add(self, notice: Notice, addresses: Sequence[str]) -> bool:
        """Keep a notice for some addresses, given as digests; False where it is kept already."""

    def kept(self, campaign: str, since: float) -> tuple[KeptNotice, ...]:
        """List a campaign's notices since an epoch time, the earliest first."""

    def intend(self, no: int, address: str, at: float) -> bool:
        """Keep that a notice is about to leave; False where it left, may have, or is about to."""

    def conclude(self, no: int, address: str, outcome: NoticeTry) -> None:
        """Keep what became of an intent."""
