"""A week of lists, one after the other: nobody gets a message twice, and the night says why.

The clock of the commands is moved, so that no day is waited for.
"""

import shutil
import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from pipeline.core.times import DAY_S
from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY, running_emulator
from tests.support.nights import PEOPLE, Nights, moved_clock, once, people, phone


@pytest.fixture
def week(tmp_path: Path) -> Nights:
    return Nights.at(tmp_path)


def test_a_list_that_is_saved_again_reaches_nobody_a_second_time(week: Nights) -> None:
    week.write(people())
    assert week.run().exit == 0
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["手机号", "姓名", "积分"], *people()]:
        sheet.append(row)
    book.save(week.desk.folder / "members.xlsx")
    week.desk.write_campaign(source="members.xlsx")
    again = week.run()
    assert (again.exit, week.got()) == (79, once())
    assert "30 of 30 people were sent this message at " in again.err
    assert "nobody is new; nothing was sent: koosend run" in again.err


def test_only_those_who_are_new_get_it_once_a_person_says_so(week: Nights) -> None:
    week.write(people(stop=20))
    first = week.run("--json").json["run"]
    week.write([[*row, "备注"] for row in people()], ("手机号", "姓名", "积分", "备注"))
    held = week.run()
    assert (held.exit, week.got()) == (79, once(stop=20))
    assert "20 of 30 people were sent this message at " in held.err
    assert f"run {first}; 10 are new" in held.err
    checked = week.koosend("check", week.desk.campaign)
    assert f"run {first}; 10 are new" in checked.out
    done = week.run("--yes", "--json")
    assert done.json["outcomes"] == {"skipped": 20, "submitted": 10}
    assert week.got() == once()
    assert week.koosend("verify", week.desk.campaign).exit == 0


def test_a_night_for_which_nobody_brought_a_list_is_told_to_a_person(week: Nights) -> None:
    week.write(people())
    assert week.run().exit == 0
    week.later(hours=3)
    assert week.run().exit == 0
    week.later(days=1)
    told = week.run()
    assert (told.exit, week.got()) == (79, once())
    assert "members.csv is unchanged since " in told.err


def test_one_row_more_is_sent_without_a_question(week: Nights) -> None:
    week.write(people())
    assert week.run().exit == 0
    week.write([*people(stop=2), *people(PEOPLE, PEOPLE + 40)])
    done = week.run("--json")
    assert (done.exit, done.json["outcomes"]["skipped"]) == (0, 2)
    assert week.got() == once(stop=PEOPLE + 40)


def test_a_name_that_was_mended_is_no_reason_to_send_again_on_the_same_day(week: Nights) -> None:
    week.write(people())
    assert week.run().exit == 0
    week.write(
        [[number, name.replace("会员", "會員"), points] for number, name, points in people()]
    )
    assert (week.run().exit, week.got()) == (79, once())


def test_new_values_are_sent_on_the_next_day_and_the_same_ones_are_not(week: Nights) -> None:
    week.write(people())
    assert week.run().exit == 0
    week.later(days=1)
    week.write(people(points="11"))
    assert week.run().exit == 0
    assert week.got() == dict.fromkeys(once(), 2)
    week.later(days=1)
    week.write([*people(points="11"), *people(40, 41)])
    assert (week.run().exit, week.got()) == (79, dict.fromkeys(once(), 2))
    week.later(days=3)
    assert week.run().exit == 0
    assert week.got() == {**dict.fromkeys(once(), 3), phone(40): 1}


def test_another_state_folder_of_the_account_knows_whom_the_first_one_reached(
    week: Nights,
) -> None:
    with_store(week)
    week.write(people())
    assert week.run().exit == 0
    week.write([*people(), *people(40, 41)])
    other = week.run("--state", week.desk.folder / "other")
    assert other.exit == 79
    assert "30 of 31 people were sent this message" in other.err
    assert week.got() == once()


