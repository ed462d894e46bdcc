"""Connections that are kept open, and who is let in beside them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

import pytest
from aiohttp import web

from pipeline.web.access import Network, networks
from pipeline.web.connections import DOOR, Door, Limits
from pipeline.web.listener import Address, serve_app

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
ASK = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
WAIT_S = 60.0


def at_the_door(limits: Limits, visit: Callable[["Visitor"], Awaitable[None]]) -> Counter[str]:
    closed: Counter[str] = Counter()

    async def run() -> None:
        visitor = Visitor()
        app = web.Application()
        app[DOOR] = Door(lambda why: closed.update([why]), limits)
        app.router.add_get("/", visitor.answer)
        async with serve_app("127.0.0.1", 0, app) as visitor.address:
            await visit(visitor)
            visitor.may_answer.set()
            visitor.leave()

    asyncio.run(run())
    return closed


class Visitor:
    """Whoever comes to the door; answers are held back until may_answer is set."""

    def __init__(self) -> None:
        self.address = Address("", 0)
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self._asked: asyncio.Queue[None] = asyncio.Queue()
        self._open: list[Streams] = []

    async def answer(self, _: web.Request) -> web.Response:
        self._asked.put_nowait(None)
        await self.may_answer.wait()
        return web.Response(text="here")

    async def asked_by(self, count: int) -> None:
        """Wait until so many requests are under way."""
        for _ in range(count):
            await self._asked.get()

    async def come(self, said: bytes = b"") -> Streams:
        streams = await asyncio.open_connection(self.address.host, self.address.port)
        self._open.append(streams)
        streams[1].write(said)
        await streams[1].drain()
        return streams

    async def ask(self, streams: Streams | None = None) -> bool:
        """Tell whether a whole answer came, on a connection of one's own unless one is given."""
        reader, writer = streams or await self.come()
        writer.write(ASK)
        return await self.hears((reader, writer))

    async def hears(self, streams: Streams) -> bool:
        try:
            answer = await asyncio.wait_for(streams[0].readuntil(b"here"), WAIT_S)
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        return answer.startswith(b"HTTP/1.1 200")

    async def is_shut(self, streams: Streams) -> bool:
        try:
            return await asyncio.wait_for(streams[0].read(), WAIT_S) == b""
        except ConnectionError:
            return True

    def leave(self) -> None:
        for _, writer in self._open:
            writer.close()


def test_who_says_nothing_is_closed_in_time_and_who_asked_is_not() -> None:
    async def visit(visitor: Visitor) -> None:
        resting = await visitor.come()
        assert await visitor.ask(resting)
        silent = await visitor.come()
        slow = await visitor.come(ASK[:20])
        assert await visitor.is_shut(silent)
        assert await visitor.is_shut(slow)
        assert await visitor.ask(resting)

    assert at_the_door(Limits(head_s=0.3), visit) == {"silent": 2}


def test_a_newcomer_takes_the_place_of_the_oldest_that_said_nothing() -> None:
    async def visit(visitor: Visitor) -> None:
        resting = await visitor.come()
        assert await visitor.ask(resting)
        first, second = await visitor.come(), await visitor.come(ASK[:20])
        assert await visitor.ask()
        assert await visitor.is_shut(first)
        assert await visitor.ask(second) is False or await visitor.is_shut(second)
        assert await visitor.ask(resting)

    closed = at_the_door(Limits(most=6, each=3), visit)
    assert closed["made_room"] >= 1
    assert closed["too_many_connections"] == 0


def test_a_request_under_way_is_never_cut_short_for_another() -> None:
    async def visit(visitor: Visitor) -> None:
        visitor.may_answer.clear()
        busy = [await visitor.come(ASK) for _ in range(2)]
        await visitor.asked_by(2)
        assert await visitor.is_shut(await visitor.come(ASK))
        visitor.may_answer.set()
        assert [await visitor.hears(one) for one in busy] == [True, True]

    assert at_the_door(Limits(most=4), visit) == {"too_many_connections": 1}


@pytest.mark.parametrize(
    ("exempt", "answered"), [((), 2), (networks(["127.0.0.0/8"]), 4)], ids=["a person", "a proxy"]
)
def test_one_address_has_its_share_unless_it_stands_for_many(
    exempt: Sequence[Network], answered: int
) -> None:
    async def visit(visitor: Visitor) -> None:
        visitor.may_answer.clear()
        busy = [await visitor.come(ASK) for _ in range(4)]
        await visitor.asked_by(answered)
        visitor.may_answer.set()
        assert sum([await visitor.hears(one) for one in busy]) == answered

    limits = Limits(most=10, each=2, exempt=exempt)
    assert at_the_door(limits, visit)["too_many_connections"] == 4 - answered


def test_who_left_counts_no_more() -> None:
    async def visit(visitor: Visitor) -> None:
        for _ in range(20):
            streams = await visitor.come()
            assert await visitor.ask(streams)
            streams[1].close()
            await streams[1].wait_closed()

    assert at_the_door(Limits(most=4, each=2), visit)["too_many_connections"] == 0


def test_what_is_no_http_is_answered_without_a_word_of_what_answers() -> None:
    async def visit(visitor: Visitor) -> None:
        reader, _ = await visitor.come(b"\x16\x03\x01 nothing\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), WAIT_S)
        assert answer.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400"))
        assert b"aiohttp" not in answer
        assert b"Python" not in answer
        assert b"Server: koosend" in answer

    at_the_door(Limits(), visit)
