"""Logs that are moved, cut, full or read by nobody cost nothing, and a hangup ends no run."""

import errno
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.campaigns.signals.scene import KEYS, run, scene, wait_for
from tests.support.command import Desk, command
from tests.support.members import write_members
from tests.support.serving import WAIT_S, post, waited_for
from tests.support.shim import Action, Point, compile_shim

MEMBERS = 400
TOKEN = "0123456789abcdef" * 2


def lines_of(*files: Path) -> list[dict[str, Any]]:
    """Return the events of a log and of those that it was before; each line must be whole."""
    return [
        json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()
    ]


def log_of(desk: Desk) -> Path:
    (found,) = (desk.folder / "state" / "runs").glob("*/events.jsonl")
    return found


def accepted(lines: list[dict[str, Any]]) -> int:
    return sum(line["event"] == "submission.accepted" for line in lines)


def sends(desk: Desk) -> None:
    """Wait until a request was taken and told of."""
    deadline = time.monotonic() + WAIT_S
    while not list((desk.folder / "state" / "runs").glob("*/events.jsonl")) or not accepted(
        lines_of(log_of(desk))
    ):
        assert time.monotonic() < deadline
        time.sleep(0.01)  # another process writes it


def moved(log: Path) -> list[Path]:
    """Rotate as logrotate does."""
    return [log.rename(log.with_suffix(".jsonl.1")), log]


def cut(log: Path) -> list[Path]:
    """Rotate as logrotate's copytruncate does."""
    before = log.with_suffix(".jsonl.1")
    before.write_bytes(log.read_bytes())
    os.truncate(log, 0)
    return [before, log]


@pytest.mark.parametrize("rotate", [moved, cut])
def test_a_log_that_is_rotated_in_mid_run_is_gone_on_with_and_a_hangup_ends_nothing(
    tmp_path: Path, rotate: Callable[[Path], list[Path]]
) -> None:
    with scene(tmp_path, rows=750) as here:
        here.desk.write_campaign(endpoint=here.url, calls_per_s=5)
        with run(here.desk) as process:
            sends(here.desk)
            files = rotate(log_of(here.desk))
            process.send_signal(signal.SIGHUP)
            assert process.wait(WAIT_S) == 0
        lines = lines_of(*files)
        assert accepted(lines) == len(here.members.sendable) // 100 + 1
        assert accepted(lines_of(files[-1])) >= 1, "the new file is written to"
        assert (files[-1].stat().st_mode & 0o777) == 0o600
        here.goes_on()


def test_a_hangup_while_the_list_is_read_ends_neither_the_run_nor_its_reader(
    tmp_path: Path,
) -> None:
    members = write_members(tmp_path / "members.csv", MEMBERS, seed=54)
    desk = Desk(tmp_path)
    desk.write_campaign(source="-")
    spool = tmp_path / "spool"
    spool.mkdir()
    process = subprocess.Popen(
        command("run", desk.campaign),
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(spool)},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for(process, lambda: list(spool.iterdir()))  # type: ignore[arg-type]  # reads no text
    os.killpg(process.pid, signal.SIGHUP)
    process.communicate((tmp_path / "members.csv").read_bytes(), timeout=WAIT_S)
    assert process.returncode == 0
    assert sorted(desk.taken()) == sorted(members.sendable)


def test_a_full_log_disk_costs_lines_of_the_log_and_nothing_else(tmp_path: Path) -> None:
    members = write_members(tmp_path / "members.csv", MEMBERS, seed=55)
    desk = Desk(tmp_path, is_fork=False)
    desk.write_campaign()
    shim = compile_shim(tmp_path)
    full = Point(Action.FULL, "write", "events.jsonl", 3, errno.ENOSPC)
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    done = desk.koosend("run", desk.campaign, env=shim.environment(state, tmp_path / "steps", full))
    assert done.exit == 0, done.err
    assert sorted(desk.taken()) == sorted(members.sendable)
    first, _second = lines_of(log_of(desk))
    assert first["event"] == "run.started"
    assert desk.koosend("verify", desk.campaign).exit == 0


def test_each_line_says_when_and_which_command_spoke_of_which_run(tmp_path: Path) -> None:
    write_members(tmp_path / "members.csv", MEMBERS, seed=56)
    desk = Desk(tmp_path)
    desk.write_campaign(name="会员")
    assert desk.koosend("run", desk.campaign).exit == 0
    assert desk.koosend("reconcile", desk.campaign).exit == 0
    lines = lines_of(log_of(desk))
    run_id = log_of(desk).parent.name
    assert {line["command"] for line in lines} >= {"run", "reconcile"}
    assert {(line["campaign"], line["run"]) for line in lines} == {("会员", run_id)}
    assert all(re.fullmatch(r"\d{4}-.*\+08:00", line["at"]) for line in lines)


@pytest.mark.parametrize("as_json", [True, False])
def test_a_stop_is_told_once(tmp_path: Path, *, as_json: bool) -> None:
    write_members(tmp_path / "members.csv", MEMBERS, seed=57)
    desk = Desk(tmp_path)
    desk.write_campaign(max_messages=150)
    done = desk.koosend("run", desk.campaign, *(["--json"] if as_json else []))
    assert done.exit == 75
    assert done.err.count("would exceed the limit") == 1
    assert "would exceed the limit" not in done.out
    stops = [line for line in lines_of(log_of(desk)) if line["event"] == "run.stopped"]
    assert [(line["exit"], line["command"]) for line in stops] == [(75, "run")]
    assert re.fullmatch("KS75[0-9]{2}", stops[0]["error_code"])


def test_an_interruption_is_told_once(tmp_path: Path) -> None:
    with scene(tmp_path, rows=600) as here:
        here.desk.write_campaign(endpoint=here.url, calls_per_s=3)
        with run(here.desk) as process:
            sends(here.desk)
            process.send_signal(signal.SIGTERM)
            assert process.wait(WAIT_S) == 143
            assert process.stderr is not None
            said = process.stderr.read()
    assert said.count("interrupted") == 1
    stops = [line for line in lines_of(log_of(here.desk)) if line["event"] == "run.stopped"]
    assert [line["exit"] for line in stops] == [143]


def test_a_service_outlives_a_hangup_and_goes_on_in_a_new_log(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write_campaign(extra='\n[receipts]\nlisten = "127.0.0.1:0"\n')
    log = tmp_path / "state" / "serve.jsonl"
    env = {**KEYS, "KOOSEND_RECEIPTS_TOKEN": TOKEN}
    with desk.started("serve", desk.campaign, "--no-page", env=env) as process:
        place = json.loads(waited_for(tmp_path / "state" / "serve.lock", process))["place"]
        log.rename(log.with_suffix(".jsonl.1"))
        process.send_signal(signal.SIGHUP)
        assert post(f"http://{place}/{TOKEN}/x", b"{}") == 200
        assert '"receipt.' in waited_for(log, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0
    lines = lines_of(log.with_suffix(".jsonl.1"), log)
    assert {(line["campaign"], line["command"]) for line in lines} == {("members", "serve")}