def test_a_campaign_that_says_send_sends(week: Nights) -> None:
    week.desk.write_campaign(extra='[screening]\nalready_sent = "send"\n')
    week.write(people())
    assert week.run().exit == 0
    week.write(people(stop=PEOPLE + 1))
    assert week.run().exit == 0
    assert week.got() == {**dict.fromkeys(once(), 2), phone(PEOPLE): 1}


def test_leave_out_never_asks(week: Nights) -> None:
    week.desk.write_campaign(extra='[screening]\nalready_sent = "leave_out"\n')
    week.write(people())
    assert week.run().exit == 0
    week.write(people(stop=PEOPLE + 1))
    done = week.run("--json")
    assert (done.exit, done.json["outcomes"]) == (0, {"skipped": 30, "submitted": 1})
    assert week.got() == once(stop=PEOPLE + 1)


def test_again_sends_to_everybody(week: Nights) -> None:
    week.write(people())
    assert week.run().exit == 0
    week.write(people(stop=PEOPLE + 1))
    assert week.run("--again", "--yes").exit == 0
    assert week.got() == {**dict.fromkeys(once(), 2), phone(PEOPLE): 1}


def test_a_row_that_was_left_out_without_proof_is_found(week: Nights) -> None:
    week.write(people(stop=20))
    first = week.run("--json").json["run"]
    week.write(people())
    assert week.run("--yes").exit == 0
    ledger = week.desk.folder / "state" / "ledger.sqlite3"
    with closing(sqlite3.connect(ledger)) as raw:
        raw.execute("UPDATE rejected SET phone = '13700000000' WHERE row = 3")
        raw.execute("UPDATE rejected SET detail = 'nothing' WHERE row = 4")
        raw.commit()
    found = week.koosend("verify", week.desk.campaign)
    assert found.exit == 1
    assert (
        f"run {first} reached 137****0000, and no request of that run carried the number"
        in found.out
    )
    assert "repeat_unproved at row 4: it names no earlier run" in found.out


def with_store(week: Nights, *, more: str = "") -> None:
    """Let the account's store lie beside the state folders, so that these share it."""
    text = week.desk.campaign.read_text(encoding="utf-8")
    store = f'store = "{week.desk.folder}/accounts"\n'
    text = text.replace("[source]", f"{store}[source]").replace("[limits]", f"[limits]\n{more}")
    week.desk.campaign.write_text(text, encoding="utf-8")


def test_a_state_folder_that_is_gone_holds_the_account_until_a_person_says_so(
    week: Nights,
) -> None:
    with_store(week)
    week.write(people())
    assert week.run().exit == 0
    shutil.move(week.desk.folder / "state", week.desk.folder / "lost")
    week.write(people(40, 42))
    other = ("--state", week.desk.folder / "other")
    held = week.run(*other)
    assert held.exit == 79
    assert f"the ledger of {week.desk.folder}/state is not there" in held.err
    assert "put it back; if it is gone for good, add --new-ledger" in held.err
    assert week.run(*other, "--new-ledger").exit == 0
    week.write(people(50, 52))
    assert week.run(*other).exit == 0, "said once is said for good"


def test_days_between_messages_are_those_of_the_calendar_over_all_folders(week: Nights) -> None:
    with_store(week, more="same_number_days = 1")
    week.write(people())
    assert week.run().exit == 0
    week.write(people(stop=20, points="11"))
    same_day = week.run("--json", "--state", week.desk.folder / "other")
    assert same_day.json["outcomes"] == {"skipped": 20}
    week.later(hours=13)  # past midnight, and not yet a day later
    week.write(people(stop=20, points="12"))
    next_day = week.run("--json", "--state", week.desk.folder / "other")
    assert next_day.exit == 0
    assert "skipped" not in next_day.json["outcomes"]


