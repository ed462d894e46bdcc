"""The status page: for whoever knows its secret, on this machine, without a script."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import aiohttp
import pytest

from pipeline.web.listener import serve_app
from pipeline.web.status_page import (
    Overview,
    ReceiptLine,
    RunLine,
    StatusPage,
    login_page,
    status_page,
)

SECRET = "s" * 32
EVIL = "<script>alert(1)</script>\"'&\x1b[2J\u202e\x9b31m"
SHOWN = Overview(
    state="/var/lib/koosend",
    at="2026-11-01 12:00:00",
    listens="127.0.0.1:8090",
    runs=[RunLine("abcdefgh", "members", "all submitted", 1234, [("Card shown", 1000, "good")])],
    receipts=[ReceiptLine("sms", 5000, 60, 1, "2026-11-01 11:59:59")],
    replies=3,
    opt_outs=1,
    unclear=2,
    last_replies=[("2026-11-01 11:00:00", "130****0001 好的")],
    odd=[("2026-11-01 10:00:00", "#7 garbage")],
    turned_away=[("too large", 2)],
    warnings=["2 bodies were larger than 1 MiB and are lost."],
)

Client = Callable[[aiohttp.ClientSession, str], Awaitable[None]]


def with_page(client: Client, shown: Overview = SHOWN) -> None:
    async def look() -> Overview:
        await asyncio.sleep(0)
        return shown

    async def run() -> None:
        page = StatusPage(SECRET, look, lambda: 0.0)
        async with (
            serve_app("127.0.0.1", 0, page.app(), "--page") as address,
            aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
        ):
            await client(session, f"http://{address}")

    asyncio.run(run())


def get(path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    """Ask once, as nobody in particular."""
    found: list[tuple[int, str, dict[str, str]]] = []

    async def client(session: aiohttp.ClientSession, base: str) -> None:
        async with session.get(base + path, headers=headers, allow_redirects=False) as answer:
            found.append((answer.status, await answer.text(), dict(answer.headers)))

    with_page(client)
    return found[0]


def test_the_secret_in_the_address_lets_in_and_leaves_the_address() -> None:
    async def client(session: aiohttp.ClientSession, base: str) -> None:
        async with session.get(f"{base}/?token={SECRET}") as answer:
            assert (answer.status, str(answer.url)) == (200, f"{base}/")
            text = await answer.text()
        for word in (
            "members",
            "1,234",
            ">1,000<",
            "Card shown",
            ">5,000<",
            "garbage",
            "opted out",
        ):
            assert word in text
        async with session.get(base) as again:
            assert again.status == 200

    with_page(client)


def test_the_cookie_is_for_this_site_alone_and_not_for_scripts() -> None:
    status, _, headers = get(f"/?token={SECRET}")
    assert (status, headers["Location"]) == (303, "/")
    for word in ("HttpOnly", "SameSite=Strict", "Path=/"):
        assert word in headers["Set-Cookie"]
    assert SECRET not in headers["Set-Cookie"]


def test_every_route_but_the_login_is_closed_to_strangers() -> None:
    async def client(session: aiohttp.ClientSession, base: str) -> None:
        async def look() -> Overview:
            raise AssertionError("a stranger was shown something")

        routes = StatusPage(SECRET, look, lambda: 0.0).app().router.routes()
        asked = {(route.method, route.resource.canonical) for route in routes if route.resource}
        assert asked == {
            ("GET", "/"),
            ("HEAD", "/"),
            ("POST", "/login"),
            ("POST", "/logout"),
        }
        for method, path in sorted(asked):
            async with session.request(method, base + path) as answer:
                assert answer.status in (401, 403)
                assert "members" not in await answer.text()

    with_page(client)


def test_logging_in_by_the_form_and_out_again() -> None:
    async def client(session: aiohttp.ClientSession, base: str) -> None:
        async with session.post(f"{base}/login", data={"token": "wrong"}) as wrong:
            assert wrong.status == 401
        async with session.post(f"{base}/login", data={"token": SECRET}) as right:
            assert right.status == 200
            assert "members" in await right.text()
        async with session.post(f"{base}/logout", headers={"Origin": "http://evil"}) as forged:
            assert forged.status == 403
        async with session.post(f"{base}/logout") as out:
            assert out.status == 401

    with_page(client)


def test_another_sites_page_cannot_use_up_the_operators_attempts() -> None:
    async def client(session: aiohttp.ClientSession, base: str) -> None:
        theirs = {"Sec-Fetch-Site": "cross-site"}
        for _ in range(50):
            async with session.get(f"{base}/?token=guess", headers=theirs) as forged:
                assert forged.status == 403
        async with session.get(f"{base}/?token={SECRET}") as answer:
            assert answer.status == 200

    with_page(client)


def test_a_form_that_is_none_is_refused_as_the_senders_mistake() -> None:
    async def client(session: aiohttp.ClientSession, base: str) -> None:
        form = {"Content-Type": "multipart/form-data"}
        async with session.post(f"{base}/login", data=b"--x\r\n", headers=form) as answer:
            assert answer.status == 400
        odd = {"Content-Type": "application/x-www-form-urlencoded; charset=nothing"}
        async with session.post(f"{base}/login", data=b"token=\xff", headers=odd) as answer:
            assert answer.status == 400

    with_page(client)


def test_guessing_is_slowed_down_even_for_the_right_one() -> None:
    async def client(session: aiohttp.ClientSession, base: str) -> None:
        statuses = []
        for token in [*(f"guess{n}" for n in range(12)), SECRET]:
            async with session.post(f"{base}/login", data={"token": token}) as answer:
                statuses.append(answer.status)
        assert statuses == [401] * 10 + [429] * 3

    with_page(client)


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8091", 401), ("localhost:8091", 401), ("[::1]:8091", 401), ("127.0.0.1", 401),
     ("evil.example:8091", 421), ("127.0.0.1.evil.example", 421), ("192.0.2.1", 421)],
)  # fmt: skip
def test_only_this_machines_own_names_are_answered(host: str, status: int) -> None:
    assert get("/", Host=host)[0] == status


@pytest.mark.parametrize("path", ["/", f"/?token={SECRET}", "/?token=wrong", "/nothing"])
def test_every_answer_carries_the_headers_that_protect_it(path: str) -> None:
    _, _, headers = get(path)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Server"] == "koosend"


def test_no_script_and_nothing_from_elsewhere_stands_in_any_page() -> None:
    for page in (status_page(SHOWN), login_page(), login_page(refused=True)):
        assert not re.search(r"<script|\son\w+=|https?://|src=|javascript:", page)


def test_words_of_others_are_escaped_wherever_they_stand() -> None:
    evil = replace(
        SHOWN,
        state=EVIL,
        at=EVIL,
        listens=EVIL,
        runs=[RunLine(EVIL, EVIL, EVIL, 1, [(EVIL, 1, EVIL)], [EVIL], EVIL, EVIL)],
        receipts=[ReceiptLine(EVIL, 1, 1, 1, EVIL)],
        last_replies=[(EVIL, EVIL)],
        odd=[(EVIL, EVIL)],
        turned_away=[(EVIL, 1)],
        warnings=[EVIL],
    )
    page = status_page(evil)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 26
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", page)


def test_a_ledger_with_nothing_in_it_is_a_page_too() -> None:
    empty = replace(SHOWN, runs=[], receipts=[], last_replies=[], odd=[], turned_away=[])
    assert "No run yet." in status_page(empty)


def test_a_rehearsal_is_called_so_first_and_beside_its_run() -> None:
    real, mark = SHOWN.runs[0], "REHEARSAL / 演练, nobody was sent anything"
    assert 'class="mark"' not in status_page(SHOWN)
    page = status_page(replace(SHOWN, runs=[replace(real, mark=mark), real]))
    assert page.index(f"<title>{mark}") < page.index(f'role="alert">{mark}') < page.index("<h1>")
    assert page.index(f'<article><p class="mark">{mark}') < page.index(real.run)
    assert page.count(mark) == 3
