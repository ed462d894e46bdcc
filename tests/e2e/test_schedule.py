"""A night as cron gives it: the very lines of `schedule`, run by /bin/sh without an environment."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta

from pipeline.ledger import SqliteLedger
from tests.support.command import Desk, Done
from tests.support.members import Members
from tests.support.schedules import jobs_in

MEMBERS = 20
EMPTY: Mapping[str, str] = {}


def lines_of(desk: Desk, *more: str) -> dict[str, str]:
    shown = desk.koosend("schedule", desk.campaign, "--rehearsal", "--for", "cron", *more)
    assert shown.exit == 0, shown.err
    return {command: line for command, (line,) in jobs_in(shown.out).items()}


def by_cron(line: str) -> Done:
    """Run a line as cron does; what it prints would be mailed."""
    done = subprocess.run(
        ["/bin/sh", "-c", line], cwd="/", env=EMPTY, capture_output=True, check=False, timeout=240
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def log_of(desk: Desk) -> list[str]:
    log = desk.folder / "state" / "logs" / "campaign.log"
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def in_china(ahead: timedelta = timedelta()) -> str:
    return f"{datetime.now(UTC) + timedelta(hours=8) + ahead:%H:%M}"


SILENCE = Done(0, "", "")


def test_a_good_night_sends_logs_and_mails_nothing_and_the_hours_after_it_are_silent(
    desk: Desk, members: Members
) -> None:
    lines = lines_of(desk, "--mail", "ops@example.com")
    assert by_cron(lines["reconcile"]) == SILENCE  # before the first run
    assert log_of(desk) == []
    assert by_cron(lines["nightly"]) == SILENCE
    assert sorted(desk.taken()) == sorted(members.sendable)
    log = log_of(desk)
    assert log[0].endswith(" members nightly: begins")
    assert log[-1].endswith(" members nightly: exit 0")
    assert any(" run " in line and "were sent a message" not in line for line in log)
    assert re.search(r" members run [0-9a-z]{8} nightly: exit 0$", log[-2])
    assert by_cron(lines["reconcile"]) == SILENCE
    assert log_of(desk) == log


def test_a_night_that_failed_is_one_mail_with_its_last_lines_and_its_exit_code(desk: Desk) -> None:
    lines = lines_of(desk)
    (desk.folder / "members.csv").rename(desk.folder / "away.csv")
    failed = by_cron(lines["nightly"])
    assert (failed.exit, failed.err) == (66, "")
    said = failed.out.splitlines()
    assert said[0].endswith(" members nightly: begins")
    assert "members.csv" in failed.out
    assert said[-1].endswith(" members nightly: exit 66")
    assert said == log_of(desk)[-20:]
    assert by_cron(lines["reconcile"]) == SILENCE
    # The mail's subject is the line: it begins with campaign and command.
    assert lines["nightly"].startswith("job='members nightly'; ")


def test_what_is_left_unsent_is_mailed_once_and_not_again_each_hour(desk: Desk) -> None:
    desk.write_campaign(max_messages=10)
    lines = lines_of(desk)
    stopped = by_cron(lines["nightly"])
    assert stopped.exit == 75
    assert "limit" in stopped.out
    hourly = ("reconcile", desk.campaign, "--quiet")
    for _ in range(2):
        assert desk.koosend(*hourly) == SILENCE
    notes = desk.folder / "state" / "logs" / "campaign.told.json"
    # A process that was killed could tell nobody.
    notes.unlink()
    told = by_cron(lines["reconcile"])
    assert told.exit == 75
    assert told.out.splitlines()[0].endswith(" members reconcile: exit 75")
    assert log_of(desk)[-1] == told.out.splitlines()[-1]
    assert desk.koosend(*hourly) == SILENCE
    # A day later it is told once more.
    kept = json.loads(notes.read_text(encoding="utf-8"))
    aged = {run: {**note, "at": note["at"] - 86_400} for run, note in kept.items()}
    notes.write_text(json.dumps(aged), encoding="utf-8")
    assert desk.koosend(*hourly).exit == 75
    assert desk.koosend(*hourly) == SILENCE


def test_a_campaign_file_that_is_gone_is_mailed_by_either_line(desk: Desk) -> None:
    lines = lines_of(desk)
    desk.campaign.rename(desk.folder / "away.toml")
    for command in ("nightly", "reconcile"):
        failed = by_cron(lines[command])
        assert failed.exit == 78
        assert "campaign.toml" in failed.out


def test_a_night_that_comes_too_late_sends_nothing_and_says_so(
    desk: Desk, members: Members
) -> None:
    hour = timedelta(hours=1)
    before, over = in_china(-3 * hour), in_china(-hour)
    desk.write_campaign(extra=f'\n[schedule]\nstart_before = "{over}"\n')
    late = by_cron(lines_of(desk, "--at", before)["nightly"])
    assert late.exit == 75
    assert f"too late for a run that was to begin before {over}" in late.out
    assert desk.taken() == []
    assert desk.koosend("runs", "--state", "state", "--json").json == []
    desk.write_campaign(extra=f'\n[schedule]\nstart_before = "{in_china(hour)}"\n')
    assert by_cron(lines_of(desk, "--at", before)["nightly"]) == SILENCE
    assert sorted(desk.taken()) == sorted(members.sendable)


def test_what_is_shown_is_the_same_in_any_environment(desk: Desk) -> None:
    command = [sys.executable, "-m", "pipeline", "schedule", str(desk.campaign), "--rehearsal"]
    for kind in ("cron", "systemd"):
        shown = {
            subprocess.run(
                [*command, "--for", kind], cwd="/", env=env, capture_output=True, check=True
            ).stdout
            for env in (
                {},
                {"LANG": "C", "PATH": os.environ["PATH"]},
                {"LC_ALL": "C", "TZ": "America/New_York"},
                {"LANG": "zh_CN.UTF-8", "HOME": "/nowhere", "TZ": "Asia/Shanghai"},
            )
        }
        assert len(shown) == 1


def test_what_cannot_be_said_together_is_refused(desk: Desk) -> None:
    for options, says in (
        (("--install", "--remove"), "exclude each other"),
        (("--for", "cron", "--late"), "--late is for systemd"),
        (("--at", "25:00"), "write it as 20:30"),
        (("--user", "nobody-of-this-name"), "no such user"),
    ):
        refused = desk.koosend("schedule", desk.campaign, "--rehearsal", *options)
        assert (refused.exit, refused.out) == (2, "")
        assert says in refused.err
    timed = ("--scheduled", "20:30")
    assert desk.koosend("run", "abcd2345", *timed).exit == 2
    assert desk.koosend("run", desk.campaign, *timed, "--to", "13800138000").exit == 2
    assert desk.koosend("run", desk.campaign, "--scheduled", "8pm").exit == 2


def test_a_quiet_run_prints_only_what_a_person_must_know(desk: Desk, members: Members) -> None:
    well = desk.koosend("run", desk.campaign, "--quiet")
    assert well == SILENCE
    assert sorted(desk.taken()) == sorted(members.sendable)
    other = desk.folder / "members.csv"
    other.rename(desk.folder / "gone.csv")
    missing = desk.koosend("run", desk.campaign, "--quiet", "--again", "--yes")
    assert missing.exit == 66
    assert "members.csv" in missing.err


def test_rows_that_were_refused_when_they_were_sent_are_no_news_to_the_hourly_look(
    desk: Desk,
) -> None:
    rule = '[[rule]]\nwhat = "refuse"\ncode = "KM.00001403"\noperation = "CreateAimSendTask"\n'
    (desk.folder / "faults.toml").write_text(rule, encoding="utf-8")
    text = desk.campaign.read_text(encoding="utf-8")
    faults = text.replace("[emulator]", '[emulator]\nfaults = "faults.toml"')
    desk.campaign.write_text(faults, encoding="utf-8")
    sent = desk.koosend("run", desk.campaign, "--quiet")
    assert sent.exit == 1
    assert "koosend rerun" in sent.out
    assert desk.koosend("reconcile", desk.campaign).exit == 1
    assert desk.koosend("reconcile", desk.campaign, "--quiet") == SILENCE


def test_beside_another_command_the_hourly_look_is_silent(desk: Desk) -> None:
    run = desk.koosend("run", desk.campaign, "--json").json["run"]
    with closing(SqliteLedger(desk.folder / "state")) as ledger, closing(ledger.take(run)):
        assert desk.koosend("reconcile", desk.campaign).exit == 75
        assert desk.koosend("reconcile", desk.campaign, "--quiet") == SILENCE
