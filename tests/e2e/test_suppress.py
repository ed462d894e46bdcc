"""Who is left out: the command tells why, and the emulator's journal proves that nobody got it."""

import csv
import json
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.koomessage.receipts import read_receipt
from pipeline.ledger import SqliteLedger
from pipeline.ports import PushedReceipt, Reply, StrangerRule
from pipeline.ports.marks import REHEARSAL
from tests.support.command import Desk, Done

PRICES = "[prices]\nsms_yuan = 0.05\nparse_yuan = 0.03\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path)
    write(found, [phone_of(row) for row in range(20)])
    return found


def phone_of(row: int) -> str:
    return f"139000000{row:02d}"


def write(desk: Desk, phones: Sequence[str]) -> None:
    lines = [f"{phone},会员{row},{row}" for row, phone in enumerate(phones)]
    text = "\n".join(("手机号,姓名,积分", *lines)) + "\n"
    (desk.folder / "members.csv").write_text(text, encoding="utf-8")


def judged_reply(phone: str, said: str) -> Reply:
    body = {"seq_id": "s", "result": [{"mobile": phone, "content": said}]}
    (reply,) = read_receipt(json.dumps(body).encode()).replies
    return reply


def reasons(desk: Desk, done: Done) -> dict[str, str]:
    """Read rejected.csv: the reason by number."""
    run = desk.koosend("status", desk.campaign, "--json").json["run"]
    file = desk.folder / "state" / "runs" / run / "rejected.csv"
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert done.exit in {0, 75}
    return {row["手机号"]: row["koosend_reason"] for row in rows}


def test_whoever_wants_nothing_or_is_not_allowed_gets_nothing(desk: Desk) -> None:
    (desk.folder / "stop.txt").write_text(f"{phone_of(1)}\n", encoding="utf-8")
    (desk.folder / "us.txt").write_text(
        "\n".join(phone_of(row) for row in range(6)), encoding="utf-8"
    )
    desk.write_campaign(extra='[screening]\nsuppress_files = ["stop.txt"]\nallow_file = "us.txt"\n')
    added = desk.koosend("suppress", "add", phone_of(2), "--campaign", desk.campaign)
    assert (added.exit, added.out) == (0, f"{REHEARSAL}\n1 number put on the list\n")
    (desk.folder / "opted.csv").write_text(f"手机号\n{phone_of(3)}\n", encoding="utf-8")
    taken = desk.koosend(
        *("suppress", "import", "opted.csv", "--reason", "opt_out", "--campaign", desk.campaign)
    )
    assert taken.exit == 0
    checked = desk.koosend("check", desk.campaign, "--json").json["rejected"]
    done = desk.koosend("run", desk.campaign, "--json")
    assert sorted(desk.taken()) == [phone_of(row) for row in (0, 4, 5)]
    assert reasons(desk, done) == {
        phone_of(1): "in_suppress_file",
        phone_of(2): "on_suppression_list",
        phone_of(3): "opted_out",
        **{phone_of(row): "not_on_allow_list" for row in range(6, 20)},
    }
    assert done.json["outcomes"] == {"suppressed": 3, "skipped": 14, "submitted": 3}
    assert checked["not_on_allow_list"] == 14
    assert desk.koosend("verify", desk.campaign).exit == 0


def test_a_column_that_says_who_wants_nothing_is_pointed_at_and_then_obeyed(desk: Desk) -> None:
    lines = [f"{phone_of(row)},会员,{row},{'是' if row < 2 else ''}" for row in range(4)]
    text = "\n".join(("手机号,姓名,积分,是否退订", *lines)) + "\n"
    (desk.folder / "members.csv").write_text(text, encoding="utf-8")
    desk.write_campaign(ask="false")
    pointed = desk.koosend("check", desk.campaign, "--offline")
    assert (
        "the column 是否退订 seems to say who wants no messages, and no key uses it" in pointed.out
    )
    desk.write_campaign(ask="false", extra='[screening]\nskip_where = { "是否退订" = ["是"] }\n')
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.json["outcomes"] == {"suppressed": 2, "submitted": 2}
    assert sorted(desk.taken()) == [phone_of(2), phone_of(3)]
    assert set(reasons(desk, done).values()) == {"column"}
    checked = desk.koosend("check", desk.campaign, "--offline", "--json").json
    assert checked["unused_opt_out_columns"] == []
    assert desk.koosend("verify", desk.campaign).exit == 0


