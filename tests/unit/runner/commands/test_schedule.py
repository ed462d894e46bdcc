"""A nightly command is scheduled only for a time at which the campaign sends."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.core.errors import UsageError
from pipeline.runner.commands.schedule import crontab
from pipeline.settings import Campaign, load_campaign
from tests.support.command import Desk

NOW = 1_790_000_000.0


@pytest.fixture
def _zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put this machine into another zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def a_campaign(folder: Path, limits: str) -> Campaign:
    file = Desk(folder).write_campaign()
    text = file.read_text(encoding="utf-8").replace("[limits]\n", f"[limits]\n{limits}\n")
    file.write_text(text, encoding="utf-8")
    return load_campaign(file, NOW)


DAYTIME = 'window = "08:00-21:00"'


@pytest.mark.parametrize(
    ("_zone", "at", "china"),
    [("UTC", "20:30", "04:30"), ("Asia/Shanghai", "2:00", "02:00"), ("UTC", "13:00", "21:00")],
    indirect=["_zone"],
)
@pytest.mark.usefixtures("_zone")
def test_a_time_outside_the_window_is_refused(tmp_path: Path, at: str, china: str) -> None:
    with pytest.raises(UsageError, match=f'is {china} in China, outside .* "08:00-21:00"'):
        crontab(a_campaign(tmp_path, DAYTIME), at, "", NOW, rehearsal=True)


@pytest.mark.parametrize(
    ("_zone", "at", "limits"),
    [
        ("UTC", "12:59", DAYTIME),
        ("Asia/Shanghai", "20:30", DAYTIME),
        ("Asia/Shanghai", "02:00", f'{DAYTIME}\noutside_window = "wait"'),
        ("Asia/Shanghai", "02:00", 'window = "22:00-06:00"'),
        ("UTC", "03:00", ""),
    ],
    indirect=["_zone"],
)
@pytest.mark.usefixtures("_zone")
def test_a_time_at_which_it_sends_is_scheduled(tmp_path: Path, at: str, limits: str) -> None:
    hour, minute = map(int, at.split(":"))
    assert f"\n{minute} {hour} * * * " in crontab(
        a_campaign(tmp_path, limits), at, "", NOW, rehearsal=True
    )
