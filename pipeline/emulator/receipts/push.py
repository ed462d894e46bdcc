"""Push receipts to whoever registered for them: in order and once, unless modes say otherwise.

What the receiver answers is ignored, as documented. Only loopback addresses are pushed to: the
numbers of a rehearsal are often real.
"""

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from urllib.parse import urlencode, urlsplit

import aiohttp
import msgspec

from pipeline.emulator.http.fields import JsonObject
from pipeline.emulator.receipts.bodies import posts
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.outbox import Outbox
from pipeline.emulator.state.replies import Form
from pipeline.emulator.state.tasks import Product


@asynccontextmanager
async def pushing(emulation: Emulation, *, hold_s: float) -> AsyncIterator[None]:
    """Push receipts while the context lasts, after holding them for a moment."""
    timeout = aiohttp.ClientTimeout(total=emulation.world.receipts.push_timeout_s)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(
            aiohttp.ClientSession(trust_env=False, timeout=timeout)
        )
        pushers = [
            asyncio.create_task(_Pusher(emulation, owner, session).run(hold_s))
            for owner in emulation.outboxes
        ]
        try:
            yield
        finally:
            for pusher in pushers:
                pusher.cancel()
            await asyncio.gather(*pushers, return_exceptions=True)


async def receipts_out(emulation: Emulation) -> None:
    """Wait until every receipt that is due was pushed, no longer than one push may take."""
    now_s = emulation.clock.now_s()
    for outbox in emulation.outboxes.values():
        next_s = outbox.next_s()
        if next_s is not None and next_s <= now_s:
            outbox.settled.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(
                    outbox.settled.wait(), emulation.world.receipts.push_timeout_s
                )


class _Pusher:
    def __init__(
        self, emulation: Emulation, owner: Product, session: aiohttp.ClientSession
    ) -> None:
        self._emulation = emulation
        self._owner = owner
        self._session = session
        self._outbox: Outbox = emulation.outboxes[owner]

    async def run(self, hold_s: float) -> None:
        if self._outbox.is_open:
            await asyncio.sleep(hold_s)
        while True:
            if not await self._push_some():
                self._outbox.settled.set()
                await self._wait()

    async def _push_some(self) -> bool:
        """Push what is due and tell whether there was anything."""
        emulation, outbox, owner = self._emulation, self._outbox, self._owner
        now_s = emulation.clock.now_s()
        most = emulation.world.receipts.reports_per_push
        letters = [outbox.letters.popleft() for _ in range(len(outbox.letters))]
        receipts = outbox.take(now_s, most)
        released = outbox.take_held(now_s, most)
        sifted = emulation.receipt_faults.sift(receipts)
        for wait_s, receipt in sifted.held:
            outbox.hold(now_s + wait_s, receipt)
        for url, body in letters:
            await self._post(url, body)
        for batch in (sifted.now, released):
            for url, body in posts(emulation, owner, batch):
                await self._post(url, body)
        for url, body in posts(emulation, owner, sifted.again, again=True):
            await self._post(url, body)
        if receipts:
            # Without the mark a restart pushes these again, which receivers must bear anyway.
            with suppress(OSError):
                emulation.pushed(owner, receipts[-1].due_s)
        return bool(letters or receipts or released)

    async def _wait(self) -> None:
        self._outbox.changed.clear()
        next_s = self._outbox.next_s()
        left_s = None if next_s is None else max(next_s - self._emulation.clock.now_s(), 0.0)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._outbox.changed.wait(), left_s)

    async def _post(self, url: str, body: JsonObject) -> None:
        if not is_loopback(url):
            return
        if isinstance(body, Form):
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            data = urlencode(body).encode()
        else:
            headers = {"Content-Type": "application/json;charset=UTF-8"}
            data = msgspec.json.encode(body)
        with suppress(aiohttp.ClientError, TimeoutError, OSError, ValueError):
            async with self._session.post(
                url, data=data, headers=headers, allow_redirects=False
            ) as answer:
                await answer.release()


def is_loopback(url: str) -> bool:
    """Tell whether an address is on this machine, without asking any name server."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
