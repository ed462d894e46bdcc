"""What a user can do wrong ends in one clear sentence and its exit code, and loses nothing."""

import ctypes
import os
import re
import resource
import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from tests.support.command import Desk, Done, command
from tests.support.emulator_process import running_emulator
from tests.support.members import write_members

MEMBERS = 600

_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1
_NUMBER = re.compile(r"1[3-9]\d{9}")


def _is_one_sentence(done: Done, code: int, *parts: str) -> None:
    assert done.exit == code, done.err
    assert "Traceback" not in done.err
    told = [line for line in done.err.splitlines() if line.startswith("koosend: ")]
    assert len(told) == 1, done.err
    for part in parts:
        assert part in told[0]
    assert not _NUMBER.search(done.err + done.out)


def _damage(file: str, content: bytes) -> Callable[[Desk], None]:
    def damage(desk: Desk) -> None:
        (desk.folder / file).write_bytes(content)

    return damage


def _edit(old: str, new: str) -> Callable[[Desk], None]:
    def edit(desk: Desk) -> None:
        text = desk.campaign.read_text(encoding="utf-8")
        assert old in text
        desk.campaign.write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def _remove(file: str) -> Callable[[Desk], None]:
    return lambda desk: (desk.folder / file).unlink()


def _both(first: Callable[[Desk], None], second: Callable[[Desk], None]) -> Callable[[Desk], None]:
    def edit(desk: Desk) -> None:
        first(desk)
        second(desk)

    return edit


REAL = _edit('"emulator"', '"https://koomessage.myhuaweicloud.cn"')


def _become_folder(desk: Desk) -> None:
    (desk.folder / "members.csv").unlink()
    (desk.folder / "members.csv").mkdir()


MISTAKES: list[tuple[str, Callable[[Desk], None], int, tuple[str, ...]]] = [
    ("phone column", _edit('phone = "手机号"', 'phone = "手机"'), 78, ("手机", "手机号")),
    ("value column", _edit('"姓名"', '"名字"'), 78, ("名字", "姓名")),
    ("unknown key", _edit("calls_per_s", "cals_per_s"), 78, ("cals_per_s", "calls_per_s")),
    ("broken TOML", _edit("[message]", "[message"), 78, ("campaign.toml", "line")),
    ("no campaign", _remove("campaign.toml"), 78, ("campaign.toml",)),
    ("no source", _remove("members.csv"), 66, ("members.csv",)),
    ("a folder", _become_folder, 65, ("members.csv",)),
    ("an empty file", _damage("members.csv", b""), 65, ("members.csv",)),
    ("no text", _damage("members.csv", b"\xff\xfe\x00\xd8\x41\x00\n\x00"), 65, ("members.csv",)),
    ("half a workbook", _damage("members.csv", b"PK\x03\x04 torn"), 65, ("members.csv",)),
    (
        "the real account",
        _both(REAL, _edit("settle_s = 2", "settle_s = 960")),
        77,
        ("HUAWEI",),
    ),
    ("settling early at the real account", REAL, 78, ("doubt.settle_s", "960")),
]


CASES = pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake[0] for mistake in MISTAKES])
Mistake = tuple[str, Callable[[Desk], None], int, tuple[str, ...]]


@CASES
def test_a_mistake_ends_in_one_sentence_and_sends_nothing(desk: Desk, mistake: Mistake) -> None:
    _, damage, code, parts = mistake
    damage(desk)
    _is_one_sentence(desk.koosend("run", desk.campaign), code, *parts)
    assert desk.taken() == []


@CASES
def test_check_finds_every_mistake_that_needs_no_account(desk: Desk, mistake: Mistake) -> None:
    _, damage, code, parts = mistake
    damage(desk)
    done = desk.koosend("check", desk.campaign, "--offline")
    if code == 77:
        assert done.exit == 0
    else:
        _is_one_sentence(done, code, *parts)
    assert not (desk.folder / "state").exists()


def test_a_wrong_secret_is_told_and_the_right_one_goes_on(desk: Desk) -> None:
    with running_emulator(desk.folder) as provider:
        desk.write_campaign(endpoint=provider.url)
        keys = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "not-the-secret"}
        wrong = desk.koosend("run", desk.campaign, env=keys)
        _is_one_sentence(wrong, 77)
        assert "not-the-secret" not in wrong.err + wrong.out
        assert provider.messages() == []
        right = desk.koosend(
            "run", desk.campaign, env={**keys, "HUAWEICLOUD_SDK_SK": "emulator-sk"}
        )
        assert right.exit == 0, right.err
        phones = [message["phone"] for message in provider.messages()]
        assert len(phones) == len(set(phones)) > 500