def test_a_run_that_goes_on_obeys_what_a_column_says_by_then(desk: Desk) -> None:
    lines = [f"13900{row:06d},会员,{row},{'Ｙ' if row > 247 else ''}" for row in range(250)]
    text = "\n".join(("手机号,姓名,积分,unsubscribe", *lines)) + "\n"
    (desk.folder / "members.csv").write_text(text, encoding="utf-8")
    assert desk.koosend("run", desk.write_campaign(ask="false", max_messages=100)).exit == 75
    extra = '[screening]\nskip_where = { unsubscribe = ["y"] }\n'
    done = desk.koosend("run", desk.write_campaign(ask="false", extra=extra), "--json")
    assert (done.exit, done.json["outcomes"]["suppressed"]) == (0, 2)
    assert sorted(desk.taken()) == [f"13900{row:06d}" for row in range(248)]
    assert desk.koosend("verify", desk.campaign).exit == 0


def test_a_number_is_not_reached_again_within_the_days_by_any_campaign(desk: Desk) -> None:
    desk.write_campaign()
    first = desk.koosend("run", desk.campaign, "--json").json["run"]
    write(desk, [phone_of(row) for row in range(15, 25)])
    desk.write_campaign(name="second", channel="aim_basic").write_text(
        desk.campaign.read_text(encoding="utf-8").replace(
            "[limits]", "[limits]\nsame_number_days = 3"
        ),
        encoding="utf-8",
    )
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.json["outcomes"] == {"skipped": 5, "submitted": 5}
    assert set(reasons(desk, done).values()) == {"reached_recently"}
    run = done.json["run"]
    text = (desk.folder / "state" / "runs" / run / "rejected.csv").read_text(encoding="utf-8-sig")
    assert f"run {first}, 20" in text
    assert len(desk.taken()) == len(set(desk.taken())) == 25


def test_the_same_number_with_other_values_gets_both_in_requests_of_their_own(desk: Desk) -> None:
    write(desk, [phone_of(0), phone_of(1), phone_of(0)])
    desk.write_campaign(
        channel="aim_basic", extra='[screening]\nduplicates = "number_and_values"\n'
    )
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.json["outcomes"] == {"submitted": 3}
    assert done.json["submissions"] == {"accepted": 2}
    assert sorted(desk.taken()) == [phone_of(0), phone_of(0), phone_of(1)]


def test_no_more_is_sent_than_the_ceiling_on_cost_allows(desk: Desk) -> None:
    write(desk, [f"13900{row:06d}" for row in range(250)])
    campaign = desk.write_campaign(extra=PRICES)
    plain = campaign.read_text(encoding="utf-8")
    campaign.write_text(plain.replace("[limits]", "[limits]\nmax_cost = 10"), encoding="utf-8")
    done = desk.koosend("run", campaign)
    assert done.exit == 75
    assert "limit of 10.00 yuan" in done.err
    assert len(desk.taken()) == 100
    assert desk.koosend("run", campaign).exit == 75
    assert len(desk.taken()) == 100
    campaign.write_text(plain.replace("[limits]", "[limits]\nmax_cost = 20"), encoding="utf-8")
    assert desk.koosend("run", campaign).exit == 0
    assert len(desk.taken()) == 250


@pytest.mark.parametrize(
    ("text", "code"), [(None, 78), ("1390000000\n", 65)], ids=["missing", "unreadable"]
)
def test_a_list_that_cannot_be_used_stops_the_run_before_anything_is_sent(
    desk: Desk, text: str | None, code: int
) -> None:
    if text is not None:
        (desk.folder / "stop.txt").write_text(text, encoding="utf-8")
    desk.write_campaign(extra='[screening]\nsuppress_files = ["stop.txt"]\n')
    done = desk.koosend("run", desk.campaign)
    assert done.exit == code
    assert "stop.txt" in done.err
    assert desk.taken() == []


