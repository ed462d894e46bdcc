"""A campaign is scheduled in China's time, and only for a time at which it sends."""

import re
from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid, UsageError
from pipeline.core.times import parse_clock
from pipeline.runner.scheduling.jobs import Wish
from pipeline.settings.keys import Schedule as Keys
from tests.support.schedules import a_schedule

DAYTIME = 'window = "08:00-21:00"'


@pytest.mark.parametrize("at", ["04:30", "2:00", "21:00"])
def test_a_time_outside_the_window_is_refused(tmp_path: Path, at: str) -> None:
    with pytest.raises(UsageError, match=r'China.s time, is outside .* "08:00-21:00"'):
        a_schedule(tmp_path, Wish(at), DAYTIME)


@pytest.mark.parametrize(
    ("at", "limits"),
    [
        ("20:59", DAYTIME),
        ("8:00", DAYTIME),
        ("02:00", f'{DAYTIME}\noutside_window = "wait"'),
        ("02:00", 'window = "22:00-06:00"'),
        ("03:00", ""),
    ],
)
def test_a_time_at_which_it_sends_is_scheduled(tmp_path: Path, at: str, limits: str) -> None:
    made = a_schedule(tmp_path, Wish(at), limits)
    assert made.at_s == parse_clock(at)
    assert made.jobs[0].words[-2:] == ("--scheduled", made.at_text)


@pytest.mark.parametrize("at", ["25:00", "20:60", "8", "", "20:30:00", "a\n20:30"])
def test_what_is_no_time_of_day_is_refused(tmp_path: Path, at: str) -> None:
    with pytest.raises(UsageError, match="write it as 20:30"):
        a_schedule(tmp_path, Wish(at))


@pytest.mark.parametrize("mail", ["a b", "a\nb", "a\u202eb", "-oQ/tmp"])
def test_what_is_no_address_is_refused(tmp_path: Path, mail: str) -> None:
    with pytest.raises(UsageError, match="--mail takes one address"):
        a_schedule(tmp_path, Wish("20:30", mail=mail))


def test_a_user_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such user"):
        a_schedule(tmp_path, Wish("20:30", user="nobody-of-this-name"))


START = '\n[schedule]\nstart_before = "{}"\n'


@pytest.mark.parametrize(("at", "before"), [("20:30", "20:30"), ("20:30", "20:00")])
def test_a_start_that_comes_after_its_own_end_is_refused(
    tmp_path: Path, at: str, before: str
) -> None:
    with pytest.raises(UsageError, match=r"not before \[schedule\] start_before"):
        a_schedule(tmp_path, Wish(at), extra=START.format(before))


def test_what_is_no_time_in_the_campaign_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CampaignInvalid, match='start_before is wrong; write it as "22:00"'):
        a_schedule(tmp_path, extra=START.format("10pm"))


HOUR = 3600.0
MIDNIGHT = 20_717 * 24 * HOUR - 8 * HOUR
"""The beginning of a day in China."""


@pytest.mark.parametrize(
    ("at", "before", "now_h", "late"),
    [
        ("20:30", "22:00", 20.5, False),
        ("20:30", "22:00", 20.49, False),
        ("20:30", "22:00", 21.99, False),
        ("20:30", "22:00", 22.0, True),
        ("20:30", "22:00", 27.0, True),
        ("20:30", "22:00", 8.0, True),
        ("23:30", "01:00", 24.5, False),
        ("23:30", "01:00", 25.0, True),
        ("00:10", "01:00", 0.2, False),
        ("20:30", "", 27.0, False),
    ],
)
def test_a_run_begins_late_once_its_time_is_over(
    at: str, before: str, now_h: float, *, late: bool
) -> None:
    at_s = parse_clock(at)
    assert at_s is not None
    now = MIDNIGHT + now_h * HOUR
    until = Keys(before).begins_until(at_s, now)
    assert (until is not None and now >= until) is late


def slug_of(folder: Path, name: str) -> str:
    return a_schedule(folder, name=name).slug


@pytest.mark.parametrize("name", ["members", "members-evening", "2026"])
def test_a_plain_name_names_the_units(tmp_path: Path, name: str) -> None:
    assert slug_of(tmp_path, name) == name


def test_other_names_do_not_meet_in_one_and_can_stand_in_a_files_name(tmp_path: Path) -> None:
    names = ["会员日", "会员节", "Members", "mem bers", "a/b", "a-b", "-", "..", "x" * 64]
    slugs = [slug_of(tmp_path, name) for name in names]
    assert len(set(slugs)) == len(names)
    assert [slug for slug in slugs if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug)] == []
