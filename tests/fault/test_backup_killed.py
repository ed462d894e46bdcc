"""A backup, or a restore, that is killed anywhere leaves nothing that is taken for the whole."""

import os
import resource
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import KoosendError
from pipeline.ledger import SqliteLedger
from pipeline.ledger.account import SqliteAccountStore
from pipeline.runner.backups.manifest import find_backup
from pipeline.settings.account import parsed
from tests.support.command import command
from tests.support.ledgers import PLAN, RUN, accept, items
from tests.support.shim import Action, Point, Shim, Step, steps_of

ACCOUNT = "emulator 0123"
KILLED = -9
POINTS = 4


def begin(folder: Path) -> None:
    """Make a state folder with a run of which something was sent, and its account's store."""
    state = folder / "state"
    store = SqliteAccountStore(state / "account", parsed(ACCOUNT).digest, ACCOUNT)
    with closing(SqliteLedger(state)) as ledger, closing(store):
        ledger.plan(replace(PLAN, account=ACCOUNT), items())
        with closing(ledger.take(RUN)) as writer:
            accept(writer)


def give(folder: Path, line: Sequence[str], watched: dict[str, str] | None = None) -> int:
    quiet = subprocess.DEVNULL
    environment = {**os.environ, **(watched or {})}
    words = command(*line)
    done = subprocess.run(
        words, cwd=folder, env=environment, stdout=quiet, stderr=quiet, check=False
    )
    return done.returncode


def backups_in(folder: Path) -> list[Path]:
    """List what restore would take."""
    found = []
    for one in folder.iterdir() if folder.exists() else ():
        try:
            find_backup(one).check_names()
        except KoosendError:
            continue
        found.append(one)
    return found


def chosen(steps: Sequence[Step]) -> list[Point]:
    """Choose points all over what was recorded, the first and the last among them."""
    writes = [one for one in steps if one.kind in {"pwrite", "write", "fdatasync", "fsync"}]
    picked = [writes[number * (len(writes) - 1) // (POINTS - 1)] for number in range(POINTS)]
    return [Point(Action.BEFORE, one.kind, one.target, one.ordinal) for one in picked]


def test_a_backup_that_was_killed_is_none_and_the_same_command_makes_one(
    tmp_path: Path, shim: Shim
) -> None:
    line = ("backup", "--state", "state", "--to", "backups")
    begin(tmp_path / "first")
    cases = [shutil.copytree(tmp_path / "first", tmp_path / str(n)) for n in range(POINTS)]

    def watched(folder: Path, point: Point | None = None) -> int:
        (folder / "backups").mkdir()
        return give(folder, line, dict(shim.environment(folder / "backups", folder / "log", point)))

    assert watched(tmp_path / "first") == 0
    assert len(backups_in(tmp_path / "first" / "backups")) == 1
    points = chosen(steps_of(tmp_path / "first" / "log"))

    def broken(folder: Path, point: Point) -> tuple[int, int, int]:
        killed = watched(folder, point)
        whole = len(backups_in(folder / "backups"))
        assert give(folder, line) == 0
        left = [one for one in (folder / "backups").iterdir() if one.name.startswith(".")]
        assert left == []
        return killed, whole, len(backups_in(folder / "backups"))

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(broken, cases, points))
    # At the last sync the manifest is written: what lies there is whole, and has no name yet.
    assert found == [(KILLED, 0, 1)] * (POINTS - 1) + [(KILLED, 1, 1)]


def test_a_restore_that_was_killed_leaves_no_ledger_or_one_that_asks_first(
    tmp_path: Path, shim: Shim
) -> None:
    begin(tmp_path / "first")
    assert give(tmp_path / "first", ("backup", "--state", "state", "--to", "backups")) == 0
    (made,) = backups_in(tmp_path / "first" / "backups")
    line = ("restore", str(made), "--state", "new")

    def watched(folder: Path, point: Point | None = None) -> int:
        (folder / "new").mkdir(parents=True)
        return give(folder, line, dict(shim.environment(folder / "new", folder / "log", point)))

    assert watched(tmp_path / "whole") == 0
    points = chosen(steps_of(tmp_path / "whole" / "log"))

    def broken(number: int) -> int:
        folder = tmp_path / str(number)
        killed = watched(folder, points[number])
        if not (folder / "new" / "ledger.sqlite3").exists():
            assert give(folder, line) == 0
        with closing(SqliteLedger(folder / "new")) as ledger:
            assert ledger.put_back_at() is not None
            record = ledger.run(RUN)
            assert record is not None
            assert record.restored_at is not None
        assert (folder / "new" / "runs" / RUN / "intents").exists()
        return killed

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(broken, range(POINTS))) == {KILLED}


@pytest.mark.parametrize("why", ["no room", "no folder"])
def test_a_backup_that_cannot_be_written_ends_in_74_and_leaves_nothing(
    tmp_path: Path, why: str
) -> None:
    begin(tmp_path)
    if why == "no folder":
        (tmp_path / "backups").write_text("")

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = subprocess.run(
        command("backup", "--state", "state", "--to", "backups"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=bounded if why == "no room" else None,
    )
    assert done.returncode == 74, done.stderr
    assert "the backup cannot be written to" in done.stderr
    assert done.stderr.count("\n") == 1
    if why == "no room":
        assert list((tmp_path / "backups").iterdir()) == []
