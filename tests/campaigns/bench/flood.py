"""Receipts in a flood, one number a post, at a fixed rate, into `koosend serve` itself.

python -m tests.campaigns.bench.flood [--rate 2000] [--seconds 60] [--connections 64]

Each post has a moment at which it is due, and its wait counts from there, however late it could
leave. The service is killed at the end; what it thanked for and does not hold then was lost.
"""

import argparse
import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.ledger.sqlite.files import LEDGER_NAME

RATE = 2000
SECONDS = 60
CONNECTIONS = 64

_TOKEN = "0123456789abcdef" * 2
_TICK_S = 0.002
_END_S = 30.0
_READY_S = 30.0
_BODY = (
    b'{"request_id":"r%09d","domain_id":"d","callback_type":"sms","body":"[{'
    rb"\"task_id\":\"8113760c-787c-4c87-b2a1-%012d\",\"cust_flag\":\"13%09d\","
    rb"\"msg_id\":\"m%d\",\"tpl_id\":\"700000001\",\"aim_url\":\"km2g.cn/abcdef\","
    rb"\"send_time\":\"2026-11-06T20:38:33\",\"receive_time\":\"2026-11-06T20:38:35\","
    rb"\"send_status\":\"DELIVRD\",\"total\":\"1\",\"sequence\":\"1\",\"extend\":\"\"}]"
    b'","retry":false}'
)


@dataclass(frozen=True, slots=True)
class Flood:
    """What a flood brought. lost are the numbers that were thanked for and are not held."""

    posts: int
    statuses: Counter[int]
    lost: int
    kept: int
    waits_s: list[float] = field(repr=False)
    wall_s: float
    service_cpu_s: float
    client_cpu_s: float

    def wait_ms(self, share: float) -> float:
        """Return the wait in milliseconds that this share of the posts did not pass."""
        waits = sorted(self.waits_s) or [float("inf")]
        return waits[min(int(len(waits) * share), len(waits) - 1)] * 1e3

    @property
    def cpu_ms(self) -> float:
        """Return the service's CPU per post, in milliseconds."""
        return self.service_cpu_s / self.posts * 1e3


def flooded(
    posts: int, per_s: float, connections: int = CONNECTIONS, killed_after: int = 0
) -> Flood:
    """Push so many receipts at a rate, each of another number.

    With killed_after the service is killed in mid-flood, at that answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        with _service(state) as (service, port):
            source = _Source(posts, per_s)
            source.at_answer(killed_after, service.kill)
            before, used, began = _cpu_s(service.pid), time.process_time(), time.perf_counter()
            asyncio.run(source.push(port, connections))
            wall_s = time.perf_counter() - began
            client_cpu_s = time.process_time() - used
            service_cpu_s = 0.0 if killed_after else _cpu_s(service.pid) - before
            service.kill()
            service.wait()
        held, kept = _held(state / LEDGER_NAME)
    return Flood(
        posts,
        source.statuses,
        len(source.thanked - held),
        kept,
        source.waits_s,
        wall_s,
        service_cpu_s,
        client_cpu_s,
    )


class _Source:
    """Posts that are due one after the other, over connections that are kept open."""

    def __init__(self, posts: int, per_s: float) -> None:
        self.statuses: Counter[int] = Counter()
        self.thanked: set[int] = set()
        self.waits_s: list[float] = []
        self.idle: deque[_Connection] = deque()
        self._alive = 0
        self._deed: tuple[int, Callable[[], None]] | None = None
        self._posts = posts
        self._per_s = per_s
        self._answered = 0
        self._done = asyncio.Event()
        self._head = b""

    def at_answer(self, number: int, deed: Callable[[], None]) -> None:
        """Do something when so many were answered."""
        self._deed = (number, deed)

    async def push(self, port: int, connections: int) -> None:
        """Push all of it, and wait for the last answer."""
        loop = asyncio.get_running_loop()
        self._head = (
            b"POST /%s/receipts HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
            b"Content-Type: application/json\r\nContent-Length: %%d\r\n\r\n"
            % (_TOKEN.encode(), port)
        )
        made = [
            await loop.create_connection(lambda: _Connection(self), "127.0.0.1", port)
            for _ in range(connections)
        ]
        self._alive = connections
        began, number = time.perf_counter() + _TICK_S, 0
        while number < self._posts and self._alive:
            elapsed = time.perf_counter() - began
            due = min(int(elapsed * self._per_s) + 1, self._posts) if elapsed >= 0 else 0
            while number < due and self.idle:
                self.idle.pop().post(number, began + number / self._per_s, self._request(number))
                number += 1
            await asyncio.sleep(_TICK_S)
        async with asyncio.timeout(_END_S):
            await self._done.wait()
        for transport, _ in made:
            transport.close()
        await asyncio.sleep(_TICK_S)

    def take(self, number: int, waited_s: float, status: int) -> None:
        """Take notice of an answer."""
        self.statuses[status] += 1
        self.waits_s.append(waited_s)
        if 200 <= status < 300:
            self.thanked.add(number)
        self._answered += 1
        if self._answered == self._posts:
            self._done.set()
        if self._deed is not None and self._answered == self._deed[0]:
            self._deed[1]()

    def end(self, connection: "_Connection") -> None:
        """Take notice that a connection was closed; once all are, nothing more comes."""
        if connection in self.idle:
            self.idle.remove(connection)
        self._alive -= 1
        if not self._alive:
            self._done.set()

    def _request(self, number: int) -> bytes:
        body = _BODY % (number, number // 100, number, number)
        return self._head % len(body) + body


class _Connection(asyncio.Protocol):
    """One connection with at most one post under way."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._transport: asyncio.WriteTransport | None = None
        self._number = -1
        self._due_at = 0.0
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._source.idle.append(self)

    def post(self, number: int, due_at: float, request: bytes) -> None:
        """Push one receipt."""
        assert self._transport is not None
        self._number, self._due_at = number, due_at
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Read an answer: its head, and a body that the head tells the length of."""
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self._got = b""
        waited_s = time.perf_counter() - self._due_at
        self._source.take(self._number, waited_s, int(head[9:12]))
        self._source.idle.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count what it left unanswered."""
        del exc
        if self._number >= 0 and self not in self._source.idle:
            self._source.take(self._number, time.perf_counter() - self._due_at, 0)
        self._source.end(self)


