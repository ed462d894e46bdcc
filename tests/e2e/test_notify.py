"""Who is told of what: at most once, whatever dies in between, and no number in any of it."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.core.phones import mask_in
from tests.support.command import Desk, Done
from tests.support.listeners import Webhook, closed_port, mail_server, until, webhook
from tests.support.members import Members
from tests.support.nights import Nights

ALL = '["finished", "failed", "sent_to_nobody", "source_missing", "books_closed", "drift"]'
MEMBERS = 12
SECTION = '\n[notify]\nurls_env = "OPS_URLS"\n'


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as kept:
        yield kept


def urls(*addresses: str) -> Mapping[str, str]:
    return {"OPS_URLS": " ".join(addresses)}


def keep(file: Path, text: str, mode: int = 0o600) -> None:
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)


def steps(desk: Desk) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(desk.folder / "state" / "ledger.sqlite3")) as raw:
        return raw.execute(
            "SELECT kind, step FROM notice JOIN notice_step ON notice.id = notice ORDER BY"
            " notice_step.id"
        ).fetchall()


def failing(desk: Desk, extra: str = SECTION) -> None:
    desk.write_campaign(extra=extra)
    (desk.folder / "members.csv").rename(desk.folder / "away.csv")


def run(desk: Desk, env: Mapping[str, str]) -> Done:
    return desk.koosend("run", desk.campaign, "--quiet", env=env)


def test_a_finished_run_is_told_once_over_any_number_of_commands(desk: Desk, hook: Webhook) -> None:
    desk.write_campaign(extra=f"{SECTION}events = {ALL}\n")
    for _ in range(2):
        done = desk.koosend("run", desk.campaign, env=urls(hook.address))
        assert done.exit == 0, done.err
        desk.koosend("reconcile", desk.campaign, env=urls(hook.address))
    told = [title.partition("] ")[2] for title in hook.titles]
    finished = [title for title in told if title.endswith("exit 0: finished")]
    assert len(finished) == 1
    assert re.fullmatch(r"members [0-9a-z]{8} exit 0: finished", finished[0])
    assert hook.titles[0].startswith("[REHEARSAL")
    for body in hook.bodies:
        assert mask_in(str(body)) == str(body)
        assert not any(number in str(body) for number in desk.taken())


def test_a_missing_list_is_told_with_its_time_and_once_a_day(desk: Desk, hook: Webhook) -> None:
    failing(desk)
    for _ in range(3):
        assert run(desk, urls(hook.address)).exit == 66
    (body,) = hook.bodies
    assert body["title"].endswith("members exit 66: the list is not there")
    assert re.search(r"At \d\d:\d\d, China's time, the list was not there", body["message"])


def test_the_next_day_is_another_night(tmp_path: Path, hook: Webhook) -> None:
    nights = Nights.at(tmp_path)
    keep(tmp_path / "urls", hook.address)
    nights.desk.write_campaign(extra='\n[notify]\nurls_file = "urls"\n')
    for days in (0, 0, 1):
        nights.later(days=days)
        assert nights.run("--quiet").exit == 66
    assert len(hook.titles) == 2


def test_it_is_said_in_the_language_of_the_campaign(desk: Desk, hook: Webhook) -> None:
    failing(desk, f'{SECTION}\n[report]\nlanguage = "zh"\n')
    run(desk, urls(hook.address))
    (body,) = hook.bodies
    assert body["title"].endswith("members exit 66: 名单不在")
    assert "没有发送" in body["message"]


def test_what_did_not_leave_leaves_with_a_later_command_after_a_pause(tmp_path: Path) -> None:
    nights = Nights.at(tmp_path)
    nights.desk.write_campaign(extra='\n[notify]\nurls_file = "urls"\n')
    with webhook(503, 200) as hook:
        keep(tmp_path / "urls", hook.address)
        nights.run("--quiet")
        nights.koosend("reconcile", nights.desk.campaign, "--quiet")  # too early
        assert len(hook.bodies) == 1
        nights.later(hours=1)
        nights.koosend("reconcile", nights.desk.campaign, "--quiet")
        nights.later(hours=1)
        nights.koosend("reconcile", nights.desk.campaign, "--quiet")
    assert len(hook.bodies) == 2
    assert hook.bodies[0] == hook.bodies[1]
    assert [step for _, step in steps(nights.desk)] == ["intended", "not_left", "intended", "left"]


def test_what_did_not_leave_for_a_day_is_not_tried_any_more(tmp_path: Path) -> None:
    nights = Nights.at(tmp_path)
    nights.desk.write_campaign(extra='\n[notify]\nurls_file = "urls"\n')
    with closed_port() as port:
        keep(tmp_path / "urls", f"json://127.0.0.1:{port}/secret-path")
        assert nights.run("--quiet").exit == 66
        nights.later(days=1, hours=1)
        nights.koosend("reconcile", nights.desk.campaign, "--quiet")
    assert [step for _, step in steps(nights.desk)] == ["intended", "not_left"]


def test_a_command_that_is_killed_while_a_notice_leaves_never_tells_it_again(desk: Desk) -> None:
    failing(desk)
    with webhook(-1) as hook:
        env = urls(f"{hook.address}?rto=50")
        with desk.started("run", desk.campaign, "--quiet", env=env) as process:
            until(lambda: hook.bodies)
            process.kill()
        hook.answers = [200]
        for _ in range(2):
            run(desk, env)
    assert len(hook.bodies) == 1
    assert steps(desk) == [("source_missing", "intended")]
    shown = desk.koosend("notify", desk.campaign, env=env)
    assert "may have left" in shown.out
    assert "hook-secret-path" not in shown.out + shown.err


def test_a_notifier_that_hangs_or_fails_delays_little_and_changes_no_exit_code(desk: Desk) -> None:
    failing(desk)
    with webhook(500) as hook:
        done = run(desk, urls(hook.address, "nosuch://secret-token"))
    assert done.exit == 66
    assert "address 1 (json://***) may have left and is not tried again" in done.err
    assert "address 2 (nosuch://***) did not leave and is tried again later" in done.err
    assert "secret" not in done.out + done.err


@pytest.mark.parametrize(
    ("mode", "text", "says"),
    [
        (0o644, "json://a/b", "others can read"),
        (0o600, "not-an-address", "what is no address (number 1)"),
        (0o600, "", "holds no address"),
        (None, "", "cannot be read"),
    ],
)
def test_addresses_that_cannot_be_used_are_told_and_the_run_is_as_good(
    desk: Desk, members: Members, mode: int | None, text: str, says: str
) -> None:
    desk.write_campaign(extra='\n[notify]\nurls_file = "urls"\n')
    if mode is not None:
        keep(desk.folder / "urls", text, mode)
    done = desk.koosend("run", desk.campaign)
    assert done.exit == 0
    assert says in done.err
    assert len(desk.taken()) == len(members.sendable)
    checked = desk.koosend("check", desk.campaign, "--offline")
    assert says in checked.out + checked.err


def test_without_apprise_the_run_is_as_good_and_says_how_to_install_it(
    desk: Desk, members: Members
) -> None:
    desk.write_campaign(extra=SECTION)
    gone = desk.folder / "without" / "sitecustomize.py"
    gone.parent.mkdir()
    gone.write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'apprise' else find(name, *more)\n"
    )
    env = {**urls("json://127.0.0.1:9/secret"), "PYTHONPATH": str(gone.parent)}
    afresh = Desk(desk.folder, is_fork=False)
    done = afresh.koosend("run", desk.campaign, env=env)
    assert done.exit == 0
    assert "pip install 'koosend[notify]'" in done.err
    assert len(desk.taken()) == len(members.sendable)


def test_a_campaign_file_that_is_wrong_still_says_who_is_told(desk: Desk, hook: Webhook) -> None:
    desk.write_campaign(channel="nosuch", message='template = "700000001"', extra=SECTION)
    for _ in range(2):
        assert run(desk, urls(hook.address)).exit == 78
    (body,) = hook.bodies
    assert body["title"] == "members exit 78: failed"


def test_a_run_that_reaches_nobody_is_told(desk: Desk, hook: Webhook) -> None:
    (desk.folder / "members.csv").write_text("手机号,姓名,积分\n123,甲,1\n", encoding="utf-8")
    desk.write_campaign(extra=SECTION)
    text = desk.campaign.read_text(encoding="utf-8")
    desk.campaign.write_text(
        text.replace("[limits]\n", "[limits]\nmin_recipients = 0\n"), encoding="utf-8"
    )
    done = desk.koosend("run", desk.campaign, env=urls(hook.address))
    assert done.exit == 0, done.err
    (title,) = hook.titles
    assert title.endswith("exit 0: nobody was sent a message")


def test_a_test_message_goes_to_every_address_and_says_of_each_what_became_of_it(
    desk: Desk,
) -> None:
    desk.write_campaign(extra=SECTION)
    with webhook() as hook, mail_server() as mail, closed_port() as port:
        env = urls(hook.address, mail.address, f"json://127.0.0.1:{port}/secret")
        done = desk.koosend("notify", desk.campaign, "--test", env=env)
        good = desk.koosend("notify", desk.campaign, "--test", "--json", env=urls(hook.address))
    assert done.exit == 69
    assert done.out.splitlines()[1:] == [
        "address 1 (json://***): left",
        "address 2 (mailto://***): left",
        "address 3 (json://***): did not leave: the connection was refused",
    ]
    assert "secret" not in done.out + done.err
    assert (good.exit, [one["step"] for one in good.json["tried"]]) == (0, ["left"])
    assert all("members: a test of koosend notify" in one for one in (*hook.titles, *mail.subjects))


def test_a_campaign_that_names_nobody_has_nobody_to_try(desk: Desk) -> None:
    desk.write_campaign()
    done = desk.koosend("notify", desk.campaign, "--test")
    assert (done.exit, "notifies nobody" in done.err) == (2, True)
