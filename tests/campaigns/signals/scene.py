"""A run at a known moment, to be told to end: its campaign, its provider, its words."""

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
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.members import Members, write_members
from tests.support.proxy import Fault, losing

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
FILES = {
    *("lock", "intents", "events.jsonl"),
    *("outcomes.csv", "rejected.csv", "rehearsal-report.xlsx", "rehearsal-report.html"),
    "REHEARSAL-nobody-was-sent-anything.txt",
}


@dataclass(slots=True)
class Scene:
    """A campaign, its provider and the address there, and what becomes of its send requests."""

    desk: Desk
    members: Members
    provider: EmulatorProcess
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
    """Set a scene of so many rows."""
    desk = Desk(folder, is_fork=False)
    members = write_members(folder / "members.csv", rows, seed=51)
    desk.journal.parent.mkdir(parents=True)
    rules = folder / "faults.toml"
    rules.write_text(faults, encoding="utf-8")
    options = EmulatorOptions(journal=desk.journal, faults=rules)
    found: Scene

    def plan(number: int) -> Fault:
        return found.plan(number)

    with running_emulator(folder, options) as provider, losing(provider.url, plan) as wire:
        found = Scene(desk, members, provider, wire.url)
        yield found


@contextmanager
def run(
    desk: Desk,
    env: Mapping[str, str] | None = None,
    hangup: signal.Handlers = signal.SIG_DFL,
    verb: tuple[str, ...] = ("run",),
) -> Iterator["subprocess.Popen[str]"]:
    """Start a run, or another verb, whose words can be read; SIGHUP does to it what hangup says."""

    def prepare() -> None:
        signal.signal(signal.SIGHUP, hangup)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    process = subprocess.Popen(
        command(*verb, desk.campaign),
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


def files_of(desk: Desk) -> set[str]:
    """Name the files that the desk's runs left."""
    return {path.name for path in (desk.folder / "state" / "runs").glob("*/*")}
