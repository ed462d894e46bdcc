"""Sign in with name and password, or with the service's token; and out again."""

from dataclasses import dataclass

from aiohttp import web

from pipeline.language import Words
from pipeline.web.page.guard import (
    BROWSER_COOKIE,
    SESSION_COOKIE,
    VISITOR,
    Guard,
    keep_signed_in,
)
from pipeline.web.page.passwords import PASSWORD_CHARS_MAX
from pipeline.web.page.room import Room, text_of
from pipeline.web.page.visitors import SESSION_S, TOKEN_USER, Attempt, TooMany

WRONG = Words("That name and password do not go together.")
WRONG_TOKEN = Words("That is not this service's token.")
_WAIT_S = 30


@dataclass(slots=True)
class SigningIn:
    """The routes by which somebody becomes a visitor, or none any more."""

    room: Room
    guard: Guard

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Show the form."""
        if request.get(VISITOR) is not None:
            return web.Response(status=303, headers={"Location": "/"})
        return self.room.draw(request, "sign_in.html.j2", back="/", said="")

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Take name and password."""
        try:
            name = await text_of(request, "name", PASSWORD_CHARS_MAX)
            password = str((await request.post()).get("password", ""))[: PASSWORD_CHARS_MAX + 1]
        except (ValueError, LookupError):
            return web.Response(status=400)
        address = self.guard.names.address(request)
        browser = request.cookies.get(BROWSER_COOKIE, "")
        try:
            tokens = await self.guard.visitors.sign_in(Attempt(name, password, address, browser))
        except TooMany:
            return self._too_many(request)
        back = _own_path(await text_of(request, "back"))
        if tokens is None:
            self.room.on_event("page.refused", address=address)
            return self.room.draw(request, "sign_in.html.j2", status=401, back=back, said=WRONG)
        await self.room.note(name, "signed_in", address)
        answer = web.Response(status=303, headers={"Location": back})
        secure = self.guard.names.is_secure(request.host)
        keep_signed_in(answer, tokens, secure=secure, lasts_s=SESSION_S)
        return answer

    async def enter_by_token(self, request: web.Request) -> web.StreamResponse:
        """Take the token out of the address, and what it lets see."""
        if not self.guard.is_own(request):
            # Another site's page may have led here: it must not use up the reader's attempts.
            return self.room.refuse(request, 403)
        address = self.guard.names.address(request)
        try:
            session = self.guard.visitors.session_of_token(request.query.get("token", ""), address)
        except TooMany:
            return self._too_many(request)
        if session is None:
            return self.room.draw(
                request, "sign_in.html.j2", status=401, back="/", said=WRONG_TOKEN
            )
        await self.room.note(TOKEN_USER, "signed_in", address)
        answer = web.Response(status=303, headers={"Location": "/"})
        secure = self.guard.names.is_secure(request.host)
        keep_signed_in(answer, (session, ""), secure=secure, lasts_s=None)
        return answer

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """End the session."""
        visitor = request[VISITOR]
        await self.room.note(visitor.name, "signed_out")
        self.guard.visitors.sign_out(visitor)
        answer = web.Response(status=303, headers={"Location": "/sign-in"})
        answer.del_cookie(SESSION_COOKIE, path="/")
        return answer

    def _too_many(self, request: web.Request) -> web.Response:
        answer = self.room.refuse(request, 429)
        answer.headers["Retry-After"] = str(_WAIT_S)
        return answer


def _own_path(text: str) -> str:
    """Return a path of this page; whatever leads elsewhere leads to the first page."""
    plain = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isascii()
    return text if plain and text.isprintable() else "/"
