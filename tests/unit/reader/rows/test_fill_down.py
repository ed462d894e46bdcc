"""Cells merged downwards hold their text in the first row alone: the others are filled from it."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.model import Adjustment, Rejection
from pipeline.core.values import FieldRules, Shape
from pipeline.reader.options import ReaderOptions
from pipeline.reader.reading import read
from tests.support.spreadsheets import ods_file, options_for, seen, text_file, xlsx_file

DOWN = FieldRules(Shape(fill_down=True))
HEADER = ["手机号", "门店", "姓名"]


def phone(at: int) -> str:
    return str(13_800_138_000 + at)


def asked(path: Path, *, block_rows: int = 20_000) -> ReaderOptions:
    fields = ("姓名", "门店")
    options = options_for(path, fields)
    return replace(options, rules=(FieldRules(), DOWN), block_rows=block_rows)


def rows_of(shops: list[str]) -> list[list[str]]:
    return [HEADER, *([phone(at), shop, f"人{at}"] for at, shop in enumerate(shops))]


SHOPS = ["东店", "", " ", "西店", ""]
FILLED = ["东店", "东店", "东店", "西店", "西店"]


def written(folder: Path, kind: str) -> Path:
    rows = rows_of(SHOPS)
    if kind == "xlsx":
        return xlsx_file(folder, {"S": rows})
    if kind == "ods":
        return ods_file(folder, *((row, 1, 1) for row in rows))
    return text_file(folder, "".join(",".join(row) + "\r\n" for row in rows))


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
@pytest.mark.parametrize("block_rows", [1, 2, 20_000])
def test_an_empty_cell_has_the_value_of_the_row_above(
    tmp_path: Path, kind: str, block_rows: int
) -> None:
    options = asked(written(tmp_path, kind), block_rows=block_rows)
    assert [row[4] for row in seen(options).sent] == FILLED
    filled = [block.adjusted.get(("门店", Adjustment.FILLED_DOWN), 0) for block in read(options)]
    assert sum(filled) == 3


def test_nothing_is_filled_unless_it_is_asked_for(tmp_path: Path) -> None:
    options = replace(asked(written(tmp_path, "csv")), rules=())
    assert len(seen(options).reasons) == 3


def test_above_the_first_value_and_in_a_new_sheet_there_is_nothing_to_fill_from(
    tmp_path: Path,
) -> None:
    path = xlsx_file(tmp_path, {"A": rows_of(["", "东店"]), "B": [HEADER, [phone(9), "", "人"]]})
    found = seen(asked(path))
    assert found.reasons == [(2, Rejection.VALUE_MISSING)] * 2


def test_a_default_stands_where_nothing_was_above(tmp_path: Path) -> None:
    shape = Shape(default="总店", fill_down=True)
    path = text_file(tmp_path, f"手机号,门店\n{phone(0)},\n{phone(1)},东店\n{phone(2)},\n")
    options = replace(options_for(path, ("门店",)), rules=(FieldRules(shape),))
    assert [row[3] for row in seen(options).sent] == ["总店", "东店", "东店"]


def test_blank_rows_stay_blank_and_a_rejected_row_carries_its_value_on(tmp_path: Path) -> None:
    text = (
        f"手机号,门店,姓名\n{phone(0)},东店,甲\n,,\n{phone(1)},,乙\n1380,西店,丙\n{phone(2)},,丁\n"
    )
    found = seen(asked(text_file(tmp_path, text)))
    assert [row[1:] for row in found.sent] == [
        (2, phone(0), "甲", "东店"),
        (4, phone(1), "乙", "东店"),
        (6, phone(2), "丁", "西店"),
    ]
    assert found.reasons == [(5, Rejection.PHONE_TOO_SHORT)]


@pytest.mark.parametrize(
    "torn", ["13800138001,西店", "13800138001,西,店,乙", '13800138001,"西"店,乙']
)
def test_below_a_row_whose_cells_have_no_sure_place_nothing_is_filled(
    tmp_path: Path, torn: str
) -> None:
    text = f"手机号,门店,姓名\n{phone(0)},东店,甲\n{torn}\n{phone(2)},,丙\n{phone(3)},西店,丁\n"
    found = seen(asked(text_file(tmp_path, text)))
    assert [row[1] for row in found.sent] == [2, 5]
    assert found.reasons == [(3, Rejection.ROW_RAGGED), (4, Rejection.VALUE_MISSING)]


def test_a_rejected_row_is_given_back_filled_and_comes_back_as_it_is(tmp_path: Path) -> None:
    text = f"手机号,门店,姓名\n{phone(0)},东店,甲\n1380,,乙\n1381,,丙,\n"
    found = seen(asked(text_file(tmp_path, text)))
    assert [row.cells for row in found.rejected] == [
        ("1380", "东店", "乙"),
        ("1381", "东店", "丙", ""),
    ]
    mended = f"手机号,门店,姓名\n{phone(1)},东店,乙\n{phone(2)},,丙\n"
    found = seen(replace(asked(text_file(tmp_path, mended)), mended=True))
    assert found.reasons == [(3, Rejection.VALUE_MISSING)]
