"""Keep what belongs to an account and not to a state folder, in one SQLite file per account."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.core.errors import LedgerUnwritable
from pipeline.core.model import Channel, TaskName
from pipeline.ledger.database import Database, Layout
from pipeline.ledger.queries import named, script
from pipeline.ports.account import BreakerRecord, KnownLedger, ListRecord, SameAccount, TakenTask

BUSY_TIMEOUT_S = 30.0
SCRIPTS = ("account_schema.sql",)


def layout_of(digest: str) -> Layout:
    """Return how the store of an account is laid out: its file, its scripts, its statements."""
    return Layout(f"{digest}.sqlite3", SCRIPTS, named(script("account.sql")), "the account's store")


class SqliteAccountStore:
    """The store of one account; several processes may have it open."""

    def __init__(
        self, folder: Path, digest: str, account: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S
    ) -> None:
        """Open <folder>/<digest>.sqlite3, or create it, readable by its owner only.

        Raises LedgerUnwritable where the folder cannot hold it, and where it is another account's.
        """
        self._database = Database(folder, busy_timeout_s, layout_of(digest))
        with self._database.transaction():
            self._database.do("name_account", (account,))
        known = self._account()[0]
        if known != account:
            self._database.close()
            raise LedgerUnwritable(
                f"the account's store {folder / digest}.sqlite3 belongs to another account; "
                "nothing was sent: name another one with account.store"
            )

    def ceiling(self) -> float | None:
        """Recall the learned rate, in calls per second."""
        return self._account()[2]

    def learn_ceiling(self, calls_per_s: float) -> None:
        """Remember the rate that the provider lets this account have."""
        self._do("set_ceiling", (calls_per_s,))

    def sizes(self) -> Mapping[Channel, int]:
        """Recall how many recipients a request of each channel may carry."""
        rows: Any = self._database.all("sizes")
        return {Channel(channel): recipients for channel, recipients in rows}

    def learn_size(self, channel: Channel, recipients: int, at: float, code: str) -> None:
        """Remember that a request of more recipients was refused; only a smaller size replaces."""
        self._do("learn_size", (str(channel), recipients, at, code))

    def breaker(self) -> BreakerRecord | None:
        """Return the circuit breaker where it is open."""
        row: Any = self._database.one("breaker")
        return None if row is None else BreakerRecord(*row)

    def open_breaker(self, record: BreakerRecord) -> None:
        """Record that answers cannot be read, so that the next start begins carefully."""
        self._do("open_breaker", (record.opened_at, record.why, record.lost))

    def close_breaker(self) -> None:
        """Record that a request was answered again."""
        self._do("close_breaker", ())

    def doubtful_codes(self) -> Mapping[str, str]:
        """Return the codes that were found false, with the name that showed it."""
        rows: Any = self._database.all("doubtful_codes")
        return dict(rows)

    def doubt_code(self, code: str, name: TaskName, at: float) -> None:
        """Record that a request answered with a code was taken all the same."""
        self._do("doubt_code", (code, name, at))

    def listing(self, kind: Channel) -> ListRecord:
        """Tell how far the list of a kind can be trusted."""
        row: Any = self._database.one("listing", (str(kind),))
        return ListRecord() if row is None else ListRecord(*row)

    def keep_listing(self, kind: Channel, record: ListRecord) -> None:
        """Record how far the list of a kind can be trusted."""
        streak = (record.streak, record.streak_since, record.trusted_since)
        self._do("keep_listing", (str(kind), record.missed_at, record.missed, *streak))

    def add_tasks(self, tasks: Iterable[TakenTask]) -> None:
        """Remember names that were taken; those known already change nothing."""
        rows = [(str(one.kind), one.at, one.name, one.ledger, one.phone) for one in tasks]
        if rows:
            with self._database.transaction():
                self._database.do_many("add_task", rows)

    def tasks_before(self, kind: Channel, at: float, most: int) -> Sequence[TakenTask]:
        """List names of a kind that were taken at or before a time, the latest first."""
        return self._tasks("tasks_before", (str(kind), at, most))

    def tasks_after(self, kind: Channel, at: float, most: int) -> Sequence[TakenTask]:
        """List names of a kind that were taken after a time, the earliest first."""
        return self._tasks("tasks_after", (str(kind), at, most))

    def count_tasks_after(self, kind: Channel, at: float) -> int:
        """Count the names of a kind that were taken after a time."""
        row: Any = self._database.one("count_tasks_after", (str(kind), at))
        return int(row[0])

    def ledgers(self) -> Sequence[KnownLedger]:
        """List the ledgers that have sent by this account."""
        rows: Any = self._database.all("known_ledgers")
        return tuple(KnownLedger(*row) for row in rows)

    def know_ledger(self, identity: str, folder: str, at: float) -> None:
        """Remember a ledger that sends by this account."""
        with self._database.transaction():
            told = {"identity": identity, "folder": folder, "at": at}
            self._database.do("know_ledger", told)

    def same_accounts(self) -> Sequence[SameAccount]:
        """List the other names of this account."""
        rows: Any = self._database.all("same_accounts")
        return tuple(SameAccount(*row) for row in rows)

    def add_same_account(self, same: SameAccount) -> None:
        """Remember another name of this account."""
        self._do("add_same_account", (same.account, same.at, same.note))

    def domain(self) -> str:
        """Return the provider's own id of the account (IAM), empty where it is not known."""
        return self._account()[1]

    def learn_domain(self, domain: str) -> None:
        """Remember the provider's own id of the account."""
        self._do("set_domain", (domain,))

    def forget_tasks(self, before: float, names: Collection[TaskName] = ()) -> int:
        """Forget the numbers and names that were taken before a time, and those named; count."""
        with self._database.transaction():
            forgotten = self._database.do("forget_tasks", (before,))
            if names:
                forgotten += self._database.do_many("forget_task", [(name,) for name in names])
        return forgotten

    def close(self) -> None:
        """Release the file."""
        self._database.close()

    def _account(self) -> tuple[str, str, float | None]:
        row: Any = self._database.one("account_of_store")
        return row[0], row[1], row[2]

    def _do(self, name: str, parameters: Sequence[object]) -> None:
        with self._database.transaction():
            self._database.do(name, parameters)

    def _tasks(self, name: str, parameters: Sequence[object]) -> tuple[TakenTask, ...]:
        rows: Any = self._database.all(name, parameters)
        return tuple(
            TakenTask(Channel(kind), TaskName(task), at, ledger, phone)
            for kind, task, at, ledger, phone in rows
        )
