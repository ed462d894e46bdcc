"""Workbooks that LibreOffice wrote, where it is installed; elsewhere those that openpyxl wrote.

xlsb is not among what LibreOffice writes: test_corpus builds one byte by byte.
"""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.core.model import Rejection
from pipeline.core.values import FieldRules, Shape
from tests.support.office import OFFICE, saved_by_office
from tests.support.spreadsheets import PLAIN, Seen, options_for, seen

FORMS = ("xlsx", "xls", "ods") if OFFICE else ("openpyxl",)

FIELDS = ("姓名", "日期", "比例", "金额", "是否")
ROWS = (
    ("二〇二六年会员名单",),
    (),
    ("手机号", *FIELDS),
    (PLAIN, "张三", dt.date(2026, 11, 30), 0.125, 1234.5, True),
    (13800138001, "李\n四", dt.date(1999, 2, 28), 0.5, 3, False),
    (None, None),
    ("１３８００１３８００２", "\u3000王五\u200b", dt.date(2026, 1, 2), 1, 0, True),
)
FORMATS = {"日期": "yyyy-mm-dd", "比例": "0.0%", "金额": "¥#,##0.00"}
EXPECTED = [
    (4, PLAIN, "张三", "2026-11-30", "12.5%", "¥1,234.50"),
    (5, "13800138001", "李\n四", "1999-02-28", "50.0%", "¥3.00"),
    (7, "13800138002", "王五", "2026-01-02", "100.0%", "¥0.00"),
]
OTHERS = ("#DIV/0!", "#N/A", dt.timedelta(hours=30, seconds=1), 0.5, "#REF!")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the workbook in every form."""
    folder = tmp_path_factory.mktemp("office")
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "名单"
    for line, row in enumerate(ROWS, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(line, column)
            cell.value = value
            if column > 1:
                cell.number_format = FORMATS.get(FIELDS[column - 2], "General")
    sheet.merge_cells("A1:F1")
    sheet.row_dimensions[5].hidden = True
    hidden = book.create_sheet("旧名单")
    hidden.append(("手机号", *FIELDS))
    hidden.append(("13900139000", "旧", None, 0, 0, False))
    hidden.sheet_state = "hidden"
    others = book.create_sheet("其他")
    others.append(("电话", "姓名"))
    for at, other in enumerate(OTHERS):
        others.append((13800138000 + at, other))
    path = folder / "source.openpyxl"
    book.save(path)
    if OFFICE:
        for form in FORMS:
            saved_by_office(path, form, folder)
    return folder


def read(folder: Path, form: str) -> Seen:
    return seen(options_for(folder / f"source.{form}", FIELDS))


@pytest.mark.parametrize("form", FORMS)
def test_what_an_office_wrote_is_read_row_by_row(written: Path, form: str) -> None:
    found = read(written, form)
    assert [row[1:7] for row in found.sent] == EXPECTED
    assert {str(row[7]).casefold() for row in found.sent} == {"true", "false"}
    assert found.rejected == []


@pytest.mark.parametrize("form", FORMS)
def test_errors_and_long_spans_are_the_same_in_every_form(written: Path, form: str) -> None:
    asked = replace(options_for(written / f"source.{form}"), sheet="其他", phone="电话")
    found = seen(asked)
    assert [(row.line, row.reason, row.cells[1]) for row in found.rejected] == [
        (2, Rejection.VALUE_MISSING, "#DIV/0!"),
        (3, Rejection.VALUE_MISSING, "#N/A"),
        (6, Rejection.VALUE_MISSING, "#REF!"),
    ]
    assert [row[3] for row in found.sent] == ["30:00:01", "0.5"]
    with_default = replace(asked, rules=(FieldRules(Shape(default="会员")),))
    assert [row.line for row in seen(with_default).rejected] == [2, 3, 6]


@pytest.mark.parametrize("form", FORMS)
def test_a_hidden_sheet_that_an_office_wrote_is_passed_over(written: Path, form: str) -> None:
    assert "13900139000" not in read(written, form).phones
