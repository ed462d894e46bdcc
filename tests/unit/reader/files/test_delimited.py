"""Delimited text, as read() sees it."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import SourceDamaged
from pipeline.core.model import Rejection
from tests.support.spreadsheets import HEADER, PLAIN, options_for, seen, text_file

RAGGED = Rejection.ROW_RAGGED


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_delimiter_and_the_line_ends_are_found(
    tmp_path: Path, delimiter: str, end: str
) -> None:
    rows = (("城市", "手机号", "姓名"), ("沪", PLAIN, "张三"), ("京", "13800138001", "李.四"))
    text = "".join(delimiter.join(row) + end for row in rows)
    found = seen(options_for(text_file(tmp_path, text)))
    assert found.sent == [(0, 2, PLAIN, "张三"), (1, 3, "13800138001", "李.四")]
    assert not found.rejected


def test_the_wanted_columns_outweigh_a_delimiter_that_is_more_frequent(tmp_path: Path) -> None:
    text = f"手机号;姓名\n{PLAIN};a,b,c\n13800138001;d,e,f\n"
    assert [row[3] for row in seen(options_for(text_file(tmp_path, text))).sent] == [
        "a,b,c",
        "d,e,f",
    ]


@pytest.mark.parametrize("mark", [";", "|", "\t"])
def test_excels_sep_line_names_the_delimiter_and_is_no_line_of_the_table(
    tmp_path: Path, mark: str
) -> None:
    text = f"sep={mark}\r\n手机号{mark}姓名\r\n{PLAIN}{mark}a,b\r\n"
    assert seen(options_for(text_file(tmp_path, text))).sent == [(0, 2, PLAIN, "a,b")]


def test_quoted_cells_may_hold_delimiters_quotation_marks_and_line_ends(tmp_path: Path) -> None:
    text = HEADER + f'{PLAIN},"张,""三""\r\n先生"\n13800138001,李四\n'
    found = seen(options_for(text_file(tmp_path, text)))
    assert found.sent == [(0, 2, PLAIN, '张,"三"\r\n先生'), (1, 3, "13800138001", "李四")]


def test_blank_rows_are_no_rows_but_count_as_lines(tmp_path: Path) -> None:
    text = f"\n , \n{HEADER}\n{PLAIN},a\n,\n \u3000 ,\t\n13800138001,b"
    found = seen(options_for(text_file(tmp_path, text)))
    assert found.sent == [(0, 5, PLAIN, "a"), (1, 8, "13800138001", "b")]
    assert not found.rejected


def test_a_row_with_too_many_or_too_few_cells_is_rejected_and_never_shifted(
    tmp_path: Path,
) -> None:
    text = f"{HEADER}{PLAIN},a,b\n13800138001\n13800138002,c,,\n13800138003,d\n"
    found = seen(options_for(text_file(tmp_path, text)))
    assert found.sent == [(2, 4, "13800138002", "c"), (3, 5, "13800138003", "d")]
    assert found.reasons == [(2, RAGGED), (3, RAGGED)]
    assert [row.cells for row in found.rejected] == [(PLAIN, "a", "b"), ("13800138001",)]


def test_a_header_with_empty_cells_at_its_end_is_as_wide_as_its_texts(tmp_path: Path) -> None:
    text = f"手机号,姓名,,\n{PLAIN},a,,\n13800138001,b\n13800138002,c,d,\n"
    found = seen(options_for(text_file(tmp_path, text)))
    assert found.phones == [PLAIN, "13800138001"]
    assert found.reasons == [(4, RAGGED)]


OPEN_QUOTES = (
    f'{PLAIN},"张三\n13800138001,b\n13800138002,"c"\n',
    f'{PLAIN},"张三\n13800138001,b\n13800138002,c\n',
    f'{PLAIN},"张三\n13800138001,b\n13800138002,c"\n',
    f'{PLAIN},"张"三\n13800138001,b\n13800138002,c\n',
)


@pytest.mark.parametrize("rows", OPEN_QUOTES)
def test_a_quotation_mark_left_open_costs_its_own_row_only(tmp_path: Path, rows: str) -> None:
    found = seen(options_for(text_file(tmp_path, HEADER + rows)))
    assert found.reasons == [(2, RAGGED)]
    assert found.rejected[0].cells[0] == PLAIN
    assert found.rejected[0].cells[1].startswith('"张')
    assert [row[:3] for row in found.sent] == [(1, 3, "13800138001"), (2, 4, "13800138002")]


def test_a_quotation_mark_left_open_swallows_nothing_in_a_long_file(tmp_path: Path) -> None:
    rows = [f"{13_800_000_000 + at},姓名{at}" for at in range(30_000)]
    rows[3] = '13800000003,"姓名3'
    rows[17_000] = '13800017000,"姓,名"'
    rows[29_998] = '13800029998,"姓名'
    found = seen(options_for(text_file(tmp_path, HEADER + "\n".join(rows))))
    assert found.reasons == [(5, RAGGED), (30_000, RAGGED)]
    assert [row[1] for row in found.sent] == [
        line for line in range(2, 30_002) if line not in {5, 30_000}
    ]
    assert found.sent[16_999] == (17_000, 17_002, "13800017000", "姓,名")


def test_a_row_over_several_lines_is_whole_wherever_the_file_is_cut(tmp_path: Path) -> None:
    rows = [f'{13_800_000_000 + at},"姓\n名{at}"' for at in range(9_000)]
    found = seen(options_for(text_file(tmp_path, HEADER + "\n".join(rows) + "\n")))
    assert len(found.sent) == 9_000
    assert found.sent[-1] == (8_999, 9_001, "13800008999", "姓\n名8999")


def test_a_file_full_of_open_quotation_marks_is_refused(tmp_path: Path) -> None:
    text = HEADER + "".join(f'{13_800_000_000 + at},"a\n' for at in range(3_000))
    with pytest.raises(SourceDamaged, match="quotation marks"):
        seen(options_for(text_file(tmp_path, text)))


def test_a_header_with_an_open_quotation_mark_is_refused(tmp_path: Path) -> None:
    text = f'手机号,姓名,"城市\n{PLAIN},a,b\n13800138001,"c",d\n'
    with pytest.raises(SourceDamaged, match="header"):
        seen(options_for(text_file(tmp_path, text)))


def test_a_line_without_end_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(SourceDamaged, match="more than 4000000 characters"):
        seen(options_for(text_file(tmp_path, HEADER + "x" * 6_000_000)))


def test_a_cell_longer_than_any_spreadsheet_allows_costs_its_own_row_only(tmp_path: Path) -> None:
    text = f"{HEADER}{PLAIN},{'长' * 200_000}\n13800138001,b\n"
    found = seen(options_for(text_file(tmp_path, text)))
    assert found.reasons == [(2, RAGGED)]
    assert found.phones == ["13800138001"]


def test_long_files_are_cut_in_blocks_without_losing_a_row(tmp_path: Path) -> None:
    rows = [f"{13_800_000_000 + at},姓名{at}" for at in range(50_000)]
    rows[40_000] += ",more"
    path = text_file(tmp_path, HEADER + "\r\n".join(rows))
    for block_rows in (999, 20_000, 100_000):
        found = seen(replace(options_for(path), block_rows=block_rows))
        assert len(found.sheets) == -(-50_000 // block_rows)
        assert [row[0] for row in found.sent] == [row for row in range(50_000) if row != 40_000]
        assert all(row[1] == int(row[0]) + 2 for row in found.sent)
        assert found.reasons == [(40_002, RAGGED)]


def test_a_list_of_numbers_alone_needs_no_delimiter(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"{PLAIN}\n13800138001\n\n无\n", "numbers.txt")
    found = seen(replace(options_for(path, ()), phone="#1"))
    assert found.sent == [(0, 1, PLAIN), (1, 2, "13800138001")]
    assert found.reasons == [(4, Rejection.PHONE_NOT_A_NUMBER)]


def test_short_rows_that_would_add_up_to_a_whole_one_are_not_joined(tmp_path: Path) -> None:
    rows = [f"{13_800_000_000 + at},姓名{at},沪" for at in range(30_000)]
    rows[20_000:20_000] = ["13900000000", "13900000001"]
    path = text_file(tmp_path, "手机号,姓名,城市\n" + "\n".join(rows) + "\n")
    found = seen(options_for(path))
    assert found.reasons == [(20_002, RAGGED), (20_003, RAGGED)]
    assert len(found.sent) == 30_000


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("blanks", [" ", "   ", "\u3000"])
def test_blanks_after_a_closing_quotation_mark_are_no_reason_to_reject_a_row(
    tmp_path: Path, delimiter: str, blanks: str
) -> None:
    text = (
        f'手机号,姓名,积分\n"{PLAIN}"~,"王芳"~,12\n"13800138001","张, ""三"" ,\n丰"~,"3"~\r\n'
        "13800138002,李四,5\n"
    )
    text = text.replace(",", delimiter).replace("~", blanks)
    found = seen(options_for(text_file(tmp_path, text), ("姓名", "积分")))
    second = '张, "三" ,\n丰'.replace(",", delimiter)
    assert [row[2:] for row in found.sent] == [
        (PLAIN, "王芳", "12"),
        ("13800138001", second, "3"),
        ("13800138002", "李四", "5"),
    ]
    assert not found.rejected


def test_a_row_whose_quotation_mark_is_not_closed_is_broken_beside_padded_ones(
    tmp_path: Path,
) -> None:
    text = f'{HEADER}"{PLAIN}" ,"a" \n13800138001,"b\n"13800138002" ,"c"\n'
    found = seen(options_for(text_file(tmp_path, text)))
    assert [row[1:] for row in found.sent] == [(2, PLAIN, "a"), (4, "13800138002", "c")]
    assert found.reasons == [(3, RAGGED)]


@pytest.mark.parametrize("quoted", [False, True])
def test_a_text_that_stands_there_as_a_formula_is_read_as_the_text(
    tmp_path: Path, *, quoted: bool
) -> None:
    def guarded(text: str) -> str:
        cell = f'="{text}"'
        return '"' + cell.replace('"', '""') + '"' if quoted else cell

    header = f"{guarded('手机号')},姓名"
    text = f"{header}\n{guarded(PLAIN)},{guarded('007')}\n13800138001,=1+1\n"
    found = seen(options_for(text_file(tmp_path, text)))
    assert [row[2:] for row in found.sent] == [(PLAIN, "007"), ("13800138001", "=1+1")]
