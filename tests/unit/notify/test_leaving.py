"""What is known of a notice after it left, or did not: proved by real servers that fail."""

import os
import signal
import subprocess
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.children import start
from pipeline.notify.addresses import addresses_in, digest_of, is_address, shown
from pipeline.notify.leaving import let_leave
from pipeline.notify.letter import Gone, Letter
from pipeline.ports import NoticeStep
from tests.support.listeners import closed_port, mail_server, silent_port, until, webhook

LEFT, NOT_LEFT, MAY_HAVE_LEFT = (
    NoticeStep.LEFT,
    NoticeStep.NOT_LEFT,
    NoticeStep.MAY_HAVE_LEFT,
)


def leave(address: str, limit_s: float = 20.0, files: tuple[str, ...] = ()) -> Gone:
    (gone,) = let_leave([Letter(address, "members", "It failed.", files)], limit_s)
    return gone


def test_a_notice_leaves_to_a_webhook_and_by_mail() -> None:
    with webhook() as hook, mail_server() as mail:
        letters = [Letter(one.address, "members: 失败", "It failed.") for one in (hook, mail)]
        assert let_leave(letters) == (Gone(LEFT), Gone(LEFT))
    assert hook.titles == ["members: 失败"]
    assert [one["Subject"] for one in mail.mails] == ["members: 失败"]


@pytest.mark.parametrize("scheme", ["json", "mailto"])
def test_what_meets_nobody_has_not_left(scheme: str) -> None:
    with closed_port() as port:
        gone = leave(
            f"{scheme}://127.0.0.1:{port}?from=a@example.com&to=b@example.com&mode=insecure"
        )
    assert gone == Gone(NOT_LEFT, "the connection was refused")


def test_an_unknown_host_and_an_unknown_service_are_told_without_the_address() -> None:
    assert leave("json://no-such-host.invalid/secret") == Gone(NOT_LEFT, "its host is not known")
    assert leave("nosuchservice://secret").step is NOT_LEFT


@pytest.mark.parametrize("status", [400, 404, 429, 503])
def test_what_a_service_refused_has_not_left(status: int) -> None:
    with webhook(status) as hook:
        assert leave(hook.address) == Gone(NOT_LEFT, f"the answer was {status}")


@pytest.mark.parametrize("status", [408, 500, 502, 504])
def test_what_a_proxy_may_have_passed_on_may_have_left(status: int) -> None:
    with webhook(status) as hook:
        assert leave(hook.address) == Gone(MAY_HAVE_LEFT, f"the answer was {status}")


def test_what_got_no_answer_may_have_left() -> None:
    with webhook(0) as hook:
        assert leave(hook.address).step is MAY_HAVE_LEFT
    assert len(hook.bodies) == 1
    with mail_server(0) as mail:
        assert leave(mail.address).step is MAY_HAVE_LEFT
    assert len(mail.mails) == 1


def test_a_mail_that_was_refused_has_not_left() -> None:
    with mail_server(452) as mail:
        assert leave(mail.address) == Gone(NOT_LEFT, "the answer was 452")


def test_an_address_that_asks_for_retries_gets_none() -> None:
    with webhook(500, 200) as hook:
        assert leave(f"{hook.address}?retry=3&wait=0").step is MAY_HAVE_LEFT
    assert len(hook.bodies) == 1


def test_a_service_that_hangs_is_left_within_the_bound() -> None:
    with webhook(-1) as hook:
        gone = leave(f"{hook.address}?rto=50", limit_s=3.0)
        assert gone == Gone(MAY_HAVE_LEFT, "it was not done within 3 s")
    assert len(hook.bodies) == 1


def test_a_mail_server_that_never_greets_has_got_nothing() -> None:
    with silent_port() as port:
        address = f"mailto://127.0.0.1:{port}?from=a@example.com&to=b@example.com&mode=insecure"
        assert leave(address, limit_s=3.0).step is NOT_LEFT


def test_what_leaves_by_a_way_that_nobody_watches_proves_nothing() -> None:
    with closed_port() as port:
        assert leave(f"gotify://127.0.0.1:{port}/token").step is NOT_LEFT
        assert leave(f"syslog://127.0.0.1:{port}/user", limit_s=5.0).step is not NOT_LEFT


def test_a_courier_whose_sender_is_killed_ends_by_itself_and_told_each_step_before_it() -> None:
    with webhook(-1) as hook:
        process = start("pipeline.notify.courier", (), stdin=subprocess.PIPE)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(Letter(f"{hook.address}?rto=50", "a", "b")))
        process.stdin.close()
        until(lambda: hook.bodies)
        os.kill(process.pid, signal.SIGALRM)
        assert process.wait(10) == -signal.SIGALRM
        assert b"written" in process.stdout.read()
        process.stdout.close()


def test_files_are_attached(tmp_path: Path) -> None:
    file = tmp_path / "报告.html"
    file.write_text("<p>ok</p>", encoding="utf-8")
    with mail_server() as mail:
        assert leave(mail.address, files=(str(file),)) == Gone(LEFT)
    assert mail.files == [["报告.html"]]


@given(st.text(), st.text())
def test_an_address_is_shown_without_what_follows_its_scheme(host: str, path: str) -> None:
    address = f"json://{host}/{path}"
    assert shown(address) in {"json://***", "***"}
    assert is_address(address) == (len(address.split()) == 1 and not address[-1:].isspace())
    assert len(digest_of(address.encode(errors="replace").decode())) == 8


def test_addresses_are_read_from_lines_or_words_each_once() -> None:
    text = "# ours\njson://a/b  mailto://c\n\n  # json://old\njson://a/b\n"
    assert addresses_in(text) == ("json://a/b", "mailto://c")
