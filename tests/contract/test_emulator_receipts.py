"""Receipts reach whoever registered for them, in order, once, and across a restart."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import phones, sdk_client, send_basic, send_cards
from tests.support.emulator_sms import register_aim, register_basic
from tests.support.receivers import receiver

QUICK = """
[numbers]
deliver_delay_s = [0.0, 0.2]
[receipts]
hold_after_restart_s = 0.1
"""

SLOWEST_S = 3_600.0
UNHURRIED = f"""
[numbers]
deliver_delay_s = [{SLOWEST_S / 2}, {SLOWEST_S}]
[receipts]
hold_after_restart_s = 0.1
"""


@pytest.fixture(name="options")
def _options(tmp_path: Path) -> EmulatorOptions:
    world = tmp_path / "world.toml"
    world.write_text(QUICK, encoding="utf-8")
    return EmulatorOptions(world=world, link_lifetime_s=1_000.0)


def reported(emulator: EmulatorProcess) -> dict[str, str]:
    """Return the codes of the messages that will be reported, by number."""
    codes = {line["phone"]: line["truth"]["code"] for line in emulator.messages()}
    return {phone: code for phone, code in codes.items() if code != "EXPIRED"}


def noted(emulator: EmulatorProcess, event: str) -> list[str]:
    """Return the journal's lines that tell of such an event."""
    lines = emulator.journal.read_text(encoding="utf-8").splitlines(keepends=True)
    return [line for line in lines if event in line]


def test_basic_reports_come_in_order_and_once(tmp_path: Path, options: EmulatorOptions) -> None:
    with running_emulator(tmp_path, options) as emulator, receiver() as customer:
        client = sdk_client(emulator.url)
        register_basic(client, customer.url)
        task_id = send_basic(client, "receipts", phones(1_200)).data.task_id
        expected = reported(emulator)
        reports = customer.reports(len(expected))
        assert {report["mobile"]: report["code"] for report in reports} == expected
        assert {report["task_id"] for report in reports} == {task_id}
        assert customer.is_quiet()
        moments = [datetime.strptime(one["rtime"], "%Y-%m-%d %H:%M:%S") for one in reports]  # noqa: DTZ007 -- the documents' form has no zone
        assert moments == sorted(moments)
        for report in reports:
            is_ok = report["code"] == "DELIVRD"
            assert report["status"] == (0 if is_ok else 1)
            assert report["desc"] == ("success" if is_ok else "fail")


def test_card_receipts_come_as_strings_of_json_singly_and_in_batches(
    tmp_path: Path, options: EmulatorOptions
) -> None:
    with (
        running_emulator(tmp_path, options) as emulator,
        receiver() as single,
        receiver() as batch,
    ):
        client = sdk_client(emulator.url)
        register_aim(client, single.url, 0)
        register_aim(client, batch.url, 2)
        send_cards(client, "receipts", phones(30))
        truths = {line["phone"]: line["truth"] for line in emulator.messages()}
        expected = {("sms", phone) for phone in reported(emulator)}
        cards = {phone for phone, truth in truths.items() if truth["rendered"] == "card"}
        expected |= {("shortchain", phone) for phone in cards}
        emulator.advance(500)
        seen: set[tuple[str, str]] = set()
        while len(seen) < len(expected):
            body = single.next()
            news = json.loads(body["body"])
            seen.add((body["callback_type"], news["cust_flag"]))
            assert body["retry"] is False
        assert seen == expected
        batched: list[tuple[str, str]] = []
        while len(batched) < len(expected):
            body = batch.next()
            for news in json.loads(body["body"]):
                batched.append((body["callback_type"], news["cust_flag"]))
                if body["callback_type"] == "sms":
                    written = news["send_status"].replace("Deliverd", "DELIVRD")
                    assert written == truths[news["cust_flag"]]["code"]
                    assert (news["total"], news["sequence"]) == ("1", "1")
                else:
                    assert (news["status"], news["aim_url"][-6:]) == (0, news["aim_code"])
        assert sorted(batched) == sorted(expected)


def test_receipts_due_while_the_emulator_was_down_come_after_it_and_none_twice(
    tmp_path: Path, options: EmulatorOptions
) -> None:
    assert options.world is not None
    options.world.write_text(UNHURRIED, encoding="utf-8")
    with receiver() as customer:
        with running_emulator(tmp_path, options) as emulator:
            client = sdk_client(emulator.url)
            register_basic(client, customer.url)
            send_basic(client, "first", phones(50))
            emulator.advance(SLOWEST_S)
            first = customer.reports(len(reported(emulator)))
            # A receipt comes again if the emulator dies before it has noted the push.
            while not noted(emulator, "PushReceipts"):
                emulator.stats()
            send_basic(client, "second", phones(50, 13_900_000_000))
            expected = reported(emulator)
            emulator.kill()
        (jump,) = noted(emulator, "AdvanceClock")
        with emulator.journal.open("a", encoding="utf-8") as journal:
            journal.write(jump)  # so much time goes by while nobody runs
        with running_emulator(tmp_path, options):
            rest = customer.reports(len(expected) - len(first))
            assert {one["mobile"] for one in first + rest} == set(expected)


def test_what_was_due_before_anybody_registered_is_nobodys(
    tmp_path: Path, options: EmulatorOptions
) -> None:
    with running_emulator(tmp_path, options) as emulator, receiver() as customer:
        client = sdk_client(emulator.url)
        send_basic(client, "early", phones(20))
        emulator.advance(60)
        register_basic(client, customer.url)
        late = send_basic(client, "late", phones(20, 13_900_000_000)).data.task_id
        count = sum(phone.startswith("139") for phone in reported(emulator))
        assert {report["task_id"] for report in customer.reports(count)} == {late}
