"""Whatever tells a run to end, at whatever phase, it ends in good order and loses nothing."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.campaigns.signals.scene import CODES, FILES, KEYS, files_of, hear, run, scene, wait_for
from tests.support.command import Desk, command
from tests.support.members import write_members
from tests.support.proxy import Fault

SLOW = """
[[rule]]
what = "delay"
delay_s = 600
nth = 2
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_while_planning_a_signal_leaves_no_run_and_no_file_behind(
    tmp_path: Path, number: signal.Signals
) -> None:
    with scene(tmp_path, rows=150) as here:
        here.desk.write_campaign(endpoint=here.url, source="-")
        spool = tmp_path / "spool"
        spool.mkdir()
        with run(here.desk, env={"TMPDIR": str(spool)}) as process:
            assert process.stdin is not None
            wait_for(process, lambda: list(spool.iterdir()))
            process.send_signal(number)
            assert process.wait(240) == CODES[number]
        assert list(spool.iterdir()) == []
        assert here.desk.koosend("runs", here.desk.campaign, "--json").json == []
        assert here.desk.taken() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_while_sending_a_signal_awaits_the_answers_and_the_run_goes_on(
    tmp_path: Path, number: signal.Signals
) -> None:
    with scene(tmp_path, rows=900) as here:
        here.desk.write_campaign(endpoint=here.url, calls_per_s=1)
        with run(here.desk) as process:
            wait_for(process, here.desk.taken)
            process.send_signal(number)
            assert process.wait(240) == CODES[number]
        states = here.desk.koosend("status", here.desk.campaign, "--json").json["submissions"]
        assert set(states) == {"accepted", "planned"}
        here.goes_on()


def test_while_sending_a_second_signal_does_not_wait_and_leaves_a_doubt_that_is_settled(
    tmp_path: Path,
) -> None:
    with scene(tmp_path, faults=SLOW) as here:
        here.desk.write_campaign(endpoint=here.url, calls_per_s=4)
        with run(here.desk) as process:
            wait_for(process, lambda: len(here.desk.taken()) >= 300)
            process.send_signal(signal.SIGTERM)
            hear(process, "waiting for the answers")
            process.send_signal(signal.SIGINT)
            assert process.wait(240) == 143
        states = here.desk.koosend("status", here.desk.campaign, "--json").json["submissions"]
        # On a busy machine another request may have been under way beside the slow one.
        assert states["in_doubt"] >= 1
        here.goes_on()


def test_while_settling_any_signal_ends_the_asking_and_sends_nothing(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        here.plan = lambda n: Fault.DROP_BEFORE if n == 1 else Fault.NONE
        here.desk.write_campaign(endpoint=here.url, settle_s=1200)
        with run(here.desk) as process:
            hear(process, "got no answer")
            for _ in range(2):
                process.send_signal(signal.SIGTERM)
            assert process.wait(240) == 143
        states = here.desk.koosend("status", here.desk.campaign, "--json").json["submissions"]
        assert states["in_doubt"] == 1
        assert len(here.desk.taken()) == len(set(here.desk.taken()))
        here.goes_on()


def test_while_polling_any_signal_ends_a_run_that_is_complete(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        here.desk.write_campaign(endpoint=here.url, calls_per_s=1)
        with run(here.desk) as process:
            hear(process, "asking KooMessage once")
            for _ in range(2):
                process.send_signal(signal.SIGINT)
            assert process.wait(240) == 130
        assert here.desk.koosend("run", here.desk.campaign, env=KEYS).exit == 0
        here.goes_on()


def test_while_the_files_are_written_a_signal_costs_only_the_files(tmp_path: Path) -> None:
    for rows in (12_000, 40_000, 120_000):
        folder = tmp_path / str(rows)
        folder.mkdir()
        if _ended_while_the_files_were_written(folder, rows) == 143:
            return
    pytest.fail("whatever the files take, the signal does not end their writing")


def _ended_while_the_files_were_written(folder: Path, rows: int) -> int:
    """Return the exit code: 75 where the machine wrote so many rows before the signal came."""
    with scene(folder, rows=rows) as here:
        here.desk.write_campaign(endpoint=here.url, max_messages=150)
        with run(here.desk) as process:
            wait_for(process, lambda: files_of(here.desk) - {"lock", "intents", "events.jsonl"})
            process.send_signal(signal.SIGTERM)
            code = process.wait(240)
        assert code in {75, 143}
        assert (files_of(here.desk) == FILES) is (code == 75), "none is half written"
        assert here.desk.koosend("report", here.desk.campaign).exit == 0
        assert len(here.desk.taken()) == len(set(here.desk.taken())) == 100
        return code


def test_under_nohup_a_run_outlives_its_terminal(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        here.desk.write_campaign(endpoint=here.url, calls_per_s=10)
        with run(here.desk, hangup=signal.SIG_IGN) as process:
            wait_for(process, here.desk.taken)
            process.send_signal(signal.SIGHUP)
            assert process.wait(240) == 0
        here.goes_on()


def _reader_gone() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


DEAF: Mapping[str, Callable[[], int]] = {
    "whose reader is gone": _reader_gone,
    "on a full disk": lambda: os.open("/dev/full", os.O_WRONLY),
}


@pytest.mark.parametrize("deaf", DEAF)
def test_output_that_nobody_can_read_changes_nothing(tmp_path: Path, deaf: str) -> None:
    members = write_members(tmp_path / "members.csv", 400, seed=52)
    desk = Desk(tmp_path)
    for ceiling, code in ((150, 75), (0, 0)):
        desk.write_campaign(max_messages=ceiling)
        output = DEAF[deaf]()
        done = subprocess.run(
            command("run", desk.campaign),
            cwd=tmp_path,
            stdout=output,
            stderr=output,
            check=False,
            timeout=240,
        )
        os.close(output)
        assert done.returncode == code
    assert sorted(desk.taken()) == sorted(members.sendable)


def test_streams_that_were_closed_from_the_start_change_nothing(tmp_path: Path) -> None:
    members = write_members(tmp_path / "members.csv", 400, seed=53)
    desk = Desk(tmp_path)
    desk.write_campaign()
    line = " ".join(command("run", desk.campaign)) + " <&- >&- 2>&-"
    done = subprocess.run(["/bin/sh", "-c", line], cwd=tmp_path, check=False, timeout=240)
    assert done.returncode == 0
    assert sorted(desk.taken()) == sorted(members.sendable)
    assert desk.koosend("verify", desk.campaign).exit == 0


@pytest.mark.parametrize("writable", [True, False])
def test_what_ended_a_reconcile_outweighs_a_report_that_cannot_be_written(
    tmp_path: Path, *, writable: bool
) -> None:
    with scene(tmp_path) as here:
        here.desk.write_campaign(endpoint=here.url)
        first = here.desk.koosend("run", here.desk.campaign, "--json", env=KEYS)
        folder = tmp_path / "state" / "runs" / first.json["run"]
        if not writable:
            (folder / "outcomes.csv").unlink()
            (folder / "outcomes.csv").mkdir()
        here.provider.advance(1800.0)
        with run(here.desk, verb=("reconcile", "--wait", "900s")) as process:
            hear(process, "next look in")
            process.send_signal(signal.SIGTERM)
            assert process.wait(240) == CODES[signal.SIGTERM]
        told = here.desk.koosend("status", here.desk.campaign, "--json").json
        assert told["outcomes"] != first.json["outcomes"], "there was nothing new to write"
        again = here.desk.koosend("report", here.desk.campaign)
        assert again.exit == (0 if writable else 73)
