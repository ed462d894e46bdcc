"""The main job: a spreadsheet with mess in, balanced books out, nobody reached twice."""

import csv
from collections import Counter

from tests.support.command import Desk
from tests.support.emulator_process import messages_of
from tests.support.members import Members, write_members

ROWS = 20_000
IS_FORK = False


def test_twenty_thousand_rows_are_sent_once_each_and_the_books_balance(desk: Desk) -> None:
    members = write_members(desk.folder / "members.csv", ROWS)
    desk.write_campaign()
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.exit == 0, done.err
    told = done.json
    assert told["rows"] == ROWS == sum(told["outcomes"].values())
    assert told["messages"] == len(members.sendable)
    assert told["outcomes"]["invalid"] == members.invalid
    assert told["outcomes"]["duplicate"] == members.duplicates
    assert told["chunks"] == {"accepted": -(-len(members.sendable) // 5000)}
    assert told["submissions"] == {"accepted": sum(_requests(len(members.sendable)))}
    assert sorted(desk.taken()) == sorted(members.sendable)
    _nothing_more_is_sent(desk, members)


def _requests(recipients: int) -> list[int]:
    chunks = [5000] * (recipients // 5000) + [recipients % 5000]
    return [-(-chunk // 100) for chunk in chunks]


def _nothing_more_is_sent(desk: Desk, members: Members) -> None:
    proof = desk.koosend("verify", desk.campaign, "--json")
    assert proof.exit == 0, proof.out
    assert proof.json["proved"] is True
    again = desk.koosend("run", desk.campaign)
    assert again.exit == 0
    assert "already complete; nothing was sent" in again.out
    assert len(desk.taken()) == len(members.sendable)


def test_each_rendering_agrees_with_the_handsets_truth_once_links_expired(desk: Desk) -> None:
    members = write_members(desk.folder / "members.csv", 2_000, seed=2)
    desk.write_campaign(name="renderings")
    assert desk.koosend("run", desk.campaign).exit == 0
    done = desk.koosend("reconcile", desk.campaign, "--wait", "90s", "--json")
    assert done.exit == 0, done.err
    assert not {"pending", "submitted", "delivered", "in_doubt"} & set(done.json["outcomes"])
    assert desk.koosend("report", desk.campaign).exit == 0
    truth = {str(line["phone"]): line["truth"] for line in messages_of(desk.journal)}
    sent = {row["phone"]: row for row in _outcomes(desk, done.json["run"]) if row["phone"] in truth}
    assert len(sent) == len(members.sendable)
    expected = {phone: _expected(known) for phone, known in truth.items()}
    assert {phone: row["outcome"] for phone, row in sent.items()} == expected
    assert set(Counter(expected.values())) == {"card", "fallback_sms", "undelivered", "expired"}
    reasons = {row["reason"] for row in sent.values() if row["outcome"] == "fallback_sms"}
    assert reasons == {"handset_unsupported", "link_failed", "not_parsed_before_expiry"}
    assert desk.koosend("verify", desk.campaign).exit == 0


def _expected(truth: dict[str, object]) -> str:
    if truth["code"] == "EXPIRED":
        return "expired"
    if not truth["delivered"]:
        return "undelivered"
    return "card" if truth["rendered"] == "card" else "fallback_sms"


def _outcomes(desk: Desk, run: str) -> list[dict[str, str]]:
    path = desk.folder / "state" / "runs" / run / "outcomes.csv"
    duplicates = {"duplicate", "invalid"}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["outcome"] not in duplicates]


def test_video_messages_are_told_apart_number_by_number_from_their_receipts(desk: Desk) -> None:
    members = write_members(desk.folder / "members.csv", 3_000, seed=3)
    desk.write_campaign(
        name="video", channel="aim_basic", extra='\n[receipts]\nlisten = "127.0.0.1:0"\n'
    )
    assert desk.koosend("run", desk.campaign).exit == 0
    done = desk.koosend("reconcile", desk.campaign, "--wait", "60s", "--json")
    assert done.exit == 0, done.err
    assert not {"pending", "submitted", "in_doubt"} & set(done.json["outcomes"])
    assert desk.koosend("report", desk.campaign).exit == 0
    assert sorted(desk.taken()) == sorted(members.sendable)
    truth = {str(line["phone"]): line["truth"] for line in messages_of(desk.journal)}
    for row in _outcomes(desk, done.json["run"]):
        known = truth[row["phone"]]
        expected = "video" if known["delivered"] and known["code"] != "EXPIRED" else "undelivered"
        expected = "expired" if known["code"] == "EXPIRED" else expected
        assert row["outcome"] == expected, row
