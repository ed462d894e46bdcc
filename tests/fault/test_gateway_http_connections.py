"""Connections that are never made, dropped, reused, redirected; and the count of POSTs on each."""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import replace

import pytest

from pipeline.core.answer import Accepted, Answer, Hindrance, Lost, Throttled
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.calls import GatewayOptions
from pipeline.koomessage.transport.credentials import Unready
from pipeline.koomessage.transport.signing import Request
from tests.support.answers import TAKEN, ends, resets, says, says_and_ends, silence, submit
from tests.support.koomessage import AIM_MESSAGE, NAME, options, recipients
from tests.support.raw_server import RawServer, Received, Respond, raw_server, response


class Tokens:
    """Credentials that can be had anew a number of times."""

    def __init__(self, fresh: int) -> None:
        self.fresh = fresh
        self.refreshed = 0
        self.signed_at: list[float] = []

    def sign(self, request: Request) -> Mapping[str, str]:
        self.signed_at.append(request.at)
        return {"X-Auth-Token": f"token-{self.refreshed}"}

    async def ready(self) -> Unready | None:
        return None

    async def refresh(self, refused: Mapping[str, str]) -> bool:
        assert refused == {"X-Auth-Token": f"token-{self.refreshed}"}
        await asyncio.sleep(0)
        self.refreshed += 1
        return self.refreshed <= self.fresh


TOKEN_REFUSED = b'{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication"}'


def test_a_401_without_the_gateways_code_is_not_sent_again() -> None:
    async def run() -> tuple[Answer, Tokens, RawServer]:
        tokens = Tokens(1)
        async with raw_server(says(response(b"<html>sign in</html>", "401 No"))) as server:
            gateway = KooMessageGateway(options(server.url), credentials=tokens)
            answer = await gateway.submit(gateway.prepare(AIM_MESSAGE, NAME, recipients(1)))
            await gateway.close()
        return answer, tokens, server

    answer, tokens, server = asyncio.run(run())
    assert isinstance(answer, Lost)
    assert (server.posts, tokens.refreshed) == (1, 0)


@pytest.mark.parametrize(("fresh", "good"), [(1, "token-1"), (9, "token-1"), (9, "none")])
def test_a_401_is_sent_again_once_with_fresh_credentials(fresh: int, good: str) -> None:
    async def respond(request: Received, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0)
        known = request.headers["x-auth-token"] == good
        writer.write(response(TAKEN) if known else response(TOKEN_REFUSED, "401 No"))

    async def run() -> tuple[Answer, Tokens, RawServer]:
        tokens = Tokens(fresh)
        async with raw_server(respond) as server:
            gateway = KooMessageGateway(options(server.url), credentials=tokens)
            prepared = gateway.prepare(AIM_MESSAGE, NAME, recipients(1))
            answer = await gateway.submit(prepared)
            await gateway.close()
        return answer, tokens, server

    answer, tokens, server = asyncio.run(run())
    assert server.posts == 2
    assert tokens.refreshed == 1
    assert len(set(tokens.signed_at)) == 1
    if good == "none":
        assert isinstance(answer, Throttled)
        assert answer.hindrance is Hindrance.CREDENTIALS
    else:
        assert isinstance(answer, Accepted)


def refused_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


async def never_reached(chosen: GatewayOptions) -> Answer:
    return (await submit(RawServer(chosen.endpoint), chosen))[0]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_connection_never_made_takes_nothing(scheme: str) -> None:
    endpoint = refused_port().replace("http", scheme)
    answer = asyncio.run(never_reached(options(endpoint)))
    assert isinstance(answer, Throttled), answer
    assert answer.hindrance is Hindrance.UNREACHABLE
    assert "cannot connect" in answer.message


def test_a_connection_that_hangs_takes_nothing_and_is_given_up() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        with socket.create_connection(address), socket.socket() as second:
            # The queue of connections is full: further ones are neither taken nor refused.
            second.settimeout(0)
            second.connect_ex(address)
            chosen = options(f"http://127.0.0.1:{address[1]}", connect_s=0.3)
            answer = asyncio.run(never_reached(chosen))
    assert isinstance(answer, Throttled), answer
    assert answer.hindrance is Hindrance.UNREACHABLE


