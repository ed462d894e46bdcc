"""Reruns and repetitions: only who certainly got nothing, and only on purpose."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from tests.support.command import Desk
from tests.support.members import write_members

LONG = ("--wait", "4m")
"""Ends as soon as every row is closed: on a slow machine too, it is that which is waited for."""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    write_members(tmp_path / "members.csv", 1_200)
    found = Desk(tmp_path)
    found.write_campaign()
    assert found.koosend("run", found.campaign).exit == 0
    assert found.koosend("reconcile", found.campaign, *LONG).exit == 0
    return found


def test_a_rerun_sends_only_who_certainly_got_nothing_and_once(desk: Desk) -> None:
    first = desk.koosend("status", desk.campaign, "--json").json
    plan = desk.koosend("rerun", desk.campaign, "--json").json
    hopeless = [one for one in plan["why"] if one["outcome"] == "undelivered"]
    assert "the number does not exist" in {one["why"] for one in hopeless}
    failed = first["outcomes"]["undelivered"]
    assert plan["chosen"] == {"undelivered": failed - sum(one["rows"] for one in hopeless)}
    assert sum(plan["left_out"].values()) + plan["rows"] == first["rows"]
    before = len(desk.taken())
    assert before == first["messages"]
    done = desk.koosend("rerun", first["run"], "--state", "state", "--yes", "--json")
    assert done.exit == 0, done.err
    assert done.json["rows"] == done.json["messages"] == plan["rows"]
    assert len(desk.taken()) == before + plan["rows"]
    sent = desk.taken()
    assert Counter(Counter(sent).values()) == {1: before - plan["rows"], 2: plan["rows"]}
    second = desk.koosend("rerun", first["run"], "--state", "state", "--json").json
    assert second["rows"] == done.json["outcomes"].get("undelivered", 0)
    for run in desk.koosend("runs", desk.campaign, "--json").json:
        assert desk.koosend("verify", run["run"], "--state", "state").exit == 0


def test_the_same_list_is_sent_again_only_on_purpose(desk: Desk) -> None:
    taken = len(desk.taken())
    assert desk.koosend("run", desk.campaign, "--again").exit == 2
    assert len(desk.taken()) == taken
    again = desk.koosend("run", desk.campaign, "--again", "--yes", "--json")
    assert again.exit == 0, again.err
    assert len(desk.taken()) == 2 * taken
    assert "already complete" in desk.koosend("run", desk.campaign).out
    assert len(desk.koosend("runs", desk.campaign, "--json").json) == 2


def test_a_source_that_is_gone_hinders_no_run_that_was_planned(desk: Desk) -> None:
    members = write_members(desk.folder / "members.csv", 2_000, seed=9)
    desk.write_campaign(max_messages=500)
    before = len(desk.taken())
    stopped = desk.koosend("run", desk.campaign)
    assert stopped.exit == 75
    assert len(desk.taken()) == before + 500
    (desk.folder / "members.csv").unlink()
    desk.write_campaign()
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.exit == 0, done.err
    assert len(desk.taken()) == before + len(members.sendable)
    assert desk.koosend("verify", desk.campaign).exit == 0


def test_a_campaigns_reconcile_closes_every_run_of_it(desk: Desk) -> None:
    write_members(desk.folder / "members.csv", 300, seed=10)
    assert desk.koosend("run", desk.campaign).exit == 0
    write_members(desk.folder / "members.csv", 300, seed=11)
    assert desk.koosend("run", desk.campaign).exit == 0
    assert desk.koosend("reconcile", desk.campaign, *LONG).exit == 0
    for run in desk.koosend("runs", desk.campaign, "--json").json:
        assert not {"submitted", "delivered"} & set(run["outcomes"])


def test_a_run_goes_on_by_its_id_although_its_source_has_changed(desk: Desk) -> None:
    members = write_members(desk.folder / "members.csv", 1_000, seed=12)
    before = len(desk.taken())
    desk.write_campaign(max_messages=300)
    stopped = desk.koosend("run", desk.campaign, "--json")
    assert stopped.exit == 75
    write_members(desk.folder / "members.csv", 50, seed=13)
    desk.write_campaign()
    done = desk.koosend("run", stopped.json["run"], "--state", "state", "--json")
    assert done.exit == 0, done.err
    assert done.json["run"] == stopped.json["run"]
    assert len(desk.taken()) == before + len(members.sendable)
    assert desk.koosend("run", stopped.json["run"], "--state", "state", "--again").exit == 2


def test_a_rerun_says_its_price_and_its_rows_are_told_through_both_runs(desk: Desk) -> None:
    desk.write_campaign(extra="\n[prices]\nsms_yuan = 0.045\nparse_yuan = 0.02\n")
    plan = desk.koosend("rerun", desk.campaign, "--json").json
    low, high = plan["price_micro_yuan"]
    assert (low, high) == (plan["rows"] * 45_000, plan["rows"] * 65_000)
    assert f"{low / 1e6:.2f}" in desk.koosend("rerun", desk.campaign).out
    first = desk.koosend("status", desk.campaign, "--json").json["run"]
    done = desk.koosend("rerun", desk.campaign, "--yes", "--json").json
    together = desk.folder / "state" / "runs" / done["run"] / "outcomes_all.csv"
    with together.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert Counter(line["run"] for line in lines)[done["run"]] == plan["rows"]
    row = next(line["row"] for line in lines if line["run"] == done["run"])
    phone = next(line["phone"] for line in lines if line["run"] == done["run"])
    for what in (row, phone):
        told = desk.koosend("explain", first, what, "--state", "state", "--json").json
        assert [story["run"] for story in told][-2:] == [first, done["run"]]
        assert told[-2]["outcome"] == "undelivered"
        assert told[-2]["attempts"][0]["task_id"] != told[-1]["attempts"][0]["task_id"]
