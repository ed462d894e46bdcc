"""Whatever tells a run to end, at whatever phase, it ends in good order and loses nothing."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.emulator.options import EmulatorOptions
from tests.support.command import Desk, command
from tests.support.emulator_process import running_emulator
from tests.support.members import Members, write_members
from tests.support.proxy import Fault, losing

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}
FILES = {"lock", "events.jsonl", "outcomes.csv", "rejected.csv", "report.xlsx", "report.html"}
SLOW = """
[[rule]]
what = "delay"
delay_s = 600
nth = 2
"""


@dataclass(slots=True)
class Scene:
    """A campaign, the provider's address, and what becomes of its send requests."""

    desk: Desk
    members: Members
    url: str
    plan: Callable[[int], Fault] = field(default=lambda _: Fault.NONE)

    def goes_on(self, source: Path | None = None) -> None:
        """Run to the end: everybody got it once and the books balance."""
        self.plan = lambda _: Fault.NONE
        self.desk.write_campaign(endpoint=self.url, source=source or "members.csv", settle_s=1)
        done = self.desk.koosend("run", self.desk.campaign, env=KEYS)
        assert done.exit == 0, done.err
        assert sorted(self.desk.taken()) == sorted(self.members.sendable)
        assert self.desk.koosend("verify", self.desk.campaign).exit == 0


@contextmanager
def scene(folder: Path, rows: int = 500, faults: str = "") -> Iterator[Scene]:
    desk = Desk(folder)
    members = write_members(folder / "members.csv", rows, seed=51)
    desk.journal.parent.mkdir(parents=True)
    rules = folder / "faults.toml"
    rules.write_text(faults, encoding="utf-8")
    options = EmulatorOptions(journal=desk.journal, faults=rules)
    found: Scene

    def plan(number: int) -> Fault:
        return found.plan(number)

    with running_emulator(folder, options) as provider, losing(provider.url, plan) as wire:
        found = Scene(desk, members, wire.url)
        yield found


@contextmanager
def run(
    desk: Desk, env: Mapping[str, str] | None = None, hangup: signal.Handlers = signal.SIG_DFL
) -> Iterator["subprocess.Popen[str]"]:
    """Start a run whose words can be read; SIGHUP does to it what hangup says."""

    def prepare() -> None:
        signal.signal(signal.SIGHUP, hangup)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    process = subprocess.Popen(
        command("run", desk.campaign),
        cwd=desk.folder,
        env={**os.environ, **KEYS, **(env or {})},
        preexec_fn=prepare,  # noqa: PLW1509 -- only sets signals, takes no lock
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def hear(process: "subprocess.Popen[str]", words: str) -> None:
    """Wait until the run says that."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    pytest.fail(f"the run ended without saying {words!r}")


def wait_for(process: "subprocess.Popen[str]", seen: Callable[[], object]) -> None:
    """Wait for what another process does; time itself changes nothing."""
    while not seen():
        assert process.poll() is None, "the run ended too early"
        time.sleep(0.005)  # waits for another process's file, not for time


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
            assert process.wait(30) == CODES[number]
        assert list(spool.iterdir()) == []
        assert here.desk.koosend("runs", here.desk.campaign, "--json").json == []
        assert here.desk.taken() == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_while_sending_a_signal_awaits_the_answers_and_the_run_goes_on(
    tmp_path: Path, number: signal.Signals
) -> None:
    with scene(tmp_path, rows=900) as here:
        here.desk.write_campaign(endpoint=here.url, calls_per_s=1)
        with run(here.desk) as process:
            wait_for(process, here.desk.taken)
            process.send_signal(number)
            assert process.wait(60) == CODES[number]
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
            process.send_signal(signal.SIGHUP)
            assert process.wait(60) == 143
        states = here.desk.koosend("status", here.desk.campaign, "--json").json["submissions"]
        assert states["in_doubt"] == 1
        here.goes_on()


def test_while_settling_any_signal_ends_the_asking_and_sends_nothing(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        here.plan = lambda n: Fault.DROP_BEFORE if n == 1 else Fault.NONE
        here.desk.write_campaign(endpoint=here.url, settle_s=1200)
        with run(here.desk) as process:
            hear(process, "got no answer")
            for _ in range(2):
                process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 143
        states = here.desk.koosend("status", here.desk.campaign, "--json").json["submissions"]
        assert states["in_doubt"] == 1
        assert len(here.desk.taken()) == len(set(here.desk.taken()))
        here.goes_on()


def test_while_polling_any_signal_ends_a_run_that_is_complete(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        here.desk.write_campaign(endpoint=here.url, calls_per_s=3)
        with run(here.desk) as process:
            hear(process, "asking KooMessage once")
            for _ in range(2):
                process.send_signal(signal.SIGINT)
            assert process.wait(60) == 130
        assert here.desk.koosend("run", here.desk.campaign, env=KEYS).exit == 0
        here.goes_on()


def test_while_the_files_are_written_a_signal_costs_only_the_files(tmp_path: Path) -> None:
    with scene(tmp_path, rows=12_000) as here:
        here.desk.write_campaign(endpoint=here.url, max_messages=150)
        with run(here.desk) as process:
            hear(process, "would exceed the limit")
            wait_for(process, lambda: _files(here.desk) - {"lock", "events.jsonl"})
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 143
        assert _files(here.desk) < FILES, "some are missing, none is half written"
        assert here.desk.koosend("report", here.desk.campaign).exit == 0
        assert len(here.desk.taken()) == len(set(here.desk.taken())) == 100


def _files(desk: Desk) -> set[str]:
    return {path.name for path in (desk.folder / "state" / "runs").glob("*/*")}


def test_under_nohup_a_run_outlives_its_terminal(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        here.desk.write_campaign(endpoint=here.url, calls_per_s=10)
        with run(here.desk, hangup=signal.SIG_IGN) as process:
            wait_for(process, here.desk.taken)
            process.send_signal(signal.SIGHUP)
            assert process.wait(60) == 0
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
            timeout=60,
        )
        os.close(output)
        assert done.returncode == code
    assert sorted(desk.taken()) == sorted(members.sendable)


def test_streams_that_were_closed_from_the_start_change_nothing(tmp_path: Path) -> None:
    members = write_members(tmp_path / "members.csv", 400, seed=53)
    desk = Desk(tmp_path)
    desk.write_campaign()
    line = " ".join(command("run", desk.campaign)) + " <&- >&- 2>&-"
    done = subprocess.run(["/bin/sh", "-c", line], cwd=tmp_path, check=False, timeout=60)
    assert done.returncode == 0
    assert sorted(desk.taken()) == sorted(members.sendable)
    assert desk.koosend("verify", desk.campaign).exit == 0
