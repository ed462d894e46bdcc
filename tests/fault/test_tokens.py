"""Tokens by password: got before they are needed, once, and never asked for by a refused login."""

import asyncio
import json
import socket
from collections.abc import Mapping

import pytest

from pipeline.core.answer import Accepted, Answer, Hindrance, Throttled, Unanswered
from pipeline.core.model import Channel
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.calls import GatewayOptions
from pipeline.koomessage.transport.credentials import Unready, is_token
from pipeline.koomessage.transport.iam import PasswordTokens
from pipeline.koomessage.transport.signing import Request
from tests.support.answers import LOST, says, says_and_ends, silence
from tests.support.iam import LOGIN, Hands, Provider, given, with_tokens
from tests.support.koomessage import AIM_MESSAGE, NAME, options, recipients
from tests.support.raw_server import Respond, raw_server, response

DAY_S = 86_400
MANY = 20


async def send(gateway: KooMessageGateway, times: int) -> list[Answer]:
    prepared = gateway.prepare(AIM_MESSAGE, NAME, recipients(1))
    return await asyncio.gather(*(gateway.submit(prepared) for _ in range(times)))


def sends(provider: Provider, hands: Hands, rounds: int, then: Mapping[int, float]) -> list[Answer]:
    """Send rounds of many requests at once; after a round the clock moves by what then says."""

    async def work(tokens: PasswordTokens, url: str) -> list[Answer]:
        gateway = KooMessageGateway(options(url), credentials=tokens, now=hands.now)
        answers: list[Answer] = []
        try:
            for number in range(rounds):
                answers += await send(gateway, MANY)
                hands.at += then.get(number, 0.0)
        finally:
            await gateway.close()
        return answers

    return with_tokens(provider, work, hands)


def test_a_login_says_who_asks_and_for_which_project() -> None:
    provider = Provider()
    answers = sends(provider, Hands(), 1, {})
    assert all(isinstance(answer, Accepted) for answer in answers)
    (login,) = provider.logins
    user = {"name": LOGIN.user, "password": LOGIN.password, "domain": {"name": LOGIN.domain}}
    assert json.loads(login) == {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": LOGIN.project}},
        }
    }


def test_many_requests_that_need_a_token_ask_for_one() -> None:
    provider = Provider()
    sends(provider, Hands(), 3, {})
    assert provider.issued == 1
    assert provider.tokens_seen == ["token-1"] * 3 * MANY


def test_many_requests_whose_token_was_refused_ask_for_one_and_go_on() -> None:
    provider = Provider(good=lambda token: token != "token-1")  # noqa: S105 -- a test's own
    answers = sends(provider, Hands(), 2, {})
    assert all(isinstance(answer, Accepted) for answer in answers)
    assert provider.issued == 2
    assert provider.tokens_seen.count("token-2") == 2 * MANY
    assert provider.tokens_seen.count("token-1") <= MANY


def test_late_news_of_an_old_tokens_end_does_not_cost_the_new_one() -> None:
    provider = Provider()

    async def work(tokens: PasswordTokens, _: str) -> None:
        request = Request("GET", "/", (), {}, b"", 0.0)
        assert await tokens.ready() is None
        old = tokens.sign(request)
        for _again in range(10):
            assert await tokens.refresh(old)
            assert await tokens.ready() is None
        assert tokens.sign(request) != old

    with_tokens(provider, work, Hands())
    assert provider.issued == 2


def test_tokens_that_are_refused_as_fast_as_they_are_given_end_in_refused_credentials() -> None:
    provider = Provider(good=lambda _: False)
    answers = sends(provider, Hands(), 5, {})
    assert {type(answer) for answer in answers} == {Throttled}
    hindrances = {answer.hindrance for answer in answers if isinstance(answer, Throttled)}
    assert hindrances == {Hindrance.CREDENTIALS}
    assert len(provider.logins) <= 4


def test_a_token_is_renewed_before_it_expires_while_the_old_one_serves() -> None:
    provider = Provider(life_s=DAY_S)
    answers = sends(provider, Hands(), 4, {0: DAY_S - 300.0, 2: 400.0})
    assert all(isinstance(answer, Accepted) for answer in answers)
    assert provider.issued == 2
    assert "token-1" in provider.tokens_seen[MANY : 2 * MANY]
    assert set(provider.tokens_seen[3 * MANY :]) == {"token-2"}


def test_an_expired_token_is_never_shown() -> None:
    provider = Provider(life_s=600)
    sends(provider, Hands(), 2, {0: 601.0})
    assert provider.tokens_seen == ["token-1"] * MANY + ["token-2"] * MANY


def test_a_renewal_that_fails_lets_the_old_token_serve_and_is_not_repeated_at_once() -> None:
    provider, hands = Provider(life_s=600), Hands()

    async def work(tokens: PasswordTokens, url: str) -> None:
        gateway = KooMessageGateway(options(url), credentials=tokens, now=hands.now)
        await send(gateway, 1)
        provider.instead = says(response(b"", "503 Busy"))
        hands.at += 590.0
        for _ in range(5):
            assert all(isinstance(answer, Accepted) for answer in await send(gateway, MANY))
        assert len(provider.logins) == 2
        hands.at += 20.0
        (answer,) = await send(gateway, 1)
        assert isinstance(answer, Throttled)
        assert answer.hindrance is Hindrance.UNREACHABLE
        provider.instead = None
        assert all(isinstance(answer, Accepted) for answer in await send(gateway, MANY))
        await gateway.close()

    with_tokens(provider, work, hands)
    assert set(provider.tokens_seen) == {"token-1", "token-2"}


