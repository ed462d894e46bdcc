"""The cells of a workbook, as read() sees them by their formats."""

import zipfile
from pathlib import Path

import openpyxl

from pipeline.core.model import Rejection
from tests.support.spreadsheets import PLAIN, options_for, seen


def book(folder: Path, *cells: tuple[object, str]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    made.create_sheet("说明").append(["别的"])
    sheet = made.create_sheet("名单 & <表>")
    sheet.append(["", "手机号", "姓名"])
    for at, (value, code) in enumerate(cells, start=2):
        sheet.cell(at, 2).value = str(int(PLAIN) + at)
        cell = sheet.cell(at, 3)
        cell.value = value
        cell.number_format = code
    path = folder / "source.xlsx"
    made.save(path)
    return path


def test_the_cells_of_a_workbook_are_read_as_they_are_shown(tmp_path: Path) -> None:
    path = book(
        tmp_path,
        (0.125, "0.0%"),
        (0.125, "0%"),
        (0.125, "General"),
        (1234.5, "￥#,##0.00"),
        (1234.5, "#,##0.00"),
        ("12.5 %", "0%"),
        (True, "0%"),
    )
    found = seen(options_for(path))
    assert [row[3] for row in found.sent] == [
        *("12.5%", "13%", "0.125", "￥1,234.50", "1234.5", "12.5 %", "TRUE")
    ]


def test_an_error_of_a_workbook_is_no_value_and_is_told_as_it_is_shown(tmp_path: Path) -> None:
    path = book(tmp_path, ("#N/A", "General"), ("a", "General"), ("#DIV/0!", "0%"), (None, "0%"))
    found = seen(options_for(path))
    assert [(row.line, row.reason, row.cells[2]) for row in found.rejected] == [
        (2, Rejection.VALUE_MISSING, "#N/A"),
        (4, Rejection.VALUE_MISSING, "#DIV/0!"),
        (5, Rejection.VALUE_MISSING, ""),
    ]


def rewritten(path: Path, old: bytes, new: bytes) -> Path:
    """Write a workbook again with other XML in its second sheet."""
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    sheet = "xl/worksheets/sheet2.xml"
    assert old in parts[sheet]
    parts[sheet] = parts[sheet].replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_an_error_that_a_formula_ends_in_is_told(tmp_path: Path) -> None:
    path = book(tmp_path, ("#N/A", "General"), ("b", "General"))
    old = b't="e"><v>#N/A</v>'
    rewritten(path, old, b't="e"><f>IF(1&gt;0,1/0,"")</f><v>#DIV/0!</v>')
    assert [row.cells[2] for row in seen(options_for(path)).rejected] == ["#DIV/0!"]


def test_the_order_of_a_cells_attributes_does_not_matter(tmp_path: Path) -> None:
    path = book(tmp_path, (0.125, "0.0%"))
    rewritten(path, b'<c r="C2" s="1"', b'<c s="1"  r="C2"')
    assert [row[3] for row in seen(options_for(path)).sent] == ["12.5%"]


def test_rows_far_down_keep_their_own_formats(tmp_path: Path) -> None:
    cells = [(at / 1000, "0.0%" if at % 3 else "General") for at in range(4500)]
    found = seen(options_for(book(tmp_path, *cells)))
    expected = [f"{at / 10:.1f}%" if at % 3 else f"{at / 1000:.15g}" for at in range(4500)]
    assert [row[3] for row in found.sent] == expected
