"""The file of secrets is read alike by a shell and by systemd, and its values are never shown."""

import subprocess
from pathlib import Path

import pytest

from pipeline.core.errors import UsageError
from pipeline.runner.scheduling.jobs import Schedule
from pipeline.runner.scheduling.variables import env_text, make_env, unfilled
from tests.support.schedules import a_schedule

BOTH = ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK")


def given(folder: Path, text: str, mode: int = 0o600) -> Schedule:
    schedule = a_schedule(folder)
    schedule.campaign.state.mkdir()
    schedule.env_file.write_bytes(text.encode())
    schedule.env_file.chmod(mode)
    return schedule


def test_a_file_that_was_just_made_lacks_each_value(tmp_path: Path) -> None:
    schedule = a_schedule(tmp_path)
    assert unfilled(schedule) == BOTH
    schedule.campaign.state.mkdir()
    assert make_env(schedule)
    assert unfilled(schedule) == BOTH
    assert not make_env(schedule)
    assert "account.access_key_env" in env_text(schedule)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("HUAWEICLOUD_SDK_AK='a b'\nHUAWEICLOUD_SDK_SK=x+/=\n", ()),
        ("HUAWEICLOUD_SDK_AK=\"a b\"\n  HUAWEICLOUD_SDK_SK=''\n", BOTH[1:]),
        ("# HUAWEICLOUD_SDK_AK=x\n\nLANG=zh_CN.UTF-8\n", BOTH),
    ],
)
def test_what_is_filled_in_is_seen_as_a_shell_sees_it(
    tmp_path: Path, text: str, missing: tuple[str, ...]
) -> None:
    schedule = given(tmp_path, text)
    assert unfilled(schedule) == missing
    for name in BOTH:
        seen = subprocess.run(
            ["/bin/sh", "-c", f'. "$0"; printf %s "${{{name}}}"', str(schedule.env_file)],
            env={},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        assert bool(seen) is (name not in missing)


@pytest.mark.parametrize(
    "line",
    [
        "HUAWEICLOUD_SDK_AK = canary",
        "export HUAWEICLOUD_SDK_AK=canary",
        "HUAWEICLOUD_SDK_AK=canary$1",
        "HUAWEICLOUD_SDK_AK=canary;reboot",
        "HUAWEICLOUD_SDK_AK=`canary`",
        'HUAWEICLOUD_SDK_AK="canary$1"',
        "HUAWEICLOUD_SDK_AK='canary",
        "HUAWEICLOUD_SDK_AK=canary two",
        "canary",
    ],
)
def test_a_line_that_the_two_would_read_differently_is_refused_by_its_number_alone(
    tmp_path: Path, line: str
) -> None:
    with pytest.raises(UsageError, match=r"line 2 of the environment file .* NAME='value'") as said:
        unfilled(given(tmp_path, f"# x\n{line}\n"))
    assert "canary" not in str(said.value)


def test_line_ends_of_windows_do_not_become_part_of_a_key(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Unix line ends"):
        unfilled(given(tmp_path, "HUAWEICLOUD_SDK_AK='x'\r\n"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(UsageError, match="chmod 600"):
        unfilled(given(tmp_path, "", mode))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    schedule = given(tmp_path, "")
    schedule.env_file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="UTF-8"):
        unfilled(schedule)
