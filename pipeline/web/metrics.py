"""Answer /metrics: to this machine, or to whoever bears the token. It changes nothing."""

import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from pipeline.web.connections import DOOR, Door, Limits
from pipeline.web.listener import hide_server

_LIMITS = Limits(most=32, each=32)
_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Render = Callable[[], Awaitable[bytes]]
"""Write the metrics as they are at this moment, or were a moment ago."""


@dataclass(slots=True)
class MetricsPage:
    """Serve the metrics. Without a token only a name of this machine is answered to.

    token is empty only where nobody else can connect.
    """

    render: Render
    token: str = field(default="", repr=False)

    def app(self) -> web.Application:
        """Build the application."""
        app = web.Application(client_max_size=0)
        app[DOOR] = Door(lambda _: None, _LIMITS)
        app.router.add_get("/metrics", self.show)
        app.on_response_prepare.append(hide_server)
        return app

    async def show(self, request: web.Request) -> web.Response:
        """Answer one scrape."""
        if self.token:
            given = request.headers.get("Authorization", "")
            if not _same(given, f"Bearer {self.token}"):
                return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        elif not _is_here(request.host):
            return web.Response(status=421)  # somebody else's name server made it lead here
        headers = {"Content-Type": _CONTENT_TYPE, "Cache-Control": "no-store"}
        return web.Response(body=await self.render(), headers=headers)


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), known.encode("utf-8", "surrogatepass")
    )


def _is_here(host: str) -> bool:
    """Tell whether a Host header names this machine, by its address or as localhost."""
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    name = name.removeprefix("[").removesuffix("]")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name.casefold() == "localhost"