def _length(head: bytes) -> int:
    _, _, rest = head.partition(b"Content-Length: ")
    return int(rest.partition(b"\r\n")[0] or 0)


@contextmanager
def _service(state: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-W", "ignore", "-m", "pipeline", "serve", "--no-page"]
    command += ["--listen", "127.0.0.1:0", "--state", str(state)]
    env = {**os.environ, "KOOSEND_RECEIPTS_TOKEN": _TOKEN}
    with subprocess.Popen(command, env=env, text=True, stderr=subprocess.PIPE) as service:
        try:
            assert service.stderr is not None
            line = service.stderr.readline()
            yield service, int(line.rpartition(":")[2])
        finally:
            service.kill()


def _held(path: Path) -> tuple[set[int], int]:
    """Return the numbers that the ledger holds news of, and how many receipts it holds."""
    ledger = sqlite3.connect(path)
    try:
        phones = ledger.execute("SELECT CAST(substr(phone, 3) AS INTEGER) FROM news").fetchall()
        (kept,) = ledger.execute("SELECT count(*) FROM receipt").fetchone()
    finally:
        ledger.close()
    return {phone for (phone,) in phones}, kept


def _cpu_s(pid: int) -> float:
    # The clock of another process's CPU, as clock_getcpuclockid(3) names it.
    return time.clock_gettime(~pid << 3 | 2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Push receipts at a rate, one number a post.")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    given = parser.parse_args()
    load = os.getloadavg()[0]
    flood = flooded(int(given.rate * given.seconds), given.rate, given.connections)
    print_flood(flood)
    print(f"  load of the machine        {load:10.1f} before, {os.getloadavg()[0]:.1f} after")


def print_flood(flood: Flood) -> None:
    """Print the figures of one flood."""
    print(f"receipts, one number a post, {flood.posts:,} posts in {flood.wall_s:.1f} s")
    print(f"  answered                   {flood.posts / flood.wall_s:10,.0f} a second")
    print(f"  answers by status          {dict(flood.statuses)}")
    print(f"  kept, lost                 {flood.kept:10,d}, {flood.lost}")
    print(f"  p50                        {flood.wait_ms(0.50):10.1f} ms from when it was due")
    print(f"  p99                        {flood.wait_ms(0.99):10.1f} ms")
    print(f"  longest                    {flood.wait_ms(1.0):10.1f} ms")
    print(f"  CPU of the service         {flood.cpu_ms:10.3f} ms a post")
    print(f"  CPU of the pushing client  {flood.client_cpu_s / flood.posts * 1e3:10.3f} ms a post")


if __name__ == "__main__":
    main()
