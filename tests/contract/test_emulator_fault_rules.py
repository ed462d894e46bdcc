"""Rules while the emulator runs: shown, changed, refused; the limit on messages; receipts."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_plain import AIM, BASIC, FAULTS, ask, card_body, own, video_body
from tests.support.emulator_process import EmulatorProcess, command, running_emulator
from tests.support.emulator_sdk import phones

QUIET_TURNS = 10
DROP = '[[rule]]\nname = "all"\nwhat = "drop_before"\n'


def send(emulator: EmulatorProcess, name: str, count: int = 1) -> bytes:
    return ask(emulator.url, ("POST", AIM), card_body(name, phones(count))).received


def test_rules_are_changed_and_shown_while_it_runs(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        assert own(emulator.url, ("GET", FAULTS)).json == {"rules": [], "latest": []}
        assert send(emulator, "before")
        put = own(emulator.url, ("PUT", FAULTS), DROP.encode())
        rule = {"name": "all", "what": "drop_before", "asked": 0, "fired": 0}
        assert (put.status, put.json["rules"]) == (200, [rule])
        assert [send(emulator, "during") for _ in range(3)] == [b""] * 3
        shown = own(emulator.url, ("GET", FAULTS)).json
        assert shown["rules"] == [rule | {"asked": 3, "fired": 3}]
        assert [(one["what"], one["operation"]) for one in shown["latest"]] == [
            ("drop_before", "CreateAimSendTask")
        ] * 3
        assert own(emulator.url, ("PUT", FAULTS)).json["rules"] == []
        assert send(emulator, "after")
        names = [line["task_name"] for line in emulator.messages()]
        assert names == ["before", "after"]


def test_rules_may_be_put_as_json(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        rules = json.dumps({"rule": [{"what": "drop_before"}]}).encode()
        assert own(emulator.url, ("PUT", FAULTS), rules).status == 200
        assert send(emulator, "dropped") == b""


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"[[rule]]\nwhat = 'explode'", "explode"),
        (b"[[rule]]\nwhat = 'drop_before'\noperation = 'CreateAim'", "CreateAim"),
        (b"\xff\xfe", "Invalid"),
    ],
)
def test_wrong_rules_are_refused_and_change_nothing(tmp_path: Path, body: bytes, word: str) -> None:
    with running_emulator(tmp_path) as emulator:
        own(emulator.url, ("PUT", FAULTS), DROP.encode())
        answer = own(emulator.url, ("PUT", FAULTS), body)
        assert (answer.status, answer.json["error_code"]) == (400, "EMULATOR.FAULTS")
        assert word in answer.json["error_msg"]
        assert send(emulator, "still dropped") == b""


def test_a_wrong_faults_file_stops_the_start(tmp_path: Path) -> None:
    faults = tmp_path / "faults.toml"
    faults.write_text('[[rule]]\nwhat = "explode"\n', encoding="utf-8")
    code, told = asyncio.run(started(EmulatorOptions(faults=faults)))
    assert code == 78
    assert "faults.toml is wrong" in told
    assert "explode" in told


async def started(options: EmulatorOptions) -> tuple[int | None, str]:
    """Start an emulator that will not run; return its exit code and its words."""
    process = await asyncio.create_subprocess_exec(
        *command(options), stderr=asyncio.subprocess.PIPE
    )
    _, told = await process.communicate()
    return process.returncode, told.decode()


def test_calls_that_are_not_let_in_meet_no_fault(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        own(emulator.url, ("PUT", FAULTS), DROP.encode())
        assert own(emulator.url, ("POST", AIM), card_body("unsigned", phones(1))).status == 401
        rules = own(emulator.url, ("GET", FAULTS)).json["rules"]
        assert [(rule["asked"], rule["fired"]) for rule in rules] == [(0, 0)]


def test_smart_messages_past_the_rate_are_refused_whole_and_others_are_not_counted(
    tmp_path: Path,
) -> None:
    world = tmp_path / "world.toml"
    world.write_text("[gateway]\naim_messages_per_s = 150\n", encoding="utf-8")
    with running_emulator(tmp_path, EmulatorOptions(world=world)) as emulator:
        taken_a = 0  # a slow machine may send each in a second of its own
        while (call := ask(emulator.url, ("POST", AIM), card_body("a", phones(100)))).status == 200:
            taken_a += 100
        assert call.status == 429
        assert taken_a > 0
        assert call.json["error_code"] == "APIGW.0308"
        assert "limit:150,time:1 second" in call.json["error_msg"]
        small = ask(emulator.url, ("POST", AIM), card_body("b", phones(50)))
        video = ask(emulator.url, ("POST", BASIC), video_body("c", phones(500)))
        assert (small.status, video.status) == (200, 200)
        taken = Counter(line["task_name"] for line in emulator.messages())
        assert taken == {"a": taken_a, "b": 50, "c": 500}
        assert emulator.stats()["throttled"] == 1


class Receiver:
    """Take AIM basic receipts and remember the numbers in the order of their arrival."""

    def __init__(self) -> None:
        self.numbers: list[str] = []

    async def take(self, request: web.Request) -> web.Response:
        """Take one push."""
        body = await request.json()
        self.numbers += [report["mobile"] for report in body["reports"]]
        return web.Response()


RECEIPTS = """
[[rule]]
what = "receipts_lost"
probability = 0.25
[[rule]]
what = "receipts_duplicated"
probability = 0.25
"""


def test_receipts_are_lost_and_doubled_by_rules_and_counted(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        own(emulator.url, ("PUT", FAULTS), RECEIPTS.encode())
        arrived = asyncio.run(receipts_of(emulator, 400))
        lost, doubled = (rule["fired"] for rule in own(emulator.url, ("GET", FAULTS)).json["rules"])
    spoken = {line["phone"] for line in emulator.messages() if line["truth"]["code"] != "EXPIRED"}
    times = Counter(arrived)
    assert len(spoken) - len(times) == lost
    assert sum(count == 2 for count in times.values()) == doubled
    assert set(times) <= spoken
    assert 60 < lost < 140
    assert 40 < doubled < 120


async def receipts_of(emulator: EmulatorProcess, count: int) -> list[str]:
    """Send video messages and return the numbers that receipts came for."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        await asyncio.to_thread(_send_videos, emulator, url, count)
        await _until_quiet(emulator, receiver)
    finally:
        await runner.cleanup()
    return receiver.numbers


def _send_videos(emulator: EmulatorProcess, url: str, count: int) -> None:
    body: dict[str, Any] = {"callback_url": url, "url_type": 0}
    registered = ask(emulator.url, ("POST", "/v1/aim-basic/callbacks"), json.dumps(body).encode())
    assert registered.status == 200
    ask(emulator.url, ("POST", BASIC), video_body("videos", phones(count)))
    emulator.advance(60)


async def _until_quiet(emulator: EmulatorProcess, receiver: Receiver) -> None:
    """Wait until nothing comes though the emulator answers again and again."""
    before, quiet = 0, 0
    while quiet < QUIET_TURNS:
        await asyncio.to_thread(emulator.stats)
        await asyncio.sleep(0.05)
        quiet = quiet + 1 if 0 < before == len(receiver.numbers) else 0
        before = len(receiver.numbers)
