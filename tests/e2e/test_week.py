"""A week of lists, one after the other: nobody gets a message twice, and the night says why.

The clock of the commands is moved, so that no day is waited for.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from tests.support.nights import PEOPLE, Nights, once, people, phone


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
    store = f'store = "{week.desk.folder}/accounts"\n'
    text = week.desk.campaign.read_text(encoding="utf-8")
    week.desk.campaign.write_text(text.replace("[source]", store + "[source]"), encoding="utf-8")
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
