"""Workbooks that LibreOffice wrote, where it is installed; elsewhere those that openpyxl wrote.

xlsb is not among what LibreOffice writes: test_corpus builds one byte by byte.
"""

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from tests.support.spreadsheets import PLAIN, Seen, options_for, seen

OFFICE = shutil.which("soffice")
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
SHOWN = (("12.5%", "¥1,234.50"), ("50.0%", "¥3.00"), ("100.0%", "¥0.00"))
BARE = (("0.125", "1234.5"), ("0.5", "3"), ("1", "0"))
"""What xls and ods tell of a percentage and an amount: their formats do not come with the cells."""


def expected(form: str) -> list[tuple[int | str, ...]]:
    numbers = BARE if form in {"xls", "ods"} else SHOWN
    rows = (
        (4, PLAIN, "张三", "2026-11-30"),
        (5, "13800138001", "李\n四", "1999-02-28"),
        (7, "13800138002", "王五", "2026-01-02"),
    )
    return [(*row, *shown) for row, shown in zip(rows, numbers, strict=True)]


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
    path = folder / "source.openpyxl"
    book.save(path)
    if OFFICE:
        for form in FORMS:
            subprocess.run(
                [
                    *(OFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}"),
                    *("--headless", "--convert-to", form, "--outdir", str(folder), str(path)),
                ],
                check=True,
                capture_output=True,
                timeout=120,
            )
    return folder


def read(folder: Path, form: str) -> Seen:
    return seen(options_for(folder / f"source.{form}", FIELDS))


@pytest.mark.parametrize("form", FORMS)
def test_what_an_office_wrote_is_read_row_by_row(written: Path, form: str) -> None:
    found = read(written, form)
    assert [row[1:7] for row in found.sent] == expected(form)
    # LibreOffice stores TRUE in an ods as the number 1 unless the cell has the format of one.
    told = {"1", "0"} if form == "ods" else {"true", "false"}
    assert {str(row[7]).casefold() for row in found.sent} == told
    assert found.rejected == []


@pytest.mark.parametrize("form", FORMS)
def test_a_hidden_sheet_that_an_office_wrote_is_passed_over(written: Path, form: str) -> None:
    assert "13900139000" not in read(written, form).phones
