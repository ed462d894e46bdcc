"""Put a backup back where no ledger stands: its stores first, the ledger last, marked as older."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.core.errors import LedgerUnwritable, UsageError
from pipeline.language import Words, filled
from pipeline.ledger import SqliteLedger
from pipeline.ledger.sqlite.files import LEDGER_NAME, make_folder, sync_folder
from pipeline.ledger.sqlite.owners import refuse_foreign
from pipeline.ledger.sqlite.sql import disk_errors
from pipeline.ports import RunRecord
from pipeline.runner.backups.manifest import (
    FoundBackup,
    HeldFile,
    HeldStore,
    held_file,
    pieces,
    write_new,
)
from pipeline.runner.session.store_folder import store_folder

_WORK = ".restoring"
_BESIDE = ("", "-wal", "-shm")
_OF_A_STATE_FOLDER = frozenset({"runs", "account", "emulator", "ledger.lock", "serve.lock", _WORK})
"""What may stand where a ledger was lost, or where a restore was killed."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """What was put back. unfinished are the runs that send nothing before they were asked for.

    stores are those that were put back; kept those that stood there and were left as they were.
    """

    found: FoundBackup
    state: Path
    unfinished: tuple[RunRecord, ...]
    stores: tuple[Path, ...]
    kept: tuple[Path, ...]


def put_back(found: FoundBackup, state: Path, now: float) -> PutBack:
    """Put a backup into a state folder without a ledger, and mark the ledger as older.

    A store that stands in its place knows more than the backup and is left alone. Raises
    UsageError where a ledger stands, SourceDamaged, and LedgerUnwritable.
    """
    found.check_names()
    refuse_foreign(state)
    _refuse_occupied(state)
    with disk_errors(state):
        make_folder(state)
        work = state / _WORK
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        try:
            # All is read and proved before anything of it is in its place.
            for held in found.manifest.files:
                _fetch(found, held, work)
            unfinished = _mark(work, now)
            stores = dict(_stores(found, work, state))
            _runs(found, work, state)
            os.link(work / LEDGER_NAME, state / LEDGER_NAME)
            sync_folder(state)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    done = tuple(path for path, is_new in stores.items() if is_new)
    kept = tuple(path for path, is_new in stores.items() if not is_new)
    return PutBack(found, state, unfinished, done, kept)


def _refuse_occupied(state: Path) -> None:
    if any((state / f"{LEDGER_NAME}{beside}").exists() for beside in _BESIDE):
        raise UsageError(
            filled(
                "a ledger stands in {state} already, and may know more than the backup; "
                "nothing was put back: if it is lost, move that folder away first, or name "
                "another one with --state",
                state=state,
            ),
            "KS0220",
        )
    if not state.exists():
        return
    if not state.is_dir():
        raise UsageError(
            filled("{state} is no folder; name a state folder with --state", state=state), "KS0220"
        )
    others = {one.name for one in state.iterdir()} - _OF_A_STATE_FOLDER
    if others:
        raise UsageError(
            filled(
                "the folder {state} holds other things, such as {others}, and no ledger; "
                "nothing was put back: name the folder where the ledger stood, or one that "
                "is empty",
                state=state,
                others=min(others),
            ),
            "KS0220",
        )


def _fetch(found: FoundBackup, held: HeldFile, work: Path) -> None:
    """Copy a file of the backup, and hold what was written against the manifest."""
    to = work / held.name
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        write_new(to, pieces(found.folder / held.name))
    except FileNotFoundError:
        raise found.damaged(held.name, Words("is missing")) from None
    if held_file(work, held.name) != held:
        raise found.damaged(held.name, Words("is not what was backed up"))


def _mark(work: Path, now: float) -> tuple[RunRecord, ...]:
    """Bring the ledger to this version and mark it as older; return its unfinished runs."""
    with closing(SqliteLedger(work)) as ledger:
        ledger.put_back(now)
        unfinished = tuple(run for run in ledger.runs() if run.restored_at is not None)
    if (work / f"{LEDGER_NAME}-wal").exists():
        raise LedgerUnwritable(
            filled(
                "the ledger in {work} is being read by another process, so that it cannot "
                "be put into its place; end that process and give the same command again",
                work=work,
            ),
            "KS7407",
        )
    return tuple(replace(run, folder=str(work.parent)) for run in unfinished)


def _stores(found: FoundBackup, work: Path, state: Path) -> Iterator[tuple[Path, bool]]:
    """Put each account's store in its place; tell of each whether none stood there."""
    for store in found.manifest.stores:
        place = _place(store, state)
        if any(place.with_name(f"{place.name}{beside}").exists() for beside in _BESIDE):
            yield place, False
            continue
        make_folder(place.parent)
        beside_it = place.with_name(f".{place.name}{_WORK}")
        beside_it.unlink(missing_ok=True)
        write_new(beside_it, pieces(work / store.name))
        with suppress(FileExistsError):
            os.link(beside_it, place)
        beside_it.unlink()
        sync_folder(place.parent)
        yield place, True


def _place(store: HeldStore, state: Path) -> Path:
    folder = store_folder(store.folder, store.account, state, os.environ)
    return folder / store.name.rpartition("/")[2]


def _runs(found: FoundBackup, work: Path, state: Path) -> None:
    """Put back what was about to leave; what stands there already knows more.

    The lock is what tells, before the ledger is there, that runs were sent from this folder.
    """
    for held in found.manifest.files:
        if not held.name.startswith("runs/"):
            continue
        file = state / held.name
        make_folder(state / "runs")
        make_folder(file.parent)
        (file.parent / "lock").touch(mode=0o600)
        if not file.exists():
            write_new(file, pieces(work / held.name))
        sync_folder(file.parent)
    if (state / "runs").is_dir():
        sync_folder(state / "runs")
