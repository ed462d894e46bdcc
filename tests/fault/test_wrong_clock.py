"""A machine whose time is wrong sends nothing, and is told by how much and what to do."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.core.errors import KoosendError, WorkLeft
from pipeline.ports import Clock
from pipeline.runner.commands.run import Request, run_campaign
from pipeline.runner.session.outside import SystemClock
from pipeline.settings import load_campaign
from tests.support.command import Desk
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.members import Members, write_members
from tests.support.planning import Silent

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
HOUR = 3600.0


@dataclass(slots=True)
class Wrong:
    """A machine whose time is wrong by so many seconds, from a moment on."""

    by_s: float
    since: Callable[[], object] = lambda: True
    right: Clock = field(default_factory=SystemClock)

    def now(self) -> float:
        return self.right.now() + (self.by_s if self.since() else 0.0)

    def monotonic(self) -> float:
        return self.right.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self.right.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Scene:
    desk: Desk
    members: Members
    provider: EmulatorProcess

    def run_by(self, clock: Clock) -> KoosendError | None:
        """Return what stops the run, before its first request or in between two."""
        campaign = load_campaign(self.desk.campaign, clock.now())
        try:
            return run_campaign(campaign, Request(), clock, Silent()).stopped
        except KoosendError as error:
            return error

    def goes_on(self) -> None:
        """Run by the right time: everybody got it once."""
        done = self.desk.koosend("run", self.desk.campaign, env=KEYS)
        assert done.exit == 0, done.err
        taken = [str(message["phone"]) for message in self.provider.messages()]
        assert sorted(taken) == sorted(self.members.sendable)
        assert self.desk.koosend("verify", self.desk.campaign).exit == 0


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    desk = Desk(folder)
    members = write_members(folder / "members.csv", 300, seed=72)
    with running_emulator(folder) as provider:
        desk.write_campaign(endpoint=provider.url, settle_s=1)
        yield Scene(desk, members, provider)


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("by_s", [-HOUR, -100.0, 100.0, HOUR])
def test_a_machine_whose_time_is_wrong_sends_nothing_and_goes_on_once_it_is_set(
    tmp_path: Path, by_s: float
) -> None:
    with scene(tmp_path) as here:
        stopped = here.run_by(Wrong(by_s))
        assert isinstance(stopped, WorkLeft)
        way = "ahead of" if by_s > 0 else "behind"
        assert re.search(rf"clock is \d+ s {way} KooMessage's", str(stopped))
        assert here.provider.stats()["calls_by_operation"].get("CreateAimSendTask", 0) == 0
        here.goes_on()


@pytest.mark.usefixtures("keys")
def test_a_machine_whose_time_is_half_a_minute_wrong_may_send(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        assert here.run_by(Wrong(-30.0)) is None
        assert len(here.provider.messages()) == len(here.members.sendable)


@pytest.mark.usefixtures("keys")
def test_a_time_that_becomes_wrong_during_the_run_ends_the_sending(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        here.desk.write_campaign(endpoint=here.provider.url, calls_per_s=4, settle_s=1)
        stopped = here.run_by(Wrong(200.0, since=here.provider.messages))
        assert isinstance(stopped, WorkLeft)
        assert "ahead of KooMessage's" in str(stopped)
        assert 0 < len(here.provider.messages()) < len(here.members.sendable)
        here.goes_on()


@pytest.mark.parametrize("ahead_s", [120.0, -5000.0])
def test_the_command_says_it_in_one_sentence_and_exits_75(tmp_path: Path, ahead_s: float) -> None:
    with scene(tmp_path) as here:
        here.provider.set_gateway_clock(ahead_s)
        done = here.desk.koosend("run", here.desk.campaign, env=KEYS)
        assert done.exit == 75
        [sentence] = [line for line in done.err.splitlines() if line.startswith("koosend: ")]
        assert re.search(r"clock is \d+ s (ahead of|behind) KooMessage's", sentence)
        assert "set the clock" in sentence
        assert here.provider.messages() == []
        here.provider.set_gateway_clock(0.0)
        here.goes_on()


def test_a_jump_of_the_emulators_world_is_no_wrong_clock(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        here.provider.advance(90_000)
        here.goes_on()
