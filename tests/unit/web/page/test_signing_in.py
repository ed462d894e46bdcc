"""Signing in: by password or by the service's token, for a while; who guesses is slowed down."""

import sqlite3
from pathlib import Path

import pytest

from pipeline.ports.page import PageUser, Role
from pipeline.web.page.passwords import NOBODY, is_right, kept
from pipeline.web.page.visitors import SESSION_S
from tests.support.fakes import ManualClock
from tests.support.page import (
    OPERATOR,
    PASSWORD,
    SECRET,
    TOKEN,
    VIEWER,
    PageTest,
    World,
    with_page,
)


def test_a_password_is_kept_so_that_it_cannot_be_read_and_no_two_are_alike() -> None:
    secret = kept("pässword for 两 people")
    assert is_right("pässword for 两 people", secret)
    assert is_right("pa\u0308ssword for 两 people", secret), "as another keyboard writes it"
    assert not is_right("password for 两 people", secret)
    assert secret != kept("pässword for 两 people")
    assert "ssword" not in secret
    for nothing in ("", "plain", "md5$1$1$1$x$y", NOBODY):
        assert not is_right("", nothing)


def test_who_signs_in_is_known_until_they_sign_out_or_the_session_ends() -> None:
    clock = ManualClock()

    async def script(page: PageTest) -> None:
        async with page.reader() as reader:
            assert await reader.sign_in(OPERATOR, "not the password") == 401
            assert await reader.sign_in("nobody", PASSWORD) == 401
            assert await reader.sign_in(OPERATOR) == 303
            assert "li (operator)" in (await reader.get("/"))[1]
            assert (await reader.post("/sign-out"))[0] == 303
            assert (await reader.get("/"))[0] == 401
        async with page.reader(VIEWER) as reader:
            assert "wang (viewer)" in (await reader.get("/"))[1]
            clock.advance(SESSION_S + 1)
            assert (await reader.get("/"))[0] == 401
        told = [event for event, _ in page.told]
        assert told.count("page.refused") == 2

    with_page(script, World(clock=clock))


def test_a_session_survives_a_restart_and_ends_with_another_password(tmp_path: Path) -> None:
    cookies: list[str] = []

    async def first(page: PageTest) -> None:
        async with page.reader(OPERATOR) as reader:
            cookies.extend(f"{one.key}={one.value}" for one in reader.session.cookie_jar)

    async def second(page: PageTest) -> None:
        async with page.reader() as reader:
            held = {"Cookie": "; ".join(cookies)}
            assert (await reader.get("/", **held))[0] == 401, "the password was set anew"

    with_page(first, state=tmp_path)
    file = (tmp_path / "page.sqlite3").read_bytes()
    assert all(cookie.partition("=")[2].encode() not in file for cookie in cookies)
    assert PASSWORD.encode() not in file
    assert (tmp_path / "page.sqlite3").stat().st_mode & 0o777 == 0o600
    connection = sqlite3.connect(tmp_path / "page.sqlite3")
    assert connection.execute("SELECT count(*) FROM page_session").fetchone() == (1,)
    connection.close()
    with_page(second, state=tmp_path)


def test_the_cookies_are_for_this_site_alone_and_not_for_scripts() -> None:
    async def script(page: PageTest) -> None:
        for host, secure in (("", False), ("koosend.example.com", True)):
            async with page.reader() as reader:
                given = {"name": OPERATOR, "password": PASSWORD}
                headers = {"Host": host} if host else {}
                async with reader.session.post(
                    f"{reader.base}/sign-in", data=given, headers=headers, allow_redirects=False
                ) as answer:
                    set_ = answer.headers.getall("Set-Cookie")
                assert len(set_) == 2
                for cookie in set_:
                    for word in ("HttpOnly", "SameSite=Strict", "Path=/"):
                        assert word in cookie
                    assert ("Secure" in cookie) is secure

    with_page(script, World(public_url="https://koosend.example.com"))


def test_the_services_token_lets_a_monitor_look_and_do_nothing_else() -> None:
    async def script(page: PageTest) -> None:
        async with page.reader() as reader:
            assert (await reader.get(f"/enter?token={TOKEN}"))[0] == 303
            assert "token (viewer)" in (await reader.get("/"))[1]
            assert (await reader.post("/f/x/list/add"))[0] == 403
            assert (await reader.post("/sign-out"))[0] == 303
            assert (await reader.get("/"))[0] == 401
            assert (await reader.get("/enter?token=wrong"))[0] == 401
            theirs = {"Sec-Fetch-Site": "cross-site"}
            assert (await reader.get(f"/enter?token={TOKEN}", **theirs))[0] == 403
        async with page.reader() as monitor:
            bearer = {"Authorization": f"Bearer {TOKEN}"}
            assert (await monitor.get("/", **bearer))[0] == 200
            assert (await monitor.post("/f/x/list", **bearer))[0] == 403
            statuses = [
                (await monitor.get("/", Authorization="Bearer guess"))[0] for _ in range(20)
            ]
            assert statuses[-1] == 429

    with_page(script)


def test_guesses_are_slowed_down_and_keep_nobody_out_who_was_in_before() -> None:
    clock = ManualClock()

    async def script(page: PageTest) -> None:
        async with page.reader(OPERATOR) as operator:
            await operator.post("/sign-out")
            async with page.reader() as guesser:
                statuses = [await guesser.sign_in(OPERATOR, f"guess {n}") for n in range(12)]
                assert statuses == [401] * 10 + [429] * 2
                assert await guesser.sign_in(OPERATOR) == 429, "the right one as well"
            assert await operator.sign_in(OPERATOR) == 303, "from the browser that was in before"
            clock.advance(600)
            async with page.reader() as another:
                assert await another.sign_in(OPERATOR) == 303

    with_page(script, World(clock=clock))


def test_behind_a_proxy_each_address_has_attempts_of_its_own() -> None:
    async def script(page: PageTest) -> None:
        async with page.reader() as reader:
            given = {"name": "nobody", "password": "x"}
            behind = {"Host": "koosend.example.com", "X-Forwarded-For": "6.6.6.6, 192.0.2.7"}
            statuses = [(await reader.post("/sign-in", given, **behind))[0] for _ in range(11)]
            assert statuses[-1] == 429
            other = {**given, "name": "somebody"}
            behind["X-Forwarded-For"] = "192.0.2.8"
            assert (await reader.post("/sign-in", other, **behind))[0] == 401
        seen = {fields["address"] for event, fields in page.told if event == "page.refused"}
        assert seen == {"192.0.2.7", "192.0.2.8"}

    with_page(script, World(public_url="https://koosend.example.com"))


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [("/acts", "/acts"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("http://x", "/"),
     ("/a\r\nSet-Cookie: x=y", "/"), ("", "/")],
)  # fmt: skip
def test_signing_in_leads_back_to_a_page_of_ours_alone(back: str, leads_to: str) -> None:
    async def script(page: PageTest) -> None:
        async with page.reader() as reader:
            given = {"name": OPERATOR, "password": PASSWORD, "back": back}
            assert await reader.post("/sign-in", given) == (303, leads_to)

    with_page(script)


def test_a_user_who_was_taken_away_is_signed_out_and_stays_out() -> None:
    async def script(page: PageTest) -> None:
        async with page.reader(VIEWER) as reader:
            page.store.remove_user(VIEWER)
            assert (await reader.get("/"))[0] == 401
            page.store.keep_user(PageUser(VIEWER, Role.VIEWER, SECRET))
            assert (await reader.get("/"))[0] == 401

    with_page(script)
