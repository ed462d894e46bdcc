"""Show where things stand, on this machine only: one page, written here, that renews itself.

Nobody sees it without its secret. No script runs on it, nothing is fetched from elsewhere, and it
changes nothing but who is logged in.
"""

import base64
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from aiohttp import web

from pipeline.web.access import Pace
from pipeline.web.listener import hide_server

_STYLE = """
:root{color-scheme:light dark;font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;
--page:#f5f6f8;--card:#fff;--ink:#16202e;--soft:#56637a;--line:#dfe4ec;--good:#15803d;
--plain:#5b8c0a;--open:#4d9a6d;--bad:#b91c1c;--fair:#b45309;--calm:#7c8aa0}
@media(prefers-color-scheme:dark){:root{--page:#0f141b;--card:#18202b;--ink:#e8edf4;--soft:#9fadc1;
--line:#2c3746;--good:#3fb56b;--plain:#9ccc4b;--open:#7fcf9f;--bad:#f2736f;--fair:#e8a14a;
--calm:#8695ad}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink)}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem}
h1{font-size:1.4rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:0 0 .75rem}
h3{font-size:1rem;margin:0}p{margin:.4rem 0}
header{margin-bottom:1rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;
padding:1rem 1.1rem;margin:0 0 1rem}
article{padding:.8rem 0;border-top:1px solid var(--line)}
article:first-of-type{border-top:0;padding-top:0}article:last-child{padding-bottom:0}
.soft,dt,thead th{color:var(--soft)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.93rem}
th,td{text-align:left;padding:.35rem 1rem .35rem 0;border-bottom:1px solid var(--line);
white-space:nowrap}
th{white-space:normal}tr:last-child>*{border-bottom:0}tr>:last-child{padding-right:0}
thead tr>*{border-bottom:1px solid var(--line)}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
svg{display:block;width:100%;height:.75rem;border-radius:.25rem;margin:.5rem 0}
.track{fill:var(--line)}.good{fill:var(--good)}.plain{fill:var(--plain)}.open{fill:var(--open)}
.bad{fill:var(--bad)}.fair{fill:var(--fair)}.calm{fill:var(--calm)}
ul{list-style:none;margin:0;padding:0}ul li{padding:.15rem 0}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;font-size:.93rem}
.legend svg{display:inline-block;width:.7rem;height:.7rem;margin:0 .35rem 0 0}
.legend b{font-variant-numeric:tabular-nums}
.warn{border-left:.25rem solid var(--fair);padding:.1rem 0 .1rem .75rem}
code{overflow-wrap:anywhere;font-size:.93em}
button{font:inherit;color:inherit;background:none;border:1px solid var(--line);
border-radius:.4rem;padding:.25rem .8rem;cursor:pointer}
input{font:inherit;max-width:100%}
"""
_LOGIN = (
    '<form method="post" action="/login"><label>Token '
    '<input name="token" type="password" autocomplete="off" required></label> '
    "<button>log in</button></form>"
)
_WHERE = '<p class="soft">koosend serve said where the token is when it began.</p>'
STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
"""What the page's policy allows: this style and no other."""


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run with its books: outcomes as (name, count, tone), in the order to show them.

    A tone is good, plain, open, fair, bad or calm. notes are sentences on how the run stands.
    """

    run: str
    campaign: str
    stage: str
    rows: int
    outcomes: Sequence[tuple[str, int, str]]
    notes: Sequence[str] = ()


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
    last_replies: Sequence[tuple[str, str]]
    odd: Sequence[tuple[str, str]]
    turned_away: Sequence[tuple[str, int]]
    warnings: Sequence[str]


def status_page(shown: Overview) -> str:
    """Write the page."""
    stands = (
        f"<header><h1>koosend: {escape(shown.state)}</h1>"
        f'<p class="soft">As of {escape(shown.at)} (UTC+8). Receipts come to '
        f"<code>{escape(shown.listens)}</code>.</p></header>"
    )
    replies = (
        f'<p>Replies: <b data-figure="replies">{shown.replies:,}</b>, of them '
        f'<b data-figure="opt_outs">{shown.opt_outs:,}</b> opted out.</p>'
    )
    parts = [
        stands,
        *(f'<p class="warn" role="alert">{escape(text)}</p>' for text in shown.warnings),
        _section("Runs", _runs(shown.runs)),
        _section("Receipts", _receipts(shown.receipts) + replies),
        _list("Last replies", shown.last_replies),
        _list("Not understood, kept as they came", shown.odd),
        _section("Turned away", _turned_away(shown.turned_away)),
        '<footer><form method="post" action="/logout"><button>log out</button></form></footer>',
    ]
    return _whole("koosend", parts)


def login_page(*, refused: bool = False) -> str:
    """Write the page that asks for the token."""
    why = '<p class="warn" role="alert">That is not the token.</p>' if refused else ""
    return _whole(
        "koosend: log in",
        [
            "<header><h1>koosend</h1></header>",
            why,
            _section("Log in", f"{_LOGIN}{_WHERE}"),
        ],
    )


def _whole(title: str, parts: Iterable[str]) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>"
    )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _runs(runs: Sequence[RunLine]) -> str:
    return "".join(map(_run, runs)) or "<p>No run yet.</p>"


def _run(one: RunLine) -> str:
    legend = "".join(
        f"<li>{_bar([(1, tone)], 1)}{escape(name)} "
        f'<b data-figure="{escape(one.run)}.{escape(name)}">{count:,}</b></li>'
        for name, count, tone in one.outcomes
    )
    notes = "".join(f'<p class="warn">{escape(note)}</p>' for note in one.notes)
    rows = f'<b data-figure="{escape(one.run)}.rows">{one.rows:,}</b>'
    return (
        f"<article><h3>{escape(one.campaign)} <code>{escape(one.run)}</code></h3>"
        f'<p class="soft">{escape(one.stage)}, {rows} rows</p>'
        f"{_bar([(count, tone) for _, count, tone in one.outcomes], one.rows)}"
        f'<ul class="legend">{legend}</ul>{notes}</article>'
    )


def _bar(parts: Iterable[tuple[int, str]], whole: int) -> str:
    """Draw parts of a whole behind each other; what they say stands beside it as text."""
    before, pieces = 0.0, []
    for count, tone in parts:
        width = 1000 * count / whole if whole else 0.0
        pieces.append(
            f'<rect class="{escape(tone)}" x="{before:.1f}" width="{width:.1f}" height="10"/>'
        )
        before += width
    return (
        '<svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="1000" height="10"/>{"".join(pieces)}</svg>'
    )


def _receipts(lines: Sequence[ReceiptLine]) -> str:
    rows = [
        f"<tr><td>{escape(one.kind)}</td>"
        f'<td class="n" data-figure="receipts.{escape(one.kind)}">{one.count:,}</td>'
        f'<td class="n">{one.recent:,}</td><td class="n">{one.odd:,}</td>'
        f"<td>{escape(one.latest)}</td></tr>"
        for one in lines
    ]
    heading = ("kind", "#kept", "#last minute", "#not understood", "latest")
    return _table(heading, rows, "None has come yet.")


def _turned_away(counts: Sequence[tuple[str, int]]) -> str:
    rows = [f'<tr><td>{escape(why)}</td><td class="n">{n:,}</td></tr>' for why, n in counts]
    return _table(("why", "#requests"), rows, "Nobody.")


def _table(heading: Sequence[str], rows: Sequence[str], empty: str) -> str:
    if not rows:
        return f"<p>{escape(empty)}</p>"
    cells = "".join(
        f'<th scope="col" class="n">{escape(one[1:])}</th>'
        if one.startswith("#")
        else f'<th scope="col">{escape(one)}</th>'
        for one in heading
    )
    body = f"<thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class="scroll"><table>{body}</table></div>'


def _list(title: str, lines: Sequence[tuple[str, str]]) -> str:
    if not lines:
        return ""
    items = "".join(
        f'<li><span class="soft">{escape(at)}</span> <code>{escape(text)}</code></li>'
        for at, text in lines
    )
    return _section(title, f"<ul>{items}</ul>")


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
