"""Show where things stand, on this machine only: one page, written here, that renews itself.

Nobody sees it without its secret. No script runs on it, nothing is fetched from elsewhere, and it
changes nothing but who is logged in.
"""

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from pipeline.web.door import Pace
from pipeline.web.markup import STYLE_HASH, Overview, login_page, status_page
from pipeline.web.receipts import hide_server

REFRESH_S = 5
_COOKIE = "koosend_page"
_LOGINS_PER_S = 0.2
_LOGINS_BURST = 10.0
_LOGIN_BYTES_MAX = 4096
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Look = Callable[[], Awaitable[Overview]]
"""Say where things stand at this moment."""


@dataclass(slots=True)
class StatusPage:
    """Serve the page to whoever knows its token; look is asked for each view.

    now tells seconds that never go back, for the pace of logins.
    """

    token: str
    look: Look
    now: Callable[[], float]
    session: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    logins: Pace = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nobody logged in."""
        self.logins = Pace(_LOGINS_PER_S, _LOGINS_BURST, self.now)

    def app(self) -> web.Application:
        """Build the application."""
        app = web.Application(client_max_size=_LOGIN_BYTES_MAX, middlewares=[_only_this_host])
        app.router.add_get("/", self.show)
        app.router.add_post("/login", self.log_in)
        app.router.add_post("/logout", self.log_out)
        app.on_response_prepare.append(_protect)
        app.on_response_prepare.append(hide_server)
        return app

    async def show(self, request: web.Request) -> web.Response:
        """Show the page, or ask for the token; one in the address is taken, and out of it."""
        given = request.query.get("token")
        if given is not None:
            return self._enter(request, given)
        if not self._knows(request):
            return web.Response(text=login_page(), content_type="text/html", status=401)
        body = status_page(await self.look())
        return web.Response(
            text=body, content_type="text/html", headers={"Refresh": str(REFRESH_S)}
        )

    async def log_in(self, request: web.Request) -> web.Response:
        """Take the token of the form."""
        if not _is_own(request):
            return web.Response(status=403)
        form = await request.post()
        return self._enter(request, str(form.get("token", "")))

    async def log_out(self, request: web.Request) -> web.Response:
        """Forget everybody."""
        if not _is_own(request) or not self._knows(request):
            return web.Response(status=403)
        self.session = secrets.token_urlsafe(24)
        return web.Response(status=303, headers={"Location": "/"})

    def _enter(self, request: web.Request, token: str) -> web.Response:
        if not self.logins.take(request.remote or ""):
            return web.Response(status=429, headers={"Retry-After": "5"})
        if not _same(token, self.token):
            return web.Response(text=login_page(refused=True), content_type="text/html", status=401)
        self.logins.forget(request.remote or "")
        answer = web.Response(status=303, headers={"Location": "/"})
        answer.set_cookie(_COOKIE, self.session, httponly=True, samesite="Strict", path="/")
        return answer

    def _knows(self, request: web.Request) -> bool:
        return _same(request.cookies.get(_COOKIE, ""), self.session)


@web.middleware
async def _only_this_host(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse a name that somebody else's name server made lead here."""
    if not _is_here(request.host):
        return web.Response(status=421)
    return await handler(request)


def _is_here(host: str) -> bool:
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    name = name.removeprefix("[").removesuffix("]")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name.casefold() == "localhost"


def _is_own(request: web.Request) -> bool:
    """Tell whether a form was sent from this page, as far as the browser says."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return origin in (None, f"http://{request.host}") and site in ("same-origin", "none")


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), known.encode("utf-8", "surrogatepass")
    )


async def _protect(request: web.Request, response: web.StreamResponse) -> None:
    del request
    response.headers.update(_HEADERS)
