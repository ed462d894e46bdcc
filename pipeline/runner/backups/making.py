"""Make a backup: the manifest last, and under its own name only when all is proved."""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain, count
from pathlib import Path

from pipeline.core.errors import (
    CampaignInvalid,
    KoosendError,
    LedgerUnwritable,
    RunHeld,
    UsageError,
)
from pipeline.core.times import in_china, iso_in_china
from pipeline.language import filled
from pipeline.ledger.intents import INTENTS_FILE
from pipeline.ledger.sqlite.copying import CopiedLedger, copy_database, copy_errors, look_into
from pipeline.ledger.sqlite.files import LEDGER_NAME, make_folder, sync_folder
from pipeline.ledger.sqlite.owners import refuse_foreign
from pipeline.runner.backups.manifest import (
    MANIFEST,
    FoundBackup,
    HeldStore,
    Manifest,
    find_backup,
    held_file,
    pieces,
    write_new,
)
from pipeline.runner.session.store_folder import store_folder
from pipeline.settings import load_campaign
from pipeline.settings.account import parsed

_NAME = re.compile(r"koosend-\d{4}-\d\d-\d\d-\d{6}-[0-9a-f]{8}(-\d+)?")
_PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class Wish:
    """Where a backup is to lie. keep counts the backups of the folder that stay; 0: all."""

    to: Path
    keep: int = 0


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made. removed are the names of earlier ones that went for it."""

    found: FoundBackup
    removed: tuple[str, ...]

    @property
    def bytes(self) -> int:
        """Return how large its files are together."""
        return sum(held.bytes for held in self.found.manifest.files)


def back_up(state: Path, wish: Wish, now: float) -> Backup:
    """Copy the ledger of a state folder, then what lies beside it, then its accounts' stores.

    In this order: whatever the ledger rests on is in its store before, so that a store which is
    younger knows all of it, and its claim says that the ledger is older. Raises UsageError,
    RunHeld, and LedgerUnwritable where the copy cannot be written or is not what was copied.
    """
    to = wish.to
    if not (state / LEDGER_NAME).is_file():
        raise UsageError(
            filled(
                "there is no ledger in {state}; name the state folder with --state DIR, or "
                "a campaign",
                state=state,
            ),
            "KS0211",
        )
    refuse_foreign(state)
    if to.resolve().is_relative_to(state.resolve()):
        raise UsageError(
            filled(
                "the backup would lie in {to}, within the state folder, and go with it; "
                "name a folder elsewhere with --to, on another disk if there is one",
                to=to,
            ),
            "KS0220",
        )
    with copy_errors(state, to):
        make_folder(to)
        with _only_one(to):
            made = _Making(state, to, now).made()
            return Backup(made, tuple(_without_older(made, wish)))


@dataclass(slots=True)
class _Making:
    """A backup that is being made, in a folder of its own that is no backup yet."""

    state: Path
    to: Path
    now: float

    def made(self) -> FoundBackup:
        partial = self.to / f".koosend-{os.getpid()}{_PARTIAL}"
        for left in self.to.glob(f".koosend-*{_PARTIAL}"):
            shutil.rmtree(left)
        partial.mkdir(mode=0o700)
        try:
            return self._in(partial)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _in(self, partial: Path) -> FoundBackup:
        copy_database(_plain(self.state / LEDGER_NAME), partial / LEDGER_NAME)
        ledger = look_into(partial / LEDGER_NAME)
        names = [LEDGER_NAME, *self._intents(ledger, partial)]
        stores = tuple(self._stores(ledger, partial))
        names += [store.name for store in stores]
        for name in names:
            _sync(partial / name)
        manifest = Manifest(
            format=1,
            koosend=version("koosend"),
            at=self.now,
            made=iso_in_china(self.now),
            state=str(self.state.absolute()),
            identity=ledger.identity,
            runs=len(ledger.runs),
            files=tuple(held_file(partial, name) for name in names),
            stores=stores,
        )
        write_new(partial / MANIFEST, [manifest.text()])
        for folder, _, _ in os.walk(partial):
            sync_folder(Path(folder))
        final = self._name(ledger.identity)
        partial.rename(final)
        sync_folder(self.to)
        return FoundBackup(final, manifest)

    def _intents(self, ledger: CopiedLedger, partial: Path) -> Iterator[str]:
        """Copy what was about to leave, after the ledger: it must not know less than that."""
        for copied in ledger.runs:
            name = f"runs/{copied.run}/{INTENTS_FILE}"
            if (self.state / name).is_file():
                make_folder(partial / "runs")
                make_folder((partial / name).parent)
                write_new(partial / name, pieces(self.state / name))
                yield name

    def _stores(self, ledger: CopiedLedger, partial: Path) -> Iterator[HeldStore]:
        seen: set[str] = set()
        for copied in ledger.runs:
            account = copied.account
            if not account or account in seen:
                continue
            seen.add(account)
            configured = _configured(Path(copied.campaign_path), self.now)
            folder = store_folder(configured, account, self.state, os.environ)
            file = f"{parsed(account).digest}.sqlite3"
            if (folder / file).is_file():
                name = f"stores/{file}"
                make_folder(partial / "stores")
                copy_database(_plain(folder / file), partial / name)
                yield HeldStore(name, account, configured and str(folder.absolute()))

    def _name(self, identity: str) -> Path:
        day = in_china(self.now).strftime("%Y-%m-%d-%H%M%S")
        first = self.to / f"koosend-{day}-{identity[:8]}"
        numbered = (first.with_name(f"{first.name}-{number}") for number in count(2))
        return next(name for name in chain((first,), numbered) if not name.exists())


def _configured(campaign: Path, now: float) -> str:
    """Return the store's folder that a campaign file names; empty where it names none, or is gone.

    Without the file it is looked for at its usual place.
    """
    try:
        return str(load_campaign(campaign, now).account.store)
    except CampaignInvalid:
        return ""


def _without_older(made: FoundBackup, wish: Wish) -> Iterator[str]:
    """Remove earlier backups of the same folder beyond those that stay; tell their names."""
    if not wish.keep:
        return
    own = sorted(_of_same(made, wish.to), key=lambda found: found.manifest.at, reverse=True)
    for found in own[max(0, wish.keep - 1) :]:
        if _removed(found):
            yield found.folder.name


def _of_same(made: FoundBackup, to: Path) -> Iterator[FoundBackup]:
    for folder in to.iterdir():
        if not _NAME.fullmatch(folder.name) or folder.is_symlink() or folder == made.folder:
            continue
        try:
            found = find_backup(folder)
        except KoosendError:
            continue  # nobody can say whose it is
        ours = made.manifest
        if (found.manifest.identity, found.manifest.state) == (ours.identity, ours.state):
            yield found


def _removed(found: FoundBackup) -> bool:
    """Delete a backup's own files, the manifest first: half of it is none any more."""
    (found.folder / MANIFEST).unlink()
    sync_folder(found.folder)
    for held in found.manifest.files:
        with suppress(FileNotFoundError):
            (found.folder / held.name).unlink()
    folders = [Path(folder) for folder, _, _ in os.walk(found.folder)]
    with suppress(OSError):  # somebody else's file lies there: it stays
        for folder in reversed(folders):
            folder.rmdir()
    return True


@contextmanager
def _only_one(to: Path) -> Iterator[None]:
    """Keep others from writing a backup into the same folder meanwhile."""
    descriptor = os.open(to, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunHeld(
                filled(
                    "another backup is being written into {to}; wait until it is done, "
                    "then give the same command again",
                    to=to,
                )
            ) from None
        yield
    finally:
        os.close(descriptor)


def _plain(file: Path) -> Path:
    if file.is_symlink():
        raise LedgerUnwritable(
            filled("{file} is a symbolic link; nothing was opened or copied", file=file), "KS7403"
        )
    return file


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
