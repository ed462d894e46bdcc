"""The lines of a crontab start at China's time on any machine, and mail only what failed."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import UsageError
from pipeline.core.times import CHINA, in_china
from pipeline.runner.scheduling.cron import Crontab, cron_lines, local_times
from pipeline.runner.scheduling.jobs import Schedule, Wish
from pipeline.runner.scheduling.places import machine_zone
from tests.support.schedules import NOW, a_schedule, jobs_in

ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe")
SHELL_LIMIT_S = 60


def starts(lines: str) -> list[str]:
    return [line for line in lines.splitlines() if line[:1].isdigit() and " nightly'" in line]


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        ("UTC", "20:30", ["30 12"]),
        ("UTC", "07:05", ["5 23"]),
        ("Asia/Shanghai", "20:30", ["30 20"]),
        ("Asia/Kolkata", "20:30", ["0 18"]),
        ("Europe/Berlin", "20:30", ["30 14", "30 13"]),
        ("Australia/Lord_Howe", "20:30", ["0 23", "30 23"]),
    ],
)
def test_a_time_in_china_is_written_as_the_machines(
    tmp_path: Path, zone: str, at: str, expected: list[str]
) -> None:
    lines = cron_lines(a_schedule(tmp_path, Wish(at)), ZoneInfo(zone), NOW)
    assert [line.split(" * * * ")[0] for line in starts(lines)] == expected
    assert f"# Campaign members: {at} in China is " in lines
    assert ("The clock here changes" in lines) is (len(expected) > 1)


@given(st.integers(0, 1439), st.sampled_from(ZONES), st.floats(1.5e9, 2e9))
def test_on_each_day_of_a_year_the_line_for_its_offset_is_the_time_in_china(
    minute: int, zone: str, now: float
) -> None:
    by_offset = {time.offset: time for time in local_times(minute * 60, ZoneInfo(zone), now)}
    for day in range(0, 364, 7):
        there = in_china(now + day * 86_400).replace(hour=minute // 60, minute=minute % 60)
        here = there.astimezone(ZoneInfo(zone))
        time = by_offset[f"{here:%z}"[:5]]
        assert (time.hour, time.minute) == (here.hour, here.minute)
        assert here.astimezone(CHINA).hour == minute // 60


def without_koosend(schedule: Schedule, instead: str, zone: str = "UTC") -> list[str]:
    """Return the lines of the run, in which another command stands for koosend."""
    named = jobs_in(cron_lines(schedule, ZoneInfo(zone), NOW))["nightly"]
    called = re.compile(rf"{re.escape(str(schedule.koosend))} nightly .*? --scheduled [0-9:]+")
    return [called.sub(instead, line) for line in named]


def shell(line: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", line],
        cwd="/",
        env={"PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        check=False,
        text=True,
        timeout=SHELL_LIMIT_S,
    )


@pytest.mark.parametrize(("zone", "goes_on"), [("CET-1", 1), ("CEST-2", 0), ("EST5", None)])
def test_where_summer_time_makes_two_lines_one_goes_on_and_the_other_ends_in_silence(
    tmp_path: Path, zone: str, goes_on: int | None
) -> None:
    schedule = a_schedule(tmp_path)
    found = without_koosend(schedule, "/bin/false", "Europe/Berlin")
    assert all("$(unset TZ; date +%z)" in line for line in found)  # a crontab may set TZ
    lines = [line.replace("unset TZ; ", "") for line in found]  # stands for the machine's zone
    done = [shell(line, TZ=zone) for line in lines]
    assert [bool(one.returncode) for one in done] == [at == goes_on for at in range(2)]
    assert [bool(one.stdout) for one in done] == [at == goes_on for at in range(2)]


def test_the_environment_file_reaches_the_command_and_ends_with_it(tmp_path: Path) -> None:
    schedule = a_schedule(tmp_path)
    schedule.campaign.state.mkdir()
    schedule.env_file.write_text("# a comment\nKOO_A='a $b \"c\" & d'\nKOO_B=plain\n")
    (line,) = without_koosend(schedule, "printenv KOO_A KOO_B")
    done = shell(line)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert 'a $b "c" & d\nplain\n' in schedule.log.read_text(encoding="utf-8")


def test_an_environment_file_that_is_broken_fails_loudly_and_sends_nothing(
    tmp_path: Path,
) -> None:
    schedule = a_schedule(tmp_path)
    schedule.campaign.state.mkdir()
    schedule.env_file.write_text("KOO_A='never closed\n")
    (line,) = without_koosend(schedule, "/bin/echo sent")
    done = shell(line)
    assert done.returncode not in {0, 75}
    assert "members nightly: exit 2" in done.stdout
    assert "sent" not in done.stdout


def test_a_log_that_cannot_be_written_is_mailed_and_nothing_is_sent(tmp_path: Path) -> None:
    schedule = a_schedule(tmp_path)
    schedule.log.mkdir(parents=True)
    (line,) = without_koosend(schedule, "/bin/echo sent")
    done = shell(line)
    assert done.returncode == 73
    assert str(schedule.log) in done.stderr
    assert "sent" not in done.stderr + done.stdout


@pytest.mark.parametrize("name", ["百分 100%", "it's; rm -rf $HOME", '`id` "x"', "-n"])
def test_a_name_is_shown_in_the_log_and_nothing_else_becomes_of_it(
    tmp_path: Path, name: str
) -> None:
    schedule = a_schedule(tmp_path, name=name.replace('"', '\\"'))
    (line,) = without_koosend(schedule, "/bin/false")
    done = shell(line)
    assert done.returncode == 1
    said = [text for text in done.stdout.splitlines() if " nightly: " in text]
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d "
    assert [re.sub(stamp, "", text) for text in said] == [
        f"{name} nightly: begins",
        f"{name} nightly: exit 1",
    ]
    # cron's mail has the line as its subject.
    assert line.startswith("job=")


def test_what_a_crontab_sets_above_the_lines_is_theirs_no_more_and_holds_again_below(
    tmp_path: Path,
) -> None:
    schedule = a_schedule(tmp_path, Wish("20:30", mail="ops@example.com"))
    above = "SHELL=/bin/bash\nMAILTO = me@example.com\nCRON_TZ=Asia/Tokyo\n"
    text = Crontab(above).with_lines(schedule, ZoneInfo("Europe/Berlin"), NOW)
    lines = text.removeprefix(above).splitlines()
    jobs = [at for at, line in enumerate(lines) if line[:1].isdigit()]
    before, behind = lines[: jobs[0]], lines[jobs[-1] + 1 :]
    assert before[-3:] == ["SHELL=/bin/sh", "MAILTO=ops@example.com", "CRON_TZ=Europe/Berlin"]
    assert behind[:-1] == ["SHELL=/bin/bash", "MAILTO=me@example.com", "CRON_TZ=Asia/Tokyo"]
    nameless = tmp_path / "localtime"
    nameless.write_bytes(Path("/usr/share/zoneinfo/Europe/Berlin").read_bytes())
    with pytest.raises(UsageError, match="take CRON_TZ away"):
        Crontab(above).with_lines(schedule, machine_zone(nameless), NOW)
    assert "CRON_TZ" not in cron_lines(schedule, machine_zone(nameless), NOW)


def test_a_line_that_cron_would_cut_off_is_refused(tmp_path: Path) -> None:
    schedule = a_schedule(tmp_path)
    far = replace(schedule, env_file=tmp_path / "x" / ("long" * 60) / ("long" * 60) / ("long" * 20))
    with pytest.raises(UsageError, match="longer than the 998 bytes"):
        cron_lines(far, ZoneInfo("UTC"), NOW)


def test_the_machines_zone_is_its_own_whatever_the_caller_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    file = tmp_path / "zoneinfo" / "Europe" / "Berlin"
    file.parent.mkdir(parents=True)
    file.write_bytes(Path("/usr/share/zoneinfo/Europe/Berlin").read_bytes())
    link = tmp_path / "localtime"
    link.symlink_to(file)
    zone = machine_zone(link)
    assert isinstance(zone, ZoneInfo)
    assert zone.key == "Europe/Berlin"
    assert str(machine_zone(tmp_path / "none")) == "UTC"
    link.unlink()
    link.write_bytes(b"no zone")
    assert str(machine_zone(link)) == "UTC"


@given(st.text(alphabet="#\nab =MAILTO", max_size=60))
def test_whatever_stood_in_a_crontab_stands_there_once_the_lines_are_gone(text: str) -> None:
    file = Path("/etc/koosend/campaign.toml")
    block = f"# koosend begin: {file}\nx\n# koosend end: {file}\n"
    whole = text + ("" if not text or text.endswith("\n") else "\n")
    assert Crontab(whole + block + text).without(file) == whole + text
    assert Crontab(text).without(file) == text


def test_backups_and_purges_are_lines_of_their_own_after_the_night_where_the_campaign_asks(
    tmp_path: Path,
) -> None:
    wanted = '\n[schedule]\nbackup_to = "copies"\nbackup_keep = 3\npurge_after_days = 180\n'
    schedule = a_schedule(tmp_path, extra=wanted)
    text = cron_lines(schedule, ZoneInfo("UTC"), NOW)
    found = jobs_in(text)
    assert list(found) == ["nightly", "reconcile", "backup", "purge"]
    times = [line.split(" * * *")[0] for line in text.splitlines() if line[:1].isdigit()]
    assert times == ["30 12", "37", "30 15", "30 16"]
    assert f" --to {tmp_path / 'copies'} --keep 3)" in found["backup"][0]
    assert " --older-than 180 --files --yes)" in found["purge"][0]


def test_what_notifies_is_asked_for_in_the_environment_file(tmp_path: Path) -> None:
    wanted = '\n[notify]\nurls_env = "OPS_URLS"\nheartbeat_env = "OPS_PING"\n'
    schedule = a_schedule(tmp_path, extra=wanted)
    assert [name for _, name in schedule.variables][-2:] == ["OPS_URLS", "OPS_PING"]
