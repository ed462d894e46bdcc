"""A whole night by one command: silent where it is well, loud and told once where it is not."""

import re
import sqlite3
import stat
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from pipeline.core.phones import mask_in
from pipeline.ledger import SqliteLedger
from pipeline.ports.marks import REHEARSAL
from tests.support.command import Desk, Done
from tests.support.listeners import MailServer, Webhook, mail_server, until, webhook
from tests.support.members import Members
from tests.support.nights import Nights, moved_clock, once, people
from tests.support.serving import waited_for

MEMBERS = 20
SILENCE = Done(0, "", "")
SECTION = '\n[notify]\nurls_env = "OPS_URLS"\nheartbeat_env = "PING"\n'


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as kept:
        yield kept


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as kept:
        yield kept


def told_at(hook: Webhook, **more: str) -> Mapping[str, str]:
    return {
        "OPS_URLS": hook.address,
        "PING": f"http://127.0.0.1:{hook.port}/ping/secret-uuid",
        **more,
    }


def night(desk: Desk, env: Mapping[str, str], *options: str) -> Done:
    return desk.koosend("nightly", desk.campaign, *options, env=env)


def log_of(desk: Desk) -> str:
    return (desk.folder / "state" / "logs" / "campaign.log").read_text(encoding="utf-8")


def test_a_good_night_makes_no_noise_beats_its_heart_and_is_in_the_log(
    desk: Desk, members: Members, hook: Webhook
) -> None:
    desk.write_campaign(extra=SECTION)
    assert night(desk, told_at(hook)) == SILENCE
    assert sorted(desk.taken()) == sorted(members.sendable)
    assert (hook.titles, hook.pinged) == ([], ["/ping/secret-uuid"])
    assert re.search(r" members run [0-9a-z]{8} nightly: exit 0\n", log_of(desk))
    assert "secret" not in log_of(desk)


def test_a_bad_night_is_loud_each_time_and_told_once_over_three_starts(
    desk: Desk, hook: Webhook
) -> None:
    desk.write_campaign(extra=SECTION)
    (desk.folder / "members.csv").rename(desk.folder / "away.csv")
    for _ in range(3):
        done = night(desk, told_at(hook))
        assert (done.exit, done.out) == (66, "")
        assert done.err.splitlines()[:2] == [REHEARSAL, "koosend: members nightly: exit 66"]
        assert "members.csv" in done.err
    (title,) = hook.titles
    assert title.endswith("members exit 66: the list is not there")
    assert hook.pinged == []
    assert log_of(desk).count("nightly: exit 66") == 3


def test_rows_that_are_refused_are_told_with_the_run_and_the_exit_code(
    desk: Desk, hook: Webhook
) -> None:
    rule = '[[rule]]\nwhat = "refuse"\ncode = "KM.00001403"\noperation = "CreateAimSendTask"\n'
    (desk.folder / "faults.toml").write_text(rule, encoding="utf-8")
    desk.write_campaign(extra=SECTION)
    text = desk.campaign.read_text(encoding="utf-8")
    desk.campaign.write_text(text.replace("[emulator]", '[emulator]\nfaults = "faults.toml"'))
    assert night(desk, told_at(hook)).exit == 1
    night(desk, told_at(hook))
    (title,) = (one for one in hook.titles if "failed" in one)
    assert re.search(r"members [0-9a-z]{8} exit 1: failed$", title)


def test_a_night_that_is_killed_goes_on_with_the_same_command_and_nobody_gets_two(
    desk: Desk, members: Members, hook: Webhook
) -> None:
    desk.write_campaign(messages_per_s=8, extra=SECTION)
    with desk.started("nightly", desk.campaign, env=told_at(hook)) as process:
        until(desk.taken)
        process.kill()
    done = night(desk, told_at(hook))
    if done.exit == 75:  # the settling time of a request that was under way
        done = desk.koosend("reconcile", desk.campaign, "--wait", "20s", env=told_at(hook))
        done = night(desk, told_at(hook))
    assert done.exit == 0, done.err
    assert sorted(desk.taken()) == sorted(members.sendable)
    assert hook.titles == []