def test_two_processes_that_start_at_once_send_to_nobody_twice(week: Nights) -> None:
    """The same people in two files and two folders: whoever plans first has them."""
    with_store(week)
    week.write(people())
    (week.desk.folder / "again.csv").write_text(
        (week.desk.folder / "members.csv").read_text(encoding="utf-8") + "\n", encoding="utf-8"
    )
    provider = week.desk.folder / "provider"
    provider.mkdir()
    with running_emulator(provider) as emulator:
        week.desk.write_campaign(endpoint=emulator.url)
        with_store(week)
        first, text = week.desk.campaign, week.desk.campaign.read_text(encoding="utf-8")
        second = week.desk.folder / "second.toml"
        second.write_text(
            text.replace("members.csv", "again.csv").replace('"state"', '"other"'),
            encoding="utf-8",
        )
        keys = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}
        with ThreadPoolExecutor(2) as pool:
            codes = list(
                pool.map(
                    lambda file: week.desk.koosend("run", file, env=keys).exit, (first, second)
                )
            )
        assert sorted(codes) == [0, 79]
        assert Counter(message["phone"] for message in emulator.messages()) == once()


def test_runs_of_before_there_were_digests_count_by_their_rows(week: Nights) -> None:
    week.write(people())
    assert week.run().exit == 0
    with closing(sqlite3.connect(week.desk.folder / "state" / "ledger.sqlite3")) as raw:
        raw.execute("DELETE FROM people")
        raw.commit()
    week.later(days=1)
    week.write([*people(), *people(40, 41)])
    assert (week.run().exit, week.got()) == (79, once())


def test_whoever_a_purged_run_reached_is_still_known(week: Nights) -> None:
    week.write(people())
    run = week.run("--json").json["run"]
    state = ("--state", week.desk.folder / "state")
    assert week.koosend("purge", "--run", run, "--unfinished", "--yes", *state).exit == 0
    week.write([*people(), *people(40, 41)])
    assert (week.run().exit, week.got()) == (79, once())
    week.later(days=40)
    assert week.koosend("purge", "--older-than", 30, "--yes", *state).exit == 0
    with closing(sqlite3.connect(week.desk.folder / "state" / "ledger.sqlite3")) as raw:
        assert raw.execute("SELECT count(*) FROM people").fetchone() == (0,)


def test_half_an_upload_is_not_sent_and_a_list_that_comes_late_is(week: Nights) -> None:
    text = week.desk.campaign.read_text(encoding="utf-8")
    keys = '[source]\ndone_marker = "done"\n'
    week.desk.campaign.write_text(text.replace("[source]\n", keys), encoding="utf-8")
    week.write(people(stop=20))
    early = week.run()
    assert (early.exit, week.got()) == (66, {})
    assert "done, by which members.csv is complete, is not there" in early.err
    week.write(people())
    (week.desk.folder / "done").touch()
    assert (week.run().exit, week.got()) == (0, once())


def test_a_list_that_was_planned_by_a_clock_far_ahead_reaches_nobody_a_second_time(
    week: Nights,
) -> None:
    """The clock is compared before anything is sent, but here not before the list is planned."""
    keys = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}
    provider = week.desk.folder / "provider"
    provider.mkdir()
    with running_emulator(provider) as emulator:
        week.desk.write_campaign(endpoint=emulator.url, ask="false")
        week.write(people(stop=20))
        assert week.desk.koosend("run", week.desk.campaign, env=keys).exit == 0
        week.write(people())
        ahead = {**keys, **moved_clock(week.desk.folder, 5 * DAY_S)}
        early = week.desk.koosend("run", week.desk.campaign, env=ahead)
        assert (early.exit, len(emulator.messages())) == (75, 20)
        assert "clock is 43" in early.err
        done = week.desk.koosend("run", week.desk.campaign, "--json", env=keys)
        assert (done.exit, done.json["outcomes"]["suppressed"]) == (0, 20)
        assert Counter(message["phone"] for message in emulator.messages()) == once()
