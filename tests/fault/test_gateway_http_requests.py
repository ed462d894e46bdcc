"""What leaves: bodies and queries as they were signed; and questions that find no answer."""

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from urllib.parse import unquote

import pytest
from aiohttp import ClientConnectionResetError
from aiohttp.abc import AbstractStreamWriter

from pipeline.core.answer import Accepted, Answer, FoundTask, Lost, Refused, Unanswered
from pipeline.core.model import Channel, TaskId, TaskName
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.calls import BODY_BYTES_BOUND, BODY_BYTES_MAX
from pipeline.koomessage.transport.http import _Contact
from pipeline.ports import Prepared
from tests.support.answers import LOST, TAKEN, patience_with, says, submit
from tests.support.koomessage import AIM_MESSAGE, NAME, options, recipients
from tests.support.raw_server import RawServer, Received, Respond, raw_server, response


def test_a_body_over_the_limit_is_refused_unsent() -> None:
    async def run() -> tuple[Answer, RawServer]:
        async with raw_server(says(response(TAKEN))) as server:
            chosen = replace(options(server.url), body_bytes_max=100)
            return (await submit(server, chosen))[0], server

    answer, server = asyncio.run(run())
    assert isinstance(answer, Refused)
    assert (answer.split, answer.about_rows, answer.axiom) == (True, True, "")
    assert server.connections == 0


def test_a_request_knows_whether_it_is_short_enough_to_be_sent() -> None:
    def fits(bytes_max: int) -> bool:
        gateway = KooMessageGateway(replace(options("http://127.0.0.1"), body_bytes_max=bytes_max))
        return gateway.prepare(AIM_MESSAGE, NAME, recipients(2)).fits

    assert fits(10_000)
    assert not fits(100)
    assert Prepared(Channel.AIM, NAME, "/", b"x" * 20_000_000, 1).fits
    assert 0 < BODY_BYTES_MAX < BODY_BYTES_BOUND


def test_an_answer_longer_than_allowed_is_not_believed() -> None:
    long = json.dumps({"task_id": "t-1", "padding": "x" * 100_000}).encode()

    async def run(bytes_max: int) -> Answer:
        async with raw_server(says(response(long))) as server:
            chosen = replace(options(server.url), answer_bytes_max=bytes_max)
            return (await submit(server, chosen))[0]

    assert isinstance(asyncio.run(run(len(long))), Accepted)
    assert isinstance(asyncio.run(run(len(long) - 1)), Lost)


def test_a_compressed_answer_is_never_inflated() -> None:
    bomb = gzip.compress(b" " * 2**24 + TAKEN)
    raw = response(bomb, "200 OK", "Content-Encoding: gzip")

    async def run() -> Answer:
        async with raw_server(says(raw)) as server:
            return (await submit(server))[0]

    tracemalloc.start()
    answer = asyncio.run(run())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(answer, Lost)
    assert "compressed" in answer.why
    assert peak < 2**22


def test_a_body_is_known_unsent_when_its_connection_is_closing() -> None:
    class Closing(asyncio.WriteTransport):
        def is_closing(self) -> bool:
            return True

    class Writer(AbstractStreamWriter):
        transport: asyncio.WriteTransport | None = Closing()

        async def write(self, chunk: object) -> None:
            raise AssertionError(f"{chunk!r} was written")

        async def write_eof(self, chunk: bytes = b"") -> None:
            raise AssertionError(f"{chunk!r} was written")

        async def drain(self) -> None:
            raise AssertionError("nothing was written")

        def enable_compression(
            self, encoding: str = "deflate", strategy: int | None = None
        ) -> None:
            raise AssertionError(f"{encoding} {strategy}")

        def enable_chunking(self) -> None:
            raise AssertionError("nothing is chunked")

        async def write_headers(self, status_line: str, headers: object) -> None:
            raise AssertionError(f"{status_line} {headers}")

    body = _Contact(b"x", 1.0)
    with pytest.raises(ClientConnectionResetError):
        asyncio.run(body.write(Writer()))
    assert not body.written


def test_a_body_of_megabytes_arrives_as_it_was_signed() -> None:
    async def run() -> tuple[Answer, Received]:
        async with raw_server(says(response(TAKEN))) as server:
            gateway = KooMessageGateway(options(server.url))
            big = Prepared(Channel.AIM, NAME, "/v1/aim/send-tasks", b"x" * 3_000_000, 1)
            answer = await gateway.submit(big)
            await gateway.close()
            return answer, server.requests[0]

    answer, received = asyncio.run(run())
    assert isinstance(answer, Accepted)
    assert received.body == b"x" * 3_000_000


