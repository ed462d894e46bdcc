"""`koosend verify` finds whatever is wrong in a real ledger file, says what and where, exits 1."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.audit.books import FindingCode
from pipeline.cli.main import koosend
from tests.support.command import Desk
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.members import Members, write_members

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}


@dataclass(frozen=True, slots=True)
class Office:
    """A finished run with a copy of its ledger as it was, and the provider that has it too."""

    desk: Desk
    members: Members
    provider: EmulatorProcess
    whole: Path

    @property
    def ledger(self) -> Path:
        return self.desk.folder / "state" / "ledger.sqlite3"

    def restore(self) -> None:
        for ending in ("-wal", "-shm"):
            self.ledger.with_name(self.ledger.name + ending).unlink(missing_ok=True)
        shutil.copyfile(self.whole, self.ledger)

    def plant(self, *statements: str) -> None:
        """Change the file as no koosend would: without triggers, checks and references."""
        with closing(sqlite3.connect(self.ledger, isolation_level=None)) as file:
            file.execute("PRAGMA ignore_check_constraints = 1")
            triggers = file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in triggers.fetchall():
                file.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                filled = statement.format(SENT=SENT, REJECTED=REJECTED, FINAL=FINAL, ONE=ONE)
                assert file.execute(filled).rowcount != 0, filled

    def verify(self, *options: str) -> tuple[int, str]:
        done = CliRunner().invoke(
            koosend, ["verify", str(self.desk.campaign), *options], standalone_mode=False, env=KEYS
        )
        if done.exception is not None:
            raise done.exception
        return int(done.return_value), done.output


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("verify")
    desk = Desk(folder)
    members = write_members(folder / "members.csv", 700, seed=41)
    with running_emulator(folder) as provider:
        desk.write_campaign(endpoint=provider.url)
        done = desk.koosend("run", desk.campaign, env=KEYS)
        assert done.exit == 0, done.err
        provider.advance(86_400)  # the handsets have loaded their cards, the links live on
        assert desk.koosend("reconcile", desk.campaign, env=KEYS).exit == 0
        office = Office(desk, members, provider, folder / "whole.sqlite3")
        with closing(sqlite3.connect(office.ledger)) as file:
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert file.execute("SELECT count(*) FROM row WHERE outcome = 'card'").fetchone()[0]
        shutil.copyfile(office.ledger, office.whole)
        yield office


@pytest.fixture
def office(finished: Office) -> Iterator[Office]:
    finished.restore()
    source = finished.members.path.read_bytes()
    yield finished
    finished.members.path.write_bytes(source)


SENT = "(SELECT row FROM row WHERE chunk IS NOT NULL LIMIT 1 OFFSET 20)"
REJECTED = "(SELECT row FROM row WHERE chunk IS NULL LIMIT 1)"
FINAL = "(SELECT row FROM row WHERE outcome = 'card' LIMIT 1)"
ONE = "chunk = 0 AND submission = 1"
UNKEYED = (
    "ALTER TABLE row RENAME TO keyed",
    "CREATE TABLE row AS SELECT * FROM keyed",
    "INSERT INTO row SELECT * FROM keyed WHERE row = {SENT}",
)

PLANTED: dict[str, tuple[tuple[str, ...], set[FindingCode]]] = {
    "a row that is not there": (
        ("DELETE FROM row WHERE row = {SENT}",),
        {FindingCode.ROW_GAP, FindingCode.ROWS_MISSING, FindingCode.RECIPIENTS_DIFFER},
    ),
    "a rejected row without outcome": (
        ("UPDATE row SET outcome = NULL WHERE row = {REJECTED}",),
        {FindingCode.OUTCOME_UNPROVED},
    ),
    "a row with two outcomes": (UNKEYED, {FindingCode.ROW_TWICE, FindingCode.ROWS_MISSING}),
    "a row of another submission": (
        ("UPDATE row SET submission = 2 WHERE row = {SENT}",),
        {FindingCode.RECIPIENTS_DIFFER},
    ),
    "accepted without a task id": (
        ("UPDATE submission SET task_id = NULL WHERE {ONE}",),
        {FindingCode.NO_TASK_ID},
    ),
    "accepted under another task id": (
        ("UPDATE submission SET task_id = 'another' WHERE {ONE}",),
        {FindingCode.STEPS_DIFFER},
    ),
    "a name that is not its own": (
        (
            "UPDATE attempt SET task_name = 'foreign' WHERE {ONE}",
            "UPDATE submission SET task_name = 'foreign' WHERE {ONE}",
        ),
        {FindingCode.NAME_FOREIGN},
    ),
    "an outcome whose evidence is not named": (
        ("UPDATE row SET evidence = '' WHERE row = {FINAL}",),
        {FindingCode.NO_EVIDENCE},
    ),
    "outcomes whose evidence is gone": (
        ("DELETE FROM evidence",),
        {FindingCode.OUTCOME_UNPROVED},
    ),
    "an outcome that was made up": (
        ("UPDATE row SET outcome = 'undelivered', code = 'X' WHERE row = {FINAL}",),
        {FindingCode.OUTCOME_UNPROVED},
    ),
    "accepted, but it would be sent again": (
        ("UPDATE submission SET state = 'planned', event = '', task_id = NULL WHERE {ONE}",),
        {FindingCode.STEPS_DIFFER},
    ),
    "an attempt that is gone": (
        ("DELETE FROM attempt WHERE {ONE}",),
        {FindingCode.STEPS_DIFFER},
    ),
    "recipients that were not planned": (
        ("UPDATE run SET recipient_count = recipient_count - 1",),
        {FindingCode.RECIPIENTS_DIFFER},
    ),
    "rows that were never read": (
        ("UPDATE run SET row_count = row_count + 1",),
        {FindingCode.ROWS_MISSING},
    ),
}


def test_a_whole_ledger_is_proved_also_against_the_providers_list(office: Office) -> None:
    code, told = office.verify("--online")
    assert code == 0, told
    assert "Proved" in told
    assert "was asked about" in told


@pytest.mark.parametrize("what", PLANTED)
def test_what_was_planted_is_found_and_named(office: Office, what: str) -> None:
    statements, expected = PLANTED[what]
    office.plant(*statements)
    code, told = office.verify()
    assert code == 1
    assert "Proved" not in told
    assert expected <= _codes(told)


def _codes(told: str) -> set[FindingCode]:
    words = {line.split(" at ")[0] for line in told.splitlines()}
    return {code for code in FindingCode if code in words}


def test_a_changed_source_is_found_and_one_that_is_gone_is_told(office: Office) -> None:
    with office.members.path.open("a", encoding="utf-8") as file:
        file.write("M9999,会员,13800138000,1\n")
    code, told = office.verify()
    assert code == 1
    found = told.partition("\n")[2]
    assert found.startswith(f"{FindingCode.SOURCE_CHANGED} at {office.members.path}")
    office.members.path.unlink()
    code, told = office.verify()
    assert code == 0
    assert "gone" in told


ONLINE: dict[str, tuple[tuple[str, ...], FindingCode]] = {
    "another task id": (
        (
            "UPDATE submission SET task_id = 'another' WHERE {ONE}",
            "UPDATE step SET task_id = 'another' WHERE {ONE} AND task_id IS NOT NULL",
        ),
        FindingCode.TASK_DIFFERS,
    ),
    "a name that the provider does not know": (
        (
            "UPDATE attempt SET task_name = 'foreign' WHERE {ONE}",
            "UPDATE step SET task_name = 'foreign' WHERE {ONE}",
        ),
        FindingCode.NOT_LISTED,
    ),
    "a count that is not the provider's": (
        (
            "UPDATE submission SET stop = stop - 1 WHERE {ONE}",
            "UPDATE submission SET start = start - 1 WHERE chunk = 0 AND submission = 2",
        ),
        FindingCode.COUNT_DIFFERS,
    ),
    "taken, but recorded as never taken": (
        ("UPDATE step SET event = 'was_throttled', task_id = NULL WHERE {ONE}",),
        FindingCode.LISTED_UNTAKEN,
    ),
}


@pytest.mark.parametrize("what", ONLINE)
def test_what_disagrees_with_the_providers_list_is_found_online(office: Office, what: str) -> None:
    statements, expected = ONLINE[what]
    office.plant(*statements)
    code, told = office.verify("--online")
    assert code == 1
    assert any(line.startswith(f"{expected} at chunk 0") for line in told.splitlines()), told


@pytest.mark.parametrize(
    "break_it",
    [
        lambda office: office.ledger.write_bytes(office.whole.read_bytes()[:20_000]),
        lambda office: office.ledger.write_bytes(b"no ledger at all" * 1000),
    ],
    ids=["half a file", "no database"],
)
def test_a_file_that_is_damaged_is_told_in_one_sentence(
    office: Office, break_it: Callable[[Office], object]
) -> None:
    break_it(office)
    done = office.desk.koosend("verify", office.desk.campaign)
    assert done.exit == 74, done.err
    assert "Traceback" not in done.err
    assert done.err.count("koosend: ") == 1


@pytest.fixture
def store(office: Office) -> Iterator[Path]:
    (file,) = (office.desk.folder / "koosend-accounts").glob("*.sqlite3")
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = file.read_bytes()
    yield file
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
    file.write_bytes(whole)


def test_a_name_that_the_account_counts_as_taken_and_the_ledger_does_not_is_found(
    office: Office, store: Path
) -> None:
    with closing(sqlite3.connect(store, isolation_level=None)) as file:
        (name,) = file.execute("SELECT max(name) FROM task").fetchone()
        planted = f"{name[:-3]}009"
        file.execute(
            "INSERT INTO task SELECT kind, at + 1, ?, ledger, phone FROM task LIMIT 1", (planted,)
        )
    code, told = office.verify()
    assert code == 1
    assert told.partition("\n")[2].startswith(f"{FindingCode.STORE_DIFFERS} at {planted}: ")


@pytest.mark.parametrize("at", [100, 4096])
def test_a_damaged_account_store_is_found(office: Office, store: Path, at: int) -> None:
    whole = store.read_bytes()
    store.write_bytes(whole[:at] + b"\xff" * 2000 + whole[at + 2000 :])
    code, told = office.verify()
    assert code == 1
    assert told.partition("\n")[2].startswith(f"{FindingCode.STORE_DAMAGED} at account's store: ")
    assert "Traceback" not in told
