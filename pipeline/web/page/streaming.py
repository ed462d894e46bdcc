"""Tell an open page when what it shows has changed: it is sent anew, by server-sent events.

Without them, or without scripts, the page asks again by itself; nothing else is lost.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from pipeline.core.errors import KoosendError
from pipeline.web.page.guard import Guard
from pipeline.web.page.room import Room, place_of

LOOK_S = 2.0
STREAMS_MAX = 40
"""Each keeps a connection; beyond them pages ask again by themselves."""

_ALIVE_S = 20.0

Draw = Callable[[], Awaitable[str | None]]
"""Writes the part that changes; None where there is none any more."""


@dataclass(slots=True)
class Streams:
    """The routes that stay open. ended is set when the service is told to stop."""

    room: Room
    guard: Guard
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _open: int = 0

    async def nights(self, request: web.Request) -> web.StreamResponse:
        """Send the list of runs whenever it changes."""

        async def draw() -> str | None:
            shown = await self.room.desk.nights()
            return self.room.part(request, "nights_live.html.j2", shown=shown)

        return await self._stream(request, draw)

    async def run(self, request: web.Request) -> web.StreamResponse:
        """Send a run whenever it changes."""
        place = place_of(request)

        async def draw() -> str | None:
            shown = await self.room.desk.run(place)
            if shown is None:
                return None
            return self.room.part(request, "run_live.html.j2", shown=shown)

        return await self._stream(request, draw)

    async def end(self, app: web.Application) -> None:
        """Let all of them end: the service is told to."""
        del app
        self.ended.set()

    async def _stream(self, request: web.Request, draw: Draw) -> web.StreamResponse:
        if self._open >= STREAMS_MAX or self.ended.is_set():
            return web.Response(status=503, headers={"Retry-After": "30"})
        self._open += 1
        answer = web.StreamResponse(headers={"X-Accel-Buffering": "no"})
        answer.content_type = "text/event-stream"
        try:
            await answer.prepare(request)
            await self._send_while_open(request, answer, draw)
        except (ConnectionError, KoosendError):
            pass  # the reader is gone, or the page asks again and is told why
        finally:
            self._open -= 1
        return answer

    async def _send_while_open(
        self, request: web.Request, answer: web.StreamResponse, draw: Draw
    ) -> None:
        last, quiet_s = "", 0.0
        while not self.ended.is_set() and self.guard.visitor(request) is not None:
            part = await draw()
            if part is None:
                return
            if part != last:
                await answer.write(f"data: {json.dumps(part)}\n\n".encode())
                last, quiet_s = part, 0.0
            elif quiet_s >= _ALIVE_S:
                await answer.write(b": still here\n\n")
                quiet_s = 0.0
            quiet_s += LOOK_S
            try:
                await asyncio.wait_for(self.ended.wait(), LOOK_S)
            except TimeoutError:
                continue
