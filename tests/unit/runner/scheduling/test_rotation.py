"""Logs are rotated by logrotate, which is the judge of what is written for it."""

import grp
import os
import pwd
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.runner.scheduling.writing import rotation
from tests.support.schedules import a_schedule

LOGROTATE = shutil.which("logrotate") or ""


@pytest.mark.skipif(not LOGROTATE, reason="the machine has no logrotate")
@pytest.mark.parametrize("folder", ["plain", "odd [name]* 会员"])
def test_logrotate_moves_the_log_of_cron_and_that_of_the_service(
    tmp_path: Path, folder: str
) -> None:
    schedule = a_schedule(tmp_path / folder)
    state = schedule.campaign.state
    logs = [schedule.log, state / "serve.jsonl"]
    schedule.logs.mkdir(parents=True, mode=0o700)
    state.chmod(0o700)
    for log in logs:
        log.write_text("{}\n", encoding="utf-8")
    file = tmp_path / "koosend"
    file.write_text(rotation(schedule), encoding="utf-8")
    file.chmod(0o644)
    line = [LOGROTATE, "--force", "--state", str(tmp_path / "status"), str(file)]
    done = subprocess.run(line, capture_output=True, check=False, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert [log.exists() for log in logs] == [False, False]
    assert [Path(f"{log}.1").read_text(encoding="utf-8") for log in logs] == ["{}\n"] * 2


def test_the_logs_are_rotated_as_whose_they_are(tmp_path: Path) -> None:
    schedule = a_schedule(tmp_path)
    me = pwd.getpwuid(os.getuid())
    group = grp.getgrgid(me.pw_gid).gr_name
    assert f"    su {me.pw_name} {group}\n" in rotation(replace(schedule, user=me))
