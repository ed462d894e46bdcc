"""Try a campaign out before everybody gets it: the first few, one's own phone, a canary."""

import csv
import sqlite3
import subprocess
from collections import Counter

import pytest

from tests.support.command import Desk, command

MEMBERS = 900

OWN = "13900000001"
LOOSE = "[canary]\nfirst = 150\nmax_failed_share = 0.9\nwait_min = 5\n"
STRICT = "[canary]\nfirst = 200\nmax_failed_share = 0.02\nwait_min = 0.1\n"


def sendable(desk: Desk) -> list[str]:
    """Read in source order whom the finished run was to send to."""
    run = desk.koosend("status", desk.campaign, "--json").json["run"]
    file = desk.folder / "state" / "runs" / run / "outcomes.csv"
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return [row["phone"] for row in csv.DictReader(stream) if row["chunk"]]


@pytest.mark.parametrize("channel", ["aim", "aim_basic"])
def test_exactly_the_first_are_sent_to_and_the_next_run_sends_to_the_others(
    desk: Desk, channel: str
) -> None:
    desk.write_campaign(channel=channel)
    begun = desk.koosend("run", desk.campaign, "--only-first", 37, "--json")
    assert begun.exit == 75
    assert begun.json["messages"] == 37
    assert "without --only-first" in begun.err
    assert desk.taken() == sendable(desk)[:37]
    assert desk.koosend("run", desk.campaign, "--only-first", 37).exit == 75
    assert len(desk.taken()) == 37
    done = desk.koosend("run", desk.campaign, "--json")
    assert (done.exit, done.json["run"]) == (0, begun.json["run"])
    assert Counter(desk.taken()) == Counter(sendable(desk))
    assert desk.koosend("verify", desk.campaign).exit == 0


def test_of_a_run_that_was_planned_before_only_whole_requests_are_among_the_first(
    desk: Desk,
) -> None:
    desk.write_campaign(max_messages=100)
    assert desk.koosend("run", desk.campaign).exit == 75
    desk.write_campaign()
    more = desk.koosend("run", desk.campaign, "--only-first", 250)
    assert more.exit == 75
    assert len(desk.taken()) == 200
    assert desk.koosend("run", desk.campaign, "--only-first", 5000, "--json").exit == 0
    assert Counter(desk.taken()) == Counter(sendable(desk))


def test_a_test_send_goes_to_ones_own_phone_alone_and_leaves_the_campaign_as_it_was(
    desk: Desk,
) -> None:
    rows = ["手机号,姓名,积分", "13800138000,张三,7", f"{OWN},李四,8"]
    (desk.folder / "members.csv").write_text("\n".join(rows), encoding="utf-8")
    campaign = desk.campaign.read_text(encoding="utf-8")
    extra = "[limits]\nsame_number_days = 30"
    desk.campaign.write_text(campaign.replace("[limits]", extra), encoding="utf-8")
    tried = desk.koosend("run", desk.campaign, "--to", f"+86 {OWN}", "--wait", "30s", "--json")
    assert tried.exit == 0, tried.err
    assert desk.taken() == [OWN]
    assert [person["phone"] for person in tried.json["people"]] == ["139****0001"]
    assert OWN not in tried.out + tried.err
    assert tried.json["outcomes"] != {"pending": 1}
    assert desk.koosend("verify", desk.campaign).exit == 2
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.exit == 0, done.err
    assert sorted(desk.taken()) == ["13800138000", OWN, OWN]
    runs = desk.koosend("runs", desk.campaign, "--json").json
    assert {run["run"]: run["trial"] for run in runs} == {
        done.json["run"]: False,
        tried.json["run"]: True,
    }
    for run in runs:
        assert desk.koosend("verify", run["run"], "--state", "state").exit == 0


