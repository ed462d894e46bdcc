"""The gateway with a token instead of a signature, against a real emulator and its IAM."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from pipeline.core.answer import Accepted, Answer, Hindrance, Throttled, Unanswered
from pipeline.core.model import Channel
from pipeline.emulator.options import EmulatorOptions
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.calls import GatewayOptions
from pipeline.koomessage.transport.credentials import Credentials, FixedToken
from pipeline.koomessage.transport.iam import Login, PasswordTokens
from tests.support.emulator_clients import DOMAIN, PROJECT_NAME, USER, USER_PASSWORD, token_of
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.koomessage import AIM_MESSAGE, NAME, recipients, using

T = TypeVar("T")

DAY_S = 86_400.0
OPTIONS = EmulatorOptions(token_lifetime_s=DAY_S)
LOGIN = Login(USER, USER_PASSWORD, DOMAIN, PROJECT_NAME)


def logins(emulator: EmulatorProcess) -> int:
    calls: dict[str, int] = emulator.stats()["calls_by_operation"]
    return calls.get("KeystoneCreateUserTokenByPassword", 0)


def with_login(
    emulator: EmulatorProcess, login: Login, work: Callable[[KooMessageGateway], Awaitable[T]]
) -> T:
    async def run() -> T:
        tokens = PasswordTokens(GatewayOptions(emulator.url), login, time.time)
        try:
            return await with_credentials(emulator, tokens, work)
        finally:
            await tokens.close()

    return asyncio.run(run())


async def with_credentials(
    emulator: EmulatorProcess,
    credentials: Credentials,
    work: Callable[[KooMessageGateway], Awaitable[T]],
) -> T:
    gateway = KooMessageGateway(GatewayOptions(emulator.url), credentials=credentials)
    return await using(gateway, work)


async def send(gateway: KooMessageGateway, number: int = 0) -> Answer:
    phones = [f"1390000{number:04d}"]
    who = replace(recipients(1), phones=phones)
    return await gateway.submit(gateway.prepare(AIM_MESSAGE, NAME, who))


def test_a_token_opens_sends_and_questions_alike(emulator: EmulatorProcess) -> None:
    async def work(gateway: KooMessageGateway) -> None:
        assert isinstance(await send(gateway), Accepted)
        found = await gateway.find(Channel.AIM, NAME, time.time())
        assert not isinstance(found, Unanswered)
        assert [task.task_name for task in found] == [NAME]

    with_login(emulator, LOGIN, work)
    assert logins(emulator) == 1
    assert emulator.stats()["messages"] == 1


def test_a_token_that_dies_at_the_gateway_is_replaced_once_and_each_number_sent_once(
    emulator: EmulatorProcess,
) -> None:
    async def work(gateway: KooMessageGateway) -> None:
        for day in range(3):
            sent = (send(gateway, 20 * day + number) for number in range(20))
            for answer in await asyncio.gather(*sent):
                assert isinstance(answer, Accepted), answer
            emulator.advance(DAY_S + 1)

    with_login(emulator, LOGIN, work)
    assert logins(emulator) == 3
    taken = [line["phone"] for line in emulator.messages()]
    assert len(taken) == len(set(taken)) == 60


def test_a_short_life_is_read_from_the_answer_and_renewed_in_time(tmp_path: Path) -> None:
    with running_emulator(tmp_path, EmulatorOptions(token_lifetime_s=1_000.0)) as emulator:
        ahead_s = 0.0

        def now() -> float:
            return time.time() + ahead_s

        async def run() -> None:
            nonlocal ahead_s
            tokens = PasswordTokens(GatewayOptions(emulator.url), LOGIN, now)
            gateway = KooMessageGateway(GatewayOptions(emulator.url), credentials=tokens, now=now)
            for number in range(60):
                assert isinstance(await send(gateway, number), Accepted)
                ahead_s += 50.0
                emulator.advance(50.0)
                emulator.set_gateway_clock(ahead_s)
            await gateway.close()
            await tokens.close()

        asyncio.run(run())
        assert logins(emulator) == 4  # at once, and whenever nine tenths of a life are over
        taken = [line["phone"] for line in emulator.messages()]
        assert len(taken) == len(set(taken)) == 60


WRONG = {
    "password": replace(LOGIN, password="not-it"),  # noqa: S106 -- it opens nothing
    "user": replace(LOGIN, user="nobody-known"),
    "domain": replace(LOGIN, domain="elsewhere"),
    "project": replace(LOGIN, project="cn-south-1"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_login_is_hindered_asked_once_and_takes_nothing(
    emulator: EmulatorProcess, what: str
) -> None:
    async def work(gateway: KooMessageGateway) -> list[Answer]:
        return await asyncio.gather(*(send(gateway, number) for number in range(10)))

    for answer in with_login(emulator, WRONG[what], work):
        assert isinstance(answer, Throttled)
        assert answer.hindrance is Hindrance.CREDENTIALS
        assert "is wrong" in answer.message
        assert "not-it" not in answer.message
        assert "nobody-known" not in answer.message
    assert logins(emulator) == 1
    assert emulator.stats()["messages"] == 0


def test_a_ready_token_serves_until_it_dies_and_is_not_replaced(emulator: EmulatorProcess) -> None:
    async def work(gateway: KooMessageGateway) -> Answer:
        assert isinstance(await send(gateway), Accepted)
        emulator.advance(DAY_S + 1)
        return await send(gateway, 1)

    token = token_of(emulator.url)
    answer = asyncio.run(with_credentials(emulator, FixedToken(token), work))
    assert isinstance(answer, Throttled)
    assert answer.hindrance is Hindrance.CREDENTIALS
    assert token not in answer.message
    assert emulator.stats()["messages"] == 1
