import datetime as dt

import pytest

from pipeline.reader.workbooks.formats.cell_text import Cell, cell_text, column_texts

CASES: tuple[tuple[Cell, str], ...] = (
    ("", ""),
    (" 007 ", " 007 "),
    (13800138000.0, "13800138000"),
    (13800138000, "13800138000"),
    (-0.0, "0"),
    (0.1, "0.1"),
    (999_999_999_999_999.0, "999999999999999"),
    (1.10101199001011e17, "1.10101199001011e+17"),
    (float("inf"), "inf"),
    (True, "TRUE"),
    (False, "FALSE"),
    (dt.date(2026, 1, 2), "2026-01-02"),
    (dt.datetime(2026, 1, 2, tzinfo=None), "2026-01-02"),  # noqa: DTZ001 - cells know no zone
    (dt.datetime(2026, 1, 2, 3, 4, 5, 600_000), "2026-01-02 03:04:05"),  # noqa: DTZ001 - as above
    (dt.time(3, 4), "03:04:00"),
    (dt.timedelta(days=1, hours=6), "30:00:00"),
    (-dt.timedelta(minutes=1), "-0:01:00"),
)


@pytest.mark.parametrize(("cell", "text"), CASES)
def test_a_cell_has_one_text(cell: Cell, text: str) -> None:
    assert cell_text(cell) == text


def test_a_column_of_mixed_cells_has_the_text_of_each() -> None:
    assert column_texts([cell for cell, _ in CASES]) == [text for _, text in CASES]
