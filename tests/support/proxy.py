"""A wire that loses: it stands between koosend and the emulator and drops what it is told to."""

import asyncio
import itertools
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urlsplit


class Fault(Enum):
    """What happens to one send request."""

    NONE = "none"
    DROP_BEFORE = "drop before"  # it never reaches the provider
    DROP_AFTER = "drop after"  # the provider took it, its answer is lost
    CUT = "cut"  # half of the answer arrives
    DRIP = "drip"  # the answer comes at one byte a second


@dataclass(slots=True)
class Proxy:
    """Know a running proxy. plan is asked for the fault of each send request, counted from 0."""

    target: tuple[str, int]
    plan: Callable[[int], Fault]
    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    _count: Iterator[int] = field(default_factory=itertools.count)
    _carrying: set[asyncio.Task[None]] = field(default_factory=set)

    async def end(self) -> None:
        """Drop the connections that are left."""
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        await asyncio.sleep(0)  # lets the connections see their end

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry the requests of one connection."""
        carrying = asyncio.current_task()
        assert carrying is not None
        self._carrying.add(carrying)
        carrying.add_done_callback(self._carrying.discard)
        try:
            while await self._carry(reader, writer):
                pass
        except asyncio.CancelledError:
            writer.transport.abort()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await _message(reader)
        is_send = request.startswith(b"POST") and b"send-tasks" in request.split(b"\r\n")[0]
        fault = self.plan(next(self._count)) if is_send else Fault.NONE
        if is_send:
            self.faults.append(fault)
        if fault is Fault.DROP_BEFORE:
            return False
        answer = await self._ask(request)
        if fault is Fault.DROP_AFTER:
            return False
        if fault is Fault.DRIP:
            await _drip(answer, writer)
        writer.write(answer if fault is Fault.NONE else answer[: len(answer) // 2])
        await writer.drain()
        return fault is Fault.NONE

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*self.target)
        try:
            writer.write(request)
            return await _message(reader)
        finally:
            writer.close()


async def _drip(answer: bytes, writer: asyncio.StreamWriter) -> None:
    """Write until whoever waits for it has had enough."""
    for byte in answer:
        if writer.is_closing():
            break
        writer.write(bytes([byte]))
        await asyncio.sleep(1)
    raise ConnectionResetError


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    ]
    return head + await reader.readexactly(lengths[0] if lengths else 0)


def _call(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    loop.call_soon_threadsafe(what)


@contextmanager
def losing(
    url: str, plan: Callable[[int], Fault], tls: ssl.SSLContext | None = None
) -> Iterator[Proxy]:
    """Run a proxy to an address in a thread of its own; with tls it is spoken to by that."""
    where = urlsplit(url)
    assert where.hostname is not None
    assert where.port is not None
    proxy = Proxy((where.hostname, where.port), plan)
    ready = threading.Event()
    stop: list[Callable[[], None]] = []

    async def run() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: _call(loop, ended.set))
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=1 << 24, ssl=tls)
        async with server:
            proxy.url = (
                f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            )
            ready.set()
            await ended.wait()
            await proxy.end()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert ready.wait(240)
    try:
        yield proxy
    finally:
        stop[0]()
        thread.join()
