"""A machine whose time is wrong is refused by the provider before it can do harm."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.ports import Clock
from pipeline.runner.clock import SystemClock
from pipeline.runner.sending import Request, run_campaign
from pipeline.runner.ui import Silent
from pipeline.settings import load_campaign
from tests.support.command import Desk
from tests.support.emulator_process import running_emulator
from tests.support.members import write_members

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Wrong:
    """A machine whose time is wrong by so many seconds."""

    by_s: float
    right: Clock

    def now(self) -> float:
        return self.right.now() + self.by_s

    def monotonic(self) -> float:
        return self.right.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self.right.sleep(seconds)


@pytest.mark.parametrize("by_s", [HOUR, -HOUR])
def test_a_machine_whose_time_is_an_hour_wrong_sends_nothing_and_is_told_so(
    tmp_path: Path, by_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUAWEICLOUD_SDK_AK", "emulator-ak")
    monkeypatch.setenv("HUAWEICLOUD_SDK_SK", "emulator-sk")
    desk = Desk(tmp_path)
    write_members(tmp_path / "members.csv", 300, seed=72)
    with running_emulator(tmp_path) as provider:
        desk.write_campaign(endpoint=provider.url)
        clock = Wrong(by_s, SystemClock())
        campaign = load_campaign(desk.campaign, clock.now())
        report = run_campaign(campaign, Request(), clock, Silent())
        assert report.exit == 77
        assert re.search(r"clock is (3599|360\d) s (ahead|behind)", str(report.stopped))
        assert provider.messages() == []
