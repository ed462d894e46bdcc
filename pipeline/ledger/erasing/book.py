"""The parts of a ledger and of an account's store that erase one person."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from pipeline.core.model import RunId
from pipeline.core.phones import holds_any
from pipeline.core.screening import person_digest
from pipeline.ledger.erasing.entries import erase_entries, key_of_list
from pipeline.ledger.erasing.rows import erase_rows, find_rows
from pipeline.ledger.sqlite.database import Book, Database
from pipeline.ledger.sqlite.sql import damaged
from pipeline.ports.erasing import Erased, ErasedKind, ErasedPerson, Erasing, ErasureRecord, Traces

_SHOWN = 8


class ErasureBook(Book):
    """The part of a ledger that erases what belongs to a person."""

    def key(self) -> str:
        """Return the key of the digests of a ledger that no account is known of."""
        return key_of_list(self._database)

    def find(self, run: RunId, phones: Collection[str]) -> Mapping[str, Traces]:
        """Find numbers in a run. Raises LedgerUnwritable where its rows cannot be read."""
        run_no = self._database.value("run_no", {"run": run})
        try:
            return find_rows(self._database, int(run_no), phones)
        except ValueError as error:
            raise damaged(self._database.path, f"the recipients of {run}: {error}") from None

    def erase_pushed(self, person: ErasedPerson) -> Erased:
        """Erase what was pushed of a person, and what was said of their handset."""
        return erase_pushed(self._database, person.phone)

    def erase_entries(self, person: ErasedPerson, asked: Erasing, *, adds: bool) -> int:
        """Turn a number's entries of the ledger's own list into digests, and count them."""
        with self._database.transaction():
            moved, added = erase_entries(self._database, person, asked, adds=adds)
            if moved or added:
                record(self._database, person, asked)
            return moved

    def rows(self, run: RunId) -> Mapping[int, tuple[ErasedKind, float]]:
        """Return the rows of a run that were erased, or lost a value by it, and when."""
        found = self._database.all("erased_rows", {"run": run})
        return {row: (ErasedKind(kind), at) for row, kind, at in found}

    def runs_of(self, phone: str) -> frozenset[RunId]:
        """Return the runs in which a person was erased, by whatever key."""
        found: set[RunId] = set()
        for (key,) in self._database.all("erasure_keys"):
            of = {"key": key, "digest": person_digest(phone, key)}
            found |= {RunId(run) for (run,) in self._database.all("runs_erased_of", of)}
        return frozenset(found)

    def records(self) -> Sequence[ErasureRecord]:
        """List what was erased here, in order."""
        return records(self._database)


def record(database: Database, person: ErasedPerson, asked: Erasing) -> int:
    """Keep that a person is erased, within a transaction that is open; return its number."""
    said = {"at": asked.at, "command": asked.command}
    return database.insert("add_erasure", {**said, "key": person.key, "digest": person.digest})


def records(database: Database) -> Sequence[ErasureRecord]:
    """List what was erased in a ledger or a store, in order, each with its rows by run."""
    found: dict[tuple[float, str, str], dict[RunId, int]] = {}
    for at, command, digest, run, rows in database.all("erasures"):
        of_runs = found.setdefault((at, command, digest.hex()[:_SHOWN]), {})
        if run is not None:
            of_runs[RunId(run)] = of_runs.get(RunId(run), 0) + rows
    return tuple(ErasureRecord(*said, rows) for said, rows in found.items())


def erase_in_run(database: Database, run_no: int, person: ErasedPerson, asked: Erasing) -> Traces:
    """Erase a person's rows of a run, within a transaction that is open; tell what was found."""
    recording = partial(record, database, person, asked)
    return erase_rows(database, run_no, person.phone, asked.at, recording)


def erase_pushed(database: Database, phone: str) -> Erased:
    """Empty every receipt that tells of a number, and delete what was read from them of it.

    News of others that came with one stays.
    """
    wide = phone.encode("utf-16-le")
    with database.transaction():
        told = [
            (number, receipt)
            for number, receipt, *texts in database.all("all_replies")
            if any(holds_any(text, (phone,)) for text in texts)
        ]
        holding = database.all("receipts_that_hold", {"phone": phone, "wide": wide[:-1]})
        receipts = {number for (number,) in holding} | {receipt for _, receipt in told}
        emptied = database.do_many("empty_receipt", [(number,) for number in sorted(receipts)])
        replies = database.do_many("erase_reply", [(number,) for number, _ in told])
        news = database.do("erase_news", {"phone": phone})
        handsets = database.do("erase_handsets", {"number": int(phone)})
    return Erased(max(0, emptied), news, max(0, replies), handsets)
