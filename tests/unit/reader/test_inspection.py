from pathlib import Path

import openpyxl
import pytest

from pipeline.core.errors import SourceDamaged
from pipeline.reader.inspection import inspect
from tests.support.spreadsheets import HEADER, PLAIN, Sheets, text_file, xlsx_file

ROWS = "".join(f"V{at},{13_800_000_000 + at},张三\n" for at in range(30))


def test_a_text_file_is_described(tmp_path: Path) -> None:
    found = inspect(text_file(tmp_path, ("会员号,手机号,姓名\n\n" + ROWS).encode("gbk")))
    assert (found.format, found.encoding, found.delimiter) == ("csv", "gb18030", ",")
    assert "byte 0" in found.evidence
    (sheet,) = found.sheets
    assert sheet.header == ("会员号", "手机号", "姓名")
    assert len(sheet.first_rows) == 10
    assert sheet.first_rows[0] == ("V0", "13800000000", "张三")
    assert (sheet.phone, sheet.phone_share) == ("手机号", 1.0)
    assert found.best == sheet


@pytest.mark.parametrize(
    ("text", "form", "delimiter"),
    [(ROWS.replace(",", "\t"), "tsv", "\t"), (f"手机号\n{PLAIN}\n", "txt", "")],
)
def test_the_format_is_told_by_the_content(
    tmp_path: Path, text: str, form: str, delimiter: str
) -> None:
    found = inspect(text_file(tmp_path, text))
    assert (found.format, found.delimiter) == (form, delimiter)


def test_a_file_without_header_has_its_phone_column_by_place(tmp_path: Path) -> None:
    (sheet,) = inspect(text_file(tmp_path, ROWS)).sheets
    assert (sheet.header, sheet.phone) == ((), "#2")
    assert sheet.first_rows[0] == ("V0", "13800000000", "张三")


def test_the_phone_column_is_found_by_its_cells_and_not_by_its_name(tmp_path: Path) -> None:
    text = f"手机品牌,联系,备注\n甲,+86 {PLAIN},x\n乙,,y\n丙,1.38E+10,z\n丁,13800138001,w\n"
    (sheet,) = inspect(text_file(tmp_path, text)).sheets
    assert sheet.phone == "联系"
    assert sheet.phone_share == pytest.approx(2 / 3)


def test_between_two_columns_of_numbers_the_name_decides(tmp_path: Path) -> None:
    text = f"推荐人,手机\n{PLAIN},13800138001\n{PLAIN},13800138002\n"
    assert inspect(text_file(tmp_path, text)).sheets[0].phone == "手机"


def test_without_any_number_a_telling_name_is_enough(tmp_path: Path) -> None:
    assert inspect(text_file(tmp_path, HEADER)).sheets[0].phone == "手机号"
    assert inspect(text_file(tmp_path, "a,b\n1,2\n")).sheets[0].phone == ""


def test_a_phone_column_whose_name_stands_twice_is_named_by_its_place(tmp_path: Path) -> None:
    text = f"号,号\nx,{PLAIN}\n"
    assert inspect(text_file(tmp_path, text)).sheets[0].phone == "#2"


def test_a_workbook_is_described_sheet_by_sheet(tmp_path: Path) -> None:
    sheets: Sheets = {"说明": [("read",), ("me",)], "空": [], "名单": [("手机号", "n"), (PLAIN, 1)]}
    path = xlsx_file(tmp_path, {**sheets, "旧": [("手机号",), (PLAIN,)]})
    book = openpyxl.load_workbook(path)
    book["旧"].sheet_state = "hidden"
    book.save(path)
    found = inspect(path)
    assert (found.format, found.encoding, found.delimiter) == ("xlsx", "", "")
    assert [(sheet.name, sheet.hidden, sheet.phone) for sheet in found.sheets] == [
        ("说明", False, ""),
        ("名单", False, "手机号"),
        ("旧", True, "手机号"),
    ]
    assert found.best == found.sheets[1]
    assert found.sheets[1].first_rows == ((PLAIN, "1"),)


def test_the_sample_workbook_and_text_look_alike() -> None:
    folder = Path(__file__).parents[3] / "sample_data"
    book, text = inspect(folder / "members.xlsx").best, inspect(folder / "members.csv").best
    assert book is not None
    assert text is not None
    assert (book.header, book.first_rows, book.phone) == (text.header, text.first_rows, text.phone)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceDamaged):
        inspect(text_file(tmp_path, b""))
    blank = inspect(text_file(tmp_path, "\n\n"))
    assert (blank.sheets, blank.best) == ((), None)
