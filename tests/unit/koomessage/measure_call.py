"""Measure what one smart-message call costs the client: prepare, sign, POST, decode.

Run as `python -m tests.unit.koomessage.measure_call [CALLS]`. The stub in a process of its own
does nothing but echo, so that the client's CPU seconds are the gateway's.
"""

import asyncio
import multiprocessing
import socket
import sys
import time
from collections.abc import Callable

import msgspec

from pipeline.core.answer import Accepted
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.products import aim
from pipeline.koomessage.transport.signing import KeyPair, Request, sign
from tests.support.koomessage import AIM_MESSAGE, NAME, options, recipients

RECIPIENTS = 100
HEADERS = {"Host": "127.0.0.1", "Content-Type": "application/json"}


class Stub(asyncio.Protocol):
    """Answer each POST with its own body and a task id, as the provider does."""

    transport: asyncio.WriteTransport
    pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.pending += data
        head, gap, rest = self.pending.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
        if not gap or len(rest) < length:
            return
        self.pending = rest[length:]
        body = rest[: length - 1] + b',"task_id":"8113760c-787c-4c87-82c8-1d27024fef34"}'
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def serve(listening: socket.socket) -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(Stub, sock=listening)
        await server.serve_forever()

    asyncio.run(forever())


def cpu_us(calls: int, work: Callable[[], object]) -> float:
    begun = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - begun) / calls * 1e6


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")


async def measure(url: str, calls: int) -> None:
    gateway = KooMessageGateway(options(url))
    who = recipients(RECIPIENTS)

    def prepare() -> bytes:
        return gateway.prepare(AIM_MESSAGE, NAME, who).body

    body = prepare()
    answer = msgspec.json.encode({**msgspec.json.decode(body), "task_id": "t-1"})
    request = Request("POST", aim.PATH, (), HEADERS, body, time.time())
    keys = KeyPair("ak", "sk")
    tell(f"prepare  {cpu_us(calls, prepare):7.1f} us of CPU, {len(body)} bytes")
    tell(f"sign     {cpu_us(calls, lambda: sign(request, keys)):7.1f}")
    tell(f"decode   {cpu_us(calls, lambda: aim.read_answer(answer, NAME)):7.1f}")

    async def send(count: int) -> None:
        for _ in range(count):
            answered = await gateway.submit(gateway.prepare(AIM_MESSAGE, NAME, who))
            assert isinstance(answered, Accepted), answered

    for concurrency in (1, 8, 32):
        begun = time.process_time()
        await asyncio.gather(*(send(calls // concurrency) for _ in range(concurrency)))
        spent = (time.process_time() - begun) / (calls // concurrency * concurrency)
        tell(f"whole    {spent * 1e6:7.1f} at {concurrency} at once")
    await gateway.close()


def main(calls: int) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    stub = multiprocessing.get_context("fork").Process(target=serve, args=(listening,))
    stub.start()
    try:
        asyncio.run(measure(f"http://127.0.0.1:{listening.getsockname()[1]}", calls))
    finally:
        stub.terminate()
        stub.join()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
