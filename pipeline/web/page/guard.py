"""Let nobody in unasked: every route has a rule, and one without a rule is closed.

A request must bear a name of ours (another site's name server may lead a browser here), a change
must come from a form of ours, and whoever asks must be signed in with the role that the rule names.
"""

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import urlsplit

from aiohttp import web

from pipeline.core.times import DAY_S
from pipeline.ports.page import Role
from pipeline.web.access import networks, within
from pipeline.web.page.visitors import TooMany, Visitor, Visitors, is_same

SESSION_COOKIE = "koosend_session"
BROWSER_COOKIE = "koosend_browser"
_BROWSER_S = int(180 * DAY_S)
FORM_FIELD = "form"
_BEARER = "Bearer "
_HERE = networks(["127.0.0.0/8", "::1"])

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self';"
    " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


class Rule(Enum):
    """Who may use a route. OWN: the route itself decides, say by a token of its own."""

    ANYBODY = auto()
    VIEWER = auto()
    OPERATOR = auto()
    OWN = auto()


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Refuse = Callable[[web.Request, int], web.StreamResponse]
"""Draws the page that says why not; 401 asks to sign in."""

VISITOR: web.RequestKey[Visitor] = web.RequestKey("visitor", Visitor)


@dataclass(frozen=True, slots=True)
class Names:
    """The names that the page answers to: this machine's, and the host of public_url.

    public_url is what a proxy of ours in front of the page is called by; empty for none.
    """

    public_url: str = ""

    @property
    def public_host(self) -> str:
        """Return host and port of the public address, as browsers name them."""
        return urlsplit(self.public_url).netloc.casefold()

    def is_ours(self, host: str) -> bool:
        """Tell whether a request names us."""
        return is_this_machine(host) or self._is_public(host)

    def origin(self, host: str) -> str:
        """Return where forms of ours come from, when the page is called by that name."""
        if self._is_public(host):
            parts = urlsplit(self.public_url)
            return f"{parts.scheme}://{parts.netloc}".casefold()
        return f"http://{host}".casefold()

    def is_secure(self, host: str) -> bool:
        """Tell whether the browser speaks https."""
        return self.origin(host).startswith("https://")

    def address(self, request: web.Request) -> str:
        """Return who asks: behind our proxy, whom that names last."""
        peer = request.remote or ""
        if self._is_public(request.host) and within(peer, _HERE):
            hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
            return hops[-1].strip() or peer
        return peer

    def _is_public(self, host: str) -> bool:
        return bool(self.public_url) and host.casefold() == self.public_host


@dataclass(slots=True)
class Guard:
    """Hold each request against the rule of its route."""

    visitors: Visitors
    names: Names
    refuse: Refuse
    rules: dict[object, Rule] = field(default_factory=dict)

    @web.middleware
    async def only_our_names(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse a name that somebody else's name server made lead here."""
        if not self.names.is_ours(request.host):
            return web.Response(status=421)
        return await handler(request)

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse, or hand on to the route with the visitor under VISITOR."""
        rule = self.rules.get(request.match_info.handler)
        if rule is Rule.OWN:
            return await handler(request)
        try:
            visitor = self.visitor(request)
        except TooMany:
            return self.refuse(request, 429)
        if visitor is not None:
            request[VISITOR] = visitor
        if rule is None:
            found = request.match_info.http_exception
            return self.refuse(request, found.status if found and visitor else 404)
        refused = await self._refusal(request, rule, visitor)
        return await handler(request) if refused is None else self.refuse(request, refused)

    def visitor(self, request: web.Request) -> Visitor | None:
        """Return who asks, None for a stranger. Raises TooMany for a monitor that guesses."""
        given = request.headers.get("Authorization", "")
        if given.startswith(_BEARER):
            address = self.names.address(request)
            return self.visitors.by_token(given.removeprefix(_BEARER), address)
        return self.visitors.by_session(request.cookies.get(SESSION_COOKIE, ""))

    def is_own(self, request: web.Request) -> bool:
        """Tell whether a request comes from a page of ours, as far as the browser says."""
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        ours = self.names.origin(request.host)
        return (origin is None or origin.casefold() == ours) and site in ("same-origin", "none")

    async def _refusal(
        self, request: web.Request, rule: Rule, visitor: Visitor | None
    ) -> int | None:
        """Return the status of a refusal; None where the rule is kept."""
        changes = request.method not in {"GET", "HEAD"}
        if changes and not self.is_own(request):
            return 403
        if rule is Rule.ANYBODY:
            return None
        if visitor is None:
            return 401
        if rule is Rule.OPERATOR and visitor.role is not Role.OPERATOR:
            return 403
        if changes:
            return await _form_refusal(request, visitor)
        return None


async def _form_refusal(request: web.Request, visitor: Visitor) -> int | None:
    """Read the form, which the route finds read; it must bring back what was given with it."""
    try:
        given = (await request.post()).get(FORM_FIELD, "")
    except (ValueError, LookupError):
        return 400
    known = bool(visitor.form) and is_same(str(given), visitor.form)
    return None if known else 403


def keep_signed_in(
    answer: web.Response, tokens: tuple[str, str], *, secure: bool, lasts_s: float | None
) -> None:
    """Put a session's token and its browser's, which may be empty, into their cookies."""
    session, browser = tokens
    shared = {"httponly": True, "samesite": "Strict", "path": "/", "secure": secure}
    lasts = None if lasts_s is None else int(lasts_s)
    answer.set_cookie(SESSION_COOKIE, session, max_age=lasts, **shared)  # type: ignore[arg-type]  # a TypedDict would say the same twice
    if browser:
        answer.set_cookie(BROWSER_COOKIE, browser, max_age=_BROWSER_S, **shared)  # type: ignore[arg-type]  # as above


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """Give each answer the headers that protect it, where it has none of its own."""
    del request
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def is_this_machine(host: str) -> bool:
    """Tell whether a request's Host names this machine as its own browsers do."""
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    name = name.removeprefix("[").removesuffix("]")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name.casefold() == "localhost"
