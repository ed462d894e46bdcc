"""A token does not grow old with its request: what was meant long ago only we keep back."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from pipeline.core.answer import Accepted, Answer, Hindrance, Throttled
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.calls import STALE_S
from pipeline.koomessage.transport.credentials import FixedToken
from pipeline.koomessage.transport.iam import PasswordTokens
from pipeline.koomessage.transport.signing import Request
from tests.support.answers import TAKEN, says
from tests.support.iam import Hands, Provider, given, with_tokens
from tests.support.koomessage import AIM_MESSAGE, NAME, options, recipients
from tests.support.raw_server import Received, Respond, raw_server, response

PAUSES = pytest.mark.parametrize(
    ("pause_s", "leaves"),
    [(10.0, True), (STALE_S + 1, False), (-STALE_S - 1, False), (86_400.0, False)],
)


class PausesAfterSigning(FixedToken):
    """A token of a process that is stopped once it has signed, and wakes up later."""

    def __init__(self, pause: Callable[[], None]) -> None:
        super().__init__("token-0")
        self._pause = pause

    def sign(self, request: Request) -> Mapping[str, str]:
        signed = super().sign(request)
        self._pause()
        return signed


def pausing(hands: Hands, pause_s: float) -> Callable[[], None]:
    def pause() -> None:
        hands.at += pause_s

    return pause


def is_kept_back(answer: Answer) -> bool:
    return (
        isinstance(answer, Throttled)
        and answer.hindrance is Hindrance.UNREACHABLE
        and "too far from now" in answer.message
    )


@PAUSES
def test_a_process_that_stood_still_after_signing_sends_only_what_is_still_meant(
    pause_s: float, *, leaves: bool
) -> None:
    hands = Hands()

    async def run() -> tuple[Answer, int]:
        async with raw_server(says(response(TAKEN))) as server:
            gateway = KooMessageGateway(
                options(server.url),
                credentials=PausesAfterSigning(pausing(hands, pause_s)),
                now=hands.now,
            )
            prepared = gateway.prepare(AIM_MESSAGE, NAME, recipients(1))
            answer = await gateway.submit(replace(prepared, intended_at=hands.at))
            await gateway.close()
            return answer, server.posts

    answer, posts = asyncio.run(run())
    assert posts == leaves
    assert isinstance(answer, Accepted) if leaves else is_kept_back(answer)


def test_an_intent_that_is_old_already_opens_no_connection() -> None:
    hands = Hands()

    async def run() -> tuple[Answer, int]:
        async with raw_server(says(response(TAKEN))) as server:
            token = FixedToken("token-0")
            gateway = KooMessageGateway(options(server.url), credentials=token, now=hands.now)
            prepared = gateway.prepare(AIM_MESSAGE, NAME, recipients(1))
            answer = await gateway.submit(replace(prepared, intended_at=hands.at - STALE_S - 1))
            await gateway.close()
            return answer, server.connections

    answer, connections = asyncio.run(run())
    assert is_kept_back(answer)
    assert connections == 0


def pauses_then_gives(hands: Hands, pause_s: float, number: int) -> Respond:
    async def respond(_: Received, writer: asyncio.StreamWriter) -> None:
        hands.at += pause_s
        writer.write(given(f"token-{number}"))
        await asyncio.sleep(0)

    return respond


def submit(provider: Provider, hands: Hands, prepare: Callable[[], None]) -> Answer:
    async def work(tokens: PasswordTokens, url: str) -> Answer:
        gateway = KooMessageGateway(options(url), credentials=tokens, now=hands.now)
        prepared = gateway.prepare(AIM_MESSAGE, NAME, recipients(1))
        try:
            await gateway.submit(prepared)
            prepare()
            return await gateway.submit(replace(prepared, intended_at=hands.at))
        finally:
            await gateway.close()

    return with_tokens(provider, work, hands)


@pytest.mark.parametrize(("pause_s", "leaves"), [(10.0, True), (STALE_S + 1, False)])
def test_an_intent_that_grew_old_while_a_token_was_fetched_does_not_leave(
    pause_s: float, *, leaves: bool
) -> None:
    hands = Hands()
    provider = Provider(life_s=100)

    def prepare() -> None:
        hands.at += 101.0
        provider.instead = pauses_then_gives(hands, pause_s, 2)

    answer = submit(provider, hands, prepare)
    assert provider.tokens_seen == ["token-1", "token-2"][: 1 + leaves]
    assert isinstance(answer, Accepted) if leaves else is_kept_back(answer)


def test_a_send_that_is_refused_for_its_token_is_not_repeated_by_itself() -> None:
    """Sending it again is an attempt of its own: that nothing was taken is believed, not known."""
    hands = Hands()
    provider = Provider()

    def prepare() -> None:
        provider.good = lambda token: token != "token-1"  # noqa: S105 -- a test's own

    answer = submit(provider, hands, prepare)
    assert provider.tokens_seen == ["token-1", "token-1"]
    assert isinstance(answer, Throttled)
    assert answer.hindrance is Hindrance.EXPIRED
    assert answer.axiom == "APIGW.0301"