def test_a_template_that_is_refused_stops_the_run(desk: Desk) -> None:
    _edit('"700000001"', '"700000003"')(desk)
    _is_one_sentence(desk.koosend("run", desk.campaign), 69)
    assert desk.taken() == []


def test_a_provider_that_is_not_there_is_told_and_nothing_is_in_doubt(desk: Desk) -> None:
    with running_emulator(desk.folder) as provider:
        desk.write_campaign(endpoint=provider.url)
    keys = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
    with desk_process(desk, keys) as run:
        while run.poll() is None and not _was_turned_away(desk):
            time.sleep(0.01)  # waits for another process's file, not for time
        run.send_signal(signal.SIGTERM)
        assert run.wait(timeout=240) == 143
    status = desk.koosend("status", desk.campaign, "--json").json
    assert set(status["submissions"]) <= {"planned", "deferred"}


def _was_turned_away(desk: Desk) -> bool:
    logs = (desk.folder / "state").rglob("events.jsonl")
    return any("submission.throttled" in log.read_text(encoding="utf-8") for log in logs)


def desk_process(desk: Desk, env: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command("run", desk.campaign),
        cwd=desk.folder,
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _run_after(prepare: Callable[[], None], desk: Desk) -> Done:
    """Run the campaign in a process that was prepared before it became koosend."""
    done = subprocess.run(
        command("run", desk.campaign),
        cwd=desk.folder,
        preexec_fn=prepare,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_a_disk_that_is_full_stops_the_sending_and_room_lets_it_go_on(desk: Desk) -> None:
    members = write_members(desk.folder / "members.csv", 20_000)

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))

    _is_one_sentence(_run_after(small_files, desk), 74, "ledger.sqlite3")
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.exit == 0, done.err
    assert sorted(desk.taken()) == sorted(members.sendable)


def test_a_second_process_on_the_same_run_is_turned_away(desk: Desk) -> None:
    members = write_members(desk.folder / "members.csv", 12_000)
    # So slow that it holds the run for minutes: until it is told to stop, once it was seen to.
    desk.write_campaign(calls_per_s=1)
    with desk.started("run", desk.campaign) as first:
        while first.poll() is None and not desk.taken():
            time.sleep(0.002)  # waits for another process's file, not for time
        second = desk.koosend("run", desk.campaign)
        _is_one_sentence(second, 75, "held by process")
        first.send_signal(signal.SIGTERM)
        assert first.wait(timeout=240) == 143
    desk.write_campaign()
    assert desk.koosend("run", desk.campaign).exit == 0
    assert sorted(desk.taken()) == sorted(members.sendable)


def _heed_permissions() -> None:
    """Give up root's right to write everywhere, for what is executed next."""
    if os.geteuid() == 0:
        dropped = ctypes.CDLL(None, use_errno=True).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE)
        assert dropped == 0, os.strerror(ctypes.get_errno())


def test_a_state_folder_that_cannot_be_written_is_told(desk: Desk) -> None:
    state = desk.folder / "state"
    state.mkdir(mode=0o555)
    done = _run_after(_heed_permissions, desk)
    _is_one_sentence(done, 74, str(state))
    assert list(state.iterdir()) == []
    assert desk.taken() == []


def test_a_report_that_cannot_be_written_costs_only_the_report(desk: Desk) -> None:
    desk.write_campaign(max_messages=100)
    stopped = desk.koosend("run", desk.campaign, "--json")
    assert stopped.exit == 75
    folder = desk.folder / "state" / "runs" / stopped.json["run"]
    assert {"outcomes.csv", "rejected.csv", "rehearsal-report.xlsx"} <= {
        file.name for file in folder.iterdir()
    }
    (folder / "rehearsal-report.xlsx").unlink()
    (folder / "rehearsal-report.xlsx").mkdir()
    desk.write_campaign()
    _is_one_sentence(desk.koosend("run", desk.campaign), 73, str(folder))
    assert len(desk.taken()) == len(set(desk.taken())) > 500
    (folder / "rehearsal-report.xlsx").rmdir()
    assert desk.koosend("report", desk.campaign).exit == 0
    assert desk.koosend("run", desk.campaign).exit == 0
