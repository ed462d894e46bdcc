"""Open every ledger and every account's store that may know of a person."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.core.errors import UsageError
from pipeline.language import filled
from pipeline.ledger import SqliteLedger
from pipeline.ledger.account import SqliteAccountStore
from pipeline.ports import Clock, StorePlace
from pipeline.runner.session.place import LEDGER_FILE, folder_asked_for
from pipeline.runner.session.shared_lists import store_places
from pipeline.settings import Campaign, load_campaign
from pipeline.settings.account import parsed


@dataclass(frozen=True, slots=True)
class Site:
    """A state folder with its ledger, and the stores of the accounts that sent from it."""

    folder: Path
    ledger: SqliteLedger
    stores: tuple[SqliteAccountStore, ...]


@dataclass(frozen=True, slots=True)
class Everywhere:
    """Where an account's people may stand.

    missing are folders that a store knows of and that hold no ledger: what stood there is not
    reached. given_up are those of them that a person said to be gone for good.
    """

    sites: tuple[Site, ...]
    stores: tuple[SqliteAccountStore, ...]
    missing: tuple[Path, ...]
    given_up: tuple[Path, ...]

    @property
    def journals(self) -> tuple[Path, ...]:
        """List the emulator's own records beside these ledgers: they play the provider."""
        files = (site.folder / "emulator" / "journal.jsonl" for site in self.sites)
        return tuple(file for file in files if file.exists())


@contextmanager
def everywhere(campaign: Path | None, state: Path | None, clock: Clock) -> Iterator[Everywhere]:
    """Open the state folder that was named, and whatever the stores of its accounts lead to.

    An account's store knows each folder that sent by it; a folder's runs tell its accounts. Raises
    UsageError where the named folder holds no ledger.
    """
    loaded = load_campaign(campaign, clock.now()) if campaign is not None else None
    folder = folder_asked_for(state, loaded)
    if not (folder / LEDGER_FILE).exists():
        raise UsageError(
            filled(
                "there is no ledger in {folder}; name the state folder with --state DIR, "
                "or the campaign with --campaign FILE",
                folder=folder,
            ),
            "KS0211",
        )
    with ExitStack() as stack:
        search = _Search(stack)
        search.visit(folder, loaded)
        yield search.found()


@dataclass(slots=True)
class _Search:
    """Goes from folders to stores and from stores to folders, until nothing is new."""

    stack: ExitStack
    sites: dict[Path, Site] = field(default_factory=dict)
    stores: dict[Path, SqliteAccountStore] = field(default_factory=dict)
    missing: dict[Path, bool] = field(default_factory=dict)
    waiting: list[Path] = field(default_factory=list)

    def visit(self, folder: Path, campaign: Campaign | None) -> None:
        """Open a folder, and all that it leads to; the campaign's account is among them."""
        self._open(folder, campaign)
        while self.waiting:
            self._open(self.waiting.pop(), None)

    def found(self) -> Everywhere:
        """Return what was opened."""
        return Everywhere(
            tuple(self.sites.values()),
            tuple(self.stores.values()),
            tuple(folder for folder, given_up in self.missing.items() if not given_up),
            tuple(folder for folder, given_up in self.missing.items() if given_up),
        )

    def _open(self, folder: Path, campaign: Campaign | None) -> None:
        known = folder.resolve()
        if known in self.sites or known in self.missing:
            return
        ledger = SqliteLedger(folder)
        self.stack.callback(ledger.close)
        places = dict(store_places(ledger, folder, campaign)).values()
        stores = tuple(store for place in places for store in self._stores(place))
        self.sites[known] = Site(folder, ledger, stores)

    def _stores(self, place: StorePlace) -> Iterator[SqliteAccountStore]:
        """Open the store of an account, and those that it had under other names, where they are."""
        file = place.folder / f"{place.digest}.sqlite3"
        if not file.exists():
            return
        key = file.resolve()
        if key not in self.stores:
            store = SqliteAccountStore(place.folder, place.digest, place.account)
            self.stack.callback(store.close)
            self.stores[key] = store
            self._follow(store)
        store = self.stores[key]
        yield store
        for same in store.same_accounts():
            other = parsed(same.account)
            beside = place.folder / f"{other.digest}.sqlite3"
            if beside.resolve() not in self.stores:
                yield from self._stores(StorePlace(place.folder, other.digest, other.text))

    def _follow(self, store: SqliteAccountStore) -> None:
        gone = {known.folder for known in store.people_ledgers() if known.given_up_at is not None}
        folders = [known.folder for known in store.ledgers()]
        folders += [known.folder for known in store.people_ledgers()]
        for text in dict.fromkeys(folders):
            folder = Path(text)
            if (folder / LEDGER_FILE).is_file():
                self.waiting.append(folder)
            else:
                self.missing.setdefault(folder.resolve(), text in gone)
