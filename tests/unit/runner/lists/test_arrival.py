"""A list that is not there yet, or is still being written, is waited for, and that is said."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.core.errors import SourceDamaged, SourceMissing
from pipeline.runner.lists.arrival import UNSETTLED_S_MAX, arrive
from pipeline.runner.session.outside import Outside
from pipeline.settings import Campaign, load_campaign
from tests.support.command import Desk
from tests.support.fakes import ManualClock
from tests.support.planning import Silent


class Watching(Silent):
    """Keep what is said."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


class Uploading(ManualClock):
    """A clock at whose sleeps somebody does something to the folder."""

    def __init__(self, ahead_s: float, then: Callable[[float], None] | None) -> None:
        super().__init__(time.time() + ahead_s)
        self.began = self.monotonic()
        self._then = then

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if self._then is not None:
            self._then(self.monotonic() - self.began)


def a_campaign(folder: Path, keys: str) -> Campaign:
    file = Desk(folder).write_campaign()
    text = file.read_text(encoding="utf-8").replace("[source]\n", f"[source]\n{keys}\n")
    file.write_text(text, encoding="utf-8")
    return load_campaign(file, 0.0)


def wait(
    folder: Path,
    keys: str = "",
    *,
    ahead_s: float = 0.0,
    then: Callable[[float], None] | None = None,
) -> tuple[float, list[str]]:
    """Wait for the list; return for how many seconds, and what was said."""
    clock, ui = Uploading(ahead_s, then), Watching()
    asyncio.run(arrive(a_campaign(folder, keys), Outside(clock, ui)))
    return clock.monotonic() - clock.began, ui.notes


@pytest.fixture
def members(tmp_path: Path) -> Path:
    file = tmp_path / "members.csv"
    file.write_text("手机号,姓名,积分\n", encoding="utf-8")
    return file


def test_a_list_that_was_left_alone_for_long_is_taken_at_once(members: Path) -> None:
    assert wait(members.parent, "settled_s = 60", ahead_s=61) == (0.0, [])


def test_for_one_that_was_just_written_the_rest_is_waited_for_and_said(members: Path) -> None:
    waited_s, notes = wait(members.parent, "settled_s = 60", ahead_s=20)
    assert 35 < waited_s <= 41
    (note,) = notes
    assert note.startswith("members.csv was written to just now; waiting 40 s")


def test_each_write_begins_the_wait_anew(members: Path) -> None:
    def write(at_s: float) -> None:
        if at_s <= 30:
            members.write_text("x" * int(at_s), encoding="utf-8")
            os.utime(members, (stamp + at_s, stamp + at_s))

    stamp = time.time()
    waited_s, notes = wait(members.parent, "settled_s = 60", then=write)
    assert 85 < waited_s <= 91
    assert len(notes) == 1


def test_a_file_whose_clock_is_ahead_of_ours_is_watched_for_as_long(members: Path) -> None:
    waited_s, _ = wait(members.parent, "settled_s = 60", ahead_s=-86_400)
    assert 59 < waited_s < 61


def test_what_is_written_to_without_end_is_no_list(members: Path) -> None:
    def write(at_s: float) -> None:
        members.write_text("x" * int(at_s), encoding="utf-8")
        os.utime(members, (time.time() + at_s,) * 2)

    with pytest.raises(SourceDamaged, match="is written to again and again"):
        wait(members.parent, "settled_s = 60", then=write)
    assert members.stat().st_size >= UNSETTLED_S_MAX


def test_without_a_word_nothing_is_waited_for_on_this_machine(members: Path) -> None:
    assert wait(members.parent) == (0.0, [])
    campaign = a_campaign(members.parent, "")
    assert campaign.settled_s == 0
    real = Desk(members.parent).write_campaign(
        endpoint="https://koomessage.myhuaweicloud.cn", settle_s=1200
    )
    assert load_campaign(real, 0.0).settled_s == 60


@pytest.mark.parametrize("late", ["members.csv", "done"])
def test_a_list_or_a_marker_that_comes_late_is_taken_when_it_is_there(
    tmp_path: Path, late: str
) -> None:
    for name in {"members.csv", "done"} - {late}:
        (tmp_path / name).touch()

    def come(at_s: float) -> None:
        if at_s >= 1_200:
            (tmp_path / late).touch()

    waited_s, notes = wait(tmp_path, 'done_marker = "done"\nwait_for = "2h"', then=come)
    assert waited_s == 1_200
    (note,) = notes
    assert f"{late}" in note
    assert note.endswith("is not there yet; waiting for it, for up to 2.0 h")


@pytest.mark.parametrize(
    ("keys", "there", "sentence"),
    [
        ('wait_for = "10m"', "nothing", "members.csv is not there, and was waited for 10 min"),
        ("", "nothing", "members.csv is not there$"),
        ('done_marker = "done"', "members.csv", "done, by which members.csv is complete, is not"),
    ],
)
def test_what_does_not_come_in_time_is_missing(
    tmp_path: Path, keys: str, there: str, sentence: str
) -> None:
    (tmp_path / there).touch()
    with pytest.raises(SourceMissing, match=sentence):
        wait(tmp_path, keys)
