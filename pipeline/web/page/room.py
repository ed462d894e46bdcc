"""What all routes of the page share: who finds out, who asks, in which language, what was done."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from pipeline.core.errors import KoosendError
from pipeline.core.phones import mask_in
from pipeline.core.times import DAY_S
from pipeline.language import Language
from pipeline.ports import Clock, OnEvent
from pipeline.ports.page import PageAct, PageStore
from pipeline.web.page.drawing import drawn, reader_language
from pipeline.web.page.guard import VISITOR, Names
from pipeline.web.page.shown import Desk, RunPlace, Said
from pipeline.web.page.visitors import Visitor

LANGUAGE_COOKIE = "koosend_language"
_YEAR_S = int(365 * DAY_S)
_NEWS_MAX = 200

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the page works with: token is the service's own, the way in for monitors.

    public_url is how a proxy in front of it is called, empty for none.
    """

    desk: Desk
    store: PageStore
    clock: Clock
    on_event: OnEvent
    token: str = field(repr=False)
    public_url: str = ""


@dataclass(slots=True)
class Room:
    """Draw pages for whoever asks, and take note of what they do."""

    desk: Desk
    store: PageStore
    clock: Clock
    on_event: OnEvent
    names: Names
    _news: dict[bytes, tuple[str, Said]] = field(default_factory=dict)

    def draw(
        self, request: web.Request, template: str, *, status: int = 200, **values: object
    ) -> web.Response:
        """Answer with a page."""
        visitor = request.get(VISITOR)
        text = drawn(
            template,
            language_of(request),
            visitor=visitor,
            form=visitor.form if visitor else "",
            folders=self.desk.folders() if visitor else (),
            path=request.path,
            here=shown_at(request),
            kept=_kept(request),
            news=self._news.pop(visitor.session, None) if visitor else None,
            **values,
        )
        return web.Response(text=text, content_type="text/html", status=status)

    def part(self, request: web.Request, template: str, **values: object) -> str:
        """Write a part of a page, as it is sent when something has changed."""
        visitor = request[VISITOR]
        return drawn(template, language_of(request), visitor=visitor, form=visitor.form, **values)

    def refuse(self, request: web.Request, status: int) -> web.Response:
        """Say why not; who is not signed in is asked to."""
        if status == web.HTTPUnauthorized.status_code:
            back = request.path if request.method == "GET" else "/"
            return self.draw(request, "sign_in.html.j2", status=status, back=back, said="")
        return self.draw(request, "refused.html.j2", status=status, status_code=status, why="")

    def say(self, request: web.Request, why: Said, status: int = 409) -> web.Response:
        """Answer with one sentence on what keeps it from being done."""
        return self.draw(request, "refused.html.j2", status=status, status_code=status, why=why)

    def lead_back(self, request: web.Request, path: str, said: Said, tone: str) -> web.Response:
        """Send the browser on after a change; the next page says what came of it."""
        if len(self._news) > _NEWS_MAX:
            self._news.clear()
        self._news[request[VISITOR].session] = (tone, said)
        return web.Response(status=303, headers={"Location": path})

    async def record(self, request: web.Request, what: str, about: str, detail: str = "") -> None:
        """Take note of what somebody does, before it is done."""
        await self.note(request[VISITOR].name, what, about, detail)

    async def note(self, who: str, what: str, about: str = "", detail: str = "") -> None:
        """Take note for somebody named; no number is whole in it."""
        act = PageAct(self.clock.now(), mask_in(who), what, mask_in(about), mask_in(detail))
        await asyncio.to_thread(self.store.record, act)
        self.on_event("page.acted", who=act.who, what=what, about=act.about, detail=act.detail)

    async def done(
        self, request: web.Request, wanted: Awaitable[Said], path: str
    ) -> web.StreamResponse:
        """Do what an operator wants, which is recorded by now, and lead back to a page."""
        try:
            said = await wanted
        except KoosendError as error:
            await self.record(request, "refused", path, str(error))
            return self.lead_back(request, path, sentence_of(error, request), "bad")
        return self.lead_back(request, path, said, "good")


def shown_at(request: web.Request) -> str:
    """Return an address that shows the page, or whose page has the form that led here."""
    if request.method == "GET":
        return request.path if request.match_info.http_exception is None else "/"
    named = request.match_info
    if "run" in named:
        return path_of(place_of(request))
    if "folder" not in named:
        return "/"
    return f"/f/{named['folder']}/{'receipts' if '/receipts' in request.path else 'list'}"


def _kept(request: web.Request) -> str:
    """Return what of an address's query is kept when another language is chosen."""
    before = request.query.get("before", "")
    return f"before={before}" if before.replace("-", "").isdigit() else ""


def place_of(request: web.Request) -> RunPlace:
    """Return the run that an address names."""
    return RunPlace(request.match_info["folder"], request.match_info["run"])


def path_of(place: RunPlace, rest: str = "") -> str:
    """Return the address of a run's page."""
    return f"/f/{place.folder}/runs/{place.run}{rest}"


def visitor_of(request: web.Request) -> Visitor:
    """Return who asks; a route without a rule that names somebody has nobody to ask for."""
    return request[VISITOR]


def language_of(request: web.Request) -> Language:
    """Return the reader's language."""
    accepted = request.headers.get("Accept-Language", "")
    return reader_language(request.cookies.get(LANGUAGE_COOKIE, ""), accepted)


def sentence_of(error: KoosendError, request: web.Request) -> str:
    """Say in the reader's language what keeps something from being done; no number is whole."""
    return mask_in(error.text.of(language_of(request)))


@web.middleware
async def choose_language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep the language that a link of ours asks for, and take it out of the address."""
    chosen = request.query.get("lang", "")
    if request.method != "GET" or chosen not in set(Language):
        return await handler(request)
    # Two slashes at its beginning would lead to another host.
    path = "/" + request.path.lstrip("/\\")
    if kept := _kept(request):
        path += f"?{kept}"
    answer = web.Response(status=303, headers={"Location": path})
    answer.set_cookie(
        LANGUAGE_COOKIE, chosen, max_age=_YEAR_S, path="/", samesite="Strict", httponly=True
    )
    return answer


async def text_of(request: web.Request, name: str, chars_max: int = 200) -> str:
    """Return a field of the form that was sent, cut where it is too long; empty without it."""
    return str((await request.post()).get(name, ""))[:chars_max].strip()
