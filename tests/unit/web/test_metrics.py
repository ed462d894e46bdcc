"""Who is answered when they ask for metrics."""

import asyncio
from collections.abc import Mapping

import aiohttp
import pytest

from pipeline.web.listener import serve_app
from pipeline.web.metrics import MetricsPage

TOKEN = "0123456789abcdef" * 2


async def text() -> bytes:
    return b"koosend_build_info 1\n"


def answer(
    token: str, headers: Mapping[str, str], path: str = "/metrics", method: str = "GET"
) -> tuple[int, bytes]:
    """Ask once, and return the status and the body."""

    async def ask() -> tuple[int, bytes]:
        app = MetricsPage(text, token).app()
        async with (
            serve_app("127.0.0.1", 0, app) as at,
            aiohttp.ClientSession() as session,
            session.request(method, f"http://{at}{path}", headers=headers) as found,
        ):
            return found.status, await found.read()

    return asyncio.run(ask())


def test_this_machine_is_answered_without_a_token() -> None:
    assert answer("", {}) == (200, b"koosend_build_info 1\n")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9464", "192.0.2.1"])
def test_a_strangers_name_that_leads_here_is_refused(host: str) -> None:
    assert answer("", {"Host": host})[0] == 421


def test_where_there_is_a_token_it_is_asked_for() -> None:
    assert answer(TOKEN, {"Authorization": f"Bearer {TOKEN}"})[0] == 200
    for given in ({}, {"Authorization": "Bearer x"}, {"Authorization": TOKEN}):
        assert answer(TOKEN, given)[0] == 401


def test_there_is_nothing_else_and_nothing_can_be_changed() -> None:
    assert answer("", {}, "/")[0] == 404
    assert answer("", {}, method="POST")[0] == 405
