"""A stranger who opens connections and says nothing, and the receipts that come meanwhile."""

import asyncio
import json
import os
import resource
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from tests.support.command import Desk, command
from tests.support.serving import WAIT_S, waited_for

TOKEN = "0123456789abcdef" * 2
FILES = 256
HALF_OPEN = 300
STRANGER = "127.0.0.2"
PAUSE_S = 0.2
"""Before a connection that was closed is made again."""
POSTS = 300
SLOWEST_MS = 500
BEFORE = 50
SLOWER = 20
"""What a wait may be more, for each millisecond that one takes where nobody attacks: a busy
machine is slow without any attack.
"""
TOLD_MAX = 50
"""Lines, for tens of thousands of connections."""


@contextmanager
def served(desk: Desk) -> Iterator[tuple[str, int]]:
    """Serve with few files, as a daemon has them; yield the receipts' address."""
    with (
        (desk.folder / "said").open("wb") as words,
        subprocess.Popen(
            command("serve", desk.campaign, "--page", "127.0.0.1:0"),
            cwd=desk.folder,
            env={**os.environ, "KOOSEND_RECEIPTS_TOKEN": TOKEN},
            stdout=words,
            stderr=words,
        ) as process,
    ):
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        told = json.loads(waited_for(desk.folder / "state" / "serve.lock", process))
        host, _, port = told["place"].rpartition(":")
        try:
            yield host, int(port)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0


@asynccontextmanager
async def under_attack(place: tuple[str, int]) -> AsyncIterator[None]:
    """Keep so many connections open, each with half a head; one that is closed is made again."""
    begun: asyncio.Queue[None] = asyncio.Queue()

    async def hold_once() -> None:
        reader, writer = await asyncio.open_connection(*place, local_addr=(STRANGER, 0))
        try:
            writer.write(b"POST /")
            begun.put_nowait(None)
            await reader.read()
        finally:
            writer.close()
            await asyncio.sleep(PAUSE_S)

    async def hold() -> None:
        while True:
            with suppress(OSError):
                await hold_once()

    holding = [asyncio.create_task(hold()) for _ in range(HALF_OPEN)]
    for _ in holding:
        await begun.get()
    yield
    for task in holding:
        task.cancel()
    await asyncio.gather(*holding, return_exceptions=True)


async def push(place: tuple[str, int], number: int) -> tuple[int, float]:
    """Push a receipt on a connection of its own; return the status and the wait in ms."""
    body = b'{"number":%d}' % number
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection(*place)
    head = f"POST /{TOKEN}/x HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    line = await reader.readline()
    writer.close()
    return int(line.split()[1]) if line else 0, (time.perf_counter() - began) * 1e3


async def pushed(place: tuple[str, int]) -> tuple[list[float], list[tuple[int, float]]]:
    """Push before the attack and under it; return the waits before, and what came of the rest."""
    before = [wait for _, wait in [await push(place, number) for number in range(BEFORE)]]
    async with under_attack(place):
        return before, [await push(place, BEFORE + number) for number in range(POSTS)]


def said(desk: Desk) -> list[str]:
    return (desk.folder / "state" / "serve.jsonl").read_text(encoding="utf-8").splitlines()


def kept(folder: Path) -> int:
    connection = sqlite3.connect(folder / "state" / "ledger.sqlite3")
    try:
        (count,) = connection.execute("SELECT count(*) FROM receipt").fetchone()
    finally:
        connection.close()
    return int(count)


def test_receipts_are_kept_while_somebody_holds_every_connection_he_can(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write_campaign(extra='\n[receipts]\nlisten = "127.0.0.1:0"\n')
    with served(desk) as place:
        before, found = asyncio.run(pushed(place))
    assert {status for status, _ in found} == {200}
    assert kept(desk.folder) == BEFORE + POSTS
    waits = sorted(wait for _, wait in found)
    assert waits[int(len(waits) * 0.99)] <= SLOWEST_MS + SLOWER * max(before)
    told = Counter(json.loads(line)["event"] for line in said(desk))
    assert told.pop("receipt.stored") <= BEFORE + POSTS
    assert 1 <= told["receipts.refused"] <= TOLD_MAX
    assert told["library.message"] <= TOLD_MAX
    assert "Traceback" not in (desk.folder / "said").read_text(encoding="utf-8")
