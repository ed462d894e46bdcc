import asyncio
import gzip
import io
import json
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from pipeline.core.errors import CampaignInvalid, LedgerUnwritable
from pipeline.language import Text
from pipeline.web.access import AccessControl, AccessOptions
from pipeline.web.listener import BODY_BYTES_MAX, Address, serve_app
from tests.support.shelf import FORMER, TOKEN, Shelf

Client = Callable[[aiohttp.ClientSession, str], Awaitable[None]]


def with_listener(shelf: Shelf, client: Client) -> None:
    async def run() -> None:
        app = shelf.listener().app()
        async with (
            serve_app("127.0.0.1", 0, app) as address,
            aiohttp.ClientSession() as session,
        ):
            await client(session, f"http://{address}")

    asyncio.run(run())


def post(shelf: Shelf, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    answer: list[tuple[int, bytes]] = []

    async def client(session: aiohttp.ClientSession, base: str) -> None:
        async with session.post(base + path, data=io.BytesIO(body), headers=headers) as response:
            answer.append((response.status, await response.read()))

    with_listener(shelf, client)
    return answer[0]


def test_a_receipt_is_kept_as_it_came_and_thanked_for() -> None:
    shelf = Shelf()
    body = b'{"seq_id": "1", "reports": []}\n'
    status, answer = post(shelf, f"/{TOKEN}/aim-basic", body)
    assert shelf.kept == [("aim-basic", body)]
    assert status == 200
    assert json.loads(answer) == {"status": "200", "message": "success"}


BODIES = [
    b"",
    b"\x00\xff\xfe",
    b"{",
    b"[" * 100_000,
    b'{"body": "\\ud800"}',
    "not json: 你好".encode("gb18030"),
    b"a=1&b=%zz",
    b"null",
    b"x" * BODY_BYTES_MAX,
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", "%%%"])
def test_no_shape_of_body_is_an_error(body: bytes, content_type: str) -> None:
    shelf = Shelf()
    status, _ = post(shelf, f"/{TOKEN}/aim", body, **{"Content-Type": content_type})
    assert status == 200
    assert shelf.kept == [("aim", body)]


@pytest.mark.parametrize(
    "body", [gzip.compress(b"hello", mtime=0), b"not gzip at all"], ids=["gzip", "no gzip"]
)
def test_a_body_that_says_it_is_compressed_is_kept_as_it_came(body: bytes) -> None:
    shelf = Shelf()
    status, _ = post(shelf, f"/{TOKEN}/aim", body, **{"Content-Encoding": "gzip"})
    assert status == 200
    assert shelf.kept == [("aim", body)]


@pytest.mark.parametrize(
    ("tail", "kind"),
    [
        ("", ""),
        ("/", ""),
        ("/aim", "aim"),
        ("/v1/vms/send-callback", "send-callback"),
        ("/a/", "a"),
        ("/%2e%2e%2fetc", "etc"),
        ("/%E5%9B%9E%E6%89%A7", ""),
        ("/" + "a" * 33, ""),
    ],
)
def test_whatever_follows_the_token_is_at_most_a_hint(tail: str, kind: str) -> None:
    shelf = Shelf()
    assert post(shelf, f"/{TOKEN}{tail}", b"{}")[0] == 200
    assert shelf.kept == [(kind, b"{}")]


def test_the_former_token_stays_good() -> None:
    shelf = Shelf()
    assert post(shelf, f"/{FORMER}/aim", b"{}")[0] == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/aim", f"/{TOKEN[:-1]}/aim", f"/{TOKEN}0/aim", f"/x/{TOKEN}", f"/{TOKEN.upper()}/a",
     "/%F0%9F%98%80/aim", "/%ff%fe/aim", "//aim"],
)  # fmt: skip
def test_a_stranger_finds_nothing_and_leaves_nothing(path: str) -> None:
    shelf = Shelf()
    status, answer = post(shelf, path, b"{}")
    assert status == 404
    assert TOKEN.encode() not in answer
    assert shelf.kept == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_post_is_answered(method: str) -> None:
    shelf = Shelf()
    statuses: list[int] = []

    async def client(session: aiohttp.ClientSession, base: str) -> None:
        for token in (TOKEN, "stranger"):
            async with session.request(method, f"{base}/{token}/aim") as response:
                statuses.append(response.status)

    with_listener(shelf, client)
    assert statuses == [405, 404]
    assert shelf.kept == []


