"""Percentages, amounts and errors of the workbooks other than xlsx, as read() sees them."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import odf.opendocument
import odf.table
import odf.text
import pytest
import xlwt

from pipeline.core.model import Rejection
from tests.support.odd_files import XlsbCell, xlsb_of
from tests.support.spreadsheets import options_for, seen

HEADER = ("手机号", "姓名")
PERCENT, MONEY = "0.0%", "¥#,##0.00"
SHOWN = ["12.5%", "¥1,234.50", "-¥3.00", "0.125"]
ERRORS = ["#DIV/0!", "#N/A"]
ERROR_NUMBERS = (0x07, 0x2A)


def phone(at: int) -> int:
    return 13800138000 + at


def xls(folder: Path) -> Path:
    book = xlwt.Workbook()
    book.add_sheet("说明").write(0, 0, "别的")
    sheet = book.add_sheet("名单")
    for column, name in enumerate(HEADER):
        sheet.write(0, column, name)
    cells = ((0.125, PERCENT), (1234.5, MONEY), (-3, MONEY), (0.125, "General"))
    for at, (value, code) in enumerate(cells):
        sheet.write(at + 1, 0, phone(at))
        sheet.write(at + 1, 1, value, xlwt.easyxf(num_format_str=code))
    for at, number in enumerate(ERROR_NUMBERS, start=len(cells)):
        sheet.write(at + 1, 0, phone(at))
        sheet.row(at + 1).set_cell_error(1, number)
    path = folder / "source.xls"
    book.save(str(path))
    return path


def xlsb(folder: Path) -> Path:
    values: Sequence[XlsbCell] = ((0.125, 1), (1234.5, 2), (-3.0, 2), 0.125)
    errors = tuple(bytes([number]) for number in ERROR_NUMBERS)
    rows = [(float(phone(at)), value) for at, value in enumerate((*values, *errors))]
    return xlsb_of(folder, [HEADER, *rows], (PERCENT, MONEY))


def ods(folder: Path) -> Path:
    cells = (
        ("percentage", "0.125", "12.5%"),
        ("currency", "1234.5", "¥1,234.50"),
        ("float", "-3", "-¥3.00"),
        ("float", "0.125", "0.125"),
    )
    book = odf.opendocument.OpenDocumentSpreadsheet()
    table = odf.table.Table(name="名单")
    row = odf.table.TableRow()
    for name in HEADER:
        row.addElement(_ods_cell(name, valuetype="string"))
    table.addElement(row)
    for at, (kind, value, text) in enumerate(cells):
        row = odf.table.TableRow()
        row.addElement(_ods_cell(str(phone(at)), valuetype="float", value=phone(at)))
        row.addElement(_ods_cell(text, valuetype=kind, value=value))
        table.addElement(row)
    book.spreadsheet.addElement(table)
    path = folder / "source.ods"
    book.save(str(path))
    return path


def _ods_cell(text: str, **attributes: object) -> object:
    cell = odf.table.TableCell(**attributes)
    cell.addElement(odf.text.P(text=text))
    return cell


@pytest.mark.parametrize(("build", "errors"), [(xls, ERRORS), (xlsb, ERRORS), (ods, [])])
def test_a_cell_is_read_as_the_spreadsheet_shows_it(
    tmp_path: Path, build: Callable[[Path], Path], errors: list[str]
) -> None:
    found = seen(options_for(build(tmp_path)))
    assert [row[3] for row in found.sent] == SHOWN
    assert [(row.reason, row.cells[1]) for row in found.rejected] == [
        (Rejection.VALUE_MISSING, error) for error in errors
    ]


def test_an_xls_of_many_rows_has_its_notes_in_place(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for column, name in enumerate(HEADER):
        sheet.write(0, column, name)
    shown = xlwt.easyxf(num_format_str=PERCENT)
    for at in range(9_000):
        sheet.write(at + 1, 0, phone(at))
        sheet.write(at + 1, 1, at / 1000, *([shown] if at % 3 else []))
    path = tmp_path / "source.xls"
    book.save(str(path))
    expected = [f"{at / 10:.1f}%" if at % 3 else f"{at / 1000:.15g}" for at in range(9_000)]
    assert [row[3] for row in seen(options_for(path)).sent] == expected


def test_dates_of_an_xls_are_the_same_days_in_either_epoch(tmp_path: Path) -> None:
    for is_later in (False, True):
        book = xlwt.Workbook()
        book.dates_1904 = is_later
        sheet = book.add_sheet("S")
        for column, name in enumerate(HEADER):
            sheet.write(0, column, name)
        sheet.write(1, 0, phone(0))
        sheet.write(1, 1, dt.date(2026, 11, 30), xlwt.easyxf(num_format_str="YYYY-MM-DD"))
        path = tmp_path / "source.xls"
        book.save(str(path))
        assert [row[3] for row in seen(options_for(path)).sent] == ["2026-11-30"]
