"""A backup that is put back, and a copy: nobody is sent to twice by them, and nobody is lost."""

import json
import shutil
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.emulator.options import EmulatorOptions
from tests.support.command import Desk, Done
from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY, EmulatorProcess
from tests.support.members import Members

MEMBERS = 700
KEYS = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}
SLOW = 200


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[EmulatorProcess]:
    (tmp_path / "provider").mkdir()
    started = EmulatorProcess.start(tmp_path / "provider", EmulatorOptions(seed=7))
    yield started
    started.end()


def run(
    desk: Desk, provider: EmulatorProcess, state: Path | None = None, *, max_messages: int = 0
) -> Done:
    desk.write_campaign(endpoint=provider.url, ask="false", max_messages=max_messages)
    where = () if state is None else ("--state", state)
    return desk.koosend("run", desk.campaign, *where, env=KEYS)


def backup(desk: Desk, *arguments: object) -> Done:
    return desk.koosend("backup", desk.campaign, "--to", "backups", *arguments)


def only_backup(desk: Desk) -> Path:
    (found,) = (desk.folder / "backups").iterdir()
    return found


def asks_for_everything(desk: Desk, stopped: Done) -> None:
    """Give the command that the sentence names, and check that it went well."""
    assert stopped.exit == 79, stopped.err
    line = stopped.err.partition("koosend reconcile --restored ")[2]
    words = line.partition(" asks KooMessage")[0].split()
    asked = desk.koosend("reconcile", "--restored", *words, env=KEYS)
    assert asked.exit in {0, 75}, asked.err


def everybody_once(provider: EmulatorProcess, members: Members) -> None:
    reached = Counter(str(line["phone"]) for line in provider.messages())
    assert sorted(reached.elements()) == sorted(members.sendable)


def test_a_run_is_backed_up_in_its_middle_and_put_back_and_a_copy_sends_nothing_meanwhile(
    desk: Desk, provider: EmulatorProcess, members: Members
) -> None:
    assert run(desk, provider, max_messages=100).exit == 75
    state, copy = desk.folder / "state", desk.folder / "copy"
    shutil.copytree(state, copy)
    desk.write_campaign(endpoint=provider.url, ask="false", messages_per_s=SLOW)
    with desk.started("run", desk.campaign, env=KEYS) as sending:
        deadline = time.monotonic() + 60
        while len(provider.messages()) <= 100:
            assert time.monotonic() < deadline
            time.sleep(0.02)  # another process sends
        made = backup(desk)
        assert made.exit == 0, made.err
        refused = desk.koosend("run", desk.campaign, "--state", copy, env=KEYS)
        assert refused.exit == 79, refused.err
        assert "which is at work now" in refused.err
        assert len(provider.messages()) < len(members.sendable), "it was no backup of its middle"
        assert sending.wait(60) == 0
    everybody_once(provider, members)
    shutil.rmtree(state)
    restored = desk.koosend("restore", only_backup(desk), "--state", state)
    assert restored.exit == 0, restored.err
    assert "knows more, and was left as it is" in restored.out
    stopped = run(desk, provider)
    assert "this ledger is older than what was sent" in stopped.err
    asks_for_everything(desk, stopped)
    assert run(desk, provider).exit == 0
    everybody_once(provider, members)
    assert desk.koosend("verify", desk.campaign, env=KEYS).exit == 0


def test_a_backup_is_put_back_on_another_machine_with_its_store(
    desk: Desk, provider: EmulatorProcess, members: Members
) -> None:
    assert run(desk, provider, max_messages=300).exit == 75
    assert backup(desk).exit == 0
    assert run(desk, provider, max_messages=500).exit == 75
    for lost in ("state", "koosend-accounts"):
        shutil.rmtree(desk.folder / lost)
    restored = desk.koosend("restore", only_backup(desk))
    assert restored.exit == 0, restored.err
    assert "the account's store was put back as well" in restored.out
    assert "Next:  koosend reconcile --restored" in restored.out
    asks_for_everything(desk, run(desk, provider))
    assert run(desk, provider).exit == 0
    everybody_once(provider, members)
    assert desk.koosend("verify", desk.campaign, env=KEYS).exit == 0


@pytest.mark.parametrize("first", ["state", "copy"])
def test_of_a_copied_folder_one_goes_on_and_the_other_asks(
    desk: Desk, provider: EmulatorProcess, members: Members, first: str
) -> None:
    assert run(desk, provider, max_messages=300).exit == 75
    folders = {name: desk.folder / name for name in ("state", "copy")}
    shutil.copytree(folders["state"], folders["copy"])
    goes_on = folders.pop(first)
    (other,) = folders.values()
    assert run(desk, provider, goes_on, max_messages=500).exit == 75
    stopped = run(desk, provider, other)
    assert f"went on in {goes_on}" in stopped.err
    asks_for_everything(desk, stopped)
    assert run(desk, provider, goes_on).exit == 79
    done = run(desk, provider, other)
    assert done.exit == 0, done.err
    everybody_once(provider, members)


