"""Workbooks, as read() sees them."""

import datetime as dt
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Literal

import openpyxl
import pytest
import xlwt

from pipeline.core.errors import CampaignInvalid, SourceDamaged
from pipeline.core.model import Rejection
from tests.support.spreadsheets import (
    PLAIN,
    Sheets,
    ods_file,
    options_for,
    seen,
    text_file,
    xlsx_file,
)

HEADER = ("手机号", "姓名")


def test_numbers_stand_as_text_or_as_numbers(tmp_path: Path) -> None:
    rows = [HEADER, (PLAIN, "a"), (13800138001, "b"), (13800138002.0, "c"), (1.38e10, "d")]
    found = seen(options_for(xlsx_file(tmp_path, {"S": rows})))
    assert found.sent == [
        (0, 2, PLAIN, "a"),
        (1, 3, "13800138001", "b"),
        (2, 4, "13800138002", "c"),
        (3, 5, "13800000000", "d"),
    ]
    assert found.repaired == 0


def test_every_kind_of_cell_has_a_text(tmp_path: Path) -> None:
    cells = (
        ("007", "007"),
        (7, "7"),
        (7.5, "7.5"),
        (0.1 + 0.2, "0.3"),
        (999_999_999_999_999, "999999999999999"),
        (0.00001, "0.00001"),
        (-3.0, "-3"),
        (True, "TRUE"),
        (dt.date(2026, 11, 30), "2026-11-30"),
        (dt.datetime(2026, 11, 30, 8, 5), "2026-11-30 08:05:00"),  # noqa: DTZ001 - cells know no zone
        (dt.time(8, 5), "08:05:00"),
        (dt.timedelta(hours=30, seconds=1), "30:00:01"),
    )
    rows = [HEADER, *((13800138000 + at, cell) for at, (cell, _) in enumerate(cells))]
    found = seen(options_for(xlsx_file(tmp_path, {"S": rows})))
    assert [row[3] for row in found.sent] == [text for _, text in cells]


def test_a_cell_that_shows_an_error_is_no_value_and_rejects_its_row_only_where_it_is_used(
    tmp_path: Path,
) -> None:
    rows = [
        (*HEADER, "城市"),
        (PLAIN, "a", "#REF!"),
        (13800138001, "#N/A", "b"),
        ("#N/A", "c", "d"),
    ]
    found = seen(options_for(xlsx_file(tmp_path, {"S": rows})))
    assert found.phones == [PLAIN]
    assert found.reasons == [(3, Rejection.VALUE_MISSING), (4, Rejection.PHONE_NOT_A_NUMBER)]


def test_lines_and_places_are_those_that_the_spreadsheet_shows(tmp_path: Path) -> None:
    rows = [(), (), (None, None, *HEADER), (), (None, None, PLAIN, "a"), (), (None, None, "x", "b")]
    path = xlsx_file(tmp_path, {"S": rows})
    found = seen(options_for(path))
    assert found.sent == [(0, 5, PLAIN, "a")]
    assert found.reasons == [(7, Rejection.PHONE_NOT_A_NUMBER)]
    by_place = replace(options_for(path, ("#4",)), phone="#3")
    assert seen(by_place).sent == [(1, 5, PLAIN, "a")]


def test_text_beside_the_table_rejects_its_row_and_the_cell_is_named(tmp_path: Path) -> None:
    rows = [HEADER, (PLAIN, "a", None, "called"), (13800138001, "b")]
    found = seen(options_for(xlsx_file(tmp_path, {"S": rows})))
    assert found.phones == ["13800138001"]
    assert found.rejected[0].reason is Rejection.TEXT_BESIDE_TABLE
    assert found.rejected[0].detail == "D2"
    assert found.rejected[0].cells == (PLAIN, "a", "", "called")


def test_every_sheet_with_the_phone_column_is_read_and_rows_count_on(tmp_path: Path) -> None:
    sheets: Sheets = {
        "一月": [HEADER, (PLAIN, "a"), ("", "b")],
        "说明": [("read me",)],
        "空": [],
        "二月": [("姓名", "手机号"), ("c", "13800138002"), ("d", PLAIN)],
    }
    path = xlsx_file(tmp_path, sheets)
    found = seen(options_for(path))
    assert found.sheets == ["一月", "二月"]
    assert found.sent == [(0, 2, PLAIN, "a"), (2, 2, "13800138002", "c")]
    again = found.rejected[1]
    assert (again.row, again.sheet, again.line, again.phone) == (3, "二月", 3, PLAIN)
    assert (again.reason, again.of_row, again.of_line) == (Rejection.DUPLICATE_NUMBER, 0, 2)


