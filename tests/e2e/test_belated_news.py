"""News that comes after every row of a run was closed: told as late, and taken in for good."""

import csv
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.campaigns.channels.campaigns import write_campaign, write_rows
from tests.support.command import Desk
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.serving import post, receipts_place

TOKEN = "0123456789abcdef" * 2
ENV = {
    "HUAWEICLOUD_SDK_AK": "emulator-ak",
    "HUAWEICLOUD_SDK_SK": "emulator-sk",
    "KOOSEND_RECEIPTS_TOKEN": TOKEN,
}
ROWS = 120
AFTER_ALL_REPORTS_S = 4 * 86_400

Row = Mapping[str, str]


@contextmanager
def closed(tmp_path: Path) -> Iterator[tuple[Desk, EmulatorProcess, str]]:
    """Send plain SMS and ask until every row is closed, some of them as not delivered."""
    write_rows(tmp_path / "members.csv", ROWS)
    desk = Desk(tmp_path)
    with running_emulator(tmp_path) as provider:
        write_campaign(desk, provider.url, ("sms", "-"), listens=True)
        with receipts_place(desk, ENV) as place:
            assert desk.koosend("run", desk.campaign, env=ENV).exit == 0
            provider.advance(AFTER_ALL_REPORTS_S)
            books = reconciled(desk)["outcomes"]
            assert books.keys() <= {"sms", "undelivered", "expired"}
            assert books["undelivered"] >= 1
            yield desk, provider, place


def reconciled(desk: Desk) -> dict[str, dict[str, int]]:
    done = desk.koosend("reconcile", desk.campaign, "--json", env=ENV)
    assert done.exit == 0, done.err
    books: dict[str, dict[str, int]] = done.json
    return books


def verified(desk: Desk) -> tuple[int, int, int]:
    done = desk.koosend("verify", desk.campaign, "--json", env=ENV)
    return done.exit, done.json["late"], done.json["receipts_late"]


def rows_of(desk: Desk) -> list[Row]:
    """Read the report that stands in the run's folder; nothing writes it for this."""
    (path,) = (desk.folder / "state" / "runs").glob("*/outcomes.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def undelivered(desk: Desk) -> list[Row]:
    return [row for row in rows_of(desk) if row["outcome"] == "undelivered"]


def push(place: str, *entries: Mapping[str, str], token: str = TOKEN, status: int = 200) -> None:
    """Push one receipt for each entry."""
    for at, entry in enumerate(entries):
        body = {"request_id": f"r-{at}", "callback_type": "sms", "body": json.dumps([entry])}
        answer = post(f"http://{place}/{token}/receipts", json.dumps(body).encode())
        assert answer == status


def delivery(row: Row) -> dict[str, str]:
    return {"task_id": row["task_id"], "cust_flag": row["phone"], "send_status": "DELIVRD"}


@pytest.mark.parametrize("command", ["reconcile", "run"])
def test_a_receipt_for_a_closed_row_is_late_until_the_next_command_takes_it_in(
    tmp_path: Path, command: str
) -> None:
    with closed(tmp_path) as (desk, _, place):
        first, *others = undelivered(desk)
        assert verified(desk) == (0, 0, 0)
        push(place, delivery(first))
        assert verified(desk) == (0, 1, 1)
        told = desk.koosend("verify", desk.campaign, env=ENV).out
        assert "1 receipt came after the outcomes were last brought up to date, with" in told
        assert "koosend reconcile takes them in" in told
        desk.koosend(command, desk.campaign, env=ENV)
        assert verified(desk) == (0, 0, 0)
        # The report was written anew by the command itself.
        became = {row["phone"]: row["outcome"] for row in rows_of(desk)}
        assert became[first["phone"]] == "sms"
        assert all(became[row["phone"]] == "undelivered" for row in others)


def test_belated_news_is_taken_in_while_nobody_answers_for_koomessage(tmp_path: Path) -> None:
    with closed(tmp_path) as (desk, provider, place):
        first = undelivered(desk)[0]
        push(place, delivery(first))
        provider.kill()
        assert reconciled(desk)["outcomes"].get("undelivered", 0) == len(undelivered(desk))
        assert first["phone"] not in {row["phone"] for row in undelivered(desk)}
        assert verified(desk) == (0, 0, 0)


def test_a_forged_receipt_for_a_closed_row_stays_without_effect(tmp_path: Path) -> None:
    with closed(tmp_path) as (desk, _, place):
        before = rows_of(desk)
        row = undelivered(desk)[0]
        push(place, delivery(row), token="f" * 32, status=404)
        foreign = {**delivery(row), "task_id": "8113760c-787c-4c87-82c8-1d27024fef34"}
        push(place, foreign, {**delivery(row), "cust_flag": "19900000001"})
        assert verified(desk) == (0, 0, 0)
        reconciled(desk)
        assert rows_of(desk) == before
        assert verified(desk) == (0, 0, 0)


def test_an_outcome_that_no_news_ever_proved_is_not_called_late(tmp_path: Path) -> None:
    with closed(tmp_path) as (desk, _, place):
        row = next(row for row in rows_of(desk) if row["outcome"] == "sms")
        push(place, {**delivery(row), "send_status": "MK:0012"})
        with sqlite3.connect(desk.folder / "state" / "ledger.sqlite3") as ledger:
            ledger.execute(
                "UPDATE row SET outcome = 'undelivered' WHERE line = ?", (int(row["row"]),)
            )
        ledger.close()
        done = desk.koosend("verify", desk.campaign, "--json", env=ENV)
        assert done.exit == 1
        assert "outcome_unproved" in {found["code"] for found in done.json["findings"]}
