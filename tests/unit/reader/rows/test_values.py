"""Values of a real file: shaped as the campaign asks, judged, and each change counted."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from pipeline.core.model import Adjustment, Rejection
from pipeline.core.templates import KINDS, VariableKind
from pipeline.core.values import FieldRules, Shape, Spaces, ValueRule
from pipeline.reader.options import ReaderOptions
from pipeline.reader.reading import read
from tests.support.spreadsheets import options_for, seen, text_file

TEXT = ValueRule(KINDS[VariableKind.TEXT], 1, 20)
MONEY = ValueRule(KINDS[VariableKind.MONEY], 1, 20)
DATETIME = ValueRule(KINDS[VariableKind.DATETIME], 1, 20)

Told = Counter[tuple[str, Adjustment]]


def phone(at: int) -> str:
    return f"138{at:08}"


def table(folder: Path, *values: str) -> Path:
    lines = (f'{phone(at)},"{value}"' for at, value in enumerate(values))
    return text_file(folder, "手机号,姓名\n" + "\n".join(lines) + "\n")


def asking(path: Path, *rules: ValueRule, shape: Shape | None = None) -> ReaderOptions:
    amounts = MONEY in rules
    return replace(options_for(path), rules=(FieldRules(shape or Shape(), rules, amounts),))


def values(options: ReaderOptions) -> list[str]:
    return [str(row[3]) for row in seen(options).sent]


def adjusted(options: ReaderOptions) -> Told:
    told: Told = Counter()
    for block in read(options):
        told.update(block.adjusted)
    return told


def test_a_value_that_breaks_a_rule_rejects_its_row_with_the_column_and_keeps_its_cells(
    tmp_path: Path,
) -> None:
    path = table(tmp_path, "张三", "云.店", "长" * 21, "13800138000", "", "李四")
    found = seen(asking(path, TEXT))
    assert found.phones == [phone(0), phone(5)]
    assert [(row.reason, row.column) for row in found.rejected] == [
        (Rejection.VALUE_FORBIDDEN, "姓名"),
        (Rejection.VALUE_TOO_LONG, "姓名"),
        (Rejection.VALUE_CONTACT, "姓名"),
        (Rejection.VALUE_MISSING, "姓名"),
    ]
    assert found.rejected[0].cells == (phone(1), "云.店")


def test_the_first_broken_rule_of_the_first_column_is_the_one_that_is_told(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"手机号,姓名,积分\n{phone(0)},云.店,x\n")
    both = (FieldRules(rules=(TEXT,)), FieldRules(rules=(MONEY,)))
    found = seen(replace(options_for(path, ("姓名", "积分")), rules=both))
    assert [(row.reason, row.column) for row in found.rejected] == [
        (Rejection.VALUE_FORBIDDEN, "姓名")
    ]


def test_a_value_that_holds_the_mark_between_values_is_judged_all_the_same(tmp_path: Path) -> None:
    # A NUL is taken out of a text file; this one is in a value that was read.
    path = table(tmp_path, "张三", "李\x00四")
    assert values(asking(path, TEXT)) == ["张三", "李四"]


def test_an_empty_value_gets_the_default_and_is_counted(tmp_path: Path) -> None:
    options = asking(table(tmp_path, "张三", "", " "), TEXT, shape=Shape(default="会员"))
    assert values(options) == ["张三", "会员", "会员"]
    assert adjusted(options) == {("姓名", Adjustment.DEFAULTED): 2}


def test_a_default_of_nothing_lets_an_empty_value_pass(tmp_path: Path) -> None:
    options = asking(table(tmp_path, "张三", ""), shape=Shape(default=""))
    assert values(options) == ["张三", ""]


def test_an_error_of_a_formula_gets_no_default(tmp_path: Path) -> None:
    found = seen(asking(table(tmp_path, "#N/A", "李四"), shape=Shape(default="会员")))
    assert found.reasons == [(2, Rejection.VALUE_MISSING)]


def test_a_value_is_cut_only_where_the_campaign_says_so(tmp_path: Path) -> None:
    path = table(tmp_path, "长" * 21, "短")
    assert values(asking(path, TEXT)) == ["短"]
    options = asking(path, TEXT, shape=Shape(truncate_chars=20))
    assert values(options) == ["长" * 20, "短"]
    assert adjusted(options) == {("姓名", Adjustment.TRUNCATED): 1}


def test_spaces_inside_are_taken_out_and_counted(tmp_path: Path) -> None:
    path = table(tmp_path, "张　三", "李\n四", "王五")
    assert values(asking(path, TEXT)) == ["张　三", "王五"]
    options = asking(path, TEXT, shape=Shape(spaces=Spaces.NONE))
    assert values(options) == ["张三", "李四", "王五"]
    assert adjusted(options) == {("姓名", Adjustment.SPACES): 2}


def test_dates_are_written_as_asked_and_what_is_no_date_rejects_its_row(tmp_path: Path) -> None:
    path = table(tmp_path, "2026-11-30", "2026/1/2", "明天", "2026年01月02日")
    options = asking(path, DATETIME, shape=Shape(date_format="%Y年%m月%d日"))
    assert values(options) == ["2026年11月30日", "2026年01月02日", "2026年01月02日"]
    assert seen(options).reasons == [(4, Rejection.VALUE_NOT_A_DATE)]
    assert adjusted(options) == {("姓名", Adjustment.DATED): 2}


def test_an_amount_is_made_plain_where_its_variable_takes_no_other(tmp_path: Path) -> None:
    path = table(tmp_path, "￥1,234.50", "12", "1,23")
    assert values(asking(path, MONEY)) == ["1234.50", "12"]
    assert adjusted(asking(path, MONEY)) == {("姓名", Adjustment.PLAIN_AMOUNT): 1}
    assert values(asking(path)) == ["￥1,234.50", "12", "1,23"]


def test_what_was_done_to_a_row_that_is_not_sent_is_not_counted(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"手机号,姓名\n{phone(0)},\n{phone(0)},\n123,\n")
    options = asking(path, TEXT, shape=Shape(default="会员"))
    assert adjusted(options) == {("姓名", Adjustment.DEFAULTED): 1}