def test_a_request_is_sent_as_it_was_signed_and_asks_for_no_compression(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Proxies of the environment must not see what is sent.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    async def run() -> Received:
        async with raw_server(says(response(b'{"aim_send_tasks":[],"page_info":{}}'))) as server:
            gateway = KooMessageGateway(options(server.url))
            name = TaskName("a b+c&d=e/f?g~任")
            assert await gateway.find(Channel.AIM, name, 1_790_000_000.0) == ()
            await gateway.close()
            return server.requests[0]

    received = asyncio.run(run())
    query = received.target.split("?")[1]
    assert "task_name=a%20b%2Bc%26d%3De%2Ff%3Fg~%E4%BB%BB" in query
    assert query.split("&") == sorted(query.split("&"))
    assert received.headers["accept-encoding"] == "identity"
    assert "cookie" not in received.headers


def ask_of(
    body: object, ask: Callable[[KooMessageGateway], Awaitable[object]]
) -> tuple[object, RawServer]:
    async def run() -> tuple[object, RawServer]:
        async with raw_server(says(response(json.dumps(body).encode()))) as server:
            gateway = KooMessageGateway(options(server.url))
            try:
                return await ask(gateway), server
            finally:
                await gateway.close()

    return asyncio.run(run())


def listed(*names: str, total: int | None = None) -> dict[str, object]:
    rows = [{"task_name": name, "task_id": f"t-{name}"} for name in names]
    return {"aim_send_tasks": rows, "page_info": {"total": len(rows) if total is None else total}}


@pytest.mark.parametrize("shown", [NAME, NAME.upper(), f" {NAME} "])
@pytest.mark.parametrize("other", [NAME[:-1], NAME + "0", f"x{NAME}", "", NAME.replace("-", "_")])
def test_a_name_is_found_however_it_is_shown_beside_one_that_is_only_alike(
    other: str, shown: str
) -> None:
    found, _ = ask_of(listed(other, shown), lambda gateway: gateway.find(Channel.AIM, NAME, 1e9))
    assert found == (FoundTask(NAME, TaskId(f"t-{shown}".strip())),)


def test_a_name_is_found_in_a_list_that_breaks_off_but_not_absent_from_it() -> None:
    whole = listed(NAME, "other", total=500)
    found, _ = ask_of(whole, lambda gateway: gateway.find(Channel.AIM, NAME, 1e9))
    assert isinstance(found, tuple)
    assert {task.task_id for task in found} == {TaskId(f"t-{NAME}")}
    absent = TaskName("absent")
    found, server = ask_of(
        {"aim_send_tasks": [], "page_info": {"total": 5}},
        lambda gateway: gateway.find(Channel.AIM, absent, 1e9),
    )
    assert isinstance(found, Unanswered)
    assert len(server.requests) == 1


def test_a_search_spans_a_day_to_either_side_whatever_the_zone() -> None:
    _, server = ask_of(listed(), lambda gateway: gateway.find(Channel.AIM, NAME, 1_790_000_000.0))
    target = unquote(server.requests[0].target)
    assert "begin_time=2026-09-20T14:13:20Z" in target
    assert "end_time=2026-09-22T14:13:20Z" in target
    assert "limit=100&offset=0" in target


def test_details_of_another_task_are_left_out() -> None:
    rows = [
        {"task_id": task, "cust_flag": phone, "send_status": "success"}
        for task, phone in (("t", "13800000001"), ("u", "13800000002"), (None, "13800000003"))
    ]
    body = {"send_details": rows, "page_info": {"total": 3}}
    news, _ = ask_of(body, lambda gateway: gateway.deliveries(TaskId("t")))
    assert isinstance(news, tuple)
    assert [one.phone for one in news] == ["13800000001", "13800000003"]


@pytest.mark.parametrize(
    ("body", "granted"),
    [
        ({"status": "200", "message": "success"}, True),
        ({"status": 200, "data": {"id": "x"}}, True),
        ({}, False),
        ({"message": "success"}, False),
        ({"status": "200", "error_code": "KM.80000001"}, False),
        ({"status": "400", "message": "no"}, False),
    ],
)
def test_an_address_is_registered_only_where_the_answer_says_so(
    body: object, *, granted: bool
) -> None:
    told, server = ask_of(
        body, lambda gateway: gateway.register_receipts(Channel.AIM_BASIC, "https://x/y")
    )
    assert (told is None) is granted
    assert server.requests[0].target == "/v1/aim-basic/callbacks"
    sent = json.loads(server.requests[0].body)
    assert sent == {"callback_url": "https://x/y", "url_type": 0}


def test_a_question_that_meets_the_rate_says_how_long_to_wait() -> None:
    raw = response(b'{"error_code":"APIGW.0308"}', "429 Slow", "Retry-After: 3")

    async def run() -> object:
        async with raw_server(says(raw)) as server:
            gateway = KooMessageGateway(options(server.url))
            found = await gateway.find(Channel.AIM, NAME, 1e9)
            await gateway.close()
            return found

    answer = asyncio.run(run())
    assert isinstance(answer, Unanswered)
    assert answer.wait_s == 3.0


QUESTIONS: Mapping[str, Callable[[KooMessageGateway], Awaitable[object]]] = {
    "find": lambda gateway: gateway.find(Channel.AIM, NAME, 1.0),
    "find video": lambda gateway: gateway.find(Channel.AIM_BASIC, NAME, 1.0),
    "deliveries": lambda gateway: gateway.deliveries(TaskId("t")),
    "renderings": lambda gateway: gateway.renderings(TaskId("t"), 1.0),
    "capabilities": lambda gateway: gateway.capabilities(["13800000000"], "7"),
    "receipts": lambda gateway: gateway.register_receipts(Channel.AIM, "https://x"),
}
UNUSABLE = {
    name: respond
    for name, respond in LOST.items()
    if not name.startswith("200") or "JSON" in name or "HTML" in name or "nothing" in name
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS.keys())
@pytest.mark.parametrize("respond", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_question_without_a_usable_answer_goes_unanswered(
    respond: Respond, ask: Callable[[KooMessageGateway], Awaitable[object]]
) -> None:
    async def run() -> object:
        async with raw_server(respond) as server:
            gateway = KooMessageGateway(options(server.url, read_s=patience_with(respond)))
            try:
                return await ask(gateway)
            finally:
                await gateway.close()

    answer = asyncio.run(run())
    assert isinstance(answer, Unanswered), answer
    assert answer.why
