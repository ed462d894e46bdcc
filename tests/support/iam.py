"""An identity service that says what a test wants, and a gateway that takes its tokens."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from pipeline.koomessage.transport.calls import GatewayOptions
from pipeline.koomessage.transport.iam import Login, PasswordTokens
from tests.support.answers import TAKEN
from tests.support.raw_server import Received, Respond, raw_server, response

T = TypeVar("T")

LOGIN: Final = Login("shop-robot", 'p@ss 词 "word"', "shop-ltd", "cn-north-4")
TOKEN_REFUSED: Final = b'{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication"}'
START_S: Final = 1_790_000_000.0


@dataclass(slots=True)
class Provider:
    """IAM and the gateway on one address. Tokens are token-1, token-2, ...

    good tells whether the gateway takes a token; life_s is how long IAM says that one lives.
    """

    good: Callable[[str], bool] = lambda _: True
    life_s: int = 86_400
    issued: int = 0
    logins: list[bytes] = field(default_factory=list)
    tokens_seen: list[str] = field(default_factory=list)
    instead: Respond | None = None

    async def respond(self, request: Received, writer: asyncio.StreamWriter) -> None:
        """Answer a login with the next token, and anything else by its token."""
        await asyncio.sleep(0)
        if request.target != "/v3/auth/tokens":
            self.tokens_seen.append(request.headers["x-auth-token"])
            known = self.good(request.headers["x-auth-token"])
            writer.write(response(TAKEN) if known else response(TOKEN_REFUSED, "401 No"))
            return
        self.logins.append(request.body)
        if self.instead is not None:
            await self.instead(request, writer)
            return
        self.issued += 1
        writer.write(given(f"token-{self.issued}", self.life_s))


def given(token: str, life_s: int = 86_400) -> bytes:
    """Return IAM's answer that gives a token."""
    hours, seconds = divmod(life_s, 3600)
    body = {
        "issued_at": "2026-01-01T00:00:00.000000Z",
        "expires_at": f"2026-01-{1 + hours // 24:02d}T{hours % 24:02d}:"
        f"{seconds // 60:02d}:{seconds % 60:02d}.000000Z",
    }
    raw = json.dumps({"token": body}).encode()
    return response(raw, "201 Created", f"X-Subject-Token: {token}")


class Hands:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = START_S

    def now(self) -> float:
        return self.at


def with_tokens(
    provider: Provider, work: Callable[[PasswordTokens, str], Awaitable[T]], hands: Hands
) -> T:
    """Do some work with the tokens of a provider that answers, at its address."""

    async def run() -> T:
        async with raw_server(provider.respond) as server:
            options = GatewayOptions(server.url, connect_s=1.0, read_s=0.3)
            tokens = PasswordTokens(options, LOGIN, hands.now)
            try:
                return await work(tokens, server.url)
            finally:
                await tokens.close()

    return asyncio.run(run())
