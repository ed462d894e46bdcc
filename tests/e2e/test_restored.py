"""A ledger put back from a copy sends nothing before it has asked for what was sent since."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.emulator.options import EmulatorOptions
from tests.support.command import Desk, Done
from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY, EmulatorProcess
from tests.support.members import Members

MEMBERS = 1_500

KEYS = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[EmulatorProcess]:
    (tmp_path / "provider").mkdir()
    started = EmulatorProcess.start(tmp_path / "provider", EmulatorOptions(seed=7))
    yield started
    started.end()


def run(desk: Desk, provider: EmulatorProcess, *arguments: object, max_messages: int = 0) -> Done:
    desk.write_campaign(endpoint=provider.url, max_messages=max_messages)
    return desk.koosend("run", desk.campaign, *arguments, env=KEYS)


def is_told(done: Done) -> str:
    """Check that the command ended in 79 and return the run that it names."""
    assert done.exit == 79, done.err
    assert "older than what was sent" in done.err
    return done.err.partition("--restored ")[2].split()[0]


def everybody_once(desk: Desk, provider: EmulatorProcess, members: Members, run_id: str) -> None:
    """Ask for all that was sent since, go on, and count by the provider's journal."""
    asked = desk.koosend(
        "reconcile", run_id, "--restored", "--state", desk.folder / "state", env=KEYS
    )
    assert asked.exit in {0, 75}, asked.err
    done = run(desk, provider)
    assert done.exit == 0, done.err
    reached = Counter(str(line["phone"]) for line in provider.messages())
    assert sorted(reached.elements()) == sorted(members.sendable)
    assert desk.koosend("verify", desk.campaign, env=KEYS).exit == 0


@pytest.mark.parametrize("whole", [False, True], ids=["the ledger alone", "the whole folder"])
def test_what_was_sent_since_a_copy_is_not_sent_again(
    desk: Desk, provider: EmulatorProcess, members: Members, *, whole: bool
) -> None:
    assert run(desk, provider, max_messages=300).exit == 75
    state, copy = desk.folder / "state", desk.folder / "copy"
    shutil.copytree(state, copy)
    assert run(desk, provider, max_messages=700).exit == 75
    sent = len(provider.messages())
    assert sent == 700
    if whole:
        shutil.rmtree(state)
        shutil.copytree(copy, state)
    else:
        for file in state.glob("ledger.sqlite3*"):
            file.unlink()
        for file in copy.glob("ledger.sqlite3*"):
            shutil.copy(file, state / file.name)
    run_id = is_told(run(desk, provider))
    assert is_told(run(desk, provider)) == run_id
    assert len(provider.messages()) == sent
    everybody_once(desk, provider, members, run_id)


def test_a_folder_put_back_from_before_the_run_was_planned_does_not_send_it_again(
    desk: Desk, provider: EmulatorProcess, members: Members
) -> None:
    state, copy = desk.folder / "state", desk.folder / "copy"
    text = (desk.folder / "members.csv").read_bytes()
    (desk.folder / "members.csv").write_text("手机号,姓名,积分\n13511112222,钱,5\n", "utf-8")
    assert run(desk, provider).exit == 0
    shutil.copytree(state, copy)
    (desk.folder / "members.csv").write_bytes(text)
    assert run(desk, provider).exit == 0
    sent = len(provider.messages())
    assert sent == 1 + len(members.sendable)
    shutil.rmtree(state)
    shutil.copytree(copy, state)
    run_id = is_told(run(desk, provider))
    asked = desk.koosend("reconcile", run_id, "--restored", "--state", state, env=KEYS)
    assert asked.exit == 0, asked.err
    assert run(desk, provider).exit == 0
    assert len(provider.messages()) == sent


def test_a_kill_between_the_name_and_the_ledger_only_uses_the_name_up(
    desk: Desk, provider: EmulatorProcess, members: Members
) -> None:
    stopped = run(desk, provider, "--json", max_messages=300)
    assert stopped.exit == 75
    run_id = stopped.json["run"]
    file = desk.folder / "state" / "runs" / run_id / "intents"
    name = f"{run_id}-0000003-001"
    assert name not in file.read_text()
    with file.open("a") as end:
        end.write(f"\n+\n{name}\n")
    done = run(desk, provider)
    assert done.exit == 0, done.err
    assert sorted(str(one["phone"]) for one in provider.messages()) == sorted(members.sendable)
    names = {str(one["task_name"]) for one in provider.messages()}
    assert name not in names
    assert f"{run_id}-0000003-002" in names
    assert "intent.withdrawn" in (file.parent / "events.jsonl").read_text()
