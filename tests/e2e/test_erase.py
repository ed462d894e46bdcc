"""Erasing one person, by the command: no trace is left, and nothing is sent to them any more."""

import csv
import json
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.koomessage.receipts import read_receipt
from pipeline.ledger import SqliteLedger
from pipeline.ports import PushedReceipt
from tests.support.command import Desk
from tests.support.messages import campaign_of
from tests.support.terminal import on_terminal

WHO, OTHER, NEW = "13900000003", "13900000004", "13900000099"
ROWS = 12
HEADER = "手机号,姓名,积分,备注"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path)
    found.write_campaign(**campaign_of("sms"))
    write(found)
    return found


def phone_of(row: int) -> str:
    return f"139000000{row:02d}"


def write(desk: Desk, note: str = "", more: tuple[str, ...] = ()) -> None:
    lines = [f"{phone_of(row)},会员{row},{row},{note}" for row in range(ROWS)]
    twice = f"+86 {WHO[:3]}-{WHO[3:7]}-{WHO[7:]},会员,9,"
    text = "\n".join((HEADER, *lines, twice, *more)) + "\n"
    (desk.folder / "members.csv").write_text(text, encoding="utf-8")


def settled(desk: Desk) -> str:
    assert desk.koosend("run", desk.campaign).exit in {0, 1}
    assert desk.koosend("reconcile", desk.campaign, "--wait", "60s").exit in {0, 1}
    return str(desk.koosend("status", desk.campaign, "--json").json["run"])


def erase(desk: Desk, *more: object, who: str = WHO) -> tuple[int, Any]:
    asked = desk.folder / "asked.txt"
    asked.write_text(f"{who}\n", encoding="utf-8")
    done = desk.koosend(
        "erase", "--file", asked, "--campaign", desk.campaign, "--yes", "--json", *more
    )
    asked.unlink()
    assert done.out, done.err
    return done.exit, done.json


def traces(desk: Desk, who: str = WHO) -> list[str]:
    """Return the files of the state folder, but for the emulator's, that hold a number."""
    integer = int(who).to_bytes(6, "big")
    forms = (who.encode(), who.encode("utf-16-le"), who.encode("utf-16-be"), integer)
    return [
        str(file.relative_to(desk.folder))
        for file in (desk.folder / "state").rglob("*")
        if file.is_file()
        and "emulator" not in file.parts
        and any(form in file.read_bytes() for form in forms)
    ]


def push(desk: Desk, who: str, said: str) -> None:
    """Keep a reply and news of a number, as a listener would have."""
    body = json.dumps({"seq_id": said, "result": [{"mobile": who, "content": said}]}).encode()
    with closing(SqliteLedger(desk.folder / "state")) as ledger:
        replies = read_receipt(body).replies
        ledger.receipts.store_receipts([PushedReceipt(time.time(), "reply", body, (), replies)])


def reported(desk: Desk, run: str) -> dict[str, dict[str, str]]:
    with (desk.folder / "state" / "runs" / run / "outcomes.csv").open(
        encoding="utf-8-sig", newline=""
    ) as stream:
        return {row["row"]: row for row in csv.DictReader(stream)}


def test_no_trace_is_left_and_the_run_is_still_proved(desk: Desk) -> None:
    run = settled(desk)
    push(desk, WHO, f"my number is {WHO}")
    push(desk, OTHER, f"ask {WHO} instead")
    noted = ("--note", f"spoke with {WHO}", "--campaign", desk.campaign)
    assert desk.koosend("suppress", "add", WHO, phone_of(9), *noted).exit == 0
    assert len(traces(desk)) >= 3
    code, told = erase(desk)
    assert (code, told["rows"], told["compact"]) == (0, 2, True)
    (found,) = told["runs"]
    assert (found["run"], found["rows"], found["left_alone"]) == (run, 2, "")
    assert told["folders"] == [str(desk.folder / "state")]
    assert told["files_deleted"]
    assert traces(desk) == []
    verified = desk.koosend("verify", desk.campaign)
    assert (verified.exit, "2 rows were erased" in verified.out) == (0, True), verified.out
    line = desk.koosend("explain", desk.campaign, "5")
    assert (line.exit, "erased" in line.out, "会员3" in line.out) == (0, True, False)
    assert desk.koosend("report", desk.campaign).exit == 0
    row = reported(desk, run)["5"]
    assert (row["phone"], bool(row["outcome"])) == ("", True)
    assert traces(desk) == []
    kept = desk.koosend("suppress", "list", "--json", "--campaign", desk.campaign).json
    assert (kept["counts"]["erased"], kept["counts"]["manual"]) == (1, 1)
    list_of_tomorrow(desk)


def list_of_tomorrow(desk: Desk) -> None:
    """Send the next list, in which whoever was erased stands once more, as does who opted out."""
    before = desk.taken()
    write(desk, "tomorrow", (f"{NEW},会员,1,",))
    assert desk.koosend("run", desk.campaign, "--yes").exit in {0, 1, 75}
    sent = desk.taken()[len(before) :]
    assert NEW in sent
    assert WHO not in sent
    run = str(desk.koosend("status", desk.campaign, "--json").json["run"])
    assert {reported(desk, run)[line]["reason"] for line in ("5", "14")} == {"on_suppression_list"}


def test_a_row_that_waits_is_never_sent_and_an_erasure_is_told_of(desk: Desk) -> None:
    desk.koosend("run", desk.campaign, "--only-first", "2")
    typed = on_terminal(
        desk.folder, "erase", "--campaign", desk.campaign, typed=f"{WHO}\ny\n", columns=160
    )
    assert "2 rows of 1 run erased" in typed, typed
    assert typed.count(WHO) == 1, "a terminal shows what is typed, and the command does not"
    assert "1 person with 2 rows in 1 run would be erased" in typed
    assert desk.koosend("run", desk.campaign).exit in {0, 1, 75}
    assert sorted({*desk.taken()}) == [phone_of(row) for row in range(ROWS) if row != 3]
    listed = desk.koosend("erase", "--list", "--json", "--campaign", desk.campaign)
    assert sorted(sum(one["rows"].values()) for one in listed.json) == [0, 2]
    assert {one["command"] for one in listed.json} == {"koosend erase"}
    assert WHO not in listed.out
    told = desk.koosend("erase", WHO, "--campaign", desk.campaign, "--yes")
    assert (told.exit, WHO in told.err, "--file" in told.err) == (2, False, True)
    asked = desk.koosend("erase", "--campaign", desk.campaign)
    assert (asked.exit, "no terminal" in asked.err) == (2, True)
