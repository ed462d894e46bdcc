"""What is done from the page: each act is recorded with who did it before it is done."""

from dataclasses import dataclass

from aiohttp import web

from pipeline.core.errors import KoosendError
from pipeline.language import Words
from pipeline.web.page.room import Room, path_of, place_of, sentence_of, text_of, visitor_of
from pipeline.web.page.shown import Decided, Ordered
from pipeline.web.page.views import Views

_KINDS = ("pause", "resume", "stop", "limit")
_DECISIONS = ("release", "assume_sent", "give_up")
_NAMES_MAX = 2_000
_LIMIT_MAX = 100_000.0
NO_REASON = Words("Say why: the reason is kept, and whoever finds it tomorrow must know it.")
NO_NAMES = Words("Choose at least one request.")
NO_LIMIT = Words("A limit is a number of messages a second, such as 20; 0 takes it off.")
NO_NUMBER = Words("Give a number.")


@dataclass(slots=True)
class Acts:
    """The routes that change something, or show more than a viewer sees."""

    room: Room
    views: Views

    async def order(self, request: web.Request) -> web.StreamResponse:
        """Pause, resume, stop or limit a run."""
        place, who = place_of(request), visitor_of(request).name
        kind, reason = await text_of(request, "kind"), await text_of(request, "reason")
        if kind not in _KINDS:
            return self.room.refuse(request, 400)
        if kind == "stop" and not reason:
            return self.room.lead_back(request, path_of(place), NO_REASON, "bad")
        limit = _number(await text_of(request, "messages_per_s")) if kind == "limit" else 0.0
        if limit is None:
            return self.room.lead_back(request, path_of(place), NO_LIMIT, "bad")
        detail = f"{limit:g}/s {reason}".strip() if kind == "limit" else reason
        await self.room.record(request, kind, place.run, detail)
        wanted = self.room.desk.order(place, Ordered(kind, reason, who, limit))
        return await self.room.done(request, wanted, path_of(place))

    async def ask_about_doubts(self, request: web.Request) -> web.StreamResponse:
        """Say what follows from a decision, and ask once more."""
        place, form = place_of(request), await request.post()
        names = [str(name)[:40] for name in form.getall("name", [])][:_NAMES_MAX]
        decision, reason = await text_of(request, "decision"), await text_of(request, "reason")
        if decision not in _DECISIONS:
            return self.room.refuse(request, 400)
        if not names or not reason:
            said = NO_REASON if names else NO_NAMES
            return self.room.lead_back(request, path_of(place, "/doubts"), said, "bad")
        shown = await self.room.desk.doubts(place)
        if shown is None:
            return self.room.refuse(request, 404)
        chosen = [doubt for doubt in shown.found if doubt.name in names]
        return self.room.draw(
            request,
            "doubts_sure.html.j2",
            shown=shown,
            chosen=chosen,
            decision=decision,
            reason=reason,
            people=sum(doubt.people for doubt in chosen),
            young=sum(not doubt.is_settled for doubt in chosen),
        )

    async def decide(self, request: web.Request) -> web.StreamResponse:
        """Conclude doubts."""
        place, form = place_of(request), await request.post()
        names = [str(name)[:40] for name in form.getall("name", [])][:_NAMES_MAX]
        decision, reason = await text_of(request, "decision"), await text_of(request, "reason")
        if decision not in _DECISIONS or not names or not reason:
            return self.room.refuse(request, 400)
        said = f"{reason}: {', '.join(names[:20])}" + (" ..." if len(names) > 20 else "")  # noqa: PLR2004 -- enough to find them by
        await self.room.record(request, decision, place.run, said)
        decided = Decided(decision, names, reason, visitor_of(request).name)
        wanted = self.room.desk.decide(place, decided)
        return await self.room.done(request, wanted, path_of(place, "/doubts"))

    async def start_rerun(self, request: web.Request) -> web.StreamResponse:
        """Send a rerun."""
        place = place_of(request)
        await self.room.record(request, "rerun", place.run)
        wanted = self.room.desk.start_rerun(place, visitor_of(request).name)
        return await self.room.done(request, wanted, path_of(place))

    async def life(self, request: web.Request) -> web.StreamResponse:
        """Tell the life of a row or a number, which stands in no address and no log."""
        return await self._life(request, whole=False)

    async def life_whole(self, request: web.Request) -> web.StreamResponse:
        """Show the same with whole numbers."""
        return await self._life(request, whole=True)

    async def _life(self, request: web.Request, *, whole: bool) -> web.StreamResponse:
        place, what = place_of(request), await text_of(request, "what", 60)
        await self.room.record(request, "shown_whole" if whole else "looked_up", place.run, what)
        try:
            shown = await self.room.desk.life(place, what, whole=whole)
        except KoosendError as error:
            return self.room.say(request, sentence_of(error, request), 404)
        if shown is None:
            return self.room.refuse(request, 404)
        return self.room.draw(
            request, "life.html.j2", shown=shown, place=place, what=what, whole=whole
        )

    async def look_up(self, request: web.Request) -> web.StreamResponse:
        """Look whether a number stands on the suppression list."""
        return await self._look_up(request, whole=False)

    async def look_up_whole(self, request: web.Request) -> web.StreamResponse:
        """Show the same with whole numbers."""
        return await self._look_up(request, whole=True)

    async def _look_up(self, request: web.Request, *, whole: bool) -> web.StreamResponse:
        folder, number = request.match_info["folder"], await text_of(request, "number", 60)
        path = f"/f/{folder}/list"
        if not number:
            return self.room.lead_back(request, path, NO_NUMBER, "bad")
        act = "shown_whole" if whole else "looked_up"
        await self.room.record(request, act, "list", number)
        try:
            shown = await self.room.desk.listed(folder, number, whole=whole)
        except KoosendError as error:
            return self.room.lead_back(request, path, sentence_of(error, request), "bad")
        if shown is None:
            return self.room.refuse(request, 404)
        return self.room.draw(
            request, "listed.html.j2", shown=shown, folder=folder, asked=number, whole=whole
        )

    async def suppress(self, request: web.Request) -> web.StreamResponse:
        """Put a number on the suppression list."""
        folder, number = request.match_info["folder"], await text_of(request, "number", 60)
        reason, path = await text_of(request, "reason"), f"/f/{folder}/list"
        if not number or not reason:
            said = NO_REASON if number else NO_NUMBER
            return self.room.lead_back(request, path, said, "bad")
        await self.room.record(request, "suppressed", "", f"{number}: {reason}")
        who = visitor_of(request).name
        return await self.room.done(
            request, self.room.desk.suppress(folder, number, reason, who), path
        )

    async def receipts_whole(self, request: web.Request) -> web.StreamResponse:
        """Show the last replies with whole numbers."""
        await self.room.record(request, "shown_whole", "receipts")
        return await self.views.show_receipts(request, whole=True)


def _number(text: str) -> float | None:
    """Read a limit; None for what is none."""
    try:
        found = float(text or "nan")
    except ValueError:
        return None
    return found if 0 <= found <= _LIMIT_MAX else None
