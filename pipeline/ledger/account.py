"""Keep what belongs to an account and not to a state folder, in one SQLite file per account."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from pipeline.core.errors import LedgerUnwritable, RunHeld
from pipeline.core.model import Channel, RunId, TaskName
from pipeline.ledger.sqlite.database import Database, Layout, Parameters, Row
from pipeline.ledger.sqlite.files import opening
from pipeline.ledger.sqlite.sql import named, script
from pipeline.ports.account import (
    BreakerRecord,
    KnownLedger,
    ListRecord,
    PeopleLedgerRecord,
    SameAccount,
    TakenTask,
)

BUSY_TIMEOUT_S = 30.0
PLANNING_TIMEOUT_S = 600.0
SCRIPTS = ("account_schema.sql", "account_schema_2.sql")


def layout_of(digest: str) -> Layout:
    """Return how the store of an account is laid out: its file, its scripts, its statements."""
    return Layout(f"{digest}.sqlite3", SCRIPTS, named(script("account.sql")), "the account's store")


def stores_in(folder: Path) -> Iterator["SqliteAccountStore"]:
    """Open each account's store that lies in a folder, one after the other.

    Raises LedgerUnwritable for one that cannot be opened.
    """
    for file in sorted(folder.glob("*.sqlite3")):
        store = SqliteAccountStore(folder, file.stem, None)
        try:
            yield store
        finally:
            store.close()


class SqliteAccountStore:
    """The store of one account; several processes may have it open."""

    def __init__(
        self,
        folder: Path,
        digest: str,
        account: str | None,
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> None:
        """Open <folder>/<digest>.sqlite3, or create it, readable by its owner only.

        account is None where the file is there and may be any account's. Raises LedgerUnwritable
        where the folder cannot hold it, and where it is another account's.
        """
        self._database = Database(folder, busy_timeout_s, layout_of(digest))
        if account is None:
            return
        with self._database.transaction():
            self._database.do("name_account", (account,))
        known = self._account()[0]
        if known != account:
            self._database.close()
            raise LedgerUnwritable(
                f"the account's store {folder / digest}.sqlite3 belongs to another account; "
                "nothing was sent: name another one with account.store"
            )

    @property
    def folder(self) -> Path:
        """Return where it lies, beside those of other accounts."""
        return self._database.path.parent

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
        """Record that a request answered with a code was taken anyway."""
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

    def people_key(self) -> str:
        """Return the 16 characters by which digests of people are keyed, in every ledger alike."""
        row: Any = self._database.one("people_key")
        return str(row[0])

    def people_ledgers(self) -> Sequence[PeopleLedgerRecord]:
        """List the ledgers in which runs of this account were planned."""
        rows: Any = self._database.all("people_ledgers")
        return tuple(PeopleLedgerRecord(*row) for row in rows)

    def keep_people_ledger(self, identity: str, folder: str, at: float, days: int) -> None:
        """Remember that a run is planned in a ledger, and how many days its campaign looks back."""
        with self._database.transaction():
            found = {"identity": identity, "folder": folder, "at": at, "days": days}
            self._database.do("keep_people_ledger", found)

    def give_up_people_ledger(self, identity: str, at: float) -> None:
        """Remember that a person said that a ledger is gone."""
        self._do("give_up_people_ledger", (at, identity))

    @contextmanager
    def planning(self) -> Iterator[None]:
        """Keep others of this account from planning meanwhile. Raises RunHeld after ten minutes."""
        lock = f"{self._database.path.name}.planning"
        with ExitStack() as stack:
            try:
                stack.enter_context(opening(self.folder, PLANNING_TIMEOUT_S, lock))
            except LedgerUnwritable:
                raise RunHeld(
                    "another run of this account is being planned; wait until that is done, then "
                    "run again; nothing was sent"
                ) from None
            yield

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

    def tasks_of(self, run: RunId) -> Sequence[TakenTask]:
        """List the names of a run that are counted as taken."""
        return self._tasks("tasks_of_run", {"run": run})

    def forget_tasks(self, before: float) -> int:
        """Forget the names that were taken before a time, with their numbers; count them."""
        with self._database.transaction():
            return self._database.do("forget_tasks", (before,))

    def forget_numbers(self, names: Iterable[TaskName]) -> int:
        """Forget those of these names beside which a number stands, and count them.

        Nothing of them is left in the file afterwards, unless another process has it open.
        """
        with self._database.transaction():
            forgotten = self._database.do_many("forget_number", [(name,) for name in names])
        if forgotten:
            self._database.compact()
        return max(0, forgotten)

    def inherit(self, earlier: "SqliteAccountStore") -> None:
        """Take over what this account learned under an earlier name; its own knowledge stays."""
        ours = self._database
        ceiling = earlier.ceiling()
        with ours.transaction():
            ours.do_many("learn_size", earlier.everything("all_sizes"))
            ours.do_many("inherit_breaker", earlier.everything("all_breakers"))
            ours.do_many("doubt_code", earlier.everything("all_doubtful_codes"))
            ours.do_many("inherit_listing", earlier.everything("all_listings"))
            ours.do_many("add_task", earlier.everything("all_tasks"))
            ours.do_many("inherit_ledger", earlier.everything("all_ledgers"))
            ours.do_many("add_same_account", earlier.everything("same_accounts"))
            ours.do("inherit_people_key", (earlier.people_key(),))
            ours.do_many("inherit_people_ledger", earlier.everything("people_ledgers"))
            if ceiling is not None and self.ceiling() is None:
                ours.do("set_ceiling", (ceiling,))

    def everything(self, name: str) -> list[Row]:
        """Return the rows of a statement that shows a whole table, for another store to inherit."""
        return self._database.all(name)

    def damage(self) -> str:
        """Say what is wrong with the file; empty where nothing is."""
        return self._database.damage()

    def close(self) -> None:
        """Release the file."""
        self._database.close()

    def _account(self) -> tuple[str, str, float | None]:
        row: Any = self._database.one("account_of_store")
        return row[0], row[1], row[2]

    def _do(self, name: str, parameters: Sequence[object]) -> None:
        with self._database.transaction():
            self._database.do(name, parameters)

    def _tasks(self, name: str, parameters: Parameters) -> tuple[TakenTask, ...]:
        rows: Any = self._database.all(name, parameters)
        return tuple(
            TakenTask(Channel(kind), TaskName(task), at, ledger, phone)
            for kind, task, at, ledger, phone in rows
        )
