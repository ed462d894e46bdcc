"""Receipts that nobody of KooMessage sent, name another account, or come again: no row changes."""

import csv
import itertools
import json
import sqlite3
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from tests.support.command import Desk
from tests.support.emulator_process import running_emulator
from tests.support.members import write_members
from tests.support.serving import post, receipts_place

TOKEN = "0123456789abcdef" * 2
FORMER = "fedcba9876543210" * 2
ENV = {
    "HUAWEICLOUD_SDK_AK": "emulator-ak",
    "HUAWEICLOUD_SDK_SK": "emulator-sk",
    "KOOSEND_RECEIPTS_TOKEN": TOKEN,
    "KOOSEND_FORMER_TOKEN": FORMER,
}
RECEIPTS = '\n[receipts]\nlisten = "127.0.0.1:0"\nformer_token_env = "KOOSEND_FORMER_TOKEN"\n'
FORGED = 1_000
OWN = "0E000000-0000-0000-0000-00000000E0E0"
"""The account's id, otherwise written than by IAM."""
STRANGE = "f" * 32
SIX_DAYS_S = 6 * 86_400
"""Every card that is shown is shown by then, and its link lives for a day more: rows are open."""

Row = Mapping[str, str]


def test_a_thousand_forged_or_repeated_receipts_change_no_row_and_one_that_fits_does(
    tmp_path: Path,
) -> None:
    write_members(tmp_path / "members.csv", 300, seed=15)
    desk = Desk(tmp_path)
    with running_emulator(tmp_path) as provider:
        desk.write_campaign(endpoint=provider.url, extra=RECEIPTS)
        assert desk.koosend("run", desk.campaign, env=ENV).exit == 0
        provider.advance(SIX_DAYS_S)
        before = settled(desk)
        kinds = {row["outcome"] for row in before}
        assert {"card", "delivered", "undelivered"} <= kinds
        with receipts_place(desk, ENV) as place:
            forged = list(itertools.islice(forgeries(before), FORGED))
            answers = Counter(push(place, at, body) for at, body in enumerate(forged))
            assert answers == {200: FORGED}
            assert post(f"http://{place}/{'0' * 32}/receipts", b"{}") == 404
            assert settled(desk) == before
            open_row = next(row for row in before if row["outcome"] == "delivered")
            genuine = shown_card(open_row, OWN)
            assert push(place, 0, genuine) == 200
            kept = size(desk)
            assert Counter(push(place, at, genuine) for at in range(FORGED)) == {200: FORGED}
            assert size(desk) == kept
            changed = [row for row in settled(desk) if row not in before]
            assert [(row["phone"], row["outcome"]) for row in changed] == [
                (open_row["phone"], "card")
            ]
        verified = desk.koosend("verify", desk.campaign, "--json", env=ENV)
        assert (verified.exit, verified.json["late"]) == (0, 0)
    told = desk.koosend("status", desk.campaign, "--json", env=ENV).json
    assert told["pushed"]["receipts"] == len(set(forged)) + 1
    strange = sum(STRANGE.encode() in body for body in set(forged))
    assert told["door"]["receipts_of_another_account"] == strange > 0


def settled(desk: Desk) -> list[Row]:
    """Ask and fold in until nothing is new, and read what became of every row."""
    assert desk.koosend("reconcile", desk.campaign, env=ENV).exit == 0
    files = desk.koosend("report", desk.campaign, "--json", env=ENV).json["files"]
    outcomes = next(file for file in files if file.endswith("outcomes.csv"))
    with Path(outcomes).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def forgeries(rows: Sequence[Row]) -> Iterator[bytes]:
    """Yield bodies of every shape: of tasks or people that do not belong together, and repeats."""
    sent = [row for row in rows if row["task_id"]]
    failed = [row for row in sent if row["outcome"] == "undelivered"]
    for at in itertools.count():
        victim, other = sent[at % len(sent)], sent[(at * 7 + 150) % len(sent)]
        foreign = str(uuid.UUID(int=at + 1))
        stranger = f"199{at:08d}"
        name = f"{victim['task_name'][:-10]}{at % 9:07d}-77"
        again = failed[at % len(failed)]
        yield aim("shortchain", at, task_id=foreign, cust_flag=victim["phone"], status=0)
        yield aim("sms", at, task_id=foreign, cust_flag=victim["phone"], send_status="MK:0001")
        yield aim(
            *("sms", at),
            task_id=foreign,
            cust_flag=victim["phone"],
            send_status="DELIVRD",
            extend=name,
        )
        yield aim("shortchain", at, task_id=victim["task_id"], cust_flag=stranger, status=0)
        yield aim("sms", at, task_id=victim["task_id"], cust_flag=stranger, send_status="X")
        if other["task_id"] != victim["task_id"]:
            wrong = {"task_id": other["task_id"], "cust_flag": victim["phone"]}
            yield aim("shortchain", at, status=0, **wrong)
        report = {"task_id": foreign, "mobile": victim["phone"], "status": 1, "code": "MK:0001"}
        yield json.dumps({"seq_id": f"forged-{at}", "reports": [report]}).encode()
        # What KooMessage did say, pushed once more and under one id.
        genuine = {"task_id": again["task_id"], "cust_flag": again["phone"]}
        yield aim("sms", 0, send_status=again["code"], **genuine)
        # All of it is right but the account.
        yield shown_card(sent[at % len(sent)], STRANGE)
        yield json.dumps({"domain_id": STRANGE, "result": [{"mobile": stranger}]}).encode()


def shown_card(row: Row, account: str) -> bytes:
    """Say that somebody saw the card, as KooMessage does, of some account."""
    entry = {"task_id": row["task_id"], "cust_flag": row["phone"], "status": 0}
    kind = {"callback_type": "shortchain", "domain_id": account}
    return json.dumps({"request_id": row["phone"], **kind, "body": json.dumps(entry)}).encode()


def size(desk: Desk) -> tuple[int, int]:
    """Return how many receipts the ledger holds, and in how many pages."""
    with closing(sqlite3.connect(desk.folder / "state" / "ledger.sqlite3")) as ledger:
        (count,) = ledger.execute("SELECT count(*) FROM receipt").fetchone()
        (pages,) = ledger.execute("PRAGMA page_count").fetchone()
    return count, pages


def aim(kind: str, at: int, **entry: object) -> bytes:
    pushed = {"request_id": f"{kind}-{at}", "callback_type": kind, "body": json.dumps(entry)}
    return json.dumps(pushed).encode()


def push(place: str, at: int, body: bytes) -> int:
    """Push a body under one of the two live secrets in turn."""
    return post(f"http://{place}/{FORMER if at % 2 else TOKEN}/receipts", body)
