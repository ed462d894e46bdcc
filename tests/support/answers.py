"""Answers that a provider, or whatever stands before it, may give to a send."""

import asyncio
import gzip
import json
from collections.abc import Mapping

from pipeline.core.answer import Answer
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.calls import GatewayOptions
from tests.support.koomessage import AIM_MESSAGE, NAME, options, recipients
from tests.support.raw_server import RawServer, Received, Respond, raw_server, reset, response

READ_S = 0.3
"""How long an answer is waited for that will not come: short, as it is waited for to the end."""

TAKEN = json.dumps({"task_id": "t-1", "task_name": NAME, "task_state": "Success"}).encode()


def says(raw: bytes) -> Respond:
    """Answer with these bytes and keep the connection."""

    async def respond(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return respond


def says_and_ends(raw: bytes) -> Respond:
    """Answer with these bytes and end the connection in good order."""

    async def respond(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    return respond


async def resets(_: Received, writer: asyncio.StreamWriter) -> None:
    reset(writer)


async def ends(_: Received, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def half_then_reset(_: Received, writer: asyncio.StreamWriter) -> None:
    writer.write(response(TAKEN)[:-10])
    await writer.drain()
    await asyncio.sleep(0.05)
    reset(writer)


async def silence(_: Received, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()
    writer.close()


async def drips(_: Received, writer: asyncio.StreamWriter) -> None:
    for byte in response(TAKEN[:-1] + b" " * 10_000 + TAKEN[-1:]):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(READ_S / 6)


async def floods(_: Received, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    block = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    for _count in range(64):
        writer.write(block)
        await writer.drain()


async def submit(
    server: RawServer, chosen: GatewayOptions | None = None, *, times: int = 1
) -> list[Answer]:
    gateway = KooMessageGateway(chosen or options(server.url))
    try:
        prepared = gateway.prepare(AIM_MESSAGE, NAME, recipients(2))
        return [await gateway.submit(prepared) for _ in range(times)]
    finally:
        await gateway.close()


def patience_with(respond: Respond) -> float:
    """Return for how long, in seconds, to wait: what will come is waited for on any machine."""
    return READ_S if respond in {silence, drips} else 60.0


def answer_to(respond: Respond) -> tuple[Answer, RawServer]:
    async def run() -> tuple[Answer, RawServer]:
        async with raw_server(respond) as server:
            chosen = options(server.url, read_s=patience_with(respond))
            return (await submit(server, chosen))[0], server

    return asyncio.run(run())


LOST: Mapping[str, Respond] = {
    "reset once the request was read": resets,
    "ended without an answer": ends,
    "half an answer, then reset": half_then_reset,
    "half an answer, then ended": says_and_ends(response(TAKEN)[:-10]),
    "half a head": says_and_ends(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "silence": silence,
    "one byte at a time": drips,
    "no HTTP at all": says_and_ends(b"hello\r\n\r\n"),
    "binary": says_and_ends(bytes(range(256)) * 4),
    "a head without end": says_and_ends(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000),
    "a wrong length": says(b"HTTP/1.1 200 OK\r\nContent-Length: minus\r\n\r\n"),
    "two lengths": says(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"),
    "a flood": floods,
    "200 with HTML": says(response(b"<html>it works</html>")),
    "200 with nothing": says(response(b"")),
    "200 with an empty object": says(response(b"{}")),
    "200 with null": says(response(b"null")),
    "200 with a list": says(response(b"[1]")),
    "200 with an empty task id": says(response(b'{"task_id":""}')),
    "200 with a task id of a wrong type": says(response(b'{"task_id":["t-1"]}')),
    "200 with true for a task id": says(response(b'{"task_id":true}')),
    "200 that names another task": says(response(b'{"task_id":"t-1","task_name":"other"}')),
    "200 with an error code": says(response(b'{"error_code":"KM.00001128"}')),
    "200 with deep JSON": says(response(b"[" * 100_000)),
    "200 with deep JSON in a member": says(response(b'{"task_id":' + b'{"a":' * 100_000)),
    "200 with truncated JSON": says(response(TAKEN[:-5])),
    "200 not in UTF-8": says(response('{"task_id":"任务"}'.encode("gb18030"))),
    "200 with gzip": says(response(gzip.compress(TAKEN), "200 OK", "Content-Encoding: gzip")),
    "204": says(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "301": says(response(b"", "301 Moved", "Location: http://127.0.0.1:9/")),
    "304": says(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    "400 with HTML": says(response(b"<html>13800000000</html>", "400 Bad")),
    "400 with a code of nobody's": says(response(b'{"error_code":"KM.1"}', "400 Bad")),
    "400 with a code and a task": says(
        response(b'{"error_code":"KM.00001375","task_id":"t-1"}', "400 Bad")
    ),
    "401 of somebody else": says(response(b"<html>sign in</html>", "401 No")),
    "401 with a code about something else": says(
        response(b'{"error_code":"KM.00001375"}', "401 No")
    ),
    "403 of a proxy": says(response(b"", "403 No")),
    "404 of a proxy": says(response(b"<html>not here</html>", "404 No")),
    "407": says(response(b"", "407 Proxy Authentication Required")),
    "408": says(response(b"", "408 Request Timeout")),
    "409": says(response(b"{}", "409 Conflict")),
    "413 of a proxy": says(response(b"<html>too large</html>", "413 Too Large")),
    "418": says(response(b'{"error":"teapot"}', "418 Teapot")),
    "451": says(response(b"", "451 Unavailable")),
    "400 that only says it failed": says(
        response(b'{"error_code":"KM.80000001","error_msg":"x"}', "400 Bad")
    ),
    "429 with another code": says(response(b'{"error_code":"APIGW.0201"}', "429 Slow")),
    "429 of somebody else": says(response(b"<html>slow down</html>", "429 Slow")),
    "500": says(response(b'{"error_code":"KM.90019003","error_msg":"x"}', "500 Oops")),
    "500 with a code for 400": says(response(b'{"error_code":"KM.00001128"}', "500 Oops")),
    "501": says(response(b"", "501 No")),
    "502": says(response(b"<html>bad gateway</html>", "502 Bad Gateway")),
    "503 with Retry-After": says(response(b"", "503 Busy", "Retry-After: 1")),
    "504": says(response(b'{"error_code":"APIGW.0201"}', "504 Timeout")),
    "599": says(response(b"", "599 Odd")),
    "700": says(response(b"", "700 Odder")),
}