def test_a_broken_tls_handshake_takes_nothing() -> None:
    async def run() -> Answer:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(16)
            writer.write(b"HTTP/1.1 400 plain HTTP\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            return await never_reached(options(f"https://127.0.0.1:{port}"))
        finally:
            server.close()

    answer = asyncio.run(run())
    assert isinstance(answer, Throttled), answer
    assert answer.hindrance is Hindrance.UNREACHABLE
    assert "TLS" in answer.message


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_sends_nothing_to_the_other_host(status: int) -> None:
    async def run() -> tuple[Answer, RawServer, RawServer]:
        async with raw_server(says(response(TAKEN))) as other:
            raw = response(b"", f"{status} Go", f"Location: {other.url}/v1/aim/send-tasks")
            async with raw_server(says(raw)) as server:
                return (await submit(server))[0], server, other

    answer, server, other = asyncio.run(run())
    assert isinstance(answer, Lost)
    assert server.posts == 1
    assert (other.connections, other.requests) == (0, [])


@pytest.mark.parametrize("drop", [ends, resets])
def test_each_attempt_is_one_post_even_when_kept_connections_are_dropped(drop: Respond) -> None:
    attempts = 400
    met: set[int] = set()

    async def respond(request: Received, writer: asyncio.StreamWriter) -> None:
        # Every second request on a kept connection meets a server that drops it.
        first = request.connection not in met
        met.add(request.connection)
        await (says(response(TAKEN)) if first else drop)(request, writer)

    async def run() -> tuple[list[Answer], RawServer]:
        async with raw_server(respond) as server:
            return await submit(server, options(server.url), times=attempts), server

    answers, server = asyncio.run(run())
    assert server.posts == attempts
    assert sum(isinstance(answer, Accepted) for answer in answers) == attempts // 2
    assert sum(isinstance(answer, Lost) for answer in answers) == attempts // 2
    assert server.connections == attempts // 2


def test_a_kept_connection_that_was_seen_to_end_costs_no_doubt() -> None:
    async def run() -> tuple[list[Answer], RawServer]:
        async with raw_server(says_and_ends(response(TAKEN))) as server:
            gateway = KooMessageGateway(options(server.url))
            prepared = gateway.prepare(AIM_MESSAGE, NAME, recipients(1))
            answers = []
            for _ in range(50):
                answers.append(await gateway.submit(prepared))
                await asyncio.sleep(0.002)
            await gateway.close()
            return answers, server

    answers, server = asyncio.run(run())
    assert server.posts == 50 - sum(isinstance(answer, Throttled) for answer in answers)
    assert all(isinstance(answer, Accepted | Throttled) for answer in answers)


def test_connections_are_used_again_and_never_more_than_allowed() -> None:
    async def respond(_: Received, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.002)
        writer.write(response(TAKEN))

    async def run() -> RawServer:
        async with raw_server(respond) as server:
            gateway = KooMessageGateway(replace(options(server.url), connections=4))
            prepared = gateway.prepare(AIM_MESSAGE, NAME, recipients(1))
            answers = await asyncio.gather(*(gateway.submit(prepared) for _ in range(60)))
            await gateway.close()
            assert all(isinstance(answer, Accepted) for answer in answers)
            return server

    server = asyncio.run(run())
    assert server.posts == 60
    assert server.connections <= 4


def test_cancelling_passes_through_and_leaves_the_gateway_usable() -> None:
    async def respond(request: Received, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        if request.connection == 1:
            await silence(request, writer)
        else:
            await says(response(TAKEN))(request, writer)

    arrived = asyncio.Event()

    async def run() -> tuple[Answer, RawServer]:
        async with raw_server(respond) as server:
            gateway = KooMessageGateway(options(server.url))
            prepared = gateway.prepare(AIM_MESSAGE, NAME, recipients(1))
            task = asyncio.create_task(gateway.submit(prepared))
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            answer = await gateway.submit(prepared)
            await gateway.close()
            return answer, server

    answer, server = asyncio.run(run())
    assert isinstance(answer, Accepted)
    assert server.posts == 2