def nights_at(folder: Path, hook: Webhook, extra: str = "") -> Nights:
    found = Nights.at(folder)
    (folder / "urls").write_text(hook.address, encoding="utf-8")
    (folder / "urls").chmod(0o600)
    found.desk.write_campaign(extra=f'\n[notify]\nurls_file = "urls"\n{extra}')
    return found


def test_a_night_that_was_missed_is_told_once_by_the_next_one(
    tmp_path: Path, hook: Webhook
) -> None:
    nights = nights_at(tmp_path, hook)
    nights.write(people())
    scheduled = ("nightly", nights.desk.campaign, "--scheduled", "12:00")
    assert nights.koosend(*scheduled) == SILENCE
    nights.later(days=3)
    nights.write(people(points="20"))
    for _ in range(2):
        assert nights.koosend(*scheduled).exit == 0
    (body,) = hook.bodies
    assert body["title"].endswith("members: a night did not run")
    with closing(sqlite3.connect(tmp_path / "state" / "ledger.sqlite3")) as raw:
        days = [day for (day,) in raw.execute("SELECT DISTINCT day FROM night ORDER BY day")]
    assert len(days) == 2
    assert days[0] in body["message"]
    assert days[1] not in body["message"]
    assert set(nights.got().values()) == {2}


def test_a_list_of_yesterday_is_not_sent_again_and_a_person_is_told(
    tmp_path: Path, hook: Webhook
) -> None:
    nights = nights_at(tmp_path, hook)
    nights.write(people())
    assert nights.koosend("nightly", nights.desk.campaign) == SILENCE
    nights.later(days=1)
    done = nights.koosend("nightly", nights.desk.campaign)
    assert done.exit == 79
    said = done.err.splitlines()[1]
    assert re.fullmatch(r"koosend: members run [0-9a-z]{8} nightly: exit 79", said)
    (title,) = hook.titles
    assert "exit 79: failed" in title
    assert nights.got() == once()


def test_the_report_is_delivered_to_a_folder_by_campaign_and_date_without_a_whole_number(
    desk: Desk,
) -> None:
    desk.write_campaign(extra='\n[report]\ndeliver_to = "colleague"\n')
    assert desk.koosend("nightly", desk.campaign) == SILENCE
    workbook, page = sorted((desk.folder / "colleague").iterdir(), reverse=True)
    assert re.fullmatch(
        r"rehearsal-members-\d{4}-\d\d-\d\d-[0-9a-z]{8}-report\.xlsx", workbook.name
    )
    assert page.name == workbook.name.replace("xlsx", "html")
    cells = cells_of(workbook)
    assert any("****" in cell for cell in cells)
    assert [cell for cell in cells if mask_in(cell) != cell] == []
    assert [one for one in desk.taken() if one in page.read_text(encoding="utf-8")] == []


def cells_of(workbook: Path) -> list[str]:
    with closing(openpyxl.load_workbook(workbook, read_only=True)) as book:
        return [
            cell
            for sheet in book
            for row in sheet.iter_rows(values_only=True)
            for cell in row
            if isinstance(cell, str)
        ]


def test_whole_numbers_are_delivered_where_the_campaign_asks_for_them(
    desk: Desk, members: Members
) -> None:
    desk.write_campaign(extra='\n[report]\ndeliver_to = "c"\ndeliver_unmasked = true\n')
    assert desk.koosend("nightly", desk.campaign) == SILENCE
    workbook = next((desk.folder / "c").glob("*.xlsx"))
    assert set(members.sendable) <= set(cells_of(workbook))
    assert stat.S_IMODE(workbook.stat().st_mode) == 0o600


