"""A run that is killed goes on with the same command, and nobody is reached twice."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.command import Desk
from tests.support.members import Members, write_members

ROWS = 4_000


def _run_until(desk: Desk, taken: int) -> None:
    """Kill a run as soon as the emulator's journal holds so many messages."""
    with desk.started("run", desk.campaign) as run:
        while run.poll() is None and len(desk.taken()) < taken:
            time.sleep(0.002)  # waits for another process's file, not for time
        run.send_signal(signal.SIGKILL)


def _goes_on(desk: Desk, members: Members) -> None:
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.exit == 0, done.err
    assert sum(done.json["outcomes"].values()) == ROWS
    assert sorted(desk.taken()) == sorted(members.sendable)
    assert desk.koosend("verify", desk.campaign).exit == 0


@pytest.mark.parametrize("channel", ["aim", "aim_basic"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.99])
def test_a_killed_run_goes_on_without_repeating_anybody(
    tmp_path: Path, channel: str, share: float
) -> None:
    desk = Desk(tmp_path)
    members = write_members(desk.folder / "members.csv", ROWS, seed=4)
    desk.write_campaign(channel=channel, name=f"killed-{channel}")
    _run_until(desk, int(share * len(members.sendable)))
    _goes_on(desk, members)


def test_a_run_that_is_killed_again_and_again_reaches_everybody_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    members = write_members(desk.folder / "members.csv", ROWS, seed=5)
    desk.write_campaign(calls_per_s=40)
    for share in (0.1, 0.25, 0.4, 0.55, 0.7, 0.85):
        _run_until(desk, int(share * len(members.sendable)))
    _goes_on(desk, members)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_drains_the_run_and_the_same_command_goes_on(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    desk = Desk(tmp_path)
    members = write_members(desk.folder / "members.csv", ROWS, seed=6)
    desk.write_campaign(calls_per_s=4)
    with desk.started("run", desk.campaign) as run:
        while run.poll() is None and len(desk.taken()) < 500:
            time.sleep(0.002)  # waits for another process's file, not for time
        run.send_signal(number)
        assert run.wait(timeout=240) == code
    status = desk.koosend("status", desk.campaign, "--json").json
    assert set(status["submissions"]) <= {"accepted", "planned", "deferred"}
    assert status["messages"] == len(desk.taken())
    desk.write_campaign()
    _goes_on(desk, members)


def test_a_run_leaves_no_process_behind_when_it_is_killed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    write_members(desk.folder / "members.csv", ROWS, seed=7)
    desk.write_campaign(calls_per_s=20)
    _run_until(desk, 200)
    deadline = time.monotonic() + 120
    while _emulators(desk) and time.monotonic() < deadline:
        time.sleep(0.05)  # waits for another process to end
    assert not _emulators(desk)


def _emulators(desk: Desk) -> list[str]:
    listed = subprocess.run(["/bin/ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if str(desk.journal) in line]