def test_one_sheet_is_read_where_it_is_named(tmp_path: Path) -> None:
    sheets: Sheets = {"A": [HEADER, (PLAIN, "a")], "B": [HEADER, (13800138001, "b")]}
    path = xlsx_file(tmp_path, sheets)
    assert seen(replace(options_for(path), sheet="B")).sent == [(0, 2, "13800138001", "b")]
    with pytest.raises(CampaignInvalid, match="no sheet C; it has: A, B"):
        seen(replace(options_for(path), sheet="C"))


def test_a_workbook_without_the_phone_column_names_what_there_is(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, {"A": [("手机号码", "姓名")], "B": [("x",)]})
    with pytest.raises(CampaignInvalid, match=r"any sheet.*did you mean 手机号码\?.*x"):
        seen(options_for(path))
    with pytest.raises(CampaignInvalid, match="sheet B"):
        seen(replace(options_for(path), sheet="B"))


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_list_of_numbers_is_never_read_unasked(
    tmp_path: Path, state: Literal["hidden", "veryHidden"]
) -> None:
    path = xlsx_file(tmp_path, {"A": [HEADER, (PLAIN, "a")], "B": [HEADER, (13800138001, "b")]})
    book = openpyxl.load_workbook(path)
    book["B"].sheet_state = state
    book.save(path)
    assert seen(options_for(path)).phones == [PLAIN]
    assert seen(replace(options_for(path), sheet="B")).phones == ["13800138001"]


def test_a_workbook_whose_only_list_is_hidden_says_so(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, {"A": [("说明",)], "B": [HEADER, (PLAIN, "b")]})
    book = openpyxl.load_workbook(path)
    book["B"].sheet_state = "hidden"
    book.save(path)
    with pytest.raises(CampaignInvalid, match=r"hidden sheets are passed over: B.*sheet"):
        seen(options_for(path))


def test_an_xls_file_is_read(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for line, row in enumerate([HEADER, (PLAIN, "a"), (13800138001, "b")]):
        for column, cell in enumerate(row):
            sheet.write(line, column, cell)
    path = tmp_path / "source.xls"
    book.save(str(path))
    assert seen(options_for(path)).sent == [(0, 2, PLAIN, "a"), (1, 3, "13800138001", "b")]


def test_an_ods_file_is_read(tmp_path: Path) -> None:
    rows = [(row, 1, 1) for row in (HEADER, (PLAIN, "a"), ("13800138001", "b"))]
    # As LibreOffice ends a sheet whose rows have a format.
    path = ods_file(tmp_path, *rows, ((), 1_048_573, 1))
    assert seen(options_for(path)).sent == [(0, 2, PLAIN, "a"), (1, 3, "13800138001", "b")]


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    workbook = xlsx_file(tmp_path, {"S": [HEADER, (PLAIN, "a")]})
    named_csv = text_file(tmp_path, workbook.read_bytes(), "book.csv")
    named_xlsx = text_file(tmp_path, f"手机号,姓名\n{PLAIN},a\n", "text.xlsx")
    assert seen(options_for(named_csv)).sent == seen(options_for(named_xlsx)).sent


def test_long_sheets_are_read_in_blocks_without_losing_a_row(tmp_path: Path) -> None:
    rows = [HEADER, *((13_800_000_000 + at, f"n{at}") for at in range(7_000))]
    path = xlsx_file(tmp_path, {"S": rows})
    found = seen(replace(options_for(path), block_rows=3_000))
    assert len(found.sheets) == 3
    assert [row[:2] for row in found.sent] == [(at, at + 2) for at in range(7_000)]


def zip_of(**members: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return made.getvalue()


OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
REFUSED = (
    (OLE2 + bytes(1_000) + "EncryptedPackage".encode("utf-16-le"), "password"),
    (OLE2 + bytes(1_000), "no workbook"),
    (b"PK\x03\x04" + bytes(1_000), "cut off"),
    (zip_of(document="text"), "no workbook"),
    (zip_of(), "no workbook"),
)


@pytest.mark.parametrize(("content", "sentence"), REFUSED)
def test_what_is_no_workbook_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(SourceDamaged, match=sentence):
        seen(options_for(text_file(tmp_path, content, "source.xlsx")))


def test_a_workbook_that_is_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    content = xlsx_file(tmp_path, {"S": [HEADER, (PLAIN, "a")]}).read_bytes()
    for length in range(8, len(content) - 22, 487):
        with pytest.raises(SourceDamaged):
            seen(options_for(text_file(tmp_path, content[:length], "source.xlsx")))


def test_a_blank_workbook_is_refused(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, {"A": [], "B": [(" ",)]})
    with pytest.raises(SourceDamaged, match="no row with text"):
        seen(options_for(path))
