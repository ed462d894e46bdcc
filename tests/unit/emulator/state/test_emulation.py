"""One emulator in this process: the same requests make the same journal, and a full disk no lie."""

import asyncio
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from pipeline.emulator.app import build_app
from pipeline.emulator.clock import Clock
from pipeline.emulator.http.fields import Call
from pipeline.emulator.options import EmulatorOptions
from pipeline.emulator.products import aim, aim_basic
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.outbox import Kind, News, Outbox
from pipeline.emulator.state.stories import CARRIER_OFF
from pipeline.emulator.state.tasks import Product

START_S = 1_795_000_000.0
CHANNEL = {
    "channel_number": "10690000001",
    "sms_tpl_id": 15_010_661,
    "sms_sign": "云商城",
    "sms_app_name": "member-app",
}


def cards(name: str, count: int) -> Call:
    params = [
        {"cust_flag": str(13_800_000_000 + index), "dync_params": {}, "sms_params": ["张三", "1"]}
        for index in range(count)
    ]
    resolve = {
        "tpl_id": "700000002",
        "aim_code_type": "individual",
        "resolve_times": 1,
        "expiration_time": 7,
        "params": params,
    }
    body = {"task_name": name, "sms_channel": CHANNEL, "resolve_task": resolve}
    return Call({}, json.dumps(body).encode())


def basic(name: str, count: int) -> Call:
    mobiles = [str(13_800_000_000 + index) for index in range(count)]
    body = {"task_name": name, "tpl_id": "600000002", "mobiles": mobiles}
    return Call({}, json.dumps(body).encode())


def emulation(folder: Path, **options: Any) -> Emulation:  # noqa: ANN401 -- any option, by name
    ticks = iter(range(10_000))
    clock = Clock(lambda: START_S + next(ticks))
    return Emulation(EmulatorOptions(journal=folder / "journal.jsonl", **options), clock)


def journal_of(folder: Path, seed: int) -> bytes:
    folder.mkdir()
    one = emulation(folder, seed=seed)
    aim.create_send_task(one, cards("first", 20))
    aim_basic.create_send_task(one, basic("second", 20))
    aim.create_send_task(one, cards("third", 1))
    one.close()
    return (folder / "journal.jsonl").read_bytes()


def test_the_same_seed_and_requests_make_the_same_journal(tmp_path: Path) -> None:
    first = journal_of(tmp_path / "first", seed=7)
    assert journal_of(tmp_path / "again", seed=7) == first
    assert journal_of(tmp_path / "other", seed=8) != first


def test_a_reloaded_emulator_writes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    whole = journal_of(tmp_path / "whole", seed=7)
    folder = tmp_path / "halves"
    folder.mkdir()
    one = emulation(folder)
    aim.create_send_task(one, cards("first", 20))
    aim_basic.create_send_task(one, basic("second", 20))
    left_at_s = one.clock.real_s()
    one.close()
    ticks = iter(range(10_000))
    options = EmulatorOptions(journal=folder / "journal.jsonl")
    two = Emulation(options, Clock(lambda: left_at_s + next(ticks)))
    aim.create_send_task(two, cards("third", 1))
    two.close()
    assert (folder / "journal.jsonl").read_bytes() == whole


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_cannot_be_journaled_is_not_taken(tmp_path: Path) -> None:
    one = emulation(tmp_path)
    aim.create_send_task(one, cards("before", 3))
    journal = tmp_path / "journal.jsonl"
    before = journal.read_bytes()
    with no_file_longer_than(len(before) + 1_000), pytest.raises(OSError, match="too large"):
        aim.create_send_task(one, cards("too much", 100))
    assert journal.read_bytes() == before
    assert len(one.tasks) == 1
    aim.create_send_task(one, cards("after", 1))
    assert journal.read_bytes().startswith(before)
    assert len(one.tasks) == 2
    one.close()


def test_a_reloaded_clock_stands_where_it_was_jumped_to(tmp_path: Path) -> None:
    one = emulation(tmp_path)
    one.jump(90_000.0)
    one.close()
    two = emulation(tmp_path)
    assert two.clock.now_s() >= START_S + 90_000
    assert two.clock.real_s() < START_S + 100
    two.close()


def test_without_a_journal_nothing_is_written(tmp_path: Path) -> None:
    one = Emulation(EmulatorOptions(), Clock(lambda: START_S))
    aim.create_send_task(one, cards("nowhere", 1))
    one.close()
    assert list(tmp_path.iterdir()) == []


def test_numbers_of_a_carrier_that_the_template_is_off_for_fail(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    world.write_text("[aim_basic_templates.600000002.carriers]\ncmcc = 3\n", "utf-8")
    one = Emulation(EmulatorOptions(world=world), Clock(lambda: START_S))
    aim_basic.create_send_task(one, basic("off", 200))
    task = one.tasks.between(Product.AIM_BASIC, None)[0]
    for phone, story in zip(task.phones, one.stories.all_of(task), strict=True):
        is_off = one.fates.of(phone).operator == "cmcc" and story.report_s is not None
        assert (story.code == CARRIER_OFF) == is_off


def test_the_outbox_gives_receipts_in_order_and_never_early() -> None:
    one = Emulation(EmulatorOptions(), Clock(lambda: START_S))
    outbox = Outbox()
    outbox.open(0.0)
    for name in ("a", "b"):
        aim.create_send_task(one, cards(name, 50))
    for task in one.tasks:
        outbox.add(task, News(one.stories.all_of(task)))
    told = [story for task in one.tasks for story in one.stories.all_of(task)]
    expected = sum(story.report_s is not None for story in told)
    expected += sum(story.parsed_s is not None for story in told)
    taken = outbox.take(START_S + 1.0, 1_000)
    assert 0 < len(taken) < expected
    assert all(receipt.due_s <= START_S + 1.0 for receipt in taken)
    while batch := outbox.take(START_S + 1e6, 7):
        assert len(batch) <= 7
        taken += batch
    assert [receipt.due_s for receipt in taken] == sorted(receipt.due_s for receipt in taken)
    named = {(one.task.task_id, one.position, one.kind) for one in taken}
    assert len(named) == len(taken) == expected
    assert {receipt.kind for receipt in taken} == {Kind.REPORT, Kind.PARSED}
    assert outbox.next_s() is None


async def own(method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
    app = build_app(EmulatorOptions(), Clock(lambda: START_S))
    async with (
        TestClient(TestServer(app)) as client,
        client.request(method, path, data=body) as answer,
    ):
        return answer.status, await answer.json()


def test_the_clock_is_jumped_over_http() -> None:
    status, body = asyncio.run(own("POST", "/_emulator/clock", b'{"advance_s": 90000}'))
    assert (status, body) == (200, {"now": "2026-11-19T12:06:40.000Z"})


@pytest.mark.parametrize("body", [b"", b"{}", b'{"advance_s": -1}', b'{"advance_s": "far"}', b"[]"])
def test_a_jump_that_is_none_is_refused(body: bytes) -> None:
    assert asyncio.run(own("POST", "/_emulator/clock", body))[0] == 400


def test_other_addresses_of_its_own_do_not_exist() -> None:
    assert asyncio.run(own("GET", "/_emulator/clock"))[0] == 404
    assert asyncio.run(own("GET", "/_emulator/secrets"))[0] == 404
