"""`restore`: put a backup back; its runs send nothing before they were asked for."""

import os
from pathlib import Path

from pipeline.ports import Clock
from pipeline.runner.backups.manifest import find_backup
from pipeline.runner.backups.putting_back import PutBack, put_back
from pipeline.runner.session.place import named, state_folder


def restore(backup: Path, given: Path | None, clock: Clock) -> PutBack:
    """Put a backup into the state folder that was named, else where it was made of.

    Raises SourceMissing and SourceDamaged for what is no whole backup, UsageError where a ledger
    stands, and LedgerUnwritable.
    """
    found = find_backup(backup)
    state = state_folder(given, os.environ) or Path(found.manifest.state)
    return put_back(found, state, clock.now())


def next_commands(done: PutBack) -> tuple[str, ...]:
    """List what is to be called for each run before it goes on, the latest first."""
    return tuple(f"koosend reconcile --restored {named(run)}" for run in done.unfinished)


def as_json(done: PutBack) -> dict[str, object]:
    """Return the one object that --json prints."""
    manifest = done.found.manifest
    return {
        "state": str(done.state),
        "made": manifest.made,
        "identity": manifest.identity,
        "runs": manifest.runs,
        "unfinished": [run.plan.run for run in done.unfinished],
        "stores": list(map(str, done.stores)),
        "stores_kept": list(map(str, done.kept)),
        "next": list(next_commands(done)),
    }
