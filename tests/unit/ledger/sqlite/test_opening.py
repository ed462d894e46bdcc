"""Opening a ledger: where it may stand, who may read it, and which version it has."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.core.errors import LedgerUnwritable
from pipeline.ledger import SqliteLedger
from pipeline.ledger.sqlite.files import NETWORK_FILE_SYSTEMS, file_system, prepare
from pipeline.ledger.sqlite.migrate import SCRIPTS, migrate
from pipeline.ledger.sqlite.sql import script
from tests.support.ledgers import RUN, an_attempt, planned

MOUNTS = r"""
21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 21 0:40 / /mnt/share rw,relatime shared:9 master:1 - nfs4 box:/export rw,vers=4.2
31 30 254:1 / /mnt/share/local rw - xfs /dev/vdb rw
32 21 0:41 / /mnt/with\040space rw - fuse.sshfs user@box: rw
33 21 0:42 / /mnt/twice rw - ext4 /dev/vdc rw
34 33 0:43 / /mnt/twice rw - cifs //box/share rw
garbage that is no mount
"""


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_is_for_its_owner_only_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    del umask
    state = tmp_path / "state"
    ledger = SqliteLedger(state)
    planned(ledger).take(RUN).begin([an_attempt()])
    files = {path: _mode(path) for path in [state, *state.rglob("*")]}
    ledger.close()
    assert {path.name for path in files} == {
        *("state", "ledger.lock", "ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"),
        *("runs", RUN, "lock", "intents"),
    }
    for path, mode in files.items():
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_ledger_that_others_may_read_is_made_private(tmp_path: Path) -> None:
    SqliteLedger(tmp_path).close()
    (tmp_path / "ledger.sqlite3").chmod(0o644)
    SqliteLedger(tmp_path).close()
    assert _mode(tmp_path / "ledger.sqlite3") == 0o600


@pytest.mark.parametrize("name", ["ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"])
def test_a_symbolic_link_is_refused(tmp_path: Path, name: str) -> None:
    state = tmp_path / "state"
    state.mkdir()
    target = tmp_path / "elsewhere"
    target.write_bytes(b"precious")
    (state / name).symlink_to(target)
    with pytest.raises(LedgerUnwritable, match="symbolic link"):
        SqliteLedger(state)
    assert target.read_bytes() == b"precious"


def test_a_linked_lock_is_refused(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "state")
    planned(ledger)
    target = tmp_path / "elsewhere"
    target.write_bytes(b"precious")
    folder = tmp_path / "state" / "runs" / RUN
    folder.mkdir(parents=True)
    (folder / "lock").symlink_to(target)
    with pytest.raises(LedgerUnwritable):
        ledger.take(RUN)
    assert target.read_bytes() == b"precious"
    ledger.close()


def test_a_folder_in_the_ledgers_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite3").mkdir()
    with pytest.raises(LedgerUnwritable, match="no plain file"):
        SqliteLedger(tmp_path)


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/koosend", "ext4"),
        ("/mnt/share/koosend", "nfs4"),
        ("/mnt/shared", "ext4"),
        ("/mnt/share/local/koosend", "xfs"),
        ("/mnt/with space/koosend", "fuse.sshfs"),
        ("/mnt/twice", "cifs"),
    ],
)
def test_the_file_system_of_a_folder_is_found(folder: str, kind: str) -> None:
    assert file_system(Path(folder), MOUNTS) == kind


def test_an_unknown_file_system_is_nothing() -> None:
    assert file_system(Path("/var"), "") == ""


@pytest.mark.parametrize("kind", sorted(NETWORK_FILE_SYSTEMS))
def test_a_network_file_system_is_refused_before_anything_is_written(
    tmp_path: Path, kind: str
) -> None:
    mounts = f"21 1 0:40 / / rw - {kind} box:/export rw"
    with pytest.raises(LedgerUnwritable, match="network file system"):
        prepare(tmp_path, mounts)
    assert list(tmp_path.iterdir()) == []


def test_the_ledger_is_opened_durable(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path)
    connection = ledger._database._connection
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    ledger.close()


def test_a_ledger_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    SqliteLedger(tmp_path).close()
    path = tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"PRAGMA user_version = {len(SCRIPTS) + 1}")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    with pytest.raises(LedgerUnwritable, match="newer koosend"):
        SqliteLedger(tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "difference",
    [
        "ALTER TABLE run DROP COLUMN finished_at",
        "DROP TRIGGER run_stays",
        "DELETE FROM legal_step WHERE event = 'was_found'",
    ],
)
def test_a_ledger_of_this_version_that_is_laid_out_differently_is_refused_in_one_sentence(
    tmp_path: Path, difference: str
) -> None:
    SqliteLedger(tmp_path).close()
    path = tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(difference)
        raw.execute("PRAGMA application_id = 0")
        raw.commit()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    with pytest.raises(LedgerUnwritable, match="made by another koosend") as refused:
        SqliteLedger(tmp_path)
    assert str(tmp_path) in str(refused.value)
    assert path.read_bytes() == before


def test_a_ledger_that_differs_in_its_mark_alone_is_opened(tmp_path: Path) -> None:
    SqliteLedger(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as raw:
        raw.execute("PRAGMA application_id = 0")
    SqliteLedger(tmp_path).close()


def _versions(connection: sqlite3.Connection) -> tuple[object, ...]:
    version: tuple[object, ...] = connection.execute("PRAGMA user_version").fetchone()
    return version


def test_an_older_ledger_takes_the_scripts_it_lacks(tmp_path: Path) -> None:
    SqliteLedger(tmp_path).close()
    path = tmp_path / "ledger.sqlite3"
    ours = list(map(script, SCRIPTS))
    later = len(ours) + 1
    added = f"CREATE TABLE later (id INTEGER);\nPRAGMA user_version = {later};\n"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        migrate(raw, path, [*ours, added])
        assert _versions(raw) == (later,)
        migrate(raw, path, [*ours, added])
        assert raw.execute("SELECT count(*) FROM later").fetchone() == (0,)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    SqliteLedger(tmp_path).close()
    path = tmp_path / "ledger.sqlite3"
    broken = "CREATE TABLE later (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(raw, path, [*map(script, SCRIPTS), broken])
        assert _versions(raw) == (len(SCRIPTS),)
        tables = raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone()
        assert tables == (0,)


@pytest.mark.parametrize("loss", ["deleted", "emptied"])
def test_a_ledger_that_was_lost_after_sending_is_not_begun_anew(tmp_path: Path, loss: str) -> None:
    ledger = SqliteLedger(tmp_path)
    planned(ledger).take(RUN)
    ledger.close()
    path = tmp_path / "ledger.sqlite3"
    path.unlink()
    if loss == "emptied":
        path.touch()
    with pytest.raises(LedgerUnwritable, match="although runs were sent"):
        SqliteLedger(tmp_path)
