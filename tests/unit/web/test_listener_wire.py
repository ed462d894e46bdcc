"""The listener and senders that do not speak as they should."""

import asyncio

import pytest

from pipeline.web.listener import Listener, serve_app
from tests.support.shelf import TOKEN, Shelf, access


def speak(shelf: Shelf, said: bytes, read_s_max: float = 60.0) -> bytes:
    """Write raw bytes to the listener and return all it answers."""

    async def run() -> bytes:
        app = Listener(access(), shelf.store, shelf.on_event, read_s_max=read_s_max).app()
        async with serve_app("127.0.0.1", 0, app) as address:
            reader, writer = await asyncio.open_connection(address.host, address.port)
            writer.write(said)
            await writer.drain()
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n"), 120.0)
            writer.close()
            await writer.wait_closed()
            return answer

    return asyncio.run(run())


def test_a_body_that_never_comes_is_given_up() -> None:
    shelf = Shelf()
    head = f"POST /{TOKEN}/aim HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    assert b" 408 " in speak(shelf, head.encode() + b"half", read_s_max=0.05)
    assert shelf.kept == []


@pytest.mark.parametrize(
    "said",
    [
        f"POST /{TOKEN}/aim HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        f"POST /{TOKEN}/aim HTTP/9.9\r\n\r\n",
        f"\x16\x03\x01{TOKEN}\r\n\r\n",
        f"POST /{TOKEN}/aim HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_http_is_refused_without_a_word_of_the_token_in_any_log(
    said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    shelf = Shelf()
    assert b" 400 " in speak(shelf, said.encode())
    assert TOKEN not in caplog.text
    assert shelf.kept == []


def test_a_sender_that_goes_away_half_way_leaves_nothing() -> None:
    shelf = Shelf()

    async def run() -> None:
        app = shelf.listener().app()
        async with serve_app("127.0.0.1", 0, app) as address:
            _, writer = await asyncio.open_connection(address.host, address.port)
            head = f"POST /{TOKEN}/aim HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
            writer.write(head.encode() + b"half")
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    asyncio.run(run())
    assert shelf.kept == []
