"""Bound the connections of a listener, so that who keeps many open keeps nobody else out.

A connection costs a stranger nothing and us a file, of which a process has few. Whoever says
nothing is closed in time, and at once where room is needed for somebody new; a request under way
is never cut short for another.
"""

import asyncio
import resource
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from aiohttp import web

from pipeline.web.access import Network, within

CONNECTIONS_MAX = 1_000
EACH_MAX = 200
"""Of one address, unless it is a proxy of ours, which stands for many."""

HEAD_S_MAX = 10.0
"""From when a connection is made until its first request's head has come."""

_FILES_SPARED = 112
"""Of those a process may open, for what is accepted at once, the ledger and the page."""

_LEAST = 16
_SHUTDOWN_S = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections are held: in all, and for each address that is not in exempt.

    Both are less where the process may open few files; no address has more than half of all.
    head_s is how long the first head of each may take, in seconds.
    """

    most: int = CONNECTIONS_MAX
    each: int = EACH_MAX
    exempt: Sequence[Network] = ()
    head_s: float = HEAD_S_MAX


@dataclass(slots=True, eq=False)
class _Held:
    """A connection: whether a request is under way, and whether one ever came."""

    transport: asyncio.Transport
    address: str
    deadline: asyncio.TimerHandle
    is_busy: bool = False
    was_heard: bool = False


@dataclass(slots=True)
class Door:
    """Decide which connections are held; on_closed is called for each closed to make room or late.

    Its argument is the reason: "too_many_connections", "made_room" or "silent".
    """

    on_closed: Callable[[str], None]
    limits: Limits = field(default_factory=Limits)
    _held: dict[asyncio.BaseTransport, _Held] = field(default_factory=dict)
    _of_address: dict[str, dict[_Held, None]] = field(default_factory=dict)

    def admit(self, transport: asyncio.Transport) -> None:
        """Hold a connection, or close it where there is no room and none can be made."""
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if peer else ""
        if not self._has_room(address):
            self._close(transport, "too_many_connections")
            return
        late = asyncio.get_running_loop().call_later(self.limits.head_s, self._late, transport)
        held = _Held(transport, address, late)
        self._held[transport] = held
        self._of_address.setdefault(address, {})[held] = None

    def forget(self, transport: asyncio.BaseTransport) -> None:
        """Take notice that a connection is gone."""
        held = self._held.pop(transport, None)
        if held is None:
            return
        held.deadline.cancel()
        mine = self._of_address[held.address]
        del mine[held]
        if not mine:
            del self._of_address[held.address]

    @web.middleware
    async def watch(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Know which connections have a request under way."""
        held = self._held.get(request.transport) if request.transport else None
        if held is None:
            return await handler(request)
        held.deadline.cancel()
        held.is_busy = held.was_heard = True
        try:
            return await handler(request)
        finally:
            held.is_busy = False

    def _has_room(self, address: str) -> bool:
        """Tell whether one more may come; first an address makes room among its own."""
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = min(self.limits.most, max(_LEAST, files - _FILES_SPARED))
        each = most if within(address, self.limits.exempt) else min(self.limits.each, most // 2)
        mine = self._of_address.get(address, {})
        if len(mine) >= each:
            return self._make_room(mine)
        return len(self._held) < most or self._make_room(self._held.values())

    def _make_room(self, among: Iterable[_Held]) -> bool:
        """Close the oldest that never said anything, or else the oldest that rests."""
        idle = [held for held in among if not held.is_busy]
        if not idle:
            return False
        chosen = next((held for held in idle if not held.was_heard), idle[0])
        self._close(chosen.transport, "made_room")
        return True

    def _late(self, transport: asyncio.Transport) -> None:
        self._close(transport, "silent")

    def _close(self, transport: asyncio.Transport, why: str) -> None:
        self.forget(transport)  # the room is free now, not when the loop comes to it
        transport.abort()
        self.on_closed(why)


DOOR: web.AppKey[Door] = web.AppKey("door")


class DoorRunner(web.AppRunner):
    """Run an application behind its door; its options are those of the connections' handler."""

    def __init__(self, app: web.Application, **options: Any) -> None:  # noqa: ANN401 -- passed on
        """Take an application that is not frozen yet."""
        super().__init__(app, handle_signals=False, shutdown_timeout=_SHUTDOWN_S, **options)
        app.middlewares.insert(0, app[DOOR].watch)
        self._options = options

    async def _make_server(self) -> web.Server:
        return _Server(await super()._make_server(), self.app[DOOR], self._options)


class _Server(web.Server):
    def __init__(self, made: web.Server, door: Door, options: Mapping[str, Any]) -> None:
        super().__init__(made.request_handler, request_factory=made.request_factory)
        self._door = door
        self._options = options

    def __call__(self) -> web.RequestHandler:
        return _Protocol(self, self._door, self._options)


class _Protocol(web.RequestHandler):
    __slots__ = ("_door",)

    def __init__(self, server: web.Server, door: Door, options: Mapping[str, Any]) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._door.admit(cast("asyncio.Transport", transport))

    def connection_lost(self, exc: BaseException | None) -> None:
        if self.transport is not None:
            self._door.forget(self.transport)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP with a number alone; the library would name itself."""
        super().handle_error(request, status, exc, message)
        answer = web.Response(status=status, headers={"Server": "koosend"})
        answer.force_close()
        return answer
