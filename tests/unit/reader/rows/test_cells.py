"""What a workbook tells of cells besides their texts, in the rows that come of it."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Rejection
from pipeline.core.values import FieldRules, Shape
from pipeline.reader.inspection import inspect
from pipeline.reader.number_list import read_numbers
from tests.support.odd_files import styled_parts, text_cell, zip_of
from tests.support.spreadsheets import PLAIN, options_for, seen, xlsx_file

HEADER = ("手机号", "姓名")
SECOND, THIRD = "13800138001", "13800138002"


def formatted(path: Path, **codes: str) -> Path:
    """Give cells a format."""
    book = openpyxl.load_workbook(path)
    for cell, code in codes.items():
        book.worksheets[0][cell].number_format = code
    book.save(path)
    return path


def test_numbers_to_dial_are_those_that_cells_hold_however_they_are_shown(tmp_path: Path) -> None:
    codes = ('"¥"#,##0.00', "0.00%", "yyyy-mm-dd", "[DBNum2]General", "000-0000-0000", ";;;")
    phones = [int(PLAIN) + at for at in range(len(codes))]
    path = xlsx_file(tmp_path, {"S": [HEADER, *((phone, "a") for phone in phones)]})
    formatted(path, **{f"A{line}": code for line, code in enumerate(codes, 2)})
    found = seen(options_for(path))
    assert found.phones == list(map(str, phones))
    assert found.rejected == []


def test_a_list_of_numbers_shown_as_money_is_found_and_left_out_like_any_other(
    tmp_path: Path,
) -> None:
    path = xlsx_file(tmp_path, {"S": [("名字", "号码"), ("a", int(PLAIN)), ("b", int(SECOND))]})
    formatted(path, B2='"¥"#,##0.00', B3='"¥"#,##0.00')
    (look,) = inspect(path).sheets
    assert (look.phone, look.phone_share) == ("号码", 1.0)
    assert list(read_numbers(path)) == [int(PLAIN), int(SECOND)]


def test_a_header_below_a_title_is_found_by_numbers_shown_as_money(tmp_path: Path) -> None:
    rows = [("会员名单",), ("手机号", "名字"), (int(PLAIN), "a")]
    path = formatted(xlsx_file(tmp_path, {"S": rows}), A3='"¥"#,##0.00')
    with pytest.raises(CampaignInvalid, match="名字"):
        seen(options_for(path))


def test_a_number_shown_as_money_comes_back_as_a_number_when_its_row_is_mended(
    tmp_path: Path,
) -> None:
    path = formatted(xlsx_file(tmp_path, {"S": [HEADER, (int(PLAIN), None)]}), A2='"¥"#,##0.00')
    (row,) = seen(options_for(path)).rejected
    assert (row.reason, row.phone, row.cells) == (Rejection.VALUE_MISSING, PLAIN, (PLAIN, ""))


def doubtful(folder: Path) -> Path:
    """Write a list whose first name is an error, the third one a number in an odd format."""
    cells = (
        '<c r="B2" t="e"><v>#FOO!</v></c>',
        "",
        '<c r="B4" s="1"><v>5</v></c>',
        "",
        text_cell("B6", "a"),
        "",
    )
    rows = "".join(
        f'<row r="{line}"><c r="A{line}"><v>{int(PLAIN) + line}</v></c>{cell}</row>'
        for line, cell in enumerate(cells, 2)
    )
    top = f'<row r="1">{text_cell("A1", "手机号")}{text_cell("B1", "姓名")}</row>'
    return zip_of(styled_parts(top + rows, "[DBNum2]General"), folder, "source.xlsx")


def test_rows_filled_from_a_cell_that_is_not_known_are_rejected_with_it(tmp_path: Path) -> None:
    shape = Shape(default="会员", fill_down=True)
    asked = replace(options_for(doubtful(tmp_path)), rules=(FieldRules(shape),))
    for block_rows in (20_000, 1):
        found = seen(replace(asked, block_rows=block_rows))
        assert found.reasons == [
            (2, Rejection.VALUE_MISSING),
            (3, Rejection.VALUE_MISSING),
            (4, Rejection.CELL_NOT_KNOWN),
            (5, Rejection.CELL_NOT_KNOWN),
        ]
        assert [row[1::2] for row in found.sent] == [(6, "a"), (7, "a")]


def test_a_column_that_says_who_is_left_out_must_be_known_as_well(tmp_path: Path) -> None:
    asked = options_for(doubtful(tmp_path), ())
    assert len(seen(asked).sent) == 6
    found = seen(replace(asked, skip_where={"姓名": frozenset({"a"})}))
    assert found.reasons == [(4, Rejection.CELL_NOT_KNOWN), (6, Rejection.SAID_IN_COLUMN)]
    assert found.rejected[0].column == "姓名"


def test_an_unknown_cell_of_the_phone_column_is_never_dialled(tmp_path: Path) -> None:
    top = f'<row r="1">{text_cell("A1", "手机号")}{text_cell("B1", "姓名")}</row>'
    cell = f'<c r="A2" t="zz"><v>{PLAIN}</v></c>'
    empty = '<c r="A3" t="s"><v>5</v></c>'
    rows = f'{top}<row r="2">{cell}{text_cell("B2", "a")}</row><row r="3">{empty}</row>'
    found = seen(options_for(zip_of(styled_parts(rows), tmp_path, "source.xlsx")))
    assert found.reasons == [(2, Rejection.CELL_NOT_KNOWN), (3, Rejection.CELL_NOT_KNOWN)]


def test_a_number_of_a_list_is_read_though_text_stands_beside_it(tmp_path: Path) -> None:
    rows = [("手机号",), (PLAIN, "called"), (SECOND,), (THIRD, None, "no")]
    path = xlsx_file(tmp_path, {"S": rows})
    assert set(read_numbers(path)) == {int(PLAIN), int(SECOND), int(THIRD)}
    found = seen(options_for(path, ()))
    assert [(row.reason, row.detail) for row in found.rejected] == [
        (Rejection.TEXT_BESIDE_TABLE, "B2"),
        (Rejection.TEXT_BESIDE_TABLE, "C4"),
    ]