def first_of(provider: Provider) -> Unready | None:
    async def work(tokens: PasswordTokens, _: str) -> Unready | None:
        return await tokens.ready()

    return with_tokens(provider, work, Hands())


REFUSED = {
    "a wrong password": ("401 No", "The username or password is wrong."),
    "a locked user": ("403 Forbidden", "The account is locked."),
    "no such project": ("404 Not Found", "Could not find project."),
    "a bad request": ("400 Bad", f"Invalid {LOGIN.password} of {LOGIN.user}"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_login_is_told_and_never_tried_again(case: str) -> None:
    status, said = REFUSED[case]
    body = json.dumps({"error": {"code": 1, "message": said, "title": "x"}}).encode()
    provider = Provider(instead=says(response(body, status)))

    async def work(tokens: PasswordTokens, url: str) -> Unready | None:
        gateway = KooMessageGateway(options(url), credentials=tokens)
        for answer in await send(gateway, MANY):
            assert isinstance(answer, Throttled)
            assert answer.hindrance is Hindrance.CREDENTIALS
            assert "IAM refuses the login" in answer.message
        assert isinstance(await gateway.find(Channel.AIM, NAME, 1e9), Unanswered)
        await gateway.close()
        return await tokens.ready()

    unready = with_tokens(provider, work, Hands())
    assert unready is not None
    assert len(provider.logins) == 1
    assert provider.tokens_seen == []
    assert LOGIN.password not in str(unready)
    assert LOGIN.user not in str(unready)


NO_TOKEN: Mapping[str, Respond] = {
    "no header": says(response(b"{}", "201 Created")),
    "an empty token": says(given("")),
    "two words": says(given("two words")),
    "not ASCII": says(given("tök")),
    "a 200": says(response(b"{}", "200 OK", "X-Subject-Token: token-1")),
    "throttled": says(response(b"{}", "429 Slow")),
    "an endless header": says_and_ends(given("x" * 100_000)),
    "one of megabytes": says(response(b" " * 2**24, "201 Created", "X-Subject-Token: token-1")),
    **{name: LOST[name] for name in LOST if name[:3] not in {"200", "400"} and name != "a flood"},
}


@pytest.mark.parametrize("case", NO_TOKEN)
def test_an_answer_without_a_token_is_as_if_there_was_none(case: str) -> None:
    provider = Provider(instead=NO_TOKEN[case])
    unready = first_of(provider)
    assert unready is not None
    assert unready.hindrance is Hindrance.UNREACHABLE
    assert "IAM" in unready.why
    assert LOGIN.password not in unready.why
    assert len(provider.logins) == 1


def test_a_redirect_sends_the_password_nowhere_else() -> None:
    async def run() -> int:
        async with raw_server(says(given("token-9"))) as other:
            raw = response(b"", "307 Go", f"Location: {other.url}/v3/auth/tokens")
            async with raw_server(says(raw)) as iam:
                chosen = GatewayOptions(iam.url, connect_s=1.0, read_s=0.3)
                tokens = PasswordTokens(chosen, LOGIN, Hands().now)
                assert await tokens.ready() is not None
                await tokens.close()
            return other.connections

    assert asyncio.run(run()) == 0


def test_an_iam_that_is_not_there_holds_requests_back_without_losing_them() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"

    async def run() -> Answer:
        tokens = PasswordTokens(GatewayOptions(nowhere), LOGIN, Hands().now)
        async with raw_server(Provider().respond) as server:
            gateway = KooMessageGateway(options(server.url), credentials=tokens)
            (answer,) = await send(gateway, 1)
            await gateway.close()
            await tokens.close()
            assert server.connections == 0
            return answer

    answer = asyncio.run(run())
    assert isinstance(answer, Throttled)
    assert answer.hindrance is Hindrance.UNREACHABLE
    assert "IAM gives no token: cannot connect" in answer.message


def test_a_caller_that_gives_up_does_not_spoil_the_token_for_the_others() -> None:
    provider = Provider()

    async def work(tokens: PasswordTokens, _: str) -> None:
        one, other = (asyncio.ensure_future(tokens.ready()) for _ in range(2))
        await asyncio.sleep(0)
        one.cancel()
        assert await other is None
        with pytest.raises(asyncio.CancelledError):
            await one

    with_tokens(provider, work, Hands())
    assert provider.issued == 1


def test_closing_ends_a_request_that_nobody_answers() -> None:
    async def work(tokens: PasswordTokens, _: str) -> None:
        waiting = asyncio.ensure_future(tokens.ready())
        await asyncio.sleep(0.05)
        await tokens.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    with_tokens(Provider(instead=silence), work, Hands())


def test_no_secret_stands_in_what_is_shown_of_a_login_or_its_tokens() -> None:
    shown = repr(LOGIN)
    assert LOGIN.password not in shown
    assert is_token("MIIx-_.~")
    assert not any(map(is_token, ("", "a b", "a\nb", "ö", "a\x7f")))
