"""The service that takes receipts, and the address that KooMessage is told of it."""

import json
import re
import signal
import sqlite3
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pipeline.ports.marks import REHEARSAL
from tests.support.command import Desk, command
from tests.support.members import write_members
from tests.support.serving import WAIT_S, post, waited_for

MEMBERS = 20

TOKEN = "0123456789abcdef" * 2
RECEIPTS = '\n[receipts]\nlisten = "127.0.0.1:0"\n'


@contextmanager
def served(desk: Desk, *arguments: object, token: str = TOKEN) -> Iterator[tuple[str, str]]:
    """Serve beside the test; yield the receipts' address and the page's; stop it politely."""
    env = {"KOOSEND_RECEIPTS_TOKEN": token}
    line = ("serve", desk.campaign, "--page", "127.0.0.1:0", *arguments)
    with desk.started(*line, env=env) as process:
        page = waited_for(desk.folder / "state" / "serve.url", process)
        told = json.loads(waited_for(desk.folder / "state" / "serve.lock", process))
        yield f"http://{told['place']}/{token}", page
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0
    assert not (desk.folder / "state" / "serve.url").exists()


def kept(desk: Desk) -> list[bytes]:
    connection = sqlite3.connect(desk.folder / "state" / "ledger.sqlite3")
    try:
        rows = connection.execute("SELECT body FROM receipt ORDER BY id").fetchall()
    finally:
        connection.close()
    return [bytes(body) for (body,) in rows]


def test_a_service_keeps_what_is_pushed_shows_it_and_ends_with_0(desk: Desk) -> None:
    desk.write_campaign(extra=RECEIPTS)
    bodies = [b"{}", b"from=13000000001&to=1069&body=%E5%9B%9ET", b"\xff\x00"]
    with served(desk) as (address, page):
        assert [post(f"{address}/x", body) for body in bodies] == [200] * 3
        assert post(f"{address[:-1]}/x", b"{}") == 404
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(page, timeout=WAIT_S) as answer:
            text = answer.read().decode()
        receipts = re.search(r'href="(/f/[0-9a-f]{8}/receipts)"', text)
        assert receipts is not None
        at = urllib.parse.urljoin(page, receipts[1])
        with opener.open(at, timeout=WAIT_S) as answer:
            text = answer.read().decode()
        assert 'data-figure="replies">1<' in text
        assert 'data-figure="opt_outs">1<' in text
        assert "130****0001" in text
        assert "13000000001" not in text
    assert kept(desk) == bodies
    status = desk.koosend("status", desk.campaign, "--state", desk.folder / "state")
    assert status.exit == 0
    for name in ("serve.jsonl", "serve.lock"):
        file = desk.folder / "state" / name
        assert file.stat().st_mode & 0o777 == 0o600
        assert TOKEN not in file.read_text(encoding="utf-8")
        assert "13000000001" not in file.read_text(encoding="utf-8")


def test_users_are_set_on_the_machine_and_the_page_shows_every_folder_that_is_named(
    desk: Desk,
) -> None:
    desk.write_campaign(extra=RECEIPTS)
    for line, code, said in (
        (("--set-password", "li", "--role", "operator"), 0, "as operator"),
        (("--set-password", "li"), 0, "as operator"),
        (("--set-password", "wang"), 0, "as viewer"),
        (("--set-password", "token"), 2, "a name has"),
        (("--remove-user", "wang"), 0, "no more"),
        (("--remove-user", "wang"), 2, "nobody called wang"),
        (("--role", "viewer"), 2, "--set-password"),
        (("--page-url", "http://koosend.example.com"), 2, "https://"),
    ):
        done = subprocess.run(
            command("serve", desk.campaign, *line),
            input="correct horse battery\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_S,
        )
        assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done.stderr
        assert "horse" not in done.stdout + done.stderr
    store = desk.folder / "state" / "page.sqlite3"
    assert store.stat().st_mode & 0o777 == 0o600
    (desk.folder / "other").mkdir()
    with served(desk, desk.folder / "other") as (_, page):
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(page, timeout=WAIT_S) as answer:
            assert answer.read().decode().count("/receipts") == 2


def test_whoever_listens_beyond_this_machine_is_told_who_can_push(desk: Desk) -> None:
    said = "receipts.listen = 0.0.0.0:0: whoever reaches this machine at any of its addresses"
    desk.write_campaign(ask="false", extra=RECEIPTS.replace("127.0.0.1", "0.0.0.0"))  # noqa: S104 -- that is the mistake
    assert said in desk.koosend("run", desk.campaign).err
    cautions = desk.koosend("check", desk.campaign, "--offline", "--json").json["cautions"]
    assert [one["key"] for one in cautions] == ["receipts.listen"]
    log = desk.folder / "serve.err"
    line = ("serve", desk.campaign, "--no-page")
    with log.open("w") as err, desk.started(*line, err=err) as process:
        waited_for(desk.folder / "state" / "serve.lock", process)
    assert log.read_text(encoding="utf-8").count(said) == 1
    desk.write_campaign(ask="false", extra=RECEIPTS)
    assert "whoever reaches" not in desk.koosend("reconcile", desk.campaign).err