def test_the_list_is_shown_masked_and_written_out_whole_for_its_owner_alone(desk: Desk) -> None:
    where = ("--state", "state")
    note = f"said {phone_of(0)}"
    assert desk.koosend("suppress", "add", phone_of(0), "--note", note, *where).exit == 0
    shown = desk.koosend("suppress", "list", *where).out
    told = desk.koosend("suppress", "list", "--json", *where).out
    assert phone_of(0) not in shown + told
    assert "139****0000" in shown
    assert desk.koosend("suppress", "export", "out.csv", *where).exit == 0
    out = desk.folder / "out.csv"
    assert phone_of(0) in out.read_text(encoding="utf-8-sig")
    assert out.stat().st_mode & 0o777 == 0o600
    assert desk.koosend("suppress", "export", "out.csv", *where).exit == 2
    assert desk.koosend("suppress", "remove", phone_of(0), *where).exit == 2
    assert desk.koosend("suppress", "remove", phone_of(0), "--note", "back", *where).exit == 0
    assert desk.koosend("suppress", "list", "--json", *where).json["entries"] == []
    history = desk.koosend("suppress", "list", "--history", "--json", *where).json["entries"]
    assert [entry["removed_note"] for entry in history] == ["back"]


def test_the_list_of_a_folder_that_nobody_named_is_not_made(desk: Desk) -> None:
    done = desk.koosend("suppress", "add", phone_of(0))
    assert done.exit == 2
    assert "--state" in done.err
    assert not (desk.folder / "var").exists()


def test_who_sent_an_unclear_reply_is_left_out_until_a_person_has_read_it(desk: Desk) -> None:
    desk.write_campaign(ask="false")
    assert desk.koosend("check", desk.campaign).exit == 0
    asks = judged_reply(phone_of(1), "怎么退订")
    with closing(SqliteLedger(desk.folder / "state")) as ledger:
        ledger.receipts.store_receipts([PushedReceipt(time.time(), "reply", b"", replies=(asks,))])
    line = ("suppress", "list", "--reason", "unclear_reply", "--campaign", desk.campaign)
    listed = desk.koosend(*line)
    assert "139****0001" in listed.out
    assert "怎么退订 (asks about opting out)" in listed.out
    assert phone_of(1) not in listed.out
    checked = desk.koosend("check", desk.campaign, "--json").json["rejected"]
    assert checked == {"unclear_reply": 1}
    why = ("--note", "only asked", "--campaign", desk.campaign)
    assert desk.koosend("suppress", "remove", phone_of(1), *why).exit == 0
    assert desk.koosend(*line, "--json").json["entries"] == []
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.json["outcomes"] == {"submitted": 20}
    assert "unclear_replies" in str(desk.koosend("status", desk.campaign, "--json").json)


def test_strangers_are_shown_masked_and_a_person_who_honours_them_says_why(desk: Desk) -> None:
    state = desk.folder / "state"
    answers = tuple(judged_reply(phone_of(row), "T") for row in range(3))
    with closing(SqliteLedger(state)) as ledger:
        pushed = PushedReceipt(time.time(), "reply", b"", replies=answers)
        ledger.receipts.store_receipts([pushed], StrangerRule(frozenset(), per_day=1))
    line = ("suppress", "strangers", "--state", state)
    shown = desk.koosend(*line)
    assert (shown.exit, "2 numbers wait for a decision" in shown.out) == (0, True)
    assert "139****0002" in shown.out
    assert phone_of(2) not in shown.out
    for wrong in (("--honour",), ("--honour", "--refuse", "--note", "x")):
        assert desk.koosend(*line, *wrong).exit == 2
    listed = desk.koosend("suppress", "list", "--state", state).out
    assert "1 entry stands: 1 opt_out" in listed
    assert "; beside it 2 strangers wait (suppress strangers)" in listed
    done = desk.koosend(*line, "--honour", "--note", "they called")
    assert (done.exit, done.out) == (0, "2 numbers put on the list\n")
    entries = desk.koosend("suppress", "list", "--state", state, "--json").json["entries"]
    assert [entry["note"] for entry in entries] == ["T", "T (they called)", "T (they called)"]
    assert {entry["source"] for entry in entries} == {"receipt:1"}
    assert "0 numbers wait" in desk.koosend(*line).out
