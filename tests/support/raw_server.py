"""A server that does with each connection exactly what a test says, byte for byte."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came off the socket. connection counts from 1."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass(slots=True)
class RawServer:
    """What a server saw: connections made, and requests that arrived whole."""

    url: str = ""
    connections: int = 0
    requests: list[Received] = field(default_factory=list)

    @property
    def posts(self) -> int:
        """Count the POSTs."""
        return sum(request.method == "POST" for request in self.requests)


Respond = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]
"""Answer one request. A connection that was closed meanwhile is not read again."""


@asynccontextmanager
async def raw_server(
    respond: Respond, tls: ssl.SSLContext | None = None
) -> AsyncIterator[RawServer]:
    """Listen on a free port of this machine for as long as the context lasts."""
    seen = RawServer()
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        connection = seen.connections
        writers.append(writer)
        try:
            while not writer.is_closing():
                request = await _read(reader, connection)
                seen.requests.append(request)
                await respond(request, writer)
                if not writer.is_closing():
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**24, ssl=tls)
    seen.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield seen
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


def reset(writer: asyncio.StreamWriter) -> None:
    """Drop a connection with a TCP reset instead of an orderly end."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def response(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Write a whole response."""
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode() + body


async def _read(reader: asyncio.StreamReader, connection: int) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, target, headers, body, connection)
