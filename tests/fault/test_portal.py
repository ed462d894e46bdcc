"""Something else answers in KooMessage's place: nothing is sent to it, nothing it says counts."""

import asyncio
import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.core.answer import Unanswered
from pipeline.core.errors import KoosendError, NotKooMessage
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.runner.commands.probe import probe_account
from pipeline.runner.commands.run import Request, run_campaign
from pipeline.runner.session.outside import SystemClock
from pipeline.settings import load_campaign
from tests.support.answers import says
from tests.support.command import Desk
from tests.support.koomessage import options, using
from tests.support.members import write_members
from tests.support.planning import Silent
from tests.support.raw_server import RawServer, raw_server, response

KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
LONG_AGO = "Date: Thu, 01 Jan 2026 00:00:00 GMT"
EMPTY = b'{"aim_send_tasks":[],"page_info":{"total":0}}'

FOREIGN = {
    "a sign-in page": response(b"<html>sign in</html>", "200 OK", LONG_AGO),
    "a page without a word": response(b"", "200 OK", LONG_AGO),
    "a way to sign in": response(b'{"login":"http://10.0.0.1/"}', "200 OK", LONG_AGO),
    "a list of something": response(b"[]", "200 OK", LONG_AGO),
    "an answer made small": response(
        gzip.compress(EMPTY), "200 OK", LONG_AGO, "Content-Encoding: gzip"
    ),
    "a page elsewhere": response(b"", "302 Found", LONG_AGO, "Location: http://127.0.0.1:9/"),
    "a network that wants a name": response(b"<html>", "511 Network Authentication Required"),
    "a proxy that wants a name": response(b"", "407 Proxy Authentication Required"),
}
CASES = pytest.mark.parametrize("raw", FOREIGN.values(), ids=FOREIGN.keys())


class Hasty(SystemClock):
    """The right time, and no waiting."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.001))


@contextmanager
def standing(raw: bytes) -> Iterator[RawServer]:
    """Answer everything with these bytes, beside whatever else this process does."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    stood = raw_server(says(raw))
    try:
        yield asyncio.run_coroutine_threadsafe(stood.__aenter__(), loop).result(30)
        asyncio.run_coroutine_threadsafe(stood.__aexit__(None, None, None), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def stopped_by(folder: Path, server: RawServer, ask: str) -> KoosendError | None:
    desk = Desk(folder)
    write_members(folder / "members.csv", 300, seed=72)
    desk.write_campaign(endpoint=server.url, settle_s=1, ask=ask)
    clock = Hasty()
    try:
        return run_campaign(
            load_campaign(desk.campaign, clock.now()), Request(), clock, Silent()
        ).stopped
    except KoosendError as error:
        return error


@CASES
@pytest.mark.parametrize("ask", ["true", "false"])
def test_a_run_ends_before_its_first_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes, ask: str
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with standing(raw) as server:
        stopped = stopped_by(tmp_path, server, ask)
    assert isinstance(stopped, NotKooMessage), stopped
    assert "sign-in page" in str(stopped)
    assert server.posts == 0
    assert len(server.requests) > 1, "one answer may be spoilt on its way"


def test_the_command_says_it_in_one_sentence_and_exits_69(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    write_members(tmp_path / "members.csv", 300, seed=72)
    with standing(FOREIGN["a sign-in page"]) as server:
        desk.write_campaign(endpoint=server.url, settle_s=1, ask="false")
        done = desk.koosend("run", desk.campaign, env=KEYS)
        check = desk.koosend("check", desk.campaign, env=KEYS)
    assert (done.exit, check.exit) == (69, 69)
    [sentence] = [line for line in done.err.splitlines() if line.startswith("koosend: ")]
    assert "sign-in page" in sentence
    assert "account.endpoint" in sentence
    assert server.posts == 0


@CASES
def test_a_probe_measures_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    desk, clock = Desk(tmp_path), Hasty()
    write_members(tmp_path / "members.csv", 3, seed=72)
    with standing(raw) as server:
        desk.write_campaign(endpoint=server.url)
        campaign = load_campaign(desk.campaign, clock.now())
        with pytest.raises(NotKooMessage, match="sign-in page"):
            probe_account(campaign, clock, None)


def ahead_by(raw: bytes) -> float | Unanswered:
    async def run() -> float | Unanswered:
        async with raw_server(says(raw)) as server:
            gateway = KooMessageGateway(options(server.url))
            return await using(gateway, lambda it: it.clock_ahead_s())

    return asyncio.run(run())


@CASES
def test_what_is_not_koomessages_tells_no_time(raw: bytes) -> None:
    answer = ahead_by(raw)
    assert isinstance(answer, Unanswered)
    assert answer.foreign
    assert answer.hindrance is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (EMPTY, "200 OK"),
        (b'{"error_code":"KM.90019003","error_msg":"x"}', "200 OK"),
        (b'{"error_code":"KM.90019003","error_msg":"x"}', "500 Oops"),
        (b'{"error_code":"APIGW.0302","error_msg":"x"}', "403 No"),
    ],
)
def test_whatever_koomessage_says_itself_tells_the_time(body: bytes, status: str) -> None:
    answer = ahead_by(response(body, status, LONG_AGO))
    assert isinstance(answer, float)
    assert answer > 60.0


@pytest.mark.parametrize("status", ["403 No", "404 No", "502 Bad Gateway"])
def test_a_proxys_error_tells_no_time_and_stops_nothing(status: str) -> None:
    answer = ahead_by(response(b"<html>", status, LONG_AGO))
    assert isinstance(answer, Unanswered)
    assert not answer.foreign
