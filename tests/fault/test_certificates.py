"""Whom we speak to: a server whose certificate is not trusted hears nothing at all."""

import asyncio
from dataclasses import replace

import pytest

from pipeline.core.answer import Accepted, Answer, Hindrance, Throttled, Unanswered
from pipeline.core.errors import ProviderUnavailable
from pipeline.core.model import Channel
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.iam import PasswordTokens
from pipeline.sender.circuit_breaker import CircuitBreaker
from pipeline.sender.options import SenderOptions
from tests.support.answers import TAKEN, says, submit
from tests.support.certificates import ANOTHER, OURS, server_tls
from tests.support.fakes.clock import ManualClock
from tests.support.iam import LOGIN, Hands
from tests.support.koomessage import NAME, options
from tests.support.memory_ledger import MemoryStore
from tests.support.raw_server import RawServer, raw_server, response


def answer_to(ca_file: str) -> tuple[Answer, RawServer]:
    async def run() -> tuple[Answer, RawServer]:
        async with raw_server(says(response(TAKEN)), server_tls()) as server:
            chosen = replace(options(server.url), ca_file=ca_file)
            return (await submit(server, chosen))[0], server

    return asyncio.run(run())


def test_a_server_of_ones_own_is_trusted_by_its_certificate() -> None:
    answer, server = answer_to(str(OURS))
    assert isinstance(answer, Accepted)
    assert server.posts == 1


@pytest.mark.parametrize("ca_file", ["", str(ANOTHER)], ids=["the system's", "another one"])
def test_a_certificate_that_is_not_trusted_stops_the_run_before_anything_is_said(
    ca_file: str,
) -> None:
    answer, server = answer_to(ca_file)
    assert isinstance(answer, Throttled)
    assert answer.hindrance is Hindrance.UNTRUSTED
    assert server.requests == []
    stop = CircuitBreaker(SenderOptions(), ManualClock(), MemoryStore()).take(answer, left_at=0.0)
    assert isinstance(stop, ProviderUnavailable)
    assert "the endpoint's certificate is not trusted (self-signed certificate" in str(stop)


def test_a_certificate_for_another_name_is_not_trusted() -> None:
    async def run() -> Answer:
        async with raw_server(says(response(TAKEN)), server_tls()) as server:
            elsewhere = server.url.replace("127.0.0.1", "127.0.0.2")
            chosen = replace(options(elsewhere), ca_file=str(OURS))
            listener = await asyncio.start_server(
                lambda _, writer: writer.close(),
                "127.0.0.2",
                int(server.url.rpartition(":")[2]),
                ssl=server_tls(),
            )
            try:
                return (await submit(server, chosen))[0]
            finally:
                listener.close()

    answer = asyncio.run(run())
    assert isinstance(answer, Throttled)
    assert answer.hindrance is Hindrance.UNTRUSTED
    assert "127.0.0.2" in answer.message


def test_questions_and_logins_go_to_no_stranger_either() -> None:
    async def run() -> None:
        async with raw_server(says(response(TAKEN)), server_tls()) as server:
            chosen = replace(options(server.url), ca_file=str(ANOTHER))
            gateway = KooMessageGateway(chosen)
            found = await gateway.find(Channel.AIM, NAME, 1e9)
            await gateway.close()
            tokens = PasswordTokens(chosen, LOGIN, Hands().now)
            unready = await tokens.ready()
            await tokens.close()
            assert isinstance(found, Unanswered)
            assert found.hindrance is Hindrance.UNTRUSTED
            assert unready is not None
            assert unready.hindrance is Hindrance.UNTRUSTED
            assert server.requests == []

    asyncio.run(run())
