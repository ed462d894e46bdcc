"""Keep what belongs to an account and not to a state folder, in one SQLite file per account."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

from pipeline.core.errors import LedgerUnwritable, RunHeld
from pipeline.core.model import Channel, RunId, TaskName
from pipeline.language import Words, filled
from pipeline.ledger.erasing.book import record, records
from pipeline.ledger.erasing.entries import erase_entries
from pipeline.ledger.screening import SuppressionList
from pipeline.ledger.sqlite.database import Database, Layout, Parameters, Row
from pipeline.ledger.sqlite.files import FlockOfWork, opening
from pipeline.ledger.sqlite.sql import disk_errors, queries
from pipeline.ports.account import (
    BreakerRecord,
    Claim,
    KnownLedger,
    ListRecord,
    PeopleLedgerRecord,
    SameAccount,
    TakenTask,
)
from pipeline.ports.erasing import Erased, ErasedPerson, Erasing, ErasureRecord

BUSY_TIMEOUT_S = 30.0
PLANNING_TIMEOUT_S = 600.0
SCRIPTS = (
    "account_schema.sql",
    "account_schema_2.sql",
    "account_schema_3.sql",
    "account_schema_4.sql",
    "account_schema_5.sql",
    "account_schema_6.sql",
)


def layout_of(digest: str) -> Layout:
    """Return how the store of an account is laid out: its file, its scripts, its statements."""
    return Layout(
        f"{digest}.sqlite3", SCRIPTS, queries("account.sql"), Words("the account's store")
    )


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
        self.suppressions = SuppressionList(self._database)
        if account is None:
            return
        self._do("name_account", (account,))
        if self._database.value("account_of_store") != account:
            self._database.close()
            raise LedgerUnwritable(
                filled(
                    "the account's store {folder}.sqlite3 belongs to another account; "
                    "nothing was sent: name another one with account.store",
                    folder=folder / digest,
                ),
                "KS7409",
            )

    @property
    def folder(self) -> Path:
        """Return where it lies, beside those of other accounts."""
        return self._database.path.parent

    def account(self) -> str:
        """Return the account whose store it is."""
        return str(self._database.value("account_of_store"))

    def ceiling(self) -> float | None:
        ceiling: float | None = self._database.value("ceiling")
        return ceiling

    def learn_ceiling(self, calls_per_s: float) -> None:
        self._do("set_ceiling", (calls_per_s,))

    def sizes(self) -> Mapping[Channel, int]:
        return {Channel(channel): most for channel, most in self._database.all("sizes")}

    def learn_size(self, channel: Channel, recipients: int, at: float, code: str) -> None:
        self._do("learn_size", (str(channel), recipients, at, code))

    def breaker(self) -> BreakerRecord | None:
        row = self._database.first("breaker")
        return None if row is None else BreakerRecord(*row)

    def open_breaker(self, record: BreakerRecord) -> None:
        self._do("open_breaker", (record.opened_at, record.why, record.lost))

    def close_breaker(self) -> None:
        self._do("close_breaker")

    def doubtful_codes(self) -> Mapping[str, str]:
        return dict(self._database.all("doubtful_codes"))

    def doubt_code(self, code: str, name: TaskName, at: float) -> None:
        self._do("doubt_code", (code, name, at))

    def listing(self, kind: Channel) -> ListRecord:
        return ListRecord(*self._database.first("listing", (str(kind),)) or ())

    def keep_listing(self, kind: Channel, record: ListRecord) -> None:
        streak = (record.streak, record.streak_since, record.trusted_since)
        self._do("keep_listing", (str(kind), record.missed_at, record.missed, *streak))

    def add_tasks(self, tasks: Iterable[TakenTask]) -> None:
        rows = [(str(task.kind), task.at, task.name, task.ledger, task.phone) for task in tasks]
        if rows:
            with self._database.transaction():
                self._database.do_many("add_task", rows)

    def tasks_before(self, kind: Channel, at: float, most: int) -> Sequence[TakenTask]:
        return self._tasks("tasks_before", (str(kind), at, most))

    def tasks_after(self, kind: Channel, at: float, most: int) -> Sequence[TakenTask]:
        return self._tasks("tasks_after", (str(kind), at, most))

    def count_tasks_after(self, kind: Channel, at: float) -> int:
        return int(self._database.value("count_tasks_after", (str(kind), at)))

    def ledgers(self) -> Sequence[KnownLedger]:
        return tuple(KnownLedger(*row) for row in self._database.all("known_ledgers"))

    def know_ledger(self, identity: str, folder: str, at: float) -> None:
        self._do("know_ledger", {"identity": identity, "folder": folder, "at": at})

    def claim(self, identity: str) -> Claim | None:
        row = self._database.first("claim", (identity,))
        if row is None:
            return None
        number, token, inode, folder, at, is_working = row
        return Claim(number, token, inode, folder, at, is_working=bool(is_working))

    def keep_claim(self, identity: str, claim: Claim) -> None:
        with self._database.transaction():
            self._database.do("keep_claim", asdict(claim) | {"identity": identity})
            self._database.do("keep_place", {"inode": self._inode()})

    def is_in_place(self) -> bool:
        return bool(self._database.value("place") == self._inode())

    @contextmanager
    def claiming(self, identity: str) -> Iterator[FlockOfWork]:
        with ExitStack() as stack:
            with disk_errors(self._database.path):
                stack.enter_context(
                    opening(
                        self.folder,
                        BUSY_TIMEOUT_S,
                        f"{identity}.claim.lock",
                    )
                )
                lock = FlockOfWork(self.folder / f"{identity}.work.lock")
            yield lock

    def people_key(self) -> str:
        return str(self._database.value("people_key"))

    def people_ledgers(self) -> Sequence[PeopleLedgerRecord]:
        return tuple(PeopleLedgerRecord(*row) for row in self._database.all("people_ledgers"))

    def keep_people_ledger(self, identity: str, folder: str, at: float, days: int) -> None:
        with self._database.transaction():
            found = {"identity": identity, "folder": folder, "at": at, "days": days}
            self._database.do("keep_people_ledger", found)

    def give_up_people_ledger(self, identity: str, at: float) -> None:
        self._do("give_up_people_ledger", (at, identity))

    @contextmanager
    def planning(self) -> Iterator[None]:
        lock = f"{self._database.path.name}.planning"
        with ExitStack() as stack:
            try:
                stack.enter_context(opening(self.folder, PLANNING_TIMEOUT_S, lock))
            except LedgerUnwritable:
                raise RunHeld(
                    Words(
                        "another run of this account is being planned; wait until that is done, "
                        "then run again; nothing was sent"
                    )
                ) from None
            yield

    def same_accounts(self) -> Sequence[SameAccount]:
        return tuple(SameAccount(*row) for row in self._database.all("same_accounts"))

    def add_same_account(self, same: SameAccount) -> None:
        self._do("add_same_account", (same.account, same.at, same.note))

    def domain(self) -> str:
        return str(self._database.value("domain"))

    def learn_domain(self, domain: str) -> None:
        self._do("set_domain", (domain,))

    def tasks_of(self, run: RunId) -> Sequence[TakenTask]:
        """List the names of a run that are counted as taken."""
        return self._tasks("tasks_of_run", {"run": run})

    def forget_tasks(self, before: float) -> int:
        return self._do("forget_tasks", (before,))

    def forget_numbers(self, names: Iterable[TaskName]) -> int:
        """Forget those of these names beside which a number stands, and count them.

        Nothing of them is left in the file afterwards, unless another process has it open.
        """
        with self._database.transaction():
            forgotten = self._database.do_many("forget_number", [(name,) for name in names])
        if forgotten:
            self._database.compact()
        return max(0, forgotten)

    def erase(self, person: ErasedPerson, asked: Erasing) -> Erased:
        """Turn a number's entries of the list into digests and forget it beside names of tasks.

        Nothing is sent to the person from here on, also where they had no entry.
        """
        with self._database.transaction():
            entries, added = erase_entries(self._database, person, asked, adds=True)
            tasks = self._database.do("erase_tasks", {"phone": person.phone})
            if entries or added or tasks:
                record(self._database, person, asked)
        return Erased(entries=entries, beside_names=tasks)

    def erasures(self) -> Sequence[ErasureRecord]:
        """List what was erased here, in order."""
        return records(self._database)

    def compact(self) -> bool:
        """Overwrite what was erased; False while another process keeps traces of it alive."""
        return self._database.compact()

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
            ours.do_many("inherit_claim", earlier.everything("all_claims"))
            if ceiling is not None and self.ceiling() is None:
                ours.do("set_ceiling", (ceiling,))
        self.suppressions.join(earlier.suppressions, earlier.account())

    def everything(self, name: str) -> list[Row]:
        """Return the rows of a statement that shows a whole table, for another store to inherit."""
        return self._database.all(name)

    def damage(self) -> str:
        """Say what is wrong with the file; empty where nothing is."""
        return self._database.damage()

    def close(self) -> None:
        self._database.close()

    def _inode(self) -> int:
        with disk_errors(self._database.path):
            return self._database.path.stat().st_ino

    def _do(self, name: str, parameters: Parameters = ()) -> int:
        with self._database.transaction():
            return self._database.do(name, parameters)

    def _tasks(self, name: str, parameters: Parameters) -> tuple[TakenTask, ...]:
        return tuple(
            TakenTask(Channel(kind), *task) for kind, *task in self._database.all(name, parameters)
        )