def test_a_body_that_is_too_large_is_refused_and_not_kept() -> None:
    shelf = Shelf()
    assert post(shelf, f"/{TOKEN}/aim", b"x" * (BODY_BYTES_MAX + 1))[0] == 413
    assert shelf.kept == []


def test_whatever_is_refused_with_the_right_secret_is_told_once_and_then_each_thousandth() -> None:
    shelf = Shelf()

    async def client(session: aiohttp.ClientSession, base: str) -> None:
        for _ in range(3):
            async with session.post(
                f"{base}/{TOKEN}/aim", data=io.BytesIO(b"x" * (BODY_BYTES_MAX + 1))
            ):
                pass

    with_listener(shelf, client)
    assert shelf.events == [("receipts.refused", {"why": "too_large", "refused": 1})]


def test_a_large_body_that_does_not_say_its_size_is_refused_too() -> None:
    shelf = Shelf()
    statuses: list[int] = []

    async def client(session: aiohttp.ClientSession, base: str) -> None:
        async def parts() -> object:
            for _ in range(160):
                yield b"x" * 65_536

        async with session.post(f"{base}/{TOKEN}/aim", data=parts()) as response:
            statuses.append(response.status)

    with_listener(shelf, client)
    assert statuses == [413]
    assert shelf.kept == []


@pytest.mark.parametrize(
    "error", [LedgerUnwritable(Text("disk full")), ValueError("130 0000 0001")]
)
def test_a_receipt_that_could_not_be_kept_is_not_thanked_for(error: Exception) -> None:
    shelf = Shelf(error=error)
    status, answer = post(shelf, f"/{TOKEN}/aim", b"{}")
    assert status == 503
    assert answer == b""
    assert shelf.events == [("receipts.not_stored", {"error": type(error).__name__})]


def test_after_a_failure_the_next_receipt_is_kept() -> None:
    shelf = Shelf(error=LedgerUnwritable(Text("disk full")))
    statuses: list[int] = []

    async def client(session: aiohttp.ClientSession, base: str) -> None:
        for _ in range(2):
            async with session.post(f"{base}/{TOKEN}/aim", data=b"{}") as response:
                statuses.append(response.status)
            shelf.error = None

    with_listener(shelf, client)
    assert statuses == [503, 200]


def test_no_log_holds_the_path_of_a_receipt(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    post(Shelf(), f"/{TOKEN}/aim", b"{}")
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    "token", ["", "short", "a" * 21, "has/slash/in/it/somewhere", "有" * 20, " " * 20]
)
def test_a_token_that_could_be_guessed_is_refused(token: str) -> None:
    with pytest.raises(CampaignInvalid):
        AccessControl(AccessOptions(token))


def test_an_address_that_is_taken_is_refused_in_one_sentence() -> None:
    async def run() -> None:
        def app() -> aiohttp.web.Application:
            return Shelf().listener().app()

        async with serve_app("127.0.0.1", 0, app()) as address:
            with pytest.raises(CampaignInvalid, match="cannot be listened on"):
                async with serve_app(address.host, address.port, app()):
                    pass

    asyncio.run(run())


def test_nothing_listens_after_the_block() -> None:
    async def run() -> None:
        app = Shelf().listener().app()
        async with serve_app("127.0.0.1", 0, app) as address:
            pass
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(address.host, address.port)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("address", "text"),
    [(Address("127.0.0.1", 80), "127.0.0.1:80"), (Address("::1", 80), "[::1]:80")],
)
def test_an_address_is_written_as_in_an_address_line(address: Address, text: str) -> None:
    assert str(address) == text
