"""Show where things stand, on this machine only: one page, written here, that renews itself.

Nobody sees it without its secret. No script runs on it, nothing is fetched from elsewhere, and it
changes nothing but who is logged in.
"""

import base64
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.core.text import visible
from pipeline.web.access import Pace
from pipeline.web.connections import DOOR, Door, Limits
from pipeline.web.listener import hide_server

_STYLE = (resources.files("pipeline.web") / "templates" / "style.css").read_text("utf-8")
STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
"""What the page's policy allows: this style and no other."""


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run with its books: outcomes as (name, count, tone), in the order to show them.

    A tone is good, plain, open, fair, bad or calm. sentence says how many were sent to, notes how
    the run stands. mark is what must be said first of it, empty for the real thing.
    """

    run: str
    campaign: str
    stage: str
    rows: int
    outcomes: Sequence[tuple[str, int, str]]
    notes: Sequence[str] = ()
    mark: str = ""
    sentence: str = ""

    @property
    def parts(self) -> Sequence[tuple[str, int]]:
        """Return the outcomes' tones with their counts, as a bar shows them."""
        return [(tone, count) for _, count, tone in self.outcomes]


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """Receipts of one kind: in all, in the last minute, not wholly understood, and the latest."""

    kind: str
    count: int
    recent: int
    odd: int
    latest: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the page shows. No text in it holds a number or a secret unmasked.

    odd and replies are lists of (when, text), the latest first; warnings are whole sentences.
    """

    state: str
    at: str
    listens: str
    runs: Sequence[RunLine]
    receipts: Sequence[ReceiptLine]
    replies: int
    opt_outs: int
    unclear: int
    last_replies: Sequence[tuple[str, str]]
    odd: Sequence[tuple[str, str]]
    turned_away: Sequence[tuple[str, int]]
    warnings: Sequence[str]

    @property
    def marks(self) -> Sequence[str]:
        """Return what must be said first of the runs that are shown, each once."""
        return tuple(dict.fromkeys(run.mark for run in self.runs if run.mark))


def status_page(shown: Overview) -> str:
    """Write the page."""
    title = ": ".join((*shown.marks, "koosend"))
    return _pages().get_template("status.html.j2").render(title=title, shown=shown)


def login_page(*, refused: bool = False) -> str:
    """Write the page that asks for the token."""
    template = _pages().get_template("login.html.j2")
    return template.render(title="koosend: log in", refused=refused)


@cache
def _pages() -> Environment:
    """Return what draws the pages: it escapes whatever is put in."""
    found = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        loader=PackageLoader("pipeline.web"),
        trim_blocks=True,
    )
    found.globals.update(style=Markup(_STYLE))  # noqa: S704 -- a file of ours
    found.filters.update(count=lambda number: f"{number:,}")
    return found


def _shown(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


REFRESH_S = 5
_COOKIE = "koosend_page"
_LOGINS_PER_S = 0.2
_LOGINS_BURST = 10.0
_LOGIN_BYTES_MAX = 4096
_LIMITS = Limits(most=32, each=32)
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
        app[DOOR] = Door(lambda _: None, _LIMITS)
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
            # Another site's page may have led here: it must not use up the operator's attempts.
            return self._enter(request, given) if _is_own(request) else web.Response(status=403)
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
        try:
            form = await request.post()
        except (ValueError, LookupError):
            return web.Response(status=400)
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
