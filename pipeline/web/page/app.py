"""Put the page together: every route with the rule that says who may use it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from aiohttp import web

from pipeline.web.connections import DOOR, Door, Limits
from pipeline.web.listener import hide_server
from pipeline.web.page.acting import Acts
from pipeline.web.page.guard import Guard, Handler, Names, Rule, protect
from pipeline.web.page.room import Parts, Room, choose_language
from pipeline.web.page.signing_in import SigningIn
from pipeline.web.page.streaming import Streams
from pipeline.web.page.views import Views
from pipeline.web.page.visitors import Visitors

_FORM_BYTES_MAX = 128 * 1024
_LIMITS = Limits(most=128, each=128)
_STATIC: Mapping[str, str] = {
    "style.css": "text/css",
    "live.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_FOLDER, _RUN = "/f/{folder}", "/f/{folder}/runs/{run}"


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the page and who may use it."""

    method: str
    path: str
    rule: Rule
    handler: Handler


def page_app(parts: Parts, own: Sequence[tuple[str, Handler]] = ()) -> web.Application:
    """Build the application.

    own are further addresses, each with a handler that itself decides who may ask, such as one for
    a monitor's metrics: no session is looked for, and only the Host is checked before.
    """
    names = Names(parts.public_url)
    visitors = Visitors(parts.store, parts.token, parts.clock)
    room = Room(parts.desk, parts.store, parts.clock, parts.on_event, names)
    guard = Guard(visitors, names, room.refuse)
    watching = [guard.only_our_names, choose_language, guard.watch]
    app = web.Application(client_max_size=_FORM_BYTES_MAX, middlewares=watching)
    app[DOOR] = Door(lambda _: None, _LIMITS)
    streams = Streams(room, guard)
    further = [Route("GET", path, Rule.OWN, handler) for path, handler in own]
    for route in (*_routes(room, guard, streams), *further):
        added = app.router.add_route(route.method, route.path, route.handler)
        guard.rules[added.handler] = route.rule
    app.on_response_prepare.append(protect)
    app.on_response_prepare.append(hide_server)
    app.on_shutdown.append(streams.end)
    return app


def _routes(room: Room, guard: Guard, streams: Streams) -> Sequence[Route]:
    signing_in = SigningIn(room, guard)
    views = Views(room)
    acts = Acts(room, views)
    anybody, viewer, operator = Rule.ANYBODY, Rule.VIEWER, Rule.OPERATOR
    return (
        Route("GET", "/sign-in", anybody, signing_in.show),
        Route("POST", "/sign-in", anybody, signing_in.enter),
        Route("GET", "/enter", anybody, signing_in.enter_by_token),
        Route("GET", "/static/{name}", anybody, static),
        Route("POST", "/sign-out", viewer, signing_in.leave),
        Route("GET", "/", viewer, views.nights),
        Route("GET", "/live", viewer, streams.nights),
        Route("GET", f"{_FOLDER}/receipts", viewer, views.receipts),
        Route("GET", f"{_FOLDER}/list", viewer, views.listed),
        Route("GET", _RUN, viewer, views.run),
        Route("GET", f"{_RUN}/live", viewer, streams.run),
        Route("GET", f"{_RUN}/report", viewer, views.report),
        Route("GET", f"{_RUN}/report.html", viewer, views.report_itself),
        Route("GET", f"{_RUN}/doubts", viewer, views.doubts),
        Route("GET", f"{_RUN}/rerun", viewer, views.rerun),
        Route("POST", f"{_RUN}/life", viewer, acts.life),
        Route("POST", f"{_FOLDER}/list", viewer, acts.look_up),
        Route("GET", "/acts", operator, views.acts),
        Route("POST", f"{_RUN}/order", operator, acts.order),
        Route("POST", f"{_RUN}/doubts", operator, acts.ask_about_doubts),
        Route("POST", f"{_RUN}/doubts/decide", operator, acts.decide),
        Route("POST", f"{_RUN}/rerun", operator, acts.start_rerun),
        Route("POST", f"{_RUN}/life/whole", operator, acts.life_whole),
        Route("POST", f"{_FOLDER}/list/whole", operator, acts.look_up_whole),
        Route("POST", f"{_FOLDER}/list/add", operator, acts.suppress),
        Route("POST", f"{_FOLDER}/receipts/whole", operator, acts.receipts_whole),
    )


async def static(request: web.Request) -> web.StreamResponse:
    """Send one of our own files."""
    name = request.match_info["name"]
    if name not in _STATIC:
        return web.Response(status=404)
    body = (resources.files("pipeline.web") / "static" / name).read_bytes()
    answer = web.Response(body=body, content_type=_STATIC[name], charset="utf-8")
    answer.headers["Cache-Control"] = "private, max-age=300"
    return answer
