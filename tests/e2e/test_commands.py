"""The commands around a run: what they print, and that they agree with each other."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from pipeline.cli.main import koosend
from tests.support.command import Desk
from tests.support.members import Members, write_members

_NUMBER = re.compile(r"1[3-9]\d{9}")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Make a desk with one finished run; the tests here only look."""
    found = Desk(tmp_path_factory.mktemp("desk"), is_fork=False)
    write_members(found.folder / "members.csv", 1_500)
    found.write_campaign()
    assert found.koosend("run", found.campaign).exit == 0
    assert found.koosend("reconcile", found.campaign, "--wait", "60s").exit == 0
    return found


@pytest.fixture(scope="module")
def members(desk: Desk) -> Members:
    return write_members(desk.folder / "members.csv", 1_500)


def test_status_runs_and_run_tell_the_same(desk: Desk) -> None:
    status = desk.koosend("status", desk.campaign, "--json").json
    (listed,) = desk.koosend("runs", desk.campaign, "--json").json
    again = desk.koosend("run", desk.campaign, "--json").json
    for key in ("run", "campaign", "rows", "outcomes", "chunks", "submissions", "messages"):
        assert status[key] == listed[key] == again[key]
    assert sum(status["outcomes"].values()) == status["rows"] == 1_500
    assert set(again) == {
        *("run", "campaign", "rows", "outcomes", "chunks", "submissions", "messages"),
        *("trial", "kind", "of", "delivered", "leftovers", "duration_s", "exit", "held"),
        *("rehearsal", "unknown_endpoint", "sentence"),
    }


def test_a_run_is_found_by_its_id_and_the_state_folder(desk: Desk) -> None:
    run = desk.koosend("status", desk.campaign, "--json").json["run"]
    by_option = desk.koosend("status", run, "--state", "state", "--json")
    by_variable = desk.koosend("status", run, "--json", env={"KOOSEND_STATE": "state"})
    assert by_option.json["run"] == by_variable.json["run"] == run
    nowhere = desk.koosend("status", run)
    assert nowhere.exit == 2
    assert "--state" in nowhere.err


def test_every_row_is_explained_by_line_and_by_number(desk: Desk, members: Members) -> None:
    by_number = desk.koosend("explain", desk.campaign, members.sendable[0])
    assert by_number.exit == 0
    assert ": taken, task " in by_number.out
    by_line = desk.koosend("explain", desk.campaign, "2", "--json").json
    assert by_line[0]["row"] == 2
    assert by_line[0]["attempts"][0]["event"] == "was_accepted"
    assert by_line[0]["outcome"] in {"card", "fallback_sms", "undelivered", "expired"}
    assert by_line[0]["facts"]
    for nobody in ("99999", "13000000000", "abc"):
        assert desk.koosend("explain", desk.campaign, nobody).exit == 2


def test_a_rejected_row_is_explained_with_how_to_mend_it(desk: Desk) -> None:
    lines = (desk.folder / "members.csv").read_text(encoding="utf-8").splitlines()
    line = next(at for at, text in enumerate(lines, start=1) if ",n/a," in text)
    told = desk.koosend("explain", desk.campaign, str(line))
    assert "not sent:" in told.out
    assert "11 digits" in told.out


def test_the_report_has_a_line_for_every_row_and_is_its_owners_alone(desk: Desk) -> None:
    files = desk.koosend("report", desk.campaign, "--json").json["files"]
    assert [Path(file).name for file in files] == [
        "outcomes.csv",
        "rejected.csv",
        "rehearsal-report.xlsx",
        "rehearsal-report.html",
    ]
    for file in files:
        assert Path(file).stat().st_mode & 0o777 == 0o600
    outcomes = Path(files[0]).read_text(encoding="utf-8-sig").splitlines()
    assert len(outcomes) == 1 + 1_500
    assert outcomes[0] == (
        "sheet,row,phone,outcome,reason,channel,chunk,task_name,task_id,submitted_at,"
        "delivered_at,rendered_at,code,parts"
    )
    rejected = Path(files[1]).read_text(encoding="utf-8-sig").splitlines()
    told = desk.koosend("status", desk.campaign, "--json").json["outcomes"]
    assert len(rejected) == 1 + told["invalid"] + told["duplicate"]
    assert rejected[0].startswith("会员号,姓名,手机号,积分,")


