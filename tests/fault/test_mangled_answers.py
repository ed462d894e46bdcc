"""Thousands of spoilt answers: none is believed that proves nothing, none ends the process."""

import asyncio
import dataclasses
import json
import math
import random
import re
import resource
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pytest

from pipeline.core.answer import Accepted, Lost, Refused, Throttled, Unanswered
from pipeline.core.model import Channel, Message, TaskId
from pipeline.koomessage.codes import RATE_CODES
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.lists import PAGES_MAX
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.koomessage import (
    AIM_BASIC_MESSAGE,
    AIM_MESSAGE,
    LEG,
    NAME,
    options,
    phones,
    recipients,
    using,
)
from tests.support.mangling import mangled
from tests.support.raw_server import Received, raw_server

ANSWERS = 5_000
SEED = 13
DAY_S = 86_400.0
READ_S = 0.4
"""How long the rest of an answer is waited for that announces more than it has."""
GROWTH_KB = 32 * 1024
ROOM = 2**63
OWN_CODE = re.compile(r"KM\.\d{8}|APIGW?\.\d{4}")
"""The forms of the codes of KooMessage and its gateway; a 4xx without one may be a proxy's word."""

Ask = Callable[[KooMessageGateway], Awaitable[object]]

PLAIN = Message(Channel.SMS, "", sms=replace(LEG, template="15010662"))
LINKS = replace(AIM_MESSAGE, channel=Channel.LINKS_ONLY, signatures=("云商城",))


def _send(message: Message, *, alike: bool = False) -> Ask:
    who = recipients(3, alike=alike)
    return lambda gateway: gateway.submit(gateway.prepare(message, NAME, who))


SENDS: Mapping[str, Ask] = {
    "aim": _send(AIM_MESSAGE),
    "aim_basic": _send(AIM_BASIC_MESSAGE),
    "sms, alike": _send(PLAIN, alike=True),
    "sms": _send(PLAIN),
    "links": _send(LINKS),
}


def questions(task: TaskId, at: float) -> Mapping[str, Ask]:
    """Return every question that can be asked, of a task that was taken about that time."""
    return {
        "find": lambda gateway: gateway.find(Channel.AIM, NAME, at),
        "find a video": lambda gateway: gateway.find(Channel.AIM_BASIC, NAME, at),
        "find an sms": lambda gateway: gateway.find(Channel.SMS, NAME, at, phones(2)),
        "deliveries": lambda gateway: gateway.deliveries(task),
        "renderings": lambda gateway: gateway.renderings(task, at),
        "capabilities": lambda gateway: gateway.capabilities(phones(3), "700000001"),
        "register": lambda gateway: gateway.register_receipts(Channel.AIM, "https://x/y"),
        "addresses": lambda gateway: gateway.receipt_addresses(Channel.AIM),
        "addresses of videos": lambda gateway: gateway.receipt_addresses(Channel.AIM_BASIC),
        "days": lambda gateway: gateway.day_counts("700000001", at - DAY_S, at + DAY_S),
        "card": lambda gateway: gateway.catalog().card_template("700000001"),
        "video": lambda gateway: gateway.catalog().video_template("600000001"),
        "sms template": lambda gateway: gateway.catalog().sms_template("15010661"),
        "signatures": lambda gateway: gateway.catalog().signatures("云商城"),
        "apps": lambda gateway: gateway.catalog().apps("member-app"),
        "bindings": lambda gateway: gateway.catalog().bindings("10690000001", "云商城"),
        "service numbers": lambda gateway: gateway.catalog().service_numbers("云商城服务号"),
        "home pages": lambda gateway: gateway.catalog().home_pages("云商城服务号"),
    }


@dataclass(slots=True)
class Truth:
    """What can be asked, and the true answer to the first request of each."""

    asks: dict[str, Ask] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)


async def _overhear(emulator: EmulatorProcess) -> Truth:
    """Ask everything of a true provider and keep what it says."""
    truth = Truth()
    where = urlsplit(emulator.url)
    asked = [""]

    async def carry(request: Received, writer: asyncio.StreamWriter) -> None:
        reader, there = await asyncio.open_connection(where.hostname, where.port)
        lines = [f"{name}: {value}" for name, value in request.headers.items()]
        head = "\r\n".join([f"{request.method} {request.target} HTTP/1.1", *lines, "", ""])
        there.write(head.encode("latin-1") + request.body)
        top = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in top.split(b"\r\n")[1:] if b": " in line)
        body = await reader.readexactly(int(fields[b"Content-Length"]))
        there.close()
        truth.bodies.setdefault(asked[0], body)
        writer.write(top + body)

    async def ask_all(gateway: KooMessageGateway, asks: Mapping[str, Ask]) -> None:
        truth.asks |= asks
        for name, ask in asks.items():
            asked[0] = name
            answer = await ask(gateway)
            assert not isinstance(answer, Lost | Refused | Throttled | Unanswered), answer

    async with raw_server(carry) as server:
        gateway = KooMessageGateway(options(server.url))
        await ask_all(gateway, SENDS)
        emulator.advance(DAY_S / 2)
        task = TaskId(json.loads(truth.bodies["aim"])["task_id"])
        await ask_all(gateway, questions(task, time.time()))
        await gateway.close()
    return truth


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    with running_emulator(tmp_path_factory.mktemp("emulator")) as emulator:
        return asyncio.run(_overhear(emulator))


