"""Tokens by password from IAM, the provider's identity service (KeystoneCreateUserTokenByPassword).

One request at a time, whoever waits for it. A token is got before it is needed, and once more
when the gateway refuses it. A login that was refused is not tried again: IAM locks those who do.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from pipeline.core.answer import Hindrance, Unanswered
from pipeline.core.times import DAY_S
from pipeline.koomessage.answers import body_of
from pipeline.koomessage.decoding import (
    Unreadable,
    clean,
    items,
    mapping,
    parse,
    seconds_between,
    text,
)
from pipeline.koomessage.transport.calls import Call, Failed, GatewayOptions, Reply
from pipeline.koomessage.transport.credentials import (
    TOKEN_HEADER,
    Credentials,
    Nobody,
    Unready,
    is_token,
)
from pipeline.koomessage.transport.opening import wire_to
from pipeline.koomessage.transport.signing import Request
from pipeline.language import Words, filled

PATH: Final = "/v3/auth/tokens"
DOMAINS_PATH: Final = "/v3/auth/domains"

_LIFE_S: Final = DAY_S
_MARGIN_S_MAX: Final = 600.0
_REST_S: Final = 30.0
_REFRESHES_MAX: Final = 3
_REFRESHES_SPAN_S: Final = 60.0
_CREATED: Final = 201
_REFUSALS: Final = frozenset({400, 401, 403, 404})
_CODE: Final = re.compile(r"(?:IAM|APIGW?)\.")
_SECRET_CHARS_MIN: Final = 4


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks for tokens, of which account (domain), for which project."""

    user: str
    password: str = field(repr=False)
    domain: str
    project: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token, by our clock: ask for the next from renew_at on, useless from expires_at on."""

    value: str = field(repr=False)
    renew_at: float
    expires_at: float


class PasswordTokens:
    """Credentials that get their tokens by password. options say where IAM is.

    on_token is told the seconds that a new token is good for.
    """

    def __init__(
        self,
        options: GatewayOptions,
        login: Login,
        now: Callable[[], float],
        on_token: Callable[[float], None] = lambda _: None,
    ) -> None:
        """Ask for nothing yet."""
        self._login = login
        self._now = now
        self._on_token = on_token
        self._wire = wire_to(options, Nobody(), now)
        self._token: Token | None = None
        self._asking: asyncio.Task[Unready | None] | None = None
        self._asked_at = 0.0
        self._refusal: Unready | None = None
        self._refreshed: deque[float] = deque(maxlen=_REFRESHES_MAX)

    async def ready(self) -> Unready | None:
        """Have a token that is good; say what IAM answered, or that it did not."""
        now, token = self._now(), self._token
        if token is None or now >= token.expires_at:
            return self._refusal or await asyncio.shield(self._ask())
        # The old one serves while the next is fetched, and longer if that fails.
        if now >= token.renew_at and not 0 <= now - self._asked_at < _REST_S and not self._refusal:
            self._ask()
        return None

    def sign(self, request: Request) -> Mapping[str, str]:
        """Show the token; it covers nothing of the request. Without one the answer will be 401."""
        del request
        return {} if self._token is None else {TOKEN_HEADER: self._token.value}

    async def refresh(self, refused: Mapping[str, str]) -> bool:
        """Forget a token that was refused, unless tokens are refused as fast as they are given."""
        if self._token is None or refused.get(TOKEN_HEADER) != self._token.value:
            return True
        now = self._now()
        spent = len(self._refreshed) == _REFRESHES_MAX
        if self._refusal or (spent and 0 <= now - self._refreshed[0] < _REFRESHES_SPAN_S):
            return False
        self._refreshed.append(now)
        self._token = None
        return True

    async def close(self) -> None:
        """Ask no more and release the connection."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait({self._asking})
        await self._wire.close()

    def _ask(self) -> asyncio.Task[Unready | None]:
        if self._asking is None:
            self._asked_at = self._now()
            self._asking = asyncio.ensure_future(self._fetch())
        return self._asking

    async def _fetch(self) -> Unready | None:
        try:
            return self._take(await self._wire.exchange(Call("POST", PATH, body=self._body())))
        finally:
            self._asking = None

    def _take(self, reply: Reply | Failed) -> Unready | None:
        match reply:
            case Failed():
                return Unready(filled("IAM gives no token: {why}", why=reply.why), reply.hindrance)
            case Reply(status=status) if status in _REFUSALS and _is_iams(reply.body):
                why = filled(
                    "IAM refuses the login: HTTP {status} {reply}",
                    status=str(status),
                    reply=self._said(reply),
                ).rstrip()
                self._refusal = Unready(why, Hindrance.CREDENTIALS)
                return self._refusal
            case Reply(status=status) if status != _CREATED:
                why = filled(
                    "IAM gives no token: HTTP {status} {reply}",
                    status=str(status),
                    reply=self._said(reply),
                ).rstrip()
                return Unready(why, Hindrance.UNREACHABLE)
        if not is_token(reply.subject_token) or _is_iams(reply.body):
            return Unready(Words("IAM's answer holds no token"), Hindrance.UNREACHABLE)
        life_s = _life_s(reply.body)
        margin_s = min(_MARGIN_S_MAX, life_s / 10)
        expires_at = self._asked_at + life_s
        self._token = Token(reply.subject_token, expires_at - margin_s, expires_at)
        self._on_token(life_s)
        return None

    def _body(self) -> bytes:
        login = self._login
        domain = {"name": login.domain}
        user = {"name": login.user, "password": login.password, "domain": domain}
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": login.project}}
        return msgspec.json.encode({"auth": {"identity": identity, "scope": scope}})

    def _said(self, reply: Reply) -> str:
        """Return IAM's own words, without what it may repeat of ours."""
        try:
            said = mapping(mapping(parse(reply.body)).get("error")).get("message")
        except Unreadable:
            return ""
        secrets = (self._login.password, self._login.user)
        found = "|".join(
            re.escape(secret) for secret in secrets if len(secret) >= _SECRET_CHARS_MIN
        )
        return clean(re.sub(found, "****", said) if found and isinstance(said, str) else said)


def _is_iams(body: bytes) -> bool:
    """Tell whether a body is an error in IAM's form; a proxy's page refuses no login for good."""
    try:
        said = mapping(parse(body))
    except Unreadable:
        return False
    return bool(mapping(said.get("error"))) or bool(_CODE.match(text(said.get("error_code"))))


def _life_s(body: bytes) -> float:
    """Read how long a token is good for by IAM's own clock; 24 h where it does not say."""
    try:
        token = mapping(mapping(parse(body)).get("token"))
    except Unreadable:
        return _LIFE_S
    return seconds_between(token.get("issued_at"), token.get("expires_at")) or _LIFE_S


async def ask_domain(
    options: GatewayOptions, credentials: Credentials, now: Callable[[], float]
) -> str | Unanswered:
    """Ask IAM, which options name, for the id of the one account that these credentials are of."""
    wire = wire_to(options, credentials, now)
    try:
        body = body_of(await wire.exchange(Call("GET", DOMAINS_PATH)))
    finally:
        await wire.close()
    if isinstance(body, Unanswered):
        return body
    try:
        found = {
            text(domain.get("id")) for domain in items(mapping(parse(body)).get("domains"))
        } - {""}
    except Unreadable as error:
        return Unanswered(str(error))
    if len(found) != 1:
        return Unanswered(filled("IAM names {found} accounts", found=str(len(found))))
    return found.pop()