def test_check_counts_what_run_sent_and_sends_nothing(desk: Desk) -> None:
    taken = len(desk.taken())
    told = desk.koosend("check", desk.campaign, "--json").json
    status = desk.koosend("status", desk.campaign, "--json").json
    assert told["rows"] == status["rows"]
    assert told["recipients"] == status["messages"] == taken == len(desk.taken())
    assert sum(told["already_sent"].values()) >= taken - told["recipients"]
    shown = desk.koosend("check", desk.campaign)
    assert "Nothing was sent" in shown.out
    assert "how to mend" in shown.out


def test_nothing_that_is_printed_or_logged_shows_a_number(desk: Desk) -> None:
    told = [
        desk.koosend(verb, desk.campaign, *more)
        for verb in ("check", "run", "status", "runs", "verify", "rerun", "reconcile")
        for more in ((), ("--json",))
    ]
    told.append(desk.koosend("explain", desk.campaign, "2"))
    told.append(desk.koosend("init", "members.csv"))
    for done in told:
        assert not _NUMBER.search(done.out)
        assert not _NUMBER.search(done.err)
    for log in (desk.folder / "state").rglob("events.jsonl"):
        text = log.read_text(encoding="utf-8")
        assert not _NUMBER.search(re.sub(r"[0-9a-f-]{36}", "", text))
        assert "emulator-sk" not in text
        for line in text.splitlines():
            assert {"at", "event"} <= set(json.loads(line))


def test_every_file_is_its_owners_alone(desk: Desk) -> None:
    for path in (desk.folder / "state").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_init_proposes_a_campaign_that_needs_only_its_template(desk: Desk) -> None:
    done = desk.koosend("init", "members.csv", "--output", "new.toml")
    assert done.exit == 0, done.err
    proposal = desk.folder / "new.toml"
    assert desk.koosend("init", "members.csv", "--output", "new.toml").exit == 2
    text = proposal.read_text(encoding="utf-8")
    assert 'phone = "手机号"' in text
    assert desk.koosend("check", proposal).exit == 78
    assert "line " in done.err
    assert "[message.sms] app: SMS application" in done.err
    for wanted, given in (
        (
            'params = { "<parameter 1>" = "会员号", "<parameter 2>" = "姓名", "<parameter 3>"',
            'params = { shop = "=云商城", name = "姓名", points',
        ),
        ('params = ["会员号", "姓名", "积分"]', 'params = ["姓名", "积分"]'),
        ("<card template number>", "700000001"),
        ("<channel number>", "10690000001"),
        ("<SMS template number>", "15010661"),
        ("<signature, without brackets>", "云商城"),
        ("<SMS application>", "member-app"),
    ):
        assert wanted in text
        text = text.replace(wanted, given)
    proposal.write_text(text, encoding="utf-8")
    assert desk.koosend("check", proposal).exit == 0


def test_every_command_has_help_with_an_example() -> None:
    context = koosend.make_context("koosend", ["--help"], resilient_parsing=True)
    for name in koosend.list_commands(context):
        command = koosend.get_command(context, name)
        assert command is not None
        text = command.get_help(context)
        assert "Example:  koosend" in text
        assert command.help


def test_a_closed_stdout_is_no_bug(desk: Desk) -> None:
    shell = f"exec {os.sys.executable} -m pipeline status {desk.campaign} >&-"  # type: ignore[attr-defined]  # os re-exports sys
    done = subprocess.run(
        ["/bin/sh", "-c", shell], cwd=desk.folder, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr
