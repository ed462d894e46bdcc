"""Units are what systemd takes, and let the night write nowhere but where koosend keeps things."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.runner.scheduling.jobs import Schedule, Wish
from pipeline.runner.scheduling.systemd import units
from tests.support.schedules import a_schedule

RUN = "koosend-members.service"
TIMER = "koosend-members.timer"
START = '\n[schedule]\nstart_before = "22:00"\n'


def keys_of(text: str) -> dict[str, list[str]]:
    """Read a unit's keys; each line of it must be a section, a comment or a key with a value."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith(("#", "[")):
            key, is_there, value = line.partition("=")
            assert is_there, line
            found.setdefault(key, []).append(value)
    return found


def at_home(schedule: Schedule, home: str) -> Mapping[str, str]:
    moved = replace(schedule.campaign, state=Path(home) / "state", file=Path(home) / "c.toml")
    return units(replace(schedule, campaign=moved), is_system=True)


ANALYZE = shutil.which("systemd-analyze") or ""
needs_systemd = pytest.mark.skipif(not ANALYZE, reason="make units installs systemd-analyze")


def verified(*files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ANALYZE, "verify", "--man=no", *map(str, files)],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


@needs_systemd
@pytest.mark.parametrize("folder", ["plain", "100% of 'it' $HOME \"quoted\" 会员"])
@pytest.mark.parametrize("is_system", [True, False])
def test_systemd_takes_the_units_without_a_word(
    tmp_path: Path, folder: str, *, is_system: bool
) -> None:
    wish = Wish("20:30", mail="ops@example.com")
    schedule = a_schedule(tmp_path / folder, wish, name="会员 100% $HOME", extra=START)
    written = tmp_path / "units"
    written.mkdir()
    for name, text in units(schedule, is_system=is_system).items():
        (written / name).write_text(text, encoding="utf-8")
    for instance in written.glob("*-mail@.service"):
        instance.rename(str(instance).replace("@", "@koosend-x"))
    done = verified(*sorted(written.iterdir()))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
def test_the_judge_of_units_knows_a_bad_one(tmp_path: Path) -> None:
    unit = tmp_path / "koosend-bad.service"
    unit.write_text("[Service]\nExecStart=/no/such/program\nKillMode=sometimes\n")
    done = verified(unit)
    assert done.returncode != 0 or done.stderr


def test_the_run_starts_at_chinas_time_and_a_missed_night_is_left_out(tmp_path: Path) -> None:
    keys = keys_of(units(a_schedule(tmp_path), is_system=True)[TIMER])
    assert keys["OnCalendar"] == ["*-*-* 20:30:00 Asia/Shanghai"]
    assert keys["Persistent"] == ["false"]


@pytest.mark.parametrize(("is_late", "extra"), [(True, ""), (False, START)])
def test_a_missed_night_is_made_up_for_where_that_was_asked_for(
    tmp_path: Path, extra: str, *, is_late: bool
) -> None:
    schedule = a_schedule(tmp_path, Wish("20:30", is_late=is_late), extra=extra)
    made = units(schedule, is_system=True)
    assert keys_of(made[TIMER])["Persistent"] == ["true"]
    hourly = keys_of(made["koosend-members-reconcile.timer"])
    assert (hourly["OnCalendar"], hourly["Persistent"]) == (["*-*-* *:37:00"], ["false"])


def test_a_service_may_do_little_and_ends_with_all_it_started(tmp_path: Path) -> None:
    schedule = a_schedule(tmp_path)
    made = units(schedule, is_system=True)
    for name in (RUN, "koosend-members-reconcile.service"):
        keys = keys_of(made[name])
        expected = {
            "User": schedule.user.pw_name,
            "SuccessExitStatus": "75",
            "KillMode": "control-group",
            "UMask": "0077",
            "NoNewPrivileges": "yes",
            "ProtectSystem": "strict",
            "EnvironmentFile": f"-{schedule.env_file}",
        }
        assert {key: keys[key] for key in expected} == {
            key: [value] for key, value in expected.items()
        }
        assert int(keys["TimeoutStopSec"][0]) > 60
        assert "DynamicUser" not in keys


def test_a_users_own_units_ask_for_nothing_that_only_the_machines_manager_can_do(
    tmp_path: Path,
) -> None:
    keys = keys_of(units(a_schedule(tmp_path), is_system=False)[RUN])
    assert not {"User", "ProtectSystem", "ReadWritePaths", "PrivateTmp"} & set(keys)
    assert keys["NoNewPrivileges"] == ["yes"]


def test_what_it_keeps_can_be_written_and_homes_are_shut_unless_it_lies_there(
    tmp_path: Path,
) -> None:
    store = tmp_path / "accounts"
    for home, shut in (("/srv/koosend", "yes"), ("/home/alice", "read-only")):
        schedule = a_schedule(tmp_path)
        there = replace(schedule, env_file=Path("/etc/koosend.env"))
        keys = keys_of(at_home(there, home)[RUN])
        assert keys["ProtectHome"] == [shut]
        assert keys["ReadWritePaths"] == [f'"-{home}/state"', f'"-{store}"']
        assert keys["PrivateTmp"] == ["no"]  # of the store, which lies in the temporary folder


def test_a_failure_is_mailed_by_a_service_of_its_own(tmp_path: Path) -> None:
    made = units(a_schedule(tmp_path, Wish("20:30", mail="ops@example.com")), is_system=True)
    for name in (RUN, "koosend-members-reconcile.service"):
        assert keys_of(made[name])["OnFailure"] == ["koosend-members-mail@%N.service"]
    assert "ops@example.com" in made["koosend-members-mail@.service"]
    assert "OnFailure" not in keys_of(units(a_schedule(tmp_path), is_system=True)[RUN])


def test_the_folder_of_the_metrics_file_can_be_written_to(tmp_path: Path) -> None:
    metrics = '\n[metrics]\ntextfile = "/var/lib/node_exporter/koosend.prom"\n'
    keys = keys_of(units(a_schedule(tmp_path, extra=metrics), is_system=True)[RUN])
    assert '"-/var/lib/node_exporter"' in keys["ReadWritePaths"]
