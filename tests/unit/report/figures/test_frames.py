import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Message, Rejection
from pipeline.core.outcome import Outcome, Standing
from pipeline.language import Language
from pipeline.ports import Rejects
from pipeline.report.figures.frames import OUTCOME_COLUMNS, RejectLayout, local_time, outcome_table
from pipeline.report.figures.table import Table
from pipeline.report.texts.safe import safe_cell
from tests.support.report import block, every_standing, phone, rejected, submission


def test_one_line_per_row_tells_what_the_ledger_knows_of_it() -> None:
    standing = Standing(Outcome.CARD, delivered_at="2026-11-22 20:38:35", rendered_at="later")
    table = outcome_table(block([standing], [submission(0, 0, 1)], [0]), Message(Channel.AIM, "1"))
    assert tuple(table.columns) == OUTCOME_COLUMNS
    assert {name: table[name][0] for name in OUTCOME_COLUMNS} == {
        "sheet": "Sheet1",
        "row": 2,
        "phone": phone(0),
        "outcome": "card",
        "reason": "",
        "channel": "aim",
        "chunk": 0,
        "task_name": "abcd1234-0000000-001",
        "task_id": "8113760c-787c-4c87-82c8-000000000000",
        "submitted_at": "2026-09-21T22:13:20+08:00",
        "delivered_at": "2026-11-22T20:38:35+08:00",
        "rendered_at": "later",
        "code": "",
        "parts": "",
    }


def test_a_rejected_row_has_no_submission() -> None:
    standing = Standing(Outcome.INVALID, Rejection.PHONE_EMPTY)
    table = outcome_table(block([standing], [submission(0, 0, 1)], [-1]), Message(Channel.AIM, "1"))
    assert table["reason"] == ["phone_empty"]
    assert [table[name][0] for name in ("channel", "chunk", "task_name", "submitted_at")] == [
        ""
    ] * 4


def test_only_what_may_have_left_has_a_time_of_submission() -> None:
    states = list(State)
    sent = [submission(at, at, at + 1, state) for at, state in enumerate(states)]
    standings = [Standing(Outcome.PENDING)] * len(states)
    table = outcome_table(block(standings, sent, range(len(states))), Message(Channel.AIM, "1"))
    timed = {state for state, time in zip(states, table["submitted_at"], strict=True) if time}
    assert timed == {State.ACCEPTED, State.IN_DOUBT, State.IN_FLIGHT}


def test_only_a_video_message_is_known_to_have_one_part() -> None:
    standings = every_standing()
    table = outcome_table(
        block(standings, [], [-1] * len(standings)), Message(Channel.AIM_BASIC, "1")
    )
    assert set(table.where(("parts",), {("1",)})["outcome"]) == {"video"}


def test_codes_and_numbers_that_could_be_formulas_are_made_safe() -> None:
    standing = Standing(Outcome.UNDELIVERED, "=1", "-1", "@x", "+y")
    table = outcome_table(block([standing], [submission(0, 0, 1)], [0]), Message(Channel.AIM, "1"))
    cells = [table[name][0] for name in ("reason", "code", "delivered_at", "rendered_at")]
    assert cells == ["'=1", "'-1", "'@x", "'+y"]


def test_a_block_without_rows_is_an_empty_table() -> None:
    table = outcome_table(block([], [], []), Message(Channel.AIM, "1"))
    assert tuple(table.columns) == OUTCOME_COLUMNS
    assert len(table) == 0
    assert table.csv() == ""


@given(
    st.lists(st.tuples(st.text().map(safe_cell), st.integers(), st.sampled_from(["", ' "', ",;"])))
)
def test_a_table_is_written_as_the_csv_module_writes_it(rows: list[tuple[str, int, str]]) -> None:
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    told = Table(dict(zip(("a", "b", "c"), columns, strict=True)))
    theirs = io.StringIO()
    csv.writer(theirs, lineterminator="\n").writerows(rows)
    assert told.csv() == theirs.getvalue()


def test_times_are_in_china() -> None:
    assert local_time(0.0) == "1970-01-01T08:00:00+08:00"
    assert local_time(None) == ""


def laid_out(*parts: Rejects) -> tuple[tuple[str, ...], list[dict[str, object]]]:
    layout = RejectLayout.of(parts)
    lines = [line for part in parts for line in layout.lines(part, Language.EN)]
    return layout.columns, [dict(zip(layout.columns, line, strict=True)) for line in lines]


def test_a_rejected_row_keeps_its_own_columns_and_says_why() -> None:
    row = rejected(3, Rejection.PHONE_TOO_SHORT, ("=cmd", "1380013", "7"))
    columns, lines = laid_out(Rejects("Sheet1", ("姓名", "手机号", "积分"), (row,)))
    assert columns[:3] == ("姓名", "手机号", "积分")
    assert lines == [
        {
            "姓名": "'=cmd",
            "手机号": "1380013",
            "积分": "7",
            "koosend_sheet": "Sheet1",
            "koosend_row": 5,
            "koosend_reason": "phone_too_short",
            "koosend_column": "手机号",
            "koosend_mend": "The number has fewer than 11 digits. "
            "Look up the whole number; digits are missing.",
        }
    ]


def test_sheets_with_other_columns_share_the_columns_they_have_in_common() -> None:
    first = rejected(0, Rejection.PHONE_EMPTY, ("a", "1"))
    second = rejected(1, Rejection.PHONE_EMPTY, ("2", "b", "c"))
    columns, lines = laid_out(
        Rejects("A", ("name", "phone"), (first,)),
        Rejects("B", ("phone", "name", "city"), (second,)),
    )
    assert columns[:3] == ("name", "phone", "city")
    assert [(line["name"], line["phone"], line["city"]) for line in lines] == [
        ("a", "1", ""),
        ("b", "2", "c"),
    ]


def test_columns_of_the_same_name_do_not_swallow_each_other() -> None:
    row = rejected(0, Rejection.PHONE_EMPTY, ("1", "2", "3"))
    part = Rejects("", ("name", "name", ""), (row,))
    layout = RejectLayout.of([part])
    assert layout.header == ("name", "name", "#3")
    assert next(iter(layout.lines(part, Language.EN)))[:3] == ("1", "2", "3")


def test_cells_without_a_header_stand_under_their_place() -> None:
    long = rejected(0, Rejection.ROW_RAGGED, ("1", "2", "3", "4"))
    short = rejected(1, Rejection.ROW_RAGGED, ("5", "6"))
    part = Rejects("", ("name", "phone", "city"), (long, short))
    layout = RejectLayout.of([part])
    assert layout.header == ("name", "phone", "city", "#4")
    assert [line[:4] for line in layout.lines(part, Language.EN)] == [
        ("1", "2", "3", "4"),
        ("5", "6", "", ""),
    ]


def test_a_rejected_file_that_was_sent_in_again_tells_only_the_new_reasons() -> None:
    header = ("phone", "koosend_row", "koosend_reason", "name")
    row = rejected(0, Rejection.PHONE_EMPTY, ("", "17", "phone_too_long", "a"))
    columns, lines = laid_out(Rejects("", header, (row,)))
    assert columns.count("koosend_reason") == 1
    assert lines[0]["koosend_reason"] == "phone_empty"
    assert lines[0]["name"] == "a"
