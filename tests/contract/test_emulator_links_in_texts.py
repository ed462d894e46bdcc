"""A link made by a resolve task and sent inside a text: seen over plain HTTP from end to end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_plain import ask
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.receivers import Receiver, receiver

LINKS = "/v1/aim/resolve-tasks"
RESOLVED = "/v1/aim/resolve-details"
DETAILS = "/v1/aim/send-details"
ONE, MANY = "/v1/aim/sms/messages", "/v1/aim/sms/diff-messages"
SHOWN, PLAIN = "13800000001", "13800000002"
SPAN = "begin_time=2026-01-01T00:00:00Z&end_time=2099-01-01T00:00:00Z"
PERFECT = """
[numbers]
capable = 1.0
delivered = 1.0
silent = 0.0
parsed = 1.0
parse_failed = 0.0
deliver_delay_s = [0.0, 0.0]
"""
BLIND = PERFECT.replace("capable = 1.0", "capable = 0.0")


@contextmanager
def rehearsal(folder: Path, world: str = PERFECT) -> Iterator[tuple[EmulatorProcess, Receiver]]:
    """Run an emulator that pushes to a receiver registered for the receipts of AIM."""
    file = folder / "world.toml"
    file.write_text(world, encoding="utf-8")
    with (
        running_emulator(folder, EmulatorOptions(world=file)) as emulator,
        receiver() as customer,
    ):
        answered(
            emulator, "POST", "/v1/aim/callbacks", {"callback_url": customer.url, "url_type": 2}
        )
        yield emulator, customer


def answered(
    emulator: EmulatorProcess, method: str, target: str, body: object = None
) -> dict[str, Any]:
    sent = b"" if body is None else json.dumps(body).encode()
    answer = ask(emulator.url, (method, target), sent)
    assert answer.status == 200, answer.body
    decoded: dict[str, Any] = answer.json
    return decoded


def links(emulator: EmulatorProcess, *flags: str) -> dict[str, Any]:
    body = {
        "tpl_id": "700000002",
        "sms_signs": ["云商城"],
        "resolving_times": 1,
        "aim_code_type": "individual",
        "expiration_time": 7,
        "params": [{"cust_flag": flag} for flag in flags],
    }
    return answered(emulator, "POST", LINKS, body)


def sent(emulator: EmulatorProcess, texts: dict[str, str]) -> dict[str, Any]:
    """Send each number (key) the text with its link (value)."""
    contents = [
        {"to": [phone], "template_id": "15010661", "template_params": ["张三", url, "1"]}
        for phone, url in texts.items()
    ]
    body = {"channel_num": "10690000001", "sms_content": contents, "extend": "c1"}
    return answered(emulator, "POST", MANY, body)


def truths(emulator: EmulatorProcess) -> dict[str, Any]:
    return {line["phone"]: line["truth"] for line in emulator.messages()}


def resolved(emulator: EmulatorProcess, task_id: str) -> dict[str, str]:
    target = f"{RESOLVED}?offset=0&limit=10&task_id={task_id}&{SPAN}"
    rows = answered(emulator, "GET", target)["resolve_details"]
    return {row["cust_flag"]: row["resolved_status"] for row in rows}


def details(emulator: EmulatorProcess, filters: str) -> list[tuple[str, str]]:
    rows = answered(emulator, "GET", f"{DETAILS}?offset=0&limit=100&{filters}")["send_details"]
    return sorted((row["cust_flag"], row["send_status"]) for row in rows)


def test_a_card_shown_from_a_text_is_told_by_receipt_detail_and_journal(tmp_path: Path) -> None:
    with rehearsal(tmp_path) as (emulator, customer):
        made = links(emulator, SHOWN, PLAIN)
        url = {link["cust_flag"]: link["aim_url"] for link in made["params"]}
        task = sent(emulator, {SHOWN: url[SHOWN], PLAIN: "fnafc.cc/kXfvIwzs"})
        assert truths(emulator)[SHOWN] == {
            "capable": True,
            "delivered": True,
            "rendered": "card",
            "parse_failed": False,
            "code": "DELIVRD",
        }
        assert truths(emulator)[PLAIN]["rendered"] == "text"
        texts = customer.news("sms", 2)
        assert {(one["task_id"], one["cust_flag"], one["extend"]) for one in texts} == {
            (task["task_id"], SHOWN, "c1"),
            (task["task_id"], PLAIN, "c1"),
        }
        emulator.advance(7 * 86_400)
        (card,) = customer.news("shortchain", 1)
        assert (card["task_id"], card["cust_flag"], card["aim_url"]) == (
            made["task_id"],
            SHOWN,
            url[SHOWN],
        )
        assert resolved(emulator, made["task_id"]) == {SHOWN: "success", PLAIN: "unresolved"}


def test_a_link_on_a_handset_that_cannot_show_cards_stays_text(tmp_path: Path) -> None:
    with rehearsal(tmp_path, BLIND) as (emulator, customer):
        made = links(emulator, SHOWN)
        sent(emulator, {SHOWN: made["params"][0]["aim_url"]})
        assert truths(emulator)[SHOWN]["rendered"] == "text"
        emulator.advance(8 * 86_400)
        assert len(customer.news("sms", 1)) == 1
        assert resolved(emulator, made["task_id"]) == {SHOWN: "unresolved"}
        assert customer.is_quiet()


def test_texts_of_both_operations_are_found_by_task_number_and_time(tmp_path: Path) -> None:
    with rehearsal(tmp_path) as (emulator, customer):
        made = links(emulator, SHOWN)
        first = sent(emulator, {SHOWN: made["params"][0]["aim_url"]})
        body = {
            "template_id": "15010662",
            "template_params": ["张三", "128"],
            "to": [SHOWN, f"+86{PLAIN}"],
        }
        second = answered(emulator, "POST", ONE, body)
        customer.news("sms", 3)
        one, other = (SHOWN, "success"), (PLAIN, "success")
        assert details(emulator, f"task_id={first['task_id']}") == [one]
        assert details(emulator, f"task_id={second['task_id']}") == [one, other]
        assert details(emulator, f"cust_flag={SHOWN}") == [one, one]
        assert details(emulator, f"cust_flag={PLAIN}&{SPAN}") == [other]
        assert details(emulator, SPAN) == [one, one, other]
        past = "begin_time=2026-01-01T00:00:00Z&end_time=2026-01-02T00:00:00Z"
        assert details(emulator, f"cust_flag={SHOWN}&{past}") == []


def test_what_a_text_showed_is_known_after_a_restart(tmp_path: Path) -> None:
    with rehearsal(tmp_path) as (emulator, _):
        made = links(emulator, SHOWN)
        task = sent(emulator, {SHOWN: made["params"][0]["aim_url"]})
        emulator.kill()
    with running_emulator(tmp_path, EmulatorOptions(world=tmp_path / "world.toml")) as emulator:
        emulator.advance(7 * 86_400)
        assert truths(emulator)[SHOWN]["rendered"] == "card"
        assert resolved(emulator, made["task_id"]) == {SHOWN: "success"}
        assert details(emulator, f"task_id={task['task_id']}") == [(SHOWN, "success")]
