"""What is installed for a campaign replaces its own and nothing else, and goes again."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import UsageError
from pipeline.runner.commands.schedule import Kind, install, remove, shown
from pipeline.runner.scheduling.jobs import Schedule, Wish
from pipeline.runner.scheduling.places import Places
from tests.support.schedules import NOW, a_schedule, crontab_of, own_places

OTHERS = "MAILTO=me@example.com\n5 4 * * * echo mine\n"
LATER = "6 4 * * * echo later\n"
UNITS = [
    "koosend-members-reconcile.service",
    "koosend-members-reconcile.timer",
    "koosend-members.service",
    "koosend-members.timer",
]


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to another user")


def installed(schedule: Schedule, kind: Kind, places: Places) -> str:
    return "\n".join(install(schedule, kind, places, NOW))


def names(folder: Path | None) -> list[str]:
    assert folder is not None
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


def test_lines_stand_beside_those_of_others_and_are_replaced_alone(tmp_path: Path) -> None:
    places = own_places(tmp_path)
    crontab = tmp_path / "crontab.txt"
    crontab.write_text(OTHERS, encoding="utf-8")
    installed(a_schedule(tmp_path / "a"), Kind.CRON, places)
    assert crontab_of(tmp_path).startswith(OTHERS)
    assert names(places.logrotate) == ["koosend-members"]
    crontab.write_text(crontab_of(tmp_path) + LATER, encoding="utf-8")
    changed = a_schedule(tmp_path / "a", Wish("09:00", mail="ops@example.com"))
    installed(changed, Kind.CRON, places)
    now = crontab_of(tmp_path)
    assert "\n0 1 * * * job=" in now
    assert "\n30 12 * * * job=" not in now
    assert now.startswith(OTHERS)
    # What the lines set for themselves ends with them.
    end = f"MAILTO=me@example.com\n# koosend end: {changed.campaign.file}\n"
    assert now.endswith(end + LATER)
    installed(changed, Kind.CRON, places)
    assert crontab_of(tmp_path) == now
    list(remove(changed.campaign, places))
    assert crontab_of(tmp_path) == OTHERS + LATER
    assert names(places.logrotate) == []
    assert list(remove(changed.campaign, places)) == [
        f"Nothing was installed for {changed.campaign.file}"
    ]


def test_two_campaigns_stand_in_one_crontab_and_one_goes_alone(tmp_path: Path) -> None:
    places = replace(own_places(tmp_path), logrotate=None)
    one, other = a_schedule(tmp_path / "a"), a_schedule(tmp_path / "b")
    installed(one, Kind.CRON, places)
    alone = crontab_of(tmp_path)
    said = installed(other, Kind.CRON, places)
    assert "let root write this" in said
    assert crontab_of(tmp_path).startswith(alone)
    list(remove(other.campaign, places))
    assert crontab_of(tmp_path) == alone


def test_a_begin_without_its_end_takes_nobodys_lines_away(tmp_path: Path) -> None:
    places = own_places(tmp_path)
    schedule = a_schedule(tmp_path / "a")
    torn = f"# koosend begin: {schedule.campaign.file}\n{LATER}"
    (tmp_path / "crontab.txt").write_text(torn, encoding="utf-8")
    installed(schedule, Kind.CRON, places)
    assert crontab_of(tmp_path).startswith(torn)


def test_units_are_written_and_what_cron_had_goes(tmp_path: Path) -> None:
    places = own_places(tmp_path)
    schedule = a_schedule(tmp_path / "a")
    installed(schedule, Kind.CRON, places)
    said = installed(schedule, Kind.SYSTEMD, places)
    assert names(places.units) == UNITS
    assert crontab_of(tmp_path) == ""
    assert names(places.logrotate) == []
    assert "Next: systemctl enable koosend-members.timer" in said
    (places.units / "koosend-other.timer").write_text("# anybody's\n", encoding="utf-8")
    with_mail = a_schedule(tmp_path / "a", Wish("20:30", mail="ops@example.com"))
    installed(with_mail, Kind.SYSTEMD, places)
    assert "koosend-members-mail@.service" in names(places.units)
    installed(schedule, Kind.SYSTEMD, places)
    assert names(places.units) == sorted([*UNITS, "koosend-other.timer"])
    installed(schedule, Kind.CRON, places)
    assert names(places.units) == ["koosend-other.timer"]
    list(remove(schedule.campaign, places))
    assert names(places.units) == ["koosend-other.timer"]


def test_units_of_another_campaign_of_that_name_are_not_written_over(tmp_path: Path) -> None:
    places = own_places(tmp_path)
    installed(a_schedule(tmp_path / "a"), Kind.SYSTEMD, places)
    before = (places.units / UNITS[2]).read_text(encoding="utf-8")
    other = a_schedule(tmp_path / "b")
    with pytest.raises(UsageError, match=r"give the campaign another \[campaign\] name"):
        installed(other, Kind.SYSTEMD, places)
    assert (places.units / UNITS[2]).read_text(encoding="utf-8") == before
    assert not other.campaign.state.exists()


def test_the_environment_file_is_made_once_for_its_user_alone(tmp_path: Path) -> None:
    places = own_places(tmp_path)
    schedule = a_schedule(tmp_path / "a")
    said = installed(schedule, Kind.CRON, places)
    file = schedule.campaign.state / "koosend.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(schedule.campaign.state.stat().st_mode) == 0o700
    lines = file.read_text(encoding="utf-8").splitlines()
    assert {"HUAWEICLOUD_SDK_AK=", "HUAWEICLOUD_SDK_SK="} <= set(lines)
    assert f"Next: fill in HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK in {file}" in said
    file.write_text("HUAWEICLOUD_SDK_AK='canaryAK'\nHUAWEICLOUD_SDK_SK=canarySK\n")
    said = installed(schedule, Kind.SYSTEMD, places)
    assert f"Kept as it was: {file}" in said
    assert "fill in" not in said
    assert file.read_text(encoding="utf-8").endswith("=canarySK\n")
    list(remove(schedule.campaign, places))
    assert file.exists()
    everything = said + shown(schedule, Kind.CRON, places, NOW)
    assert "canary" not in everything + shown(schedule, Kind.SYSTEMD, places, NOW)


def test_an_environment_file_that_others_can_read_stops_it_before_anything_is_written(
    tmp_path: Path,
) -> None:
    places = own_places(tmp_path)
    schedule = a_schedule(tmp_path / "a")
    schedule.campaign.state.mkdir()
    file = schedule.campaign.state / "koosend.env"
    file.write_text("HUAWEICLOUD_SDK_AK='canaryAK'\n", encoding="utf-8")
    file.chmod(0o640)
    for kind in Kind:
        with pytest.raises(UsageError, match=f"chmod 600 {file}"):
            installed(schedule, kind, places)
        with pytest.raises(UsageError, match="others can read"):
            shown(schedule, kind, places, NOW)
    assert not (tmp_path / "crontab.txt").exists()
    assert names(places.units) == []


def test_without_cron_its_lines_are_not_installed_but_shown(tmp_path: Path) -> None:
    places = replace(own_places(tmp_path), crontab=("no-such-crontab",))
    schedule = a_schedule(tmp_path / "a")
    with pytest.raises(UsageError, match="install cron, or say --for systemd"):
        installed(schedule, Kind.CRON, places)
    assert not schedule.campaign.state.exists()
    assert "\n30 12 * * * job=" in shown(schedule, Kind.CRON, places, NOW)
    installed(schedule, Kind.SYSTEMD, places)
    list(remove(schedule.campaign, places))
    assert names(places.units) == []


def test_a_crontab_that_cannot_be_read_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    places = own_places(tmp_path)
    script = Path(places.crontab[0])
    script.write_text('#!/bin/sh\necho "you are not allowed" >&2\nexit 1\n', encoding="utf-8")
    with pytest.raises(UsageError, match="you are not allowed"):
        installed(a_schedule(tmp_path / "a"), Kind.CRON, places)


def test_a_timer_that_systemd_takes_is_started_and_its_removal_told(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" >>{heard}\n', encoding="utf-8")
    systemctl.chmod(0o700)
    places = replace(own_places(tmp_path), systemctl=(str(systemctl),))
    schedule = a_schedule(tmp_path / "a")
    said = installed(schedule, Kind.SYSTEMD, places)
    timers = "koosend-members.timer koosend-members-reconcile.timer"
    assert "Started: koosend-members.timer and koosend-members-reconcile.timer" in said
    assert "Next: systemctl" not in said
    list(remove(schedule.campaign, places))
    gone = "koosend-members-reconcile.timer koosend-members.timer"
    assert heard.read_text(encoding="utf-8").splitlines() == [
        "daemon-reload",
        f"enable {timers}",
        f"restart {timers}",
        f"disable --now {gone}",
        "daemon-reload",
    ]


def test_only_systemd_makes_up_for_a_missed_night(tmp_path: Path) -> None:
    places = own_places(tmp_path)
    schedule = a_schedule(tmp_path / "a", Wish("20:30", is_late=True))
    with pytest.raises(UsageError, match="--late is for systemd"):
        shown(schedule, Kind.CRON, places, NOW)
    assert "Persistent=true" in shown(schedule, Kind.SYSTEMD, places, NOW)


def of_nobody(folder: Path) -> Schedule:
    return a_schedule(folder, Wish("20:30", user="nobody"))


@as_root
def test_root_makes_what_the_user_needs_and_it_is_the_users(tmp_path: Path) -> None:
    schedule = of_nobody(tmp_path / "a")
    installed(schedule, Kind.SYSTEMD, own_places(tmp_path))
    state = schedule.campaign.state
    for path in (state, schedule.logs, schedule.env_file):
        assert path.stat().st_uid == schedule.user.pw_uid != 0
    unit = own_places(tmp_path).units / "koosend-members.service"
    assert unit.stat().st_uid == 0
    assert "User=nobody\n" in unit.read_text(encoding="utf-8")


@as_root
@pytest.mark.parametrize("kind", Kind)
def test_what_is_another_users_is_refused_before_a_night_would_fail(
    tmp_path: Path, kind: Kind
) -> None:
    places = own_places(tmp_path)
    schedule = of_nobody(tmp_path / "a")
    schedule.campaign.state.mkdir()
    with pytest.raises(UsageError, match="or name its owner with --user"):
        installed(schedule, kind, places)
    schedule.env_file.write_text("", encoding="utf-8")
    schedule.env_file.chmod(0o600)
    with pytest.raises(UsageError, match="is not of user nobody"):
        installed(schedule, kind, places)
    assert not (tmp_path / "crontab.txt").exists()
    assert names(places.units) == []
