"""Listen for receipts: keep each as it came, then say thank you, and nothing else.

Receipts are not signed. What protects the listener is a path that cannot be guessed; what
protects the books is that a receipt only counts for a task id that we were given ourselves.
"""

import asyncio
import hmac
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from pipeline.core.errors import CampaignInvalid

BODY_BYTES_MAX = 1024 * 1024
TOKEN_CHARS_MIN = 16
READ_S_MAX = 30.0

Store = Callable[[str, bytes], None]
"""Keep a receipt: the last part of its path, and its body. Raising refuses the receipt."""

_SENDER_HINT = re.compile(r"[0-9A-Za-z_-]{0,32}")
_QUIET = logging.getLogger("pipeline.web.receipts.quiet")
_QUIET.disabled = True
_TOKEN = re.compile(r"[0-9A-Za-z_-]+")


class OnEvent(Protocol):
    """Take notice of something that an operator may want to know."""

    def __call__(self, name: str, /, **fields: object) -> None:
        """Receive the event's name and its fields; none holds a number or a secret."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a listener can be reached."""

    host: str
    port: int

    def __str__(self) -> str:
        """Write it as in an address line."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def build_receipts_app(
    token: str,
    store: Store,
    on_event: OnEvent,
    *,
    former_token: str = "",
    read_s_max: float = READ_S_MAX,
) -> web.Application:
    """Build the application that answers POST /{token}/{kind}.

    store is called with the kind (empty when the path names none) and the body as it came,
    before the answer is given; while it raises, the answer is 503, so that the provider may send
    the receipt again. former_token stays good while senders are moved to a new one. A body that
    takes longer than read_s_max seconds to come is given up. Raises CampaignInvalid for a token
    that could be guessed or cannot stand in a path.
    """
    tokens = [_checked(token)]
    if former_token:
        tokens.append(_checked(former_token))
    listener = _Listener(tokens, store, on_event, read_s_max)
    app = web.Application(client_max_size=BODY_BYTES_MAX)
    app.router.add_route("*", "/{path:.*}", listener.handle)
    app.on_response_prepare.append(_hide_server)
    return app


@asynccontextmanager
async def serve_receipts(host: str, port: int, app: web.Application) -> AsyncIterator[Address]:
    """Listen while the block runs; port 0 takes a free one, the address says which.

    Leaving the block answers what is under way and closes. Raises CampaignInvalid when the
    address cannot be listened on.
    """
    # Both logs would write the token; a body must be kept as it came, not inflated.
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=_QUIET,
        auto_decompress=False,
        handle_signals=False,
        shutdown_timeout=5.0,
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise CampaignInvalid(
                f"Receipts cannot be listened for on {host}:{port} ({error.strerror}):"
                " change receipts.listen, or stop what listens there."
            ) from error
        bound = runner.addresses[0]
        yield Address(str(bound[0]), int(bound[1]))
    finally:
        await runner.cleanup()


@dataclass(frozen=True, slots=True)
class _Listener:
    tokens: list[bytes]
    store: Store
    on_event: OnEvent
    read_s_max: float

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request; a stranger's body is not even read."""
        path = request.match_info["path"]
        token, _, rest = path.partition("/")
        if not self._knows(token):
            return web.Response(status=404)
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"})
        try:
            async with asyncio.timeout(self.read_s_max):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        return self._keep(rest.rstrip("/").rpartition("/")[2], body)

    def _knows(self, token: str) -> bool:
        given = token.encode("utf-8", "surrogatepass")
        # Every token is compared, so that the time taken does not tell which one was near.
        known = [hmac.compare_digest(given, one) for one in self.tokens]
        return any(known)

    def _keep(self, kind: str, body: bytes) -> web.Response:
        try:
            self.store(kind if _SENDER_HINT.fullmatch(kind) else "", body)
        except Exception as error:  # noqa: BLE001 - whatever kept it from being stored: not thanked for
            self.on_event("receipts.not_stored", error=type(error).__name__)
            return web.Response(status=503, headers={"Retry-After": "30"})
        return web.json_response({"status": "200", "message": "success"})


def _checked(token: str) -> bytes:
    if len(token) < TOKEN_CHARS_MIN or not _TOKEN.fullmatch(token):
        raise CampaignInvalid(
            f"The receipts' path token needs at least {TOKEN_CHARS_MIN} letters, digits, _ or -;"
            " `openssl rand -hex 16` makes one."
        )
    return token.encode()


async def _hide_server(request: web.Request, response: web.StreamResponse) -> None:
    del request
    response.headers["Server"] = "koosend"
