"""Know who asks: by a session, which survives a restart, or by the service's own token.

A session is a random token in a cookie; its digest is kept. Whoever is signed in by the service's
token, a monitor, only looks.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.core.text import visible
from pipeline.ports import Clock
from pipeline.ports.page import PageStore, Role
from pipeline.web.access import Pace
from pipeline.web.page.passwords import NOBODY, PASSWORD_CHARS_MAX, is_right

SESSION_S = 12 * 3600.0
"""How long somebody stays signed in."""

TOKEN_USER = "token"  # noqa: S105 -- whom the service's token stands for
"""No user is called so."""

_CHECKS_AT_ONCE = 2
"""Each takes 32 MiB of memory and some tenths of a second."""

_ADDRESS_PER_S, _ADDRESS_BURST = 0.2, 10.0
_USER_PER_S, _USER_BURST = 1 / 30, 10.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in. form is what each form of theirs must bring back."""

    name: str
    role: Role
    form: str = field(default="", repr=False)
    session: bytes = field(default=b"", repr=False)

    @property
    def is_operator(self) -> bool:
        """Tell whether they may act."""
        return self.role is Role.OPERATOR


class TooMany(Exception):
    """Say that too many have tried to sign in, so that this one was not even looked at."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sign in: from where, by which browser's cookie (empty: it has none)."""

    user: str
    password: str = field(repr=False)
    address: str = ""
    browser: str = field(default="", repr=False)


class Visitors:
    """Sign people in and out. token is the service's own, clock tells when sessions end.

    Guesses are slowed down for each address and for each user. A browser from which a user once
    signed in has attempts of its own, so that nobody keeps a user out by guessing.
    """

    def __init__(self, store: PageStore, token: str, clock: Clock) -> None:
        """Take the store of users."""
        self.store = store
        self._token = token
        self._clock = clock
        self._checks = asyncio.Semaphore(_CHECKS_AT_ONCE)
        self._of_token = secrets.token_urlsafe(32)
        now: Callable[[], float] = clock.monotonic
        self._addresses = Pace(_ADDRESS_PER_S, _ADDRESS_BURST, now)
        self._users = Pace(_USER_PER_S, _USER_BURST, now)
        self._browsers = Pace(_USER_PER_S, _USER_BURST, now)

    def by_session(self, token: str) -> Visitor | None:
        """Return who is signed in by the cookie of a session."""
        if not token:
            return None
        if is_same(token, self._of_token):
            return Visitor(TOKEN_USER, Role.VIEWER, _form_of(token))
        digest = digest_of(token)
        user = self.store.session_user(digest, self._clock.now())
        return None if user is None else Visitor(user.name, user.role, _form_of(token), digest)

    def by_token(self, token: str, address: str) -> Visitor | None:
        """Return the monitor that brings the service's token. Raises TooMany."""
        if is_same(token, self._token):
            return Visitor(TOKEN_USER, Role.VIEWER)
        if not self._addresses.take(address):
            raise TooMany
        return None

    def session_of_token(self, token: str, address: str) -> str | None:
        """Exchange the service's token for a session's, None for a wrong one. Raises TooMany.

        It ends with the service, as its token does.
        """
        if not self._addresses.take(address):
            raise TooMany
        if not is_same(token, self._token):
            return None
        self._addresses.forget(address)
        return self._of_token

    async def sign_in(self, attempt: Attempt) -> tuple[str, str] | None:
        """Return the tokens of a new session and of its browser; None for a wrong password.

        Raises TooMany.
        """
        name = attempt.user[:PASSWORD_CHARS_MAX]
        known = bool(attempt.browser) and self.store.is_known_browser(
            digest_of(attempt.browser), name
        )
        self._count(attempt, name, known=known)
        user = self.store.user(name)
        async with self._checks:
            secret = user.secret if user else NOBODY
            right = await asyncio.to_thread(is_right, attempt.password, secret)
        if user is None or not right:
            return None
        self._addresses.forget(attempt.address)
        self._users.forget(name)
        return await asyncio.to_thread(self._begin, name, attempt.browser if known else "")

    def sign_out(self, visitor: Visitor) -> None:
        """End a session; of the service's token, all that it began."""
        if visitor.name == TOKEN_USER:
            self._of_token = secrets.token_urlsafe(32)
        elif visitor.session:
            self.store.end_session(visitor.session)

    def _count(self, attempt: Attempt, name: str, *, known: bool) -> None:
        if known:
            granted = self._browsers.take(attempt.browser)
        else:
            granted = self._addresses.take(attempt.address) and self._users.take(name)
        if not granted:
            raise TooMany

    def _begin(self, name: str, browser: str) -> tuple[str, str]:
        session, now = secrets.token_urlsafe(32), self._clock.now()
        browser = browser or secrets.token_urlsafe(32)
        self.store.begin_session(digest_of(session), name, now + SESSION_S, now)
        self.store.know_browser(digest_of(browser), name, now)
        return session, browser


def digest_of(token: str) -> bytes:
    """Return what is kept of a random token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def is_same(given: str, known: str) -> bool:
    """Compare in a time that does not tell where two texts differ."""
    return hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), known.encode("utf-8", "surrogatepass")
    )


def is_name(text: str) -> bool:
    """Tell whether a user may be called so: 1 to 40 letters, digits, dots, dashes, underlines."""
    plain = text.replace(".", "").replace("-", "").replace("_", "")
    return len(text) <= 40 and plain.isalnum() and visible(text) == text and text != TOKEN_USER  # noqa: PLR2004 -- says it


def _form_of(session: str) -> str:
    """Derive what a session's forms bring back: another site knows neither."""
    return hmac.new(session.encode(), b"form", hashlib.sha256).hexdigest()