def test_a_list_that_was_changed_is_not_sent_by_a_copy_either(
    desk: Desk, provider: EmulatorProcess, members: Members
) -> None:
    assert run(desk, provider, max_messages=300).exit == 75
    copy = desk.folder / "copy"
    shutil.copytree(desk.folder / "state", copy)
    assert run(desk, provider).exit == 0
    with (desk.folder / "members.csv").open("a", encoding="utf-8") as end:
        end.write("M1000,会员,13911112222,7\n")
    assert run(desk, provider, copy).exit == 79
    everybody_once(provider, members)


def test_a_folder_copied_to_another_machine_with_its_store_asks_first(
    desk: Desk, provider: EmulatorProcess, members: Members
) -> None:
    assert run(desk, provider, max_messages=300).exit == 75
    there = desk.folder / "there"
    for name in ("state", "koosend-accounts"):
        shutil.copytree(desk.folder / name, there / name)
    stopped = run(desk, provider, there / "state")
    assert "copied or moved" in stopped.err
    assert run(desk, provider).exit == 0
    asks_for_everything(desk, run(desk, provider, there / "state"))
    assert run(desk, provider, there / "state").exit == 0
    everybody_once(provider, members)


def test_a_folder_that_was_renamed_goes_on_without_a_word(
    desk: Desk, provider: EmulatorProcess, members: Members
) -> None:
    assert run(desk, provider, max_messages=300).exit == 75
    (desk.folder / "state").rename(desk.folder / "moved")
    done = run(desk, provider, desk.folder / "moved")
    assert done.exit == 0, done.err
    everybody_once(provider, members)


def test_backups_are_private_and_only_the_folder_s_own_are_removed(
    desk: Desk, provider: EmulatorProcess
) -> None:
    assert run(desk, provider, max_messages=100).exit == 75
    (desk.folder / "backups").mkdir()
    shutil.copytree(desk.folder / "state", desk.folder / "other")
    foreign = desk.koosend("backup", "--state", "other", "--to", "backups", "--json").json
    names = [backup(desk, "--json", "--keep", 2).json["backup"] for _ in range(3)]
    left = {str(one) for one in (desk.folder / "backups").iterdir()}
    assert left == {foreign["backup"], *names[1:]}
    for file in Path(names[2]).rglob("*"):
        mode = stat.S_IMODE(file.stat().st_mode)
        assert mode == (0o700 if file.is_dir() else 0o600), file
    manifest = json.loads((Path(names[2]) / "manifest.json").read_text(encoding="utf-8"))
    kinds = sorted(held["name"].split("/")[0] for held in manifest["files"])
    assert kinds == ["ledger.sqlite3", "runs", "stores"]


def test_what_is_no_whole_backup_is_refused_in_one_sentence(
    desk: Desk, provider: EmulatorProcess
) -> None:
    assert run(desk, provider, max_messages=100).exit == 75
    refused = desk.koosend("backup", desk.campaign, "--to", "state/backups")
    assert refused.exit == 2
    assert "within the state folder" in refused.err
    assert backup(desk).exit == 0
    good = only_backup(desk)
    standing = desk.koosend("restore", good)
    assert standing.exit == 2
    assert "a ledger stands in" in standing.err
    ledger = "ledger.sqlite3"
    spoilt: dict[str, Callable[[Path], object]] = {
        "is not what was backed up": lambda at: (at / ledger).write_bytes(b"SQLite format 3\0"),
        "is missing": lambda at: (at / ledger).unlink(),
        "is not in its manifest": lambda at: (at / f"{ledger}-wal").write_bytes(b"x"),
        "cannot be read": lambda at: (at / "manifest.json").write_bytes(b"{"),
        "names what no backup holds": lambda at: (at / "manifest.json").write_text(
            (at / "manifest.json").read_text().replace('"ledger.sqlite3"', '"../ledger.sqlite3"')
        ),
        "has no manifest.json": lambda at: (at / "manifest.json").unlink(),
    }
    for number, (sentence, spoil) in enumerate(spoilt.items()):
        bad = desk.folder / f"bad{number}"
        shutil.copytree(good, bad)
        spoil(bad)
        done = desk.koosend("restore", bad, "--state", "new")
        assert done.exit in {65, 66}, done.err
        assert sentence in done.err
        assert done.err.count("\n") == 1
        assert not list((desk.folder / "new").glob("**/*.sqlite3"))
