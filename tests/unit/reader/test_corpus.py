"""One file for each oddity that real spreadsheets have, and the rows that come of it."""

import datetime as dt
import gzip
from collections.abc import Callable
from pathlib import Path

import openpyxl
import openpyxl.utils.datetime
import pytest
import xlwt

from pipeline.reader.inspection import inspect
from tests.support.odd_files import sheet_xml, text_cell, xlsb_of, xlsx_of, zip_of
from tests.support.spreadsheets import PLAIN, options_for, seen, text_file, xlsx_file

HEADER = ("手机号", "姓名")
SECOND = "13800138001"
TABLE = f"手机号,姓名\n{PLAIN},张三\n{SECOND},李四\n"
BOTH = [(2, PLAIN, "张三"), (3, SECOND, "李四")]
ROWS: tuple[tuple[str | float, ...], ...] = (HEADER, (PLAIN, "张三"), (13800138001.0, "李四"))


def xlsb(folder: Path) -> Path:
    return xlsb_of(folder, ROWS)


def xlsm(folder: Path) -> Path:
    return xlsx_file(folder, {"S": ROWS}).rename(folder / "source.xlsm")


def gzipped_text(folder: Path) -> Path:
    halves = gzip.compress(TABLE[:20].encode()) + gzip.compress(TABLE[20:].encode()) + bytes(7)
    return text_file(folder, halves, "source.csv.gz")


def gzipped_workbook(folder: Path) -> Path:
    book = xlsx_file(folder, {"S": ROWS}).read_bytes()
    return text_file(folder, gzip.compress(book), "source.xlsx.gz")


def zipped_text(folder: Path) -> Path:
    junk = {"__MACOSX/._名单.csv": "x", "名单/.DS_Store": "x", "名单/说明.pdf": "x"}
    return zip_of({**junk, "名单/名单.csv": TABLE.encode("gb18030")}, folder)


def zipped_workbook(folder: Path) -> Path:
    return zip_of({"a.XLSX": xlsx_file(folder, {"S": ROWS}).read_bytes()}, folder)


def utf_16_without_mark(folder: Path) -> Path:
    return text_file(folder, TABLE.encode("utf-16-be"))


def full_width_commas(folder: Path) -> Path:
    return text_file(folder, TABLE.replace(",", "，"))


def padded_header(folder: Path) -> Path:
    return text_file(folder, TABLE.replace("手机号,姓名", "\u3000手机号 ,\ufeff\u00a0姓名\u200b"))


def merged_downwards(folder: Path) -> Path:
    rows = [
        ("手机号", "资料", None),
        (None, "姓名", "城市"),
        (PLAIN, "张三", "沪"),
        (SECOND, "李四", "京"),
    ]
    path = xlsx_file(folder, {"S": rows})
    return merged(path, "A1:A2", "B1:C1")


def merged_sideways(folder: Path) -> Path:
    rows = [(*HEADER, None), (PLAIN, "张三", "先生"), (SECOND, "李四", "女士")]
    return merged(xlsx_file(folder, {"S": rows}), "B1:C1")


def merged_title(folder: Path) -> Path:
    rows = [("二〇二六年会员名单",), (), HEADER, (PLAIN, "张三"), (SECOND, "李四")]
    return merged(xlsx_file(folder, {"S": rows}), "A1:B1")


def merged(path: Path, *ranges: str) -> Path:
    book = openpyxl.load_workbook(path)
    for cells in ranges:
        book.worksheets[0].merge_cells(cells)
    book.save(path)
    return path


def filtered_rows(folder: Path) -> Path:
    path = xlsx_file(folder, {"S": ROWS})
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.auto_filter.ref = "A1:B3"
    sheet.row_dimensions[2].hidden = True
    book.save(path)
    return path


def formulas(folder: Path) -> Path:
    number = f'<c r="A3"><f>A2+1</f><v>{SECOND}</v></c>'
    text = '<c r="B3" t="str"><f>"李"&amp;"四"</f><v>李四</v></c>'
    return xlsx_of(folder, sheet_xml(workbook_top() + f'<row r="3">{number}{text}</row>'))


def workbook_top() -> str:
    first = text_cell("A1", "手机号") + text_cell("B1", "姓名")
    second = text_cell("A2", PLAIN) + text_cell("B2", "张三")
    return f'<row r="1">{first}</row><row r="2">{second}</row>'


def line_breaks_in_cells(folder: Path) -> Path:
    return text_file(folder, f'手机号,姓名,备注\n{PLAIN},张三,"一\n二"\n"{SECOND}\n",李四,三\n')


