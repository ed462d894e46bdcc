"""Rows that are streamed into a sheet are read back as they were given."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.texts.safe import XLSX_CELL_CHARS_MAX, safe_cell
from pipeline.report.xlsx.rows import Content, save_with_rows
from pipeline.report.xlsx.sheets import NUMBER, PHONE, Column, ListSheet, new_workbook
from tests.support.office import OFFICE, saved_by_office

HEAD = (Column("one", 9), Column("two", 9, PHONE), Column("three", 9, NUMBER))
Row = tuple[Content, ...]
texts = st.text(st.one_of(st.sampled_from("a<>&\"' \n\t_x0DF=王"), st.characters())).map(safe_cell)
cells = st.one_of(texts, st.integers(-(10**9), 10**9), st.none())


def write(target: Path | IO[bytes], blocks: Sequence[Sequence[Row]], rows_max: int = 99) -> None:
    book = new_workbook()
    sheet = ListSheet(book, "List", HEAD, rows_max)
    for block in blocks:
        sheet.add(list(zip(*block, strict=True)))
    sheet.finish("none", "cut")
    frame = io.BytesIO()
    book.save(frame)
    save_with_rows(frame, {sheet.page.path.lstrip("/"): sheet.rows_below}, target)
    sheet.rows_below.close()


def read(file: Path | IO[bytes]) -> list[list[object]]:
    page = openpyxl.load_workbook(file)["List"]
    rows: list[list[object]] = [list(row) for row in page.iter_rows(values_only=True)]
    return rows[1:]


@given(st.lists(st.lists(st.tuples(cells, texts, cells), max_size=4), min_size=1, max_size=3))
def test_what_is_streamed_is_read_back(blocks: list[list[Row]]) -> None:
    rows = [list(row) for block in blocks for row in block]
    held = io.BytesIO()
    write(held, blocks)
    found = read(held)
    wanted = [[None if cell == "" else cell for cell in row] for row in rows]
    # Rows of which nothing is left at the end are no rows to a reader.
    while wanted and not any(cell is not None for cell in wanted[-1]):
        wanted.pop()
    shown = [[_plain(cell) for cell in row] for row in found]
    assert shown[: len(wanted)] == (wanted if rows else [])


def _plain(cell: object) -> object:
    """Return a text as a spreadsheet shows it; this library leaves the marks in it."""
    return cell.replace("_x005F_", "_") if isinstance(cell, str) else cell


def test_a_list_that_is_too_long_ends_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write(path, [[("a", "1", 1), ("b", "2", 2)], [("c", "3", 3)]], rows_max=2)
    assert read(path) == [["a", "1", 1], ["b", "2", 2], ["cut", None, None]]


def test_a_cell_holds_no_more_than_a_cell_can(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write(path, [[("王" * 40_000, "", None), ("b", "", 2)]])
    (long, *_), _ = read(path)
    assert isinstance(long, str)
    assert len(long) <= XLSX_CELL_CHARS_MAX
    assert long.endswith("[cut]")


def test_looks_belong_to_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write(path, [[("a", "13800138000", 7)]])
    one, two, three = openpyxl.load_workbook(path)["List"][2]
    assert (two.number_format, two.data_type) == ("@", "s")
    assert (one.has_style, three.alignment.horizontal) == (False, "right")


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed: make office")
def test_a_spreadsheet_program_shows_what_was_streamed(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    rows: list[Row] = [
        ("_x000D_ & <b>", " lead and trail ", 12.5),
        ("two\nlines", "013800138000", -3),
        ("'=1+1", 'Jim "O"', None),
    ]
    write(path, [rows])
    shown = saved_by_office(path, "csv", tmp_path).read_text(encoding="utf-8")
    assert list(csv.reader(io.StringIO(shown)))[1:] == [
        ["" if cell is None else str(cell) for cell in row] for row in rows
    ]
