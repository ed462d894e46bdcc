"""The real ledger on a disk in memory, which can be told to fail."""

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.core.errors import LedgerUnwritable
from pipeline.language import Text
from pipeline.ledger import SqliteLedger
from pipeline.ledger.account import SqliteAccountStore
from pipeline.ledger.sqlite.database import Database

_IN_MEMORY = next((path for path in ("/dev/shm",) if Path(path).is_dir()), None)  # noqa: S108 -- a disk in memory, where there is one


class MemoryStore(SqliteAccountStore):
    """The account's store in a folder of its own that goes with the object."""

    def __init__(self, folder: Path | None = None) -> None:
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="koosend-test-", dir=_IN_MEMORY))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        super().__init__(folder, "0" * 16, "account")


class _Failing(Database):
    """A database that counts its transactions and can refuse them."""

    writes = 0
    fail_from: int | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.writes += 1
        if self.fail_from is not None and self.writes >= self.fail_from:
            raise LedgerUnwritable(Text("the ledger cannot record: it was told to fail"))
        with super().transaction():
            yield


class MemoryLedger(SqliteLedger):
    """The ledger in a folder of its own that goes with the object.

    writes counts the transactions. fail_from is the number of the first transaction, from 1, that
    raises LedgerUnwritable, as do all after it; None means that none fails.
    """

    def __init__(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="koosend-test-", dir=_IN_MEMORY))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        super().__init__(folder)
        self._failing = _Failing.__new__(_Failing)
        self._failing.__dict__ = self._database.__dict__
        self._keep_in(self._failing)

    @property
    def writes(self) -> int:
        return self._failing.writes

    @property
    def fail_from(self) -> int | None:
        return self._failing.fail_from

    @fail_from.setter
    def fail_from(self, at: int | None) -> None:
        self._failing.fail_from = at

    def let_holders_die(self) -> None:
        """Act as if every process that holds a run had been killed."""
        for writer in self._writers:
            writer._lock.release()