def test_a_run_beside_the_service_leaves_the_listening_to_it_and_its_receipts_count(
    desk: Desk,
) -> None:
    # So many that some fail, and the counts alone cannot tell who.
    write_members(desk.folder / "members.csv", 400)
    desk.write_campaign(channel="aim_basic", extra=RECEIPTS)
    with served(desk, token="") as _:
        run = desk.koosend("run", desk.campaign)
        assert run.exit in (0, 1), run.err
        done = desk.koosend("reconcile", desk.campaign, "--wait", "30s", "--json")
        assert done.exit == 0, done.err
    outcomes = done.json["outcomes"]
    assert outcomes["video"] >= 1
    assert not {"submitted", "pending", "in_doubt"} & outcomes.keys()
    assert any(b'"reports"' in body for body in kept(desk))


def test_a_second_service_of_the_same_folder_is_refused_with_work_left(desk: Desk) -> None:
    desk.write_campaign(extra=RECEIPTS)
    with served(desk):
        second = desk.koosend("serve", desk.campaign, "--no-page")
    assert second.exit == 75
    assert "another koosend serve" in second.err


def test_an_address_that_is_taken_is_one_sentence(desk: Desk) -> None:
    desk.write_campaign(extra=RECEIPTS)
    with served(desk) as (address, _):
        place = re.search(r"127\.0\.0\.1:\d+", address)
        assert place is not None
        other = ("--listen", place[0], "--state", desk.folder / "other", "--no-page")
        taken = desk.koosend("serve", desk.campaign, *other)
    assert taken.exit == 78
    assert "cannot be listened on" in taken.err


@pytest.mark.parametrize(
    ("arguments", "env", "code"),
    [
        ([], {}, 2),
        (["--state", "state"], {}, 77),
        (["--state", "state"], {"KOOSEND_RECEIPTS_TOKEN": "short"}, 78),
        (["--state", "state", "--page", "0.0.0.0:1"], {}, 2),
        (["--state", "state", "--listen", "nowhere"], {}, 2),
    ],
)
def test_a_service_that_cannot_begin_says_why(
    desk: Desk, arguments: list[str], env: dict[str, str], code: int
) -> None:
    done = desk.koosend("serve", *arguments, env={"KOOSEND_RECEIPTS_TOKEN": "", **env})
    assert done.exit == code
    assert done.err.startswith(("koosend: ", "Usage: "))


def register(desk: Desk, url: str, *more: str, token: str = TOKEN) -> tuple[int, str, str]:
    line = ("receipts", "register", desk.campaign, "--url", url, *more)
    done = desk.koosend(*line, env={"KOOSEND_RECEIPTS_TOKEN": token})
    return done.exit, done.out, done.err


def test_the_address_is_registered_listed_masked_and_not_taken_from_others_unasked(
    desk: Desk,
) -> None:
    desk.write_campaign(channel="aim_basic")
    assert register(desk, "https://one.example.com/")[0] == 0
    code, out, _ = register(desk, "https://one.example.com")
    assert (code, out.count("registered already")) == (0, 2)
    listed = desk.koosend("receipts", "list", desk.campaign)
    assert listed.exit == 0
    assert listed.out.splitlines() == [
        REHEARSAL,
        "video messages, sent: https://one.example.com/0123****/receipts",
        "video messages, replies: https://one.example.com/0123****/receipts",
    ]
    code, _, err = register(desk, "https://two.example.com")
    assert code == 2
    assert "--yes" in err
    assert register(desk, "https://two.example.com", "--yes")[0] == 0
    code, out, _ = register(desk, "https://two.example.com", "--json", token="f" * 32)
    assert code == 0
    assert [one["changed"] for one in json.loads(out)] == [True, True]
    assert TOKEN not in out


@pytest.mark.parametrize(
    ("url", "token", "code"),
    [("", TOKEN, 78), ("ftp://x.example.com", TOKEN, 78), ("https://x.example.com", "", 77),
     ("https://x.example.com", "short", 78), ("https://u:p@x.example.com", TOKEN, 78)],
)  # fmt: skip
def test_no_address_or_no_secret_is_one_sentence(
    desk: Desk, url: str, token: str, code: int
) -> None:
    desk.write_campaign(channel="aim_basic")
    assert register(desk, url, token=token)[0] == code