@dataclass(slots=True)
class Spoiler:
    """A provider that gives one spoilt answer, to as many requests as are made for it."""

    raw: bytes = b""
    requests: int = 0

    async def __call__(self, _: Received, writer: asyncio.StreamWriter) -> None:
        self.requests += 1
        writer.write(self.raw)
        await writer.drain()
        head, _end, body = self.raw.partition(b"\r\n\r\n")
        if f"Content-Length: {len(body)}".encode() not in head.split(b"\r\n"):
            writer.close()


@dataclass(frozen=True, slots=True)
class Case:
    """A spoilt answer and what was made of it."""

    name: str
    raw: bytes
    answer: object
    requests: int

    @property
    def status(self) -> int:
        words = self.raw.split(b" ", 2)
        return int(words[1]) if len(words) > 2 else 0

    @property
    def told(self) -> Mapping[str, object]:
        """Read the body as an object; empty where it is none."""
        try:
            body = json.loads(self.raw.partition(b"\r\n\r\n")[2].decode(errors="replace"))
        except (ValueError, RecursionError):
            return {}
        return body if isinstance(body, dict) else {}


async def _spoil(truth: Truth, count: int) -> list[Case]:
    spoiler = Spoiler()
    cases = []
    async with raw_server(spoiler) as server:
        for number in range(count):
            chance = random.Random(f"{SEED} {number}")  # noqa: S311 -- which answer, no secret
            name = sorted(truth.asks)[number % len(truth.asks)]
            others = sorted(truth.bodies.values())
            spoiler.raw, spoiler.requests = mangled(truth.bodies[name], others, chance), 0
            gateway = KooMessageGateway(options(server.url, read_s=READ_S))
            answer = await using(gateway, truth.asks[name])
            cases.append(Case(name, spoiler.raw, answer, spoiler.requests))
    return cases


@pytest.fixture(scope="module")
def cases(truth: Truth) -> list[Case]:
    return asyncio.run(_spoil(truth, ANSWERS))


def test_everything_that_can_be_asked_has_a_true_answer_to_spoil(truth: Truth) -> None:
    assert set(truth.bodies) == {*SENDS, *questions(TaskId(""), 0.0)}
    assert min(map(len, truth.bodies.values())) > len(b'{"total":0}')


def test_no_spoilt_answer_is_believed_where_it_proves_nothing(cases: Sequence[Case]) -> None:
    sends = [case for case in cases if case.name in SENDS]
    assert [case for case in sends if not _is_proved(case)] == []
    kinds = Counter(type(case.answer) for case in sends)
    assert set(kinds) == {Accepted, Lost, Refused, Throttled}
    assert [case for case in sends if case.requests != 1] == []


def test_what_is_read_of_a_spoilt_answer_can_be_kept(cases: Sequence[Case]) -> None:
    assert [case for case in cases if not all(map(_can_be_kept, _leaves(case.answer)))] == []


def test_a_spoilt_list_is_not_asked_for_without_end(cases: Sequence[Case]) -> None:
    assert max(case.requests for case in cases) <= 2 * PAGES_MAX


def test_thousands_of_spoilt_answers_leave_memory_as_it_was(truth: Truth) -> None:
    asyncio.run(_spoil(truth, ANSWERS // 10))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    asyncio.run(_spoil(truth, ANSWERS // 5))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before <= GROWTH_KB


def _is_proved(case: Case) -> bool:
    """Tell whether a send's answer follows from what stood in it, judged without our own reader."""
    told, succeeded = case.told, 200 <= case.status < 300
    match case.answer:
        case Accepted(task_id=task):
            inner = told.get("data") if case.name == "aim_basic" else told
            return (
                succeeded and isinstance(inner, dict) and str(inner.get("task_id")).strip() == task
            )
        case Refused() if succeeded:
            state = str(told.get("task_state" if case.name == "aim" else "status")).lower()
            return state in {"failed", "fail"} and _none_was_taken(case, told)
        case Refused():
            is_own = OWN_CODE.fullmatch(str(told.get("error_code"))) is not None
            doubtful = {401, 408, 409, 425, 429}
            return is_own and 400 <= case.status < 500 and case.status not in doubtful
        case Throttled():
            code = str(told.get("error_code"))
            is_rate = case.status == 429 and code in RATE_CODES
            return is_rate or (case.status == 401 and code.startswith(("APIGW.03", "APIG.03")))
        case Lost(why=why):
            return bool(why)
        case _:
            return False


def _none_was_taken(case: Case, told: Mapping[str, object]) -> bool:
    if case.name == "aim":
        return told.get("send_count") in (None, "", 0, "0")
    result = told.get("result")
    if result is None:
        return True
    rows = result if isinstance(result, list) else [result]
    return all(isinstance(row, dict) and row.get("send_status") != "000000" for row in rows)


def _leaves(value: object) -> Iterator[object]:
    if dataclasses.is_dataclass(value):
        for one in dataclasses.fields(value):
            yield from _leaves(getattr(value, one.name))
    elif isinstance(value, Mapping):
        yield from value
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, tuple | list | frozenset):
        for one in value:
            yield from _leaves(one)
    else:
        yield value


def _can_be_kept(leaf: object) -> bool:
    """Tell whether a ledger takes it: its numbers have 64 bits, its texts are UTF-8."""
    match leaf:
        case int():
            return -ROOM <= leaf < ROOM
        case float():
            return math.isfinite(leaf)
        case str():
            return leaf.encode(errors="replace").decode() == leaf
        case _:
            return leaf is None
