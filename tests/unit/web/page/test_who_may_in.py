"""The door of the page: nobody is shown anything unasked, whatever they send."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from pipeline.web.page.app import page_app
from pipeline.web.page.room import Parts
from tests.support.fakes import ManualClock
from tests.support.page import OPERATOR, PASSWORD, TOKEN, VIEWER, PageTest, World, with_page

OPEN = {("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/enter"), ("GET", "/static/{name}")}
FILLED = {"folder": "f0000000", "run": "run00001", "name": "style.css"}


def routes(page: PageTest) -> set[tuple[str, str]]:
    app = page_app(Parts(page.desk, page.store, ManualClock(), lambda *_, **__: None, TOKEN))
    listed = app.router.routes()
    return {(one.method, one.resource.canonical) for one in listed if one.resource is not None}


def test_every_route_but_the_way_in_is_closed_to_strangers() -> None:
    async def script(page: PageTest) -> None:
        known = routes(page)
        assert len(known) > 25
        assert known >= OPEN
        async with page.reader() as stranger:
            for method, path in sorted(known - OPEN):
                way = stranger.base + path.format(**FILLED)
                async with stranger.session.request(method, way, data={"form": "x"}) as answer:
                    assert answer.status == 401, path
                    text = await answer.text()
                assert "Sign out" not in text
                assert not answer.headers.get("Set-Cookie")
            assert (await stranger.get("/nothing"))[0] == 404

    with_page(script)


def test_every_change_is_refused_to_a_viewer_and_without_what_the_form_was_given() -> None:
    async def script(page: PageTest) -> None:
        changes = {(m, p) for m, p in routes(page) - OPEN if m == "POST"}
        may = {"/sign-out", "/f/{folder}/runs/{run}/life", "/f/{folder}/list"}
        async with page.reader(VIEWER) as viewer:
            for _, path in sorted(changes):
                way = path.format(**FILLED)
                for wrong in ("", "0" * 64, "\ud800"):
                    status, _ = await viewer.post(way, {"form": wrong.encode("utf-8", "replace")})
                    assert status == 403, path
                if path not in may:
                    assert (await viewer.post(way))[0] == 403, path
            assert (await viewer.get("/acts"))[0] == 403
        async with page.reader(OPERATOR) as operator:
            for _, path in sorted(changes):
                assert (await operator.post(path.format(**FILLED), {"form": "x"}))[0] == 403, path
        assert {act.what for act in page.store.acts(50)} == {"signed_in"}

    with_page(script)


def test_another_sites_form_is_refused_though_it_brings_everything() -> None:
    async def script(page: PageTest) -> None:
        async with page.reader(OPERATOR) as operator:
            for theirs in (
                {"Origin": "http://evil.example"},
                {"Origin": "null"},
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site"},
            ):
                assert (await operator.post("/sign-out", **theirs))[0] == 403
                given = {"name": OPERATOR, "password": PASSWORD}
                assert (await operator.post("/sign-in", given, **theirs))[0] == 403
            assert (await operator.get("/"))[0] == 200
            assert (await operator.post("/sign-out", Origin=page.base))[0] == 303

    with_page(script)


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8091", 401), ("localhost:8091", 401), ("[::1]:8091", 401), ("127.0.0.1", 401),
     ("koosend.example.com", 401), ("KOOSEND.example.com", 401),
     ("evil.example:8091", 421), ("127.0.0.1.evil.example", 421), ("192.0.2.1", 421),
     ("koosend.example.com.evil.example", 421), ("koosend.example.com:8091", 421)],
)  # fmt: skip
def test_only_this_machines_own_names_and_the_proxys_are_answered(host: str, status: int) -> None:
    async def script(page: PageTest) -> None:
        async with page.reader() as stranger:
            assert (await stranger.get("/", Host=host))[0] == status
            assert (await stranger.get("/?lang=zh", Host=host))[0] in {421, 303}

    with_page(script, World(public_url="https://koosend.example.com"))


def test_every_answer_carries_the_headers_that_protect_it() -> None:
    async def script(page: PageTest) -> None:
        async with page.reader(OPERATOR) as reader:
            for path in ("/", "/nothing", "/sign-in", "/acts", "/static/style.css", "/static/x"):
                async with reader.session.get(reader.base + path) as answer:
                    headers = answer.headers
                policy = headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                assert "unsafe" not in policy
                assert headers["X-Content-Type-Options"] == "nosniff"
                assert headers["X-Frame-Options"] == "DENY"
                assert headers["Referrer-Policy"] == "same-origin"
                assert headers["Server"] == "koosend"
                assert "static" in path or headers["Cache-Control"] == "no-store"

    with_page(script)


def test_a_form_that_is_none_is_refused_as_the_senders_mistake() -> None:
    async def script(page: PageTest) -> None:
        async with page.reader(OPERATOR) as reader:
            for way in ("/sign-in", "/sign-out"):
                for kind, body in (
                    ("multipart/form-data", b"--x\r\n"),
                    ("application/x-www-form-urlencoded; charset=nothing", b"form=\xff"),
                ):
                    headers = {"Content-Type": kind}
                    async with reader.session.post(
                        reader.base + way, data=body, headers=headers
                    ) as answer:
                        assert answer.status == 400
            big = "x" * 300_000
            assert (await reader.post("/sign-out", {"form": big}))[0] == 413

    with_page(script)


def test_a_language_is_chosen_without_leading_anywhere_else() -> None:
    async def script(page: PageTest) -> None:
        async with page.reader() as reader:
            _, text = await reader.get("/", **{"Accept-Language": "fr, zh-CN;q=0.8, en;q=0.2"})
            assert "登录" in text
            _, text = await reader.get("/sign-in", **{"Accept-Language": "en"})
            assert "Sign in" in text
            async with reader.session.get(
                f"{reader.base}//evil.example/%5C?lang=zh", allow_redirects=False
            ) as answer:
                assert not answer.headers.get("Location", "").startswith(("//", "/\\"))
            async with reader.session.get(f"{reader.base}/sign-in?lang=zh") as answer:
                assert str(answer.url) == f"{reader.base}/sign-in"
                assert "登录" in await answer.text()

    with_page(script)


def test_a_further_address_decides_itself_who_may_ask_and_only_its_host_is_looked_at() -> None:
    async def numbers(request: web.Request) -> web.StreamResponse:
        del request
        await asyncio.sleep(0)
        return web.Response(text="koosend_rows 1")

    async def script(page: PageTest) -> None:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{page.base}/metrics") as answer:
                assert (answer.status, await answer.text()) == (200, "koosend_rows 1")
            async with session.get(f"{page.base}/metrics", headers={"Host": "evil"}) as answer:
                assert answer.status == 421

    with_page(script, World(own=[("/metrics", numbers)]))