def test_a_test_send_is_of_the_first_good_rows_values_to_each_number_once(desk: Desk) -> None:
    rows = ["手机号,姓名,积分", "12345,坏的,1", "13800138000,张三,7", "13800138001,李四,8"]
    (desk.folder / "members.csv").write_text("\n".join(rows), encoding="utf-8")
    desk.write_campaign(channel="aim_basic")
    to = ("--to", OWN, "--to", "139 0000 0002", "--to", OWN)
    tried = desk.koosend("run", desk.campaign, *to)
    assert tried.exit == 0, tried.err
    assert "test send" in tried.out
    assert desk.taken() == [OWN, "13900000002"]
    journal = desk.journal.read_text(encoding="utf-8")
    assert "张三" in journal
    assert "李四" not in journal
    assert "坏的" not in journal


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--to", "13900"), "--to"),
        (("--to", OWN, "--only-first", "3"), "leave the other options out"),
        (("--to", OWN, "--again", "--yes"), "exclude each other"),
        (("--wait", "1m"), "--wait"),
        (("--mended", "x.csv", "--again", "--yes"), "exclude each other"),
        (("--after-canary",), "--after-canary"),
        (("--mended", "x.csv"), "not run yet"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_sent(
    desk: Desk, arguments: tuple[str, ...], says: str
) -> None:
    done = desk.koosend("run", desk.campaign, *arguments)
    assert done.exit == 2
    assert says in done.err
    assert desk.taken() == []


def test_nobody_who_may_not_be_reached_gets_a_test_send(desk: Desk) -> None:
    desk.write_campaign(extra=f'[screening]\nallow = ["{OWN}"]\n')
    refused = desk.koosend("run", desk.campaign, "--to", "13900000002")
    assert refused.exit == 2
    assert "139****0002" in refused.err
    assert desk.taken() == []
    assert desk.koosend("run", desk.campaign, "--to", OWN).exit == 0
    assert desk.koosend("suppress", "add", OWN, "--campaign", desk.campaign).exit == 0
    assert desk.koosend("run", desk.campaign, "--to", OWN).exit == 2
    assert desk.taken() == [OWN]


def test_the_others_follow_once_the_first_recipients_speak_for_them(desk: Desk) -> None:
    desk.write_campaign(extra=LOOSE)
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.exit == 0, done.err
    assert "the first 150 are sent to" in done.err or "speak for the others" in done.err
    assert Counter(desk.taken()) == Counter(sendable(desk))
    assert verdicts(desk) == ["passed"]
    assert desk.koosend("verify", desk.campaign).exit == 0


def test_a_process_that_dies_while_the_others_wait_has_sent_to_none_of_them(desk: Desk) -> None:
    desk.write_campaign(extra=LOOSE)
    with subprocess.Popen(
        command("run", desk.campaign), cwd=desk.folder, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stderr is not None
        assert any("the others wait" in line for line in run.stderr)
        run.kill()
    assert len(desk.taken()) == 150
    assert verdicts(desk) == []
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.exit == 0, done.err
    assert verdicts(desk) == ["passed"]
    assert Counter(desk.taken()) == Counter(sendable(desk))


def test_the_others_are_not_sent_to_until_a_person_says_so(desk: Desk) -> None:
    desk.write_campaign(extra=STRICT)
    for stopped in [desk.koosend("run", desk.campaign, "--json") for _ in range(2)]:
        assert stopped.exit == 75
        assert "do not speak for the others" in stopped.err
        assert "--after-canary" in stopped.err
        assert len(desk.taken()) == 200
    assert verdicts(desk) == ["stopped"]
    shown = desk.koosend("status", desk.campaign).out
    assert "stopped by its first recipients" in shown.splitlines()[1]
    assert "The first recipients do not speak for the others" in shown
    this = f"{stopped.json['run']} --state {desk.folder / 'state'}"
    assert f"To go on anyway: koosend run {this} --after-canary" in shown
    assert "stopped by its first recipients" in desk.koosend("runs", desk.campaign).out
    desk.write_campaign()
    assert desk.koosend("run", desk.campaign).exit == 75
    done = desk.koosend("run", desk.campaign, "--after-canary", "--json")
    assert done.exit == 0, done.err
    assert Counter(desk.taken()) == Counter(sendable(desk))
    assert verdicts(desk) == ["stopped", "overridden"]
    told = desk.koosend("status", desk.campaign, "--json").json["canary"]
    assert [one["verdict"] for one in told] == verdicts(desk)
    assert {one["recipients"] for one in told} == {200}
    after = desk.koosend("status", desk.campaign).out
    assert "A person decided to go on" in after
    assert "stopped by" not in after


def test_the_first_few_that_were_asked_for_do_not_settle_the_canary(desk: Desk) -> None:
    desk.write_campaign(extra=LOOSE)
    assert desk.koosend("run", desk.campaign, "--only-first", 40).exit == 75
    assert len(desk.taken()) == 40
    assert verdicts(desk) == []
    assert desk.koosend("run", desk.campaign, "--only-first", 300).exit == 75
    assert verdicts(desk) == ["passed"]
    assert len(desk.taken()) == 250
    assert desk.koosend("run", desk.campaign).exit == 0
    assert Counter(desk.taken()) == Counter(sendable(desk))


def verdicts(desk: Desk) -> list[str]:
    """Read the decisions from the ledger's file."""
    ledger = sqlite3.connect(desk.folder / "state" / "ledger.sqlite3")
    try:
        return [verdict for (verdict,) in ledger.execute("SELECT verdict FROM canary ORDER BY id")]
    finally:
        ledger.close()
