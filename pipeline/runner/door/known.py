"""Tell whether an account was ever to send to a number, in whatever state folder of it."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.errors import KoosendError, UsageError
from pipeline.core.model import RunId
from pipeline.ledger import SqliteLedger
from pipeline.ports import AccountStore, Ledger, RunRecord, StorePlace
from pipeline.runner.session.place import LEDGER_FILE
from pipeline.runner.session.store_folder import store_if_there

if TYPE_CHECKING:
    from pipeline.reader.rows.digests import PeopleScheme
    from pipeline.reader.rows.people import KnownNumbers


@dataclass(slots=True)
class Acquaintance:
    """Remember whom the accounts' runs were planned for, by digests; runs that are new are added.

    A ledger that cannot be opened is passed over: its people are strangers meanwhile, of whom
    none is lost.
    """

    ledger: Ledger
    _people: dict[str, "_People"] = field(default_factory=dict)

    def among(self, phones: Collection[str], places: Sequence[StorePlace]) -> frozenset[str]:
        """Return those of some numbers that runs of these accounts were planned for."""
        asked = frozenset(phones)
        found: frozenset[str] = frozenset()
        for place in places:
            with store_if_there(place.folder, place.account) as store:
                if store is None:
                    continue
                key = store.people_key()
                names = names_in(store, place)
                people = self._people.setdefault(key, _People(key))
                found |= people.among(asked - found)
                # Whoever is known needs no look: others' folders are opened for the rest alone.
                for ledger in ledgers_of(store, self.ledger):
                    if asked <= found:
                        break
                    people.read(ledger, names)
                    found |= people.among(asked - found)
        return found


def names_in(store: AccountStore, place: StorePlace) -> frozenset[str]:
    """Return the names that an account has in its store: keys and hosts change."""
    return frozenset({place.account, *(same.account for same in store.same_accounts())})


def ledgers_of(store: AccountStore, own: Ledger) -> Iterator[Ledger]:
    """Yield every ledger that an account planned or sent in and that can be opened, ours first."""
    yield own
    folders = {known.identity: known.folder for known in store.ledgers()}
    folders |= {known.identity: known.folder for known in store.people_ledgers()}
    folders.pop(own.identity(), None)
    for identity, folder in folders.items():
        if not (Path(folder) / LEDGER_FILE).is_file():
            continue
        try:
            opened = SqliteLedger(Path(folder))
        except KoosendError:
            continue
        with closing(opened):
            if opened.identity() == identity:
                yield opened


class _People:
    """The people of one account. What they are told by is loaded once there is anybody."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._seen: set[tuple[str, RunId]] = set()
        self._numbers: tuple[PeopleScheme, KnownNumbers] | None = None

    def read(self, ledger: Ledger, accounts: Collection[str]) -> None:
        """Take in the runs of these accounts that were not there before: a plan never changes."""
        identity = ledger.identity()
        for record in ledger.runs():
            run = (identity, record.plan.run)
            if run not in self._seen and record.plan.account in accounts:
                self._add(ledger, record)
                self._seen.add(run)

    def among(self, phones: Collection[str]) -> frozenset[str]:
        return frozenset() if self._numbers is None else self._numbers[1].among(phones)

    def _add(self, ledger: Ledger, record: RunRecord) -> None:
        scheme, numbers = self._loaded()
        for chunk in ledger.people.planned(record.plan.run):
            if chunk.scheme.startswith(f"{scheme.of_numbers}."):
                numbers.add(chunk.numbers)
            elif record.purged_at is None:
                try:
                    phones = ledger.recipients(record.plan.run, chunk.chunk).phones
                    numbers.add_phones(list(filter(None, phones)))  # none is of who was erased
                except UsageError:
                    continue  # forgotten a moment ago

    def _loaded(self) -> "tuple[PeopleScheme, KnownNumbers]":
        if self._numbers is None:
            from pipeline.reader.rows.digests import (  # noqa: PLC0415 -- brings pandas
                PeopleScheme,
            )
            from pipeline.reader.rows.people import KnownNumbers  # noqa: PLC0415 -- as above

            scheme = PeopleScheme(self._key)
            self._numbers = (scheme, KnownNumbers(scheme))
        return self._numbers
