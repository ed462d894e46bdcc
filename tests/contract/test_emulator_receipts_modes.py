"""Receipts that are lost, doubled, out of order, late or early, and only when they are told to."""

import json
import queue
from collections import Counter
from pathlib import Path

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import phones, sdk_client, send_basic, send_cards
from tests.support.emulator_sms import register_aim, register_basic, send_text
from tests.support.receivers import Body, Receiver, receiver

COUNT = 400
QUIET_TURNS = 15


def world(folder: Path, modes: str, delays: str = "[0.0, 0.2]") -> EmulatorOptions:
    path = folder / "world.toml"
    path.write_text(
        f"[numbers]\ndeliver_delay_s = {delays}\nsilent = 0.0\n[receipts.modes]\n{modes}\n",
        encoding="utf-8",
    )
    return EmulatorOptions(world=path, link_lifetime_s=1_000.0)


def mobiles(reports: list[Body]) -> list[str]:
    return [report["mobile"] for report in reports]


def drained(emulator: EmulatorProcess, customer: Receiver) -> list[Body]:
    """Return everything that is pushed until nothing has come for a while.

    The emulator is asked something all the while: one that stands still is not done.
    """
    bodies = [customer.next()]
    quiet = 0
    while quiet < QUIET_TURNS:
        emulator.stats()
        try:
            bodies.append(customer.bodies.get(timeout=0.1))
            quiet = 0
        except queue.Empty:
            quiet += 1
    return bodies


def run_basic(emulator: EmulatorProcess, customer: Receiver) -> list[Body]:
    """Send to everybody and return all reports that come."""
    client = sdk_client(emulator.url)
    register_basic(client, customer.url)
    send_basic(client, "modes", phones(COUNT))
    return [report for push in drained(emulator, customer) for report in push["reports"]]


def test_lost_receipts_never_come_and_the_same_ones_are_lost_again(tmp_path: Path) -> None:
    options = world(tmp_path, "lost = 0.3")
    seen: list[set[str]] = []
    for run in ("first", "second"):
        folder = tmp_path / run
        folder.mkdir()
        with running_emulator(folder, options) as emulator, receiver() as customer:
            arrived = mobiles(run_basic(emulator, customer))
            assert len(set(arrived)) == len(arrived)
            assert 0.6 * COUNT < len(arrived) < 0.8 * COUNT
            seen.append(set(arrived))
    assert seen[0] == seen[1]


def test_doubled_receipts_come_twice_and_one_name_always_tells_the_same(tmp_path: Path) -> None:
    options = world(tmp_path, "duplicated = 0.3")
    with running_emulator(tmp_path, options) as emulator, receiver() as customer:
        client = sdk_client(emulator.url)
        register_basic(client, customer.url)
        send_basic(client, "modes", phones(COUNT))
        pushes = drained(emulator, customer)
    counts = Counter(report["mobile"] for push in pushes for report in push["reports"])
    assert set(counts) == set(phones(COUNT))
    assert set(counts.values()) == {1, 2}
    assert 0.2 * COUNT < sum(count == 2 for count in counts.values()) < 0.4 * COUNT
    told: dict[str, list[Body]] = {}
    for push in pushes:
        assert told.setdefault(push["seq_id"], push["reports"]) == push["reports"]


def test_a_single_receipt_is_repeated_under_its_own_name_and_says_so(tmp_path: Path) -> None:
    options = world(tmp_path, "duplicated = 1.0")
    with running_emulator(tmp_path, options) as emulator, receiver() as customer:
        client = sdk_client(emulator.url)
        register_aim(client, customer.url, 0)
        send_text(client, phones(20))
        pushes = drained(emulator, customer)
    assert len(pushes) == 40
    by_name: dict[str, list[Body]] = {}
    for push in pushes:
        by_name.setdefault(push["request_id"], []).append(push)
    for first, again in by_name.values():
        assert (first["retry"], again["retry"]) == (False, True)
        assert first["body"] == again["body"]


def test_receipts_out_of_order_all_come_once(tmp_path: Path) -> None:
    options = world(tmp_path, "reordered = 0.4")
    with running_emulator(tmp_path, options) as emulator, receiver() as customer:
        reports = run_basic(emulator, customer)
    shuffled = mobiles(reports)
    assert sorted(shuffled) == phones(COUNT)
    with_order = world(tmp_path, "reordered = 0.0")
    folder = tmp_path / "ordered"
    folder.mkdir()
    with running_emulator(folder, with_order) as emulator, receiver() as customer:
        ordered = mobiles(run_basic(emulator, customer))
    assert sorted(ordered) == sorted(shuffled)
    assert ordered != shuffled


def test_late_receipts_come_when_their_time_has_come_in_the_world(tmp_path: Path) -> None:
    options = world(tmp_path, "late = 0.5\nlate_s = 3000.0")
    with running_emulator(tmp_path, options) as emulator, receiver() as customer:
        at_once = mobiles(run_basic(emulator, customer))
        assert 0.4 * COUNT < len(at_once) < 0.6 * COUNT
        emulator.advance(3_000)
        late = [
            report["mobile"] for push in drained(emulator, customer) for report in push["reports"]
        ]
        assert sorted(at_once + late) == phones(COUNT)


def test_early_receipts_are_there_before_the_send_is_answered(tmp_path: Path) -> None:
    options = world(tmp_path, "early = true", delays="[600.0, 900.0]")
    with running_emulator(tmp_path, options) as emulator, receiver() as customer:
        client = sdk_client(emulator.url)
        register_aim(client, customer.url, 2)
        register_basic(client, customer.url)
        cards = send_cards(client, "early", phones(10)).task_id
        assert told(customer) == {(cards, phone) for phone in phones(10)}
        videos = send_basic(client, "early", phones(10)).data.task_id
        assert told(customer) == {(videos, phone) for phone in phones(10)}
        texts = send_text(client, phones(10)).task_id
        assert told(customer) == {(texts, phone) for phone in phones(10)}


def told(customer: Receiver) -> set[tuple[str, str]]:
    """Return tasks and numbers of the push that is there already."""
    push = customer.bodies.get_nowait()
    if "reports" in push:
        return {(row["task_id"], row["mobile"]) for row in push["reports"]}
    return {(row["task_id"], row["cust_flag"]) for row in json.loads(push["body"])}
