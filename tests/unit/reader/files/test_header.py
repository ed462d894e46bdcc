"""Columns by name and by place, as read() sees them."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Rejection
from pipeline.reader.inspection import inspect
from tests.support.spreadsheets import (
    HEADER,
    PLAIN,
    Sheets,
    options_for,
    seen,
    text_file,
    xlsx_file,
)

WIDE = f"会员号,姓名,手机号,积分\nV1,张三,{PLAIN},99\n"


def test_values_come_in_the_order_they_are_asked_for(tmp_path: Path) -> None:
    path = text_file(tmp_path, WIDE)
    assert seen(options_for(path, ("积分", "会员号"))).sent == [(0, 2, PLAIN, "99", "V1")]
    assert seen(options_for(path, ())).sent == [(0, 2, PLAIN)]
    assert seen(options_for(path, ("姓名", "姓名"))).sent == [(0, 2, PLAIN, "张三", "张三")]


def test_header_texts_are_compared_without_what_surrounds_them(tmp_path: Path) -> None:
    path = text_file(tmp_path, f" 手机号\u3000,\ufeff姓名\u200b\n{PLAIN},张三\n")
    assert seen(options_for(path)).sent == [(0, 2, PLAIN, "张三")]


def test_places_count_from_one_in_a_file_without_header(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"V1,{PLAIN},张三\nV2,13800138001,李四\n")
    asked = replace(options_for(path, ("#3", "#1")), phone="#2")
    found = seen(asked)
    assert found.sent == [(0, 1, PLAIN, "张三", "V1"), (1, 2, "13800138001", "李四", "V2")]


def test_a_place_may_be_mixed_with_names_where_there_is_a_header(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"手机号,姓名,姓名\n{PLAIN},张三,李四\n")
    assert seen(options_for(path, ("#3",))).sent == [(0, 2, PLAIN, "李四")]


def test_a_column_that_is_not_there_names_the_nearest_and_all_there_are(tmp_path: Path) -> None:
    path = text_file(tmp_path, WIDE)
    with pytest.raises(CampaignInvalid, match=r"手机.*did you mean 手机号\?.*会员号, 姓名, 手机号"):
        seen(replace(options_for(path), phone="手机"))
    with pytest.raises(CampaignInvalid, match="城市"):
        seen(options_for(path, ("城市",)))


def test_a_place_beyond_the_last_column_is_refused(tmp_path: Path) -> None:
    path = text_file(tmp_path, WIDE)
    with pytest.raises(CampaignInvalid, match="it has 4 columns"):
        seen(replace(options_for(path, ("#1",)), phone="#5"))
    with pytest.raises(CampaignInvalid, match="#0"):
        seen(replace(options_for(path), phone="#0"))


def test_a_name_that_stands_twice_in_the_header_is_refused(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"手机号,姓名,姓名\n{PLAIN},张三,李四\n")
    with pytest.raises(CampaignInvalid, match=r"2 times.*#2"):
        seen(options_for(path))


def test_a_long_header_is_told_in_part(tmp_path: Path) -> None:
    path = text_file(tmp_path, ",".join(f"c{at}" for at in range(200)) + f"\n{PLAIN}\n")
    with pytest.raises(CampaignInvalid) as refused:
        seen(options_for(path))
    assert len(str(refused.value)) < 300


def test_values_lose_white_space_and_invisible_marks_around_them(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"{HEADER}{PLAIN},\u3000张 三\u00a0\n13800138001, \u200b李 \ufeff\n")
    assert [row[3] for row in seen(options_for(path)).sent] == ["张 三", "李"]


def test_a_value_that_is_not_there_rejects_its_row_and_names_the_column(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"手机号,姓名,积分\n{PLAIN},\u200b,\n13800138001,a,\n")
    found = seen(options_for(path, ("姓名", "积分")))
    assert [(row.reason, row.column, row.phone) for row in found.rejected] == [
        (Rejection.VALUE_MISSING, "姓名", PLAIN),
        (Rejection.VALUE_MISSING, "积分", "13800138001"),
    ]


def test_a_value_may_be_empty_where_the_options_say_so(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"手机号,姓名,兜底\n{PLAIN},a,\n13800138001,,sms\n")
    asked = replace(options_for(path, ("姓名", "兜底")), may_be_empty=frozenset({"兜底"}))
    found = seen(asked)
    assert found.sent == [(0, 2, PLAIN, "a", "")]
    assert found.reasons == [(3, Rejection.VALUE_MISSING)]


def test_a_header_below_titles_is_found_and_lines_stay_those_of_the_file(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"会员名单\n\n2026,11\n{WIDE}")
    assert seen(options_for(path)).sent == [(0, 5, PLAIN, "张三")]
    sheets: Sheets = {
        "一月": [("手机号", "姓名"), (PLAIN, "a")],
        "说明": [("列", "意思"), ("手机号", "会员的手机号")],
        "二月": [("二月名单",), (), ("姓名", "手机号"), ("b", "13800138001")],
    }
    assert seen(options_for(xlsx_file(tmp_path, sheets))).sent == [
        (0, 2, PLAIN, "a"),
        (1, 4, "13800138001", "b"),
    ]


def test_a_number_in_its_column_above_a_header_may_be_a_recipient_and_is_refused(
    tmp_path: Path,
) -> None:
    rows = [("13800138009", "x"), ("手机号", "姓名"), (PLAIN, "a")]
    text = text_file(tmp_path, f"\n13800138009,x\n{HEADER}{PLAIN},a\n")
    for path, lines in (
        (text, "line 3 .* line 2"),
        (xlsx_file(tmp_path, {"S": rows}), "2 .* line 1"),
    ):
        with pytest.raises(CampaignInvalid, match=lines):
            seen(options_for(path))


def test_a_number_elsewhere_above_a_header_does_not_hide_it(tmp_path: Path) -> None:
    rows = [("会员名单",), ("联系电话", "13812345678"), ("手机号", "姓名"), (PLAIN, "a")]
    lines = "会员名单\n联系电话,13812345678\n" + f"{HEADER}{PLAIN},a\n"
    for path in (text_file(tmp_path, lines), xlsx_file(tmp_path, {"S": rows})):
        assert [row[1:] for row in seen(options_for(path)).sent] == [(4, PLAIN, "a")]
        (sheet,) = inspect(path).sheets
        assert (sheet.header_line, sheet.header) == (3, ("手机号", "姓名"))


def test_the_columns_there_are_are_named_in_two_hundred_characters(tmp_path: Path) -> None:
    names = ",".join(f"{at}{'列' * 40}" for at in range(60))
    with pytest.raises(CampaignInvalid, match=r"it has: 0列.*\.\.\.$") as refused:
        seen(options_for(text_file(tmp_path, f"{names}\n{'x,' * 60}\n")))
    assert len(str(refused.value)) < 300


def test_a_header_that_lacks_a_column_is_found_by_the_numbers_below_it(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"名单\n{HEADER}{PLAIN},a\n")
    with pytest.raises(CampaignInvalid, match=r"no column 城市 .* it has: 手机号, 姓名"):
        seen(options_for(path, ("城市",)))


def test_a_header_below_more_rows_than_a_title_has_is_not_looked_for(tmp_path: Path) -> None:
    for count, found in ((19, [PLAIN]), (20, None)):
        path = text_file(tmp_path, "说明\n" * count + f"{HEADER}{PLAIN},a\n")
        if found:
            assert seen(options_for(path)).phones == found
        else:
            with pytest.raises(CampaignInvalid, match="no column"):
                seen(options_for(path))


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", " #VALUE! ", "Err:502", "错误:509"])
def test_what_a_spreadsheet_writes_for_an_error_is_no_value_even_where_none_is_needed(
    tmp_path: Path, error: str
) -> None:
    path = text_file(tmp_path, f"{HEADER}{PLAIN},{error}\n13800138001,#1\n{error},b\n")
    for may_be_empty in (frozenset[str](), frozenset({"姓名"})):
        found = seen(replace(options_for(path), may_be_empty=may_be_empty))
        assert found.sent == [(1, 3, "13800138001", "#1")]
        assert [line for line, _ in found.reasons] == [2, 4]


@pytest.mark.parametrize("asked", ["手机 号码", "手机\n号码", " 手机\r\n 号码 "])
def test_a_line_break_in_a_header_counts_as_a_blank(tmp_path: Path, asked: str) -> None:
    csv = text_file(tmp_path, f'"手机\n号码",姓\u3000 名\n{PLAIN},张三\n')
    book = xlsx_file(tmp_path, {"S": [["手机\n号码", "姓\n\n名"], [PLAIN, "张三"]]})
    for path in (csv, book):
        found = seen(replace(options_for(path, ("姓 名",)), phone=asked))
        assert [row[2:] for row in found.sent] == [(PLAIN, "张三")]


def test_a_line_break_in_a_header_below_a_title_and_of_two_sheets(tmp_path: Path) -> None:
    rows = [["名单"], ["手机\n号码"], [PLAIN]]
    path = xlsx_file(tmp_path, {"A": rows, "B": [["手机 号码"], ["13900139000"]]})
    found = seen(replace(options_for(path, ()), phone="手机 号码"))
    assert found.phones == [PLAIN, "13900139000"]
