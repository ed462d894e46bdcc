"""Listen for receipts: keep each as it came, then say thank you, and nothing else.

Receipts are not signed. What protects the listener is its access control; what protects the books
is that a receipt only counts for a task id that we were given ourselves. KooMessage is not known to
push a second time what was refused, so that only what must be is refused, and each refusal is told.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from pipeline.core.errors import CampaignInvalid
from pipeline.language import Words, filled, system_words
from pipeline.ports import OnEvent
from pipeline.web.access import AccessControl, Verdict
from pipeline.web.connections import DOOR, Door, DoorRunner, Limits

BODY_BYTES_MAX = 8 * 1024 * 1024
READ_S_MAX = 30.0

Store = Callable[[str, bytes], Awaitable[None]]
"""Keep a receipt: the last part of its path, and its body. Raising refuses the receipt."""

_SENDER_HINT = re.compile(r"[0-9A-Za-z_-]{0,32}")
_QUIET = logging.getLogger("pipeline.web.listener.quiet")
_QUIET.disabled = True
_THANKS = b'{"status":"200","message":"success"}'
_TELL_EVERY = 1000
_BACKLOG = 32
"""So many are accepted at once, each a file, before they are counted and any is heard."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a listener can be reached."""

    host: str
    port: int

    def __str__(self) -> str:
        """Write it as in an address line."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(slots=True)
class Listener:
    """Answer POST /{token}/{kind}.

    store is called with the kind (empty when the path names none) and the body as it came,
    before the answer is given; while it raises, the answer is 503, so that the provider may send
    the receipt again. A body that takes longer than read_s_max seconds to come is given up.
    counts tells how many requests were turned away since the listener began, by the reason.
    """

    access: AccessControl
    store: Store
    on_event: OnEvent
    read_s_max: float = READ_S_MAX
    counts: Counter[str] = field(default_factory=Counter)

    def app(self) -> web.Application:
        """Build the application."""
        app = web.Application(client_max_size=BODY_BYTES_MAX)
        app[DOOR] = Door(self._count, Limits(exempt=self.access.proxies))
        app.router.add_route("*", "/{path:.*}", self.handle)
        app.on_response_prepare.append(hide_server)
        return app

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request; a stranger's body is not even read."""
        token, _, rest = request.match_info["path"].partition("/")
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
        verdict = self.access.judge(token, request.remote or "", forwarded)
        match verdict:
            case Verdict.UNKNOWN_TOKEN:
                self.counts[verdict] += 1
                return web.Response(status=404)
            case Verdict.TOO_MANY | Verdict.NOT_ALLOWED:
                return self._refuse(verdict)
            case Verdict.ALLOWED:
                pass
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"})
        try:
            async with asyncio.timeout(self.read_s_max):
                body = await request.read()
        except TimeoutError:
            self._count("cut_short")
            return web.Response(status=408)
        except web.HTTPRequestEntityTooLarge:
            self._count("too_large")
            raise
        return await self._keep(rest.rstrip("/").rpartition("/")[2], body)

    def _refuse(self, verdict: Verdict) -> web.Response:
        self._count(verdict)
        if verdict is Verdict.NOT_ALLOWED:
            return web.Response(status=404)
        return web.Response(status=429, headers={"Retry-After": "1", "Connection": "close"})

    def _count(self, why: str) -> None:
        """Count a refusal, and tell of the first and then of every thousandth."""
        self.counts[why] += 1
        if self.counts[why] % _TELL_EVERY == 1:
            self.on_event("receipts.refused", why=why, refused=self.counts[why])

    async def _keep(self, kind: str, body: bytes) -> web.Response:
        try:
            await self.store(kind if _SENDER_HINT.fullmatch(kind) else "", body)
        except Exception as error:  # noqa: BLE001 - whatever kept it from being stored: not thanked for
            self.counts["not_stored"] += 1
            self.on_event("receipts.not_stored", error=type(error).__name__)
            return web.Response(status=503, headers={"Retry-After": "30"})
        return web.Response(body=_THANKS, content_type="application/json")


@asynccontextmanager
async def serve_app(
    host: str, port: int, app: web.Application, key: str = Words("the address")
) -> AsyncIterator[Address]:
    """Listen while the block runs; port 0 takes a free one, the address says which.

    The application has its door under DOOR. Leaving the block answers what is under way and closes.
    Raises CampaignInvalid, naming the key, when the address cannot be listened on.
    """
    # Both logs would write the token; a body must be kept as it came, not inflated.
    runner = DoorRunner(app, access_log=None, logger=_QUIET, auto_decompress=False)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port, backlog=_BACKLOG).start()
        except OSError as error:
            raise CampaignInvalid(
                filled(
                    "{host}:{port} cannot be listened on ({why}): change {key}, or stop "
                    "what listens there.",
                    host=host,
                    port=str(port),
                    why=system_words(error),
                    key=key,
                ),
                "KS7809",
            ) from error
        bound = runner.addresses[0]
        yield Address(str(bound[0]), int(bound[1]))
    finally:
        await runner.cleanup()


async def hide_server(request: web.Request, response: web.StreamResponse) -> None:
    """Name no version to strangers."""
    del request
    response.headers["Server"] = "koosend"
