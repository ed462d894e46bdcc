"""A scheduled run that would begin too late plans and sends nothing, though its list came late."""

from contextlib import closing
from pathlib import Path

import pytest

from pipeline.core.errors import Exit, StartMissed
from pipeline.ledger import SqliteLedger
from pipeline.runner.commands.run import Request, run_campaign
from pipeline.settings import Campaign, load_campaign
from tests.support.command import Desk
from tests.support.fakes import ManualClock
from tests.support.members import write_members
from tests.support.planning import Silent

HALF_AN_HOUR_S = 1800.0


class Uploading(ManualClock):
    """A clock by which a list comes after an hour."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.comes_at = self.now() + 2 * HALF_AN_HOUR_S

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if self.now() >= self.comes_at:
            write_members(self.folder / "members.csv", 3)


def a_campaign(folder: Path) -> Campaign:
    file = Desk(folder).write_campaign(extra='\n[schedule]\nstart_before = "22:00"\n')
    text = file.read_text(encoding="utf-8").replace("[source]\n", '[source]\nwait_for = "3h"\n')
    file.write_text(text, encoding="utf-8")
    return load_campaign(file, 0.0)


def test_a_list_that_comes_after_the_last_moment_is_not_sent(tmp_path: Path) -> None:
    clock = Uploading(tmp_path)
    request = Request(begins_until=clock.now() + HALF_AN_HOUR_S)
    with pytest.raises(StartMissed, match=r"before 22:00 \(\[schedule\] start_before\)") as missed:
        run_campaign(a_campaign(tmp_path), request, clock, Silent())
    assert missed.value.exit_code is Exit.WORK_LEFT
    assert (tmp_path / "members.csv").exists()
    with closing(SqliteLedger(tmp_path / "state")) as ledger:
        assert list(ledger.runs()) == []


def test_a_run_that_begins_too_late_does_not_even_open_its_ledger(tmp_path: Path) -> None:
    clock = Uploading(tmp_path)
    with pytest.raises(StartMissed, match="without --scheduled sends now"):
        run_campaign(a_campaign(tmp_path), Request(begins_until=clock.now()), clock, Silent())
    assert not (tmp_path / "state").exists()
