"""Somebody answers that they want nothing more while the run goes on: what has not left, leaves
without them."""

import json
import time
from collections import Counter

from tests.support.command import Desk
from tests.support.emulator_process import messages_of

PEOPLE = 12
WAIT_S = 120
WORLD = """
[numbers]
replies = { "T" = 1.0 }
reply_delay_s = [0.1, 0.2]
deliver_delay_s = [0.1, 0.2]
"""
EXTRA = """
world = "world.toml"

[screening]
duplicates = "number_and_values"

[receipts]
listen = "127.0.0.1:0"
"""


def phone_of(person: int) -> str:
    return f"139000000{person:02d}"


def write(desk: Desk, rows: int) -> None:
    lines = [f"{phone_of(row % PEOPLE)},会员,{row}" for row in range(rows)]
    text = "\n".join(("手机号,姓名,积分", *lines)) + "\n"
    (desk.folder / "members.csv").write_text(text, encoding="utf-8")


def wait_for_messages(desk: Desk) -> None:
    deadline = time.monotonic() + WAIT_S
    while not desk.taken():
        assert time.monotonic() < deadline, "nothing was ever sent"
        time.sleep(0.05)  # another process sends


def events_of(desk: Desk, run: str) -> list[str]:
    file = desk.folder / "state" / "runs" / run / "events.jsonl"
    return [json.loads(line)["event"] for line in file.read_text(encoding="utf-8").splitlines()]


def test_who_answers_the_first_message_with_t_does_not_get_the_second(desk: Desk) -> None:
    write(desk, 2 * PEOPLE)
    (desk.folder / "world.toml").write_text(WORLD, encoding="utf-8")
    desk.write_campaign(channel="aim_basic", calls_per_s=0.2, extra=EXTRA)
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.exit in {0, 1}, done.err
    journal = messages_of(desk.journal)
    got = Counter(str(message["phone"]) for message in journal)
    arrived = {str(one["phone"]) for one in journal if one["truth"]["delivered"]}
    assert arrived
    assert {phone for phone, times in got.items() if times == 1} == arrived
    assert done.json["outcomes"]["suppressed"] == len(arrived)
    assert "submission.withheld" in events_of(desk, done.json["run"])
    verified = desk.koosend("verify", desk.campaign)
    assert verified.exit == 0, verified.out
    asked = desk.koosend("verify", desk.campaign, "--online", "--json")
    assert asked.json["findings"] == []
    person = next(row for row in range(PEOPLE) if phone_of(row) in arrived)
    told = desk.koosend("explain", desk.campaign, str(person + PEOPLE + 2)).out
    assert "withheld opted_out, from suppression:" in told
    assert "opted out" in told


def test_a_number_that_staff_put_on_the_list_in_mid_run_is_left_out_too(desk: Desk) -> None:
    lines = [f"13900{row:06d},会员,{row}" for row in range(400)]
    text = "\n".join(("手机号,姓名,积分", *lines)) + "\n"
    (desk.folder / "members.csv").write_text(text, encoding="utf-8")
    desk.write_campaign(calls_per_s=0.3, ask="false")
    last = "13900000399"
    with desk.started("run", desk.campaign) as process:
        wait_for_messages(desk)
        added = desk.koosend("suppress", "add", last, "--state", desk.folder / "state")
        assert added.exit == 0, added.err
        assert process.wait(WAIT_S) == 0
    assert Counter(desk.taken()) == {f"13900{row:06d}": 1 for row in range(399)}
    status = desk.koosend("status", desk.campaign, "--json").json
    assert status["outcomes"]["suppressed"] == 1
    assert desk.koosend("verify", desk.campaign).exit == 0
