"""Whoever was refused, and is heard to have the message anyway, is not sent it again."""

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.emulator.options import EmulatorOptions
from tests.support.command import Desk
from tests.support.emulator_plain import FAULTS, own
from tests.support.emulator_process import running_emulator
from tests.support.members import write_members
from tests.support.serving import post, receipts_place

TOKEN = "0123456789abcdef" * 2
ENV = {
    "HUAWEICLOUD_SDK_AK": "emulator-ak",
    "HUAWEICLOUD_SDK_SK": "emulator-sk",
    "KOOSEND_RECEIPTS_TOKEN": TOKEN,
}
RECEIPTS = '\n[receipts]\nlisten = "127.0.0.1:0"\n'

Row = Mapping[str, str]


@contextmanager
def sent(tmp_path: Path, links_failed: float = 0.0, fault: bytes = b"") -> Iterator[Desk]:
    """Run a campaign of 300, some of whose links, or a request of which, come to nothing."""
    world = tmp_path / "world.toml"
    world.write_text(f"[links]\nfailed = {links_failed}\n", encoding="utf-8")
    write_members(tmp_path / "members.csv", 300, seed=15)
    desk = Desk(tmp_path)
    with running_emulator(tmp_path, EmulatorOptions(world=world)) as provider:
        desk.write_campaign(endpoint=provider.url, extra=RECEIPTS)
        own(provider.url, ("PUT", FAULTS), fault)
        desk.koosend("run", desk.campaign, env=ENV)
        yield desk


def rows_of(desk: Desk, outcome: str) -> list[Row]:
    files = desk.koosend("report", desk.campaign, "--json", env=ENV).json["files"]
    outcomes = next(file for file in files if file.endswith("outcomes.csv"))
    with Path(outcomes).open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["outcome"] == outcome]


def delivered(row: Row) -> dict[str, str]:
    """Tell of a delivery as the provider's own example does: the id without dashes, in capitals."""
    task = row["task_id"].replace("-", "").upper()
    return {"task_id": task, "cust_flag": row["phone"], "send_status": "DELIVRD"}


def push(desk: Desk, *entries: Mapping[str, str]) -> None:
    body = {"request_id": "r-1", "callback_type": "sms", "body": json.dumps(entries)}
    with receipts_place(desk, ENV) as place:
        assert post(f"http://{place}/{TOKEN}/receipts", json.dumps(body).encode()) == 200


@pytest.mark.parametrize(
    ("links_failed", "fault", "code"),
    [
        (0.1, b"", "KM.90011001"),
        (0.0, b'[[rule]]\nwhat = "task_failed"\nnth = 2\n', "task_state Failed"),
    ],
    ids=["numbers of a taken request", "a refused request that names its task"],
)
def test_a_delivery_outranks_a_refusal_and_a_rerun_offers_nobody_of_them(
    tmp_path: Path, links_failed: float, fault: bytes, code: str
) -> None:
    with sent(tmp_path, links_failed, fault) as desk:
        refused = rows_of(desk, "refused")
        assert refused
        assert all(row["task_id"] for row in refused)
        assert {row["code"] for row in refused} == {code}
        outranked(desk, refused)


def outranked(desk: Desk, refused: list[Row]) -> None:
    plan = desk.koosend("rerun", desk.campaign, "--json", env=ENV).json
    assert plan["chosen"]["refused"] == len(refused)
    push(desk, *map(delivered, refused))
    # Nobody has folded the receipts yet: they count anyway.
    plan = desk.koosend("rerun", desk.campaign, "--json", env=ENV).json
    assert "refused" not in plan["chosen"]
    late = desk.koosend("verify", desk.campaign, "--json", env=ENV).json
    assert late["late"] == len(refused)
    desk.koosend("reconcile", desk.campaign, env=ENV)
    assert rows_of(desk, "refused") == []
    verified = desk.koosend("verify", desk.campaign, "--json", env=ENV)
    assert (verified.exit, verified.json["late"]) == (0, 0)
    assert "refused" not in desk.koosend("rerun", desk.campaign, "--json", env=ENV).json["chosen"]


def test_receipts_of_tasks_that_nobody_knows_are_told_once_with_a_count(
    tmp_path: Path,
) -> None:
    with sent(tmp_path) as desk:
        tell_of_strangers(desk)


def tell_of_strangers(desk: Desk) -> None:
    known = delivered({"task_id": "8113760c-787c-4c87-82c8-1d27024fef34", "phone": "13900000001"})
    push(desk, known, {**known, "cust_flag": "13900000002"})
    desk.koosend("reconcile", desk.campaign, env=ENV)
    told = desk.koosend("status", desk.campaign, "--json", env=ENV).json["pushed"]
    assert (told["unknown_tasks"], told["news_of_unknown_tasks"]) == (1, 2)
    assert "2 of 1 tasks" in desk.koosend("status", desk.campaign, env=ENV).out
    (events,) = (desk.folder / "state").glob("runs/*/events.jsonl")
    lines = events.read_text(encoding="utf-8").splitlines()
    strange = [json.loads(line) for line in lines if "receipts.of_strangers" in line]
    assert [(one["tasks"], one["news"]) for one in strange] == [(1, 2)]