def test_the_report_is_attached_to_one_mail_over_any_number_of_nights(
    desk: Desk, mail: MailServer
) -> None:
    desk.write_campaign(extra='\n[report]\ndeliver_env = "COLLEAGUE"\n')
    for _ in range(2):
        assert desk.koosend("nightly", desk.campaign, env={"COLLEAGUE": mail.address}) == SILENCE
    assert sorted(Path(name).suffix for name in mail.files[0]) == [".html", ".xlsx"]
    assert len(mail.mails) <= 2  # once sent, and once its books are closed
    assert all("the report" in subject for subject in mail.subjects)


def test_a_folder_that_cannot_be_written_is_loud_and_the_messages_are_out(
    desk: Desk, members: Members
) -> None:
    (desk.folder / "file").write_text("no folder")
    desk.write_campaign(extra='\n[report]\ndeliver_to = "file/below"\n')
    done = desk.koosend("nightly", desk.campaign)
    assert done.exit == 73
    assert "report.deliver_to" in done.err
    assert sorted(desk.taken()) == sorted(members.sendable)


def test_a_heartbeat_that_nobody_hears_is_in_the_log_alone(desk: Desk, hook: Webhook) -> None:
    desk.write_campaign(extra=SECTION)
    env = {**told_at(hook), "PING": "http://127.0.0.1:9/secret-uuid"}
    assert night(desk, env) == SILENCE
    assert "the heartbeat of this good night was not heard" in log_of(desk)
    assert "secret-uuid" not in log_of(desk)


def test_beside_another_command_on_the_run_a_night_is_silent_and_no_good_night(
    desk: Desk, hook: Webhook
) -> None:
    desk.write_campaign(extra=SECTION)
    begun = desk.koosend("run", desk.campaign, "--only-first", "5", "--json").json["run"]
    with closing(SqliteLedger(desk.folder / "state")) as ledger, closing(ledger.take(begun)):
        assert night(desk, told_at(hook)) == SILENCE
    assert (hook.pinged, hook.titles) == ([], [])
    assert len(desk.taken()) == 5


def test_the_service_shows_a_missed_night_and_tells_of_it_once(
    tmp_path: Path, hook: Webhook
) -> None:
    nights = nights_at(tmp_path, hook)
    nights.write(people())
    assert nights.koosend("nightly", nights.desk.campaign, "--scheduled", "11:00") == SILENCE
    state = tmp_path / "state"
    later = moved_clock(tmp_path, nights.ahead_s + 27 * 3600)
    listen = ("--listen", "127.0.0.1:0", "--page", "127.0.0.1:0")
    with nights.desk.started("serve", nights.desk.campaign, *listen, env=later) as process:
        address = waited_for(state / "serve.url", process)
        page = page_at(address)
        until(lambda: hook.titles)
        process.terminate()
        assert process.wait(30) == 0
    assert "No night ran on " in page
    nights.later(days=2)
    nights.write(people(points="20"))
    assert nights.koosend("nightly", nights.desk.campaign, "--scheduled", "11:00") == SILENCE
    (title,) = hook.titles
    assert title.endswith("members: a night did not run")


def page_at(address: str) -> str:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(address, timeout=30) as answer:
        return str(answer.read().decode())


def test_the_hourly_look_brings_the_report_again_once_the_books_are_closed(
    desk: Desk, mail: MailServer
) -> None:
    delivered = '\n[report]\ndeliver_to = "colleague"\ndeliver_env = "COLLEAGUE"\n'
    desk.write_campaign(extra=delivered)
    env = {"COLLEAGUE": mail.address}
    assert desk.koosend("nightly", desk.campaign, env=env) == SILENCE
    (page,) = (desk.folder / "colleague").glob("*.html")
    first = page.stat().st_mtime_ns
    done = desk.koosend("reconcile", desk.campaign, "--wait", "60s", env=env)
    assert done.exit == 0, done.err
    last = page.stat().st_mtime_ns
    assert last > first
    assert len(mail.mails) == 2
    assert "every row has its outcome" in str(mail.mails[1])
    assert desk.koosend("reconcile", desk.campaign, "--quiet", env=env) == SILENCE
    assert page.stat().st_mtime_ns == last
    assert len(mail.mails) == 2
