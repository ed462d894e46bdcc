"""The pages that only show."""

import re
from dataclasses import dataclass
from html import unescape

from aiohttp import web

from pipeline.core.errors import KoosendError
from pipeline.core.times import time_in_china
from pipeline.web.page.room import Room, place_of, sentence_of

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ACTS_SHOWN = 200
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"<>]{1,300})">')
_STYLE = re.compile(r"style-src '(sha256-[A-Za-z0-9+/]{43}=)'")
_HEAD_BYTES = 1000


@dataclass(slots=True)
class Views:
    """The routes that show something, and change nothing."""

    room: Room

    async def nights(self, request: web.Request) -> web.StreamResponse:
        """Show the runs by night."""
        before = request.query.get("before", "")
        if not _DATE.fullmatch(before):
            before = ""
        shown = await self.room.desk.nights(before)
        return self.room.draw(request, "nights.html.j2", shown=shown, before=before)

    async def run(self, request: web.Request) -> web.StreamResponse:
        """Show one run."""
        shown = await self.room.desk.run(place_of(request))
        if shown is None:
            return self.room.refuse(request, 404)
        return self.room.draw(request, "run.html.j2", shown=shown)

    async def report(self, request: web.Request) -> web.StreamResponse:
        """Show a run's report within a page of ours."""
        shown = await self.room.desk.run(place_of(request))
        if shown is None:
            return self.room.refuse(request, 404)
        return self.room.draw(request, "report.html.j2", shown=shown)

    async def report_itself(self, request: web.Request) -> web.StreamResponse:
        """Send the report as it was written: by its own policy no script runs, nothing loads."""
        body = await self.room.desk.report(place_of(request))
        if body is None:
            return self.room.refuse(request, 404)
        answer = web.Response(body=body, content_type="text/html", charset="utf-8")
        answer.headers["Content-Security-Policy"] = _policy_of(body)
        answer.headers["X-Frame-Options"] = "SAMEORIGIN"
        return answer

    async def receipts(self, request: web.Request) -> web.StreamResponse:
        """Show what was pushed to a state folder."""
        return await self.show_receipts(request, whole=False)

    async def show_receipts(self, request: web.Request, *, whole: bool) -> web.StreamResponse:
        """Show the same with whole numbers, where that was asked for and recorded."""
        folder = request.match_info["folder"]
        shown = await self.room.desk.receipts(folder, whole=whole)
        if shown is None:
            return self.room.refuse(request, 404)
        return self.room.draw(request, "receipts.html.j2", shown=shown, folder=folder, whole=whole)

    async def doubts(self, request: web.Request) -> web.StreamResponse:
        """List a run's doubts."""
        shown = await self.room.desk.doubts(place_of(request))
        if shown is None:
            return self.room.refuse(request, 404)
        return self.room.draw(request, "doubts.html.j2", shown=shown)

    async def rerun(self, request: web.Request) -> web.StreamResponse:
        """Say what a rerun would send, and what it costs."""
        try:
            shown = await self.room.desk.rerun(place_of(request))
        except KoosendError as error:
            return self.room.say(request, sentence_of(error, request))
        if shown is None:
            return self.room.refuse(request, 404)
        return self.room.draw(request, "rerun.html.j2", shown=shown)

    async def listed(self, request: web.Request) -> web.StreamResponse:
        """Show how many stand on the suppression list."""
        folder = request.match_info["folder"]
        shown = await self.room.desk.listed(folder, "")
        if shown is None:
            return self.room.refuse(request, 404)
        return self.room.draw(
            request, "listed.html.j2", shown=shown, folder=folder, asked="", whole=False
        )

    async def acts(self, request: web.Request) -> web.StreamResponse:
        """List who did what."""
        found = [(time_in_china(act.at), act) for act in self.room.store.acts(_ACTS_SHOWN)]
        return self.room.draw(request, "acts.html.j2", acts=found)


def _policy_of(report: bytes) -> str:
    """Return the policy of a report: its own, held once more, and in a box without scripts."""
    said = _POLICY.search(report[:_HEAD_BYTES].decode(errors="replace"))
    found = _STYLE.search(unescape(said[1])) if said else None
    style = f" style-src '{found[1]}';" if found else ""
    return (
        f"default-src 'none';{style} base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        "sandbox"
    )
