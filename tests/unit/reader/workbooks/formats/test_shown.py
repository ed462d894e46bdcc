"""A number or text is shown as its format shows it, where the bare value would say another thing.

The texts are those that LibreOffice shows; tests/campaigns/sheets holds many more against it.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reader.workbooks.shown.codes import CODE_CHARS_MAX
from pipeline.reader.workbooks.shown.figures import held
from pipeline.reader.workbooks.shown.formats import BUILT_IN, CellFormat, Styles
from pipeline.reader.workbooks.shown.moments import iso_moment, iso_span

ACCOUNTING = '_ ¥* #,##0.00_ ;_ ¥* \\-#,##0.00_ ;_ ¥* "-"??_ ;_ @_ '
FREE = '"¥"#,##0.00;"¥"-#,##0.00;"免费"'
SHOWN: tuple[tuple[str, float, str], ...] = (
    ("0%", 0.125, "13%"),
    ("0.00%", 0.125, "12.50%"),
    ("0.0#%", 0.125, "12.5%"),
    ("0%", -0.5, "-50%"),
    ("0%", 1.005, "101%"),
    ("#%; 0#%; 0", 0, "0"),
    ("[>=1]0%;0.00%", 0.125, "12.50%"),
    ("[>=1]0%;0.00%", 1.25, "125%"),
    ('[>=100]"多";[>=10]"中";"少"', 12, "中"),
    ('0.00"%"', 12.5, "12.50%"),
    ('"¥"#,##0.00', 1234.5, "¥1,234.50"),
    ("￥#,##0.00", 1234.5, "￥1,234.50"),
    ("$#,##0.00", 0, "$0.00"),
    ("[$¥-804]#,##0.00;[Red]\\-[$¥-804]#,##0.00", -1234.5, "-¥1,234.50"),
    ("[$€-2] 0.0", 1.25, "€ 1.3"),
    ("[$CNY]\\ #,##0.00", 1234.5678, "CNY 1,234.57"),
    (ACCOUNTING, 1234.5, "¥1,234.50"),
    (ACCOUNTING, -1234.5, "¥-1,234.50"),
    (ACCOUNTING, 0, "¥-"),
    (FREE, 0, "免费"),
    (FREE, -2, "¥-2.00"),
    ("￥#,##0_);(￥#,##0)", -3, "(￥3)"),
    ('#,##0"元"', 12345.678, "12,346元"),
    ("0.00元", 0.005, "0.01元"),
    ("0.00元", -0.001, "0.00元"),
    ("¥#,##0.##", 5, "¥5"),
    ("¥#.00", 0.5, "¥.50"),
    ('0\\.0,"万"', 12345, "1.2万"),
    ('#,##0.0,,"百万"', 12345678, "12.3百万"),
    ("000-0000-0000", 13800138000, "138-0013-8000"),
    ('General"分"', 1.5, "1.5分"),
    ('"约"@', 3, "约3"),
    (";;;", 5, ""),
    ("0;-0;;@", 0, ""),
    ('"有效"', 3, "有效"),
    ("yyyy-mm-dd", 46356, "2026-11-30"),
    ("[$-804]aaaa;@", 46356, "2026-11-30"),
    ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", 46356, "2026-11-30"),
    ('[DBNum1][$-804]yyyy"年"m"月"d"日";@', 46356, "2026-11-30"),
    ("[Red]0.00;yyyy-mm-dd", 46356, "46356"),
    ("[>40000]yyyy-mm-dd;0", 46356, "2026-11-30"),
    ("yyyy-mm-dd", 46356.999999, "2026-11-30"),
    ("yyyy-mm-dd hh:mm:ss", 41224.999988368058, "2012-11-11 23:59:59"),
    ("m/d/yyyy h:mm", 46356.9999999, "2026-12-01"),
    ("yyyy-mm-dd", 1, "1900-01-01"),
    ("yyyy-mm-dd", 59, "1900-02-28"),
    ("yyyy-mm-dd", 61, "1900-03-01"),
    ('上午/下午h"时"mm"分"', 0.75, "18:00:00"),
    ("h:mm AM/PM", 46356.5, "12:00:00"),
    ("mm:ss.0", 0.5, "12:00:00"),
    ("[h]:mm:ss", 1.25, "30:00:00"),
    ("[mm]:ss", 0.5, "12:00:00"),
)
HELD: tuple[tuple[str, float, str], ...] = (
    ("General", 13800138000, "13800138000"),
    ("General", 0.1 + 0.2, "0.3"),
    ("General", 0.00001, "0.00001"),
    ("General", -0.0, "0"),
    ("G/通用格式", 5, "5"),
    ("", 5, "5"),
    ("0.00", 1.5, "1.5"),
    ("#,##0", 1234, "1234"),
    ("00000", 7, "7"),
    ("0.00E+00", 12345, "12345"),
    ("# ?/?", 0.5, "0.5"),
    ("@", 5, "5"),
    ("0_ ;[Red]-0_ ", -5, "-5"),
    ("#,##0_);(#,##0)", -5, "-5"),
)
NOT_KNOWN: tuple[tuple[str, float], ...] = (
    ("[DBNum2]General", 5),
    ("[$-30804]0.00", 5),
    ("0;0;0;0;0", 5),
    ("[h", 5),
    ('"open', 5),
    ("0.0.0", 5),
    ("0 x", 5),
    ("0!.0", 5),
    ("yyyy 0", 5),
    ("0.0E+00元", 5),
    ("[>1]0;[<5]0;0;0", 5),
    ("[=1]0;0;0", 5),
    ("[>=1]0%;0.00%", -1),
    ("0;[Red]0", -5),
    ("General;General", -5),
    ("yyyy-mm-dd", 0),
    ("yyyy-mm-dd", 60),
    ("yyyy-mm-dd", -1),
    ("yyyy-mm-dd", 13800138000),
    ("[h]:mm", -1),
    ("0%", 1e15),
    ("General", 1e15),
    ("General", -1e20),
    ("0" * (CODE_CHARS_MAX + 1), 5),
)


@pytest.mark.parametrize(("code", "value", "shown"), SHOWN)
def test_a_number_is_shown_as_its_format_does(code: str, value: float, shown: str) -> None:
    cell = CellFormat(code).number(float(value))
    assert (cell.text, cell.fault) == (shown, None)
    assert cell.held == (None if shown == held(float(value)) else held(float(value)))


@pytest.mark.parametrize(("code", "value", "text"), HELD)
def test_a_number_that_is_only_written_otherwise_is_as_it_is_held(
    code: str, value: float, text: str
) -> None:
    cell = CellFormat(code).number(float(value))
    assert (cell.text, cell.held, cell.fault) == (text, None, None)


@pytest.mark.parametrize(("code", "value"), NOT_KNOWN)
def test_what_is_not_understood_is_told_and_the_number_kept(code: str, value: float) -> None:
    cell = CellFormat(code).number(float(value))
    assert cell.fault
    assert cell.held == held(float(value))
    assert len(cell.fault) < 100


@pytest.mark.parametrize(
    ("code", "text", "shown"),
    [
        ('"尊敬的"@', "王芳", "尊敬的王芳"),
        ('0;0;0;"("@")"', "王芳", "(王芳)"),
        (ACCOUNTING, "王芳", "王芳"),
        ("0%", "12.5 %", "12.5 %"),
        (";;;", "王芳", ""),
        ("0;0;0;", "王芳", ""),
    ],
)
def test_a_text_is_shown_as_the_last_section_has_it(code: str, text: str, shown: str) -> None:
    assert CellFormat(code).words(text).text == shown


def test_a_text_whose_format_may_show_it_otherwise_is_not_known() -> None:
    assert CellFormat('[DBNum2]0;0;0;"x"@').words("a").fault
    assert CellFormat("[DBNum2]General").words("a").fault is None


@pytest.mark.parametrize("number", [*range(27, 32), 36, 50, 51, 52, 53, 54, 57, 58])
def test_the_days_of_chinese_workbooks_need_no_code(number: int) -> None:
    found = Styles([number]).of(0)
    assert found is not None
    assert found.number(46356.0).text == "2026-11-30"


@pytest.mark.parametrize("number", [5, 8, 42, 44, 60, 163, 200])
def test_a_format_without_a_code_whose_currency_or_kind_is_not_told_is_not_known(
    number: int,
) -> None:
    assert Styles([number]).of(0) is None
    assert Styles([None]).of(0) is None
    assert Styles([0]).of(1) is None


@pytest.mark.parametrize("code", BUILT_IN.values())
def test_every_format_that_is_built_in_is_understood(code: str) -> None:
    assert CellFormat(code).number(5.5).fault is None


def test_days_count_from_1904_where_the_workbook_says_so() -> None:
    form = CellFormat("yyyy-mm-dd", later_epoch=True)
    assert form.number(44894.0).text == "2026-11-30"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("PT30H00M01S", "30:00:01"),
        ("-PT1M", "-0:01:00"),
        ("P1DT2H", "26:00:00"),
        ("PT0.5S", "0:00:01"),
    ],
)
def test_spans_of_a_file_are_hours_minutes_and_seconds(text: str, span: str) -> None:
    assert iso_span(text) == span


@pytest.mark.parametrize("text", ["", "T", "2026-13-01", "2026-11-30T25:00:00", "30.11.2026"])
def test_what_is_no_day_of_a_file_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        iso_moment(text)


@given(st.text('0#?,.%;@"\\[]_*$¥-+()ymdhs元E:/!<>=1 G', max_size=20), st.floats())
def test_no_code_and_no_number_lead_to_anything_but_a_text_or_a_doubt(
    code: str, value: float
) -> None:
    form = CellFormat(code)
    if value - value == 0:
        cell = form.number(value)
        assert "e" not in (cell.held or "")
        assert cell.text is not None
    assert form.words("x").text is not None