READ: tuple[tuple[Callable[[Path], Path], list[tuple[int, str, str]]], ...] = (
    (xlsb, BOTH),
    (xlsm, BOTH),
    (gzipped_text, BOTH),
    (gzipped_workbook, BOTH),
    (zipped_text, BOTH),
    (zipped_workbook, BOTH),
    (utf_16_without_mark, BOTH),
    (full_width_commas, BOTH),
    (padded_header, BOTH),
    (merged_downwards, [(3, PLAIN, "张三"), (4, SECOND, "李四")]),
    (merged_sideways, BOTH),
    (merged_title, [(4, PLAIN, "张三"), (5, SECOND, "李四")]),
    (filtered_rows, BOTH),
    (formulas, BOTH),
    (line_breaks_in_cells, BOTH),
)


@pytest.mark.parametrize(("build", "rows"), READ, ids=lambda value: getattr(value, "__name__", ""))
def test_the_file_is_read_row_by_row(
    tmp_path: Path, build: Callable[[Path], Path], rows: list[tuple[int, str, str]]
) -> None:
    found = seen(options_for(build(tmp_path)))
    assert [row[1:] for row in found.sent] == rows
    assert found.rejected == []


@pytest.mark.parametrize(
    ("build", "form"),
    [(xlsb, "xlsb"), (zipped_workbook, "xlsx"), (gzipped_text, "csv"), (zipped_text, "csv")],
)
def test_the_format_is_that_of_the_content(
    tmp_path: Path, build: Callable[[Path], Path], form: str
) -> None:
    assert inspect(build(tmp_path)).format == form


@pytest.mark.parametrize(("build", "line"), [(merged_title, 3), (xlsm, 1)])
def test_the_line_that_was_taken_as_header_is_told(
    tmp_path: Path, build: Callable[[Path], Path], line: int
) -> None:
    (sheet,) = inspect(build(tmp_path)).sheets
    assert (sheet.header_line, sheet.header, sheet.phone) == (line, HEADER, "手机号")


def test_the_header_line_of_a_text_with_titles_is_told(tmp_path: Path) -> None:
    (sheet,) = inspect(text_file(tmp_path, f"会员名单\n\n{TABLE}")).sheets
    assert (sheet.header_line, sheet.header, sheet.first_rows[0]) == (3, HEADER, (PLAIN, "张三"))
    (bare,) = inspect(text_file(tmp_path, f"{PLAIN},a\n{SECOND},b\n")).sheets
    assert (bare.header_line, bare.header) == (0, ())


def test_rows_of_junk_at_the_end_are_told_and_never_sent_to(tmp_path: Path) -> None:
    path = text_file(tmp_path, TABLE + "合计,2\n\n导出时间: 2026-11-30\n\x1a")
    found = seen(options_for(path))
    assert [row[1:] for row in found.sent] == BOTH
    assert [line for line, _ in found.reasons] == [4, 6, 7]


@pytest.mark.parametrize(
    "epoch", [openpyxl.utils.datetime.WINDOWS_EPOCH, openpyxl.utils.datetime.MAC_EPOCH]
)
def test_dates_are_the_days_that_the_spreadsheet_shows_in_either_epoch(
    tmp_path: Path, epoch: dt.datetime
) -> None:
    book = openpyxl.Workbook()
    book.epoch = epoch
    sheet = book.worksheets[0]
    for row in (HEADER, (PLAIN, dt.date(2026, 11, 30)), (SECOND, dt.date(1999, 2, 28))):
        sheet.append(row)
    path = tmp_path / "source.xlsx"
    book.save(path)
    assert [row[3] for row in seen(options_for(path)).sent] == ["2026-11-30", "1999-02-28"]


def test_a_percentage_or_an_amount_of_money_is_what_the_cell_shows(
    tmp_path: Path,
) -> None:
    path = xlsx_file(tmp_path, {"S": [HEADER, (PLAIN, 0.125), (SECOND, 1234.5)]})
    book = openpyxl.load_workbook(path)
    for cell, form in (("B2", "0.0%"), ("B3", "¥#,##0.00")):
        book.worksheets[0][cell].number_format = form
    book.save(path)
    assert [row[3] for row in seen(options_for(path)).sent] == ["12.5%", "¥1,234.50"]


def test_an_old_workbook_holds_dates_and_numbers_too(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for column, name in enumerate(HEADER):
        sheet.write(0, column, name)
    sheet.write(1, 0, 13800138000)
    sheet.write(1, 1, dt.date(2026, 11, 30), xlwt.easyxf(num_format_str="YYYY-MM-DD"))
    path = tmp_path / "source.xls"
    book.save(str(path))
    assert [row[1:] for row in seen(options_for(path)).sent] == [(2, PLAIN, "2026-11-30")]
