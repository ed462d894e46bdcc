"""What is known of an account, whichever state folder learned it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.core.model import Channel, TaskName
from pipeline.core.times import DAY_S
from pipeline.ports.records import SuppressionBook

KEEP_TASKS_S = 40 * DAY_S
"""How long names that were taken are kept: the longest look-back of a list that we use."""


@dataclass(frozen=True, slots=True)
class TakenTask:
    """A name that the provider certainly took, by which asking can be seen to work.

    kind is the channel whose question shows it. at is when its request was meant. phone is one of
    its numbers where names are shown beside numbers, else empty. ledger says which ledger sent it.
    """

    kind: Channel
    name: TaskName
    at: float
    ledger: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ListRecord:
    """How far the list of one kind can be trusted.

    missed_at is when a name that was certainly taken was last not listed, None for never; missed,
    that name. streak counts control questions in a row that found theirs since then, streak_since
    when the first of them was put. trusted_since is when trust was regained, 0.0 where it was never
    lost; what was asked before that proves nothing.
    """

    missed_at: float | None = None
    missed: str = ""
    streak: int = 0
    streak_since: float | None = None
    trusted_since: float = 0.0


@dataclass(frozen=True, slots=True)
class BreakerRecord:
    """An open circuit breaker: since when, why, and how many answers in a row were unreadable."""

    opened_at: float
    why: str
    lost: int


@dataclass(frozen=True, slots=True)
class KnownLedger:
    """A ledger that has sent by this account: its identity and where it was last seen."""

    identity: str
    folder: str
    first_seen: float
    last_seen: float


@dataclass(frozen=True, slots=True)
class PeopleLedgerRecord:
    """A ledger that holds people of this account, and when a run was last planned in it.

    look_back_days is how far its campaigns look back, at the most; given_up_at: when a person said
    that it is gone, and that lists may go on without it.
    """

    identity: str
    folder: str
    planned_at: float
    look_back_days: int
    given_up_at: float | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Which file of a ledger goes on by an account, as the account's store notes it.

    number counts, and token is drawn anew, whenever a process begins or ends to work on the ledger.
    inode is the file's, folder its state folder, at when that was. is_working: whoever began has
    not ended in good order since.
    """

    number: int
    token: str
    inode: int
    folder: str
    at: float
    is_working: bool


@dataclass(frozen=True, slots=True)
class OwnClaim:
    """The same as the ledger notes it, for one account.

    before is the token that the store had last, latest the one that it was told then. inode is what
    the ledger's file had at that time.
    """

    account: str
    number: int
    before: str
    latest: str
    inode: int


class WorkLock(Protocol):
    """Says whether another process works on the same ledger, wherever its file lies."""

    def alone(self) -> bool:
        """Keep all others out, or tell that one is at work."""

    def share(self) -> None:
        """Let others work on the same ledger as well."""

    def release(self) -> None:
        """Be at work no more."""


@dataclass(frozen=True, slots=True)
class SameAccount:
    """Another name of this account: why it is known to be the same, and who said so."""

    account: str
    at: float
    note: str


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Where the store of an account lies: its folder, and the digest that its file is named by."""

    folder: Path
    digest: str
    account: str


class AccountStore(Protocol):
    """What belongs to an account and not to a state folder, on disk.

    Every method is one durable transaction and raises LedgerUnwritable when it cannot be.
    """

    @property
    def suppressions(self) -> SuppressionBook:
        """Return the account's suppression list."""

    def ceiling(self) -> float | None:
        """Recall the learned rate, in calls per second."""

    def learn_ceiling(self, calls_per_s: float) -> None:
        """Remember the rate that the provider lets this account have."""

    def sizes(self) -> Mapping[Channel, int]:
        """Recall how many recipients a request of a channel may carry, where that was learned."""

    def learn_size(self, channel: Channel, recipients: int, at: float, code: str) -> None:
        """Remember that a request of more recipients was refused; only a smaller size replaces."""

    def breaker(self) -> BreakerRecord | None:
        """Return the circuit breaker where it is open."""

    def open_breaker(self, record: BreakerRecord) -> None:
        """Record that answers cannot be read, so that the next start begins carefully."""

    def close_breaker(self) -> None:
        """Record that a request was answered again."""

    def doubtful_codes(self) -> Mapping[str, str]:
        """Return codes believed to mean that nothing was taken, and found false; with the name."""

    def doubt_code(self, code: str, name: TaskName, at: float) -> None:
        """Record that a request answered with a code was taken anyway."""

    def listing(self, kind: Channel) -> ListRecord:
        """Tell how far the list of a kind can be trusted."""

    def keep_listing(self, kind: Channel, record: ListRecord) -> None:
        """Record how far the list of a kind can be trusted."""

    def add_tasks(self, tasks: Iterable[TakenTask]) -> None:
        """Remember names that were taken; those known already change nothing."""

    def tasks_before(self, kind: Channel, at: float, most: int) -> Sequence[TakenTask]:
        """List names of a kind that were taken at or before a time, the latest first."""

    def tasks_after(self, kind: Channel, at: float, most: int) -> Sequence[TakenTask]:
        """List names of a kind that were taken after a time, the earliest first."""

    def count_tasks_after(self, kind: Channel, at: float) -> int:
        """Count the names of a kind that were taken after a time."""

    def ledgers(self) -> Sequence[KnownLedger]:
        """List the ledgers that have sent by this account."""

    def know_ledger(self, identity: str, folder: str, at: float) -> None:
        """Remember a ledger that sends by this account."""

    def account(self) -> str:
        """Return the account whose store it is."""

    def claim(self, identity: str) -> Claim | None:
        """Tell which file of a ledger goes on; None where none ever began by this account."""

    def keep_claim(self, identity: str, claim: Claim) -> None:
        """Note which file of a ledger goes on, and where this store lies now."""

    def is_in_place(self) -> bool:
        """Tell whether the store's own file is the one that it was: not a copy of it."""

    def claiming(self, identity: str) -> AbstractContextManager[WorkLock]:
        """Keep others from judging or changing a ledger's claim meanwhile.

        The lock that it hands out outlives it, until it is released.
        """

    def people_key(self) -> str:
        """Return the 16 characters by which digests of people are keyed, in every ledger alike."""

    def people_ledgers(self) -> Sequence[PeopleLedgerRecord]:
        """List the ledgers in which runs of this account were planned."""

    def keep_people_ledger(self, identity: str, folder: str, at: float, days: int) -> None:
        """Remember that a run is planned in a ledger, and how many days its campaign looks back."""

    def give_up_people_ledger(self, identity: str, at: float) -> None:
        """Remember that a person said that a ledger is gone."""

    def planning(self) -> AbstractContextManager[None]:
        """Keep others of this account from planning meanwhile. Raises RunHeld after ten minutes."""

    def same_accounts(self) -> Sequence[SameAccount]:
        """List the other names of this account."""

    def add_same_account(self, same: SameAccount) -> None:
        """Remember another name of this account."""

    def domain(self) -> str:
        """Return the provider's own id of the account (IAM), empty where it is not known."""

    def learn_domain(self, domain: str) -> None:
        """Remember the provider's own id of the account."""

    def forget_tasks(self, before: float) -> int:
        """Forget the names that were taken before a time, with their numbers; count them."""

    def close(self) -> None:
        """Release the file."""
