import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.texts.safe import safe_cell, safe_column

TRICKY = st.text(
    st.sampled_from("=+-@＝＋－＠\t\r\n \ufeff\u200b\u3000\x00\x1f\ud800\u202e'\",;13800138000a字")
    | st.characters(),
    max_size=30,
)


@given(TRICKY)
def test_a_safe_cell_never_starts_with_a_trigger_and_can_be_written(text: str) -> None:
    safe = safe_cell(text)
    bare = safe.lstrip(" \ufeff\u200b\u3000\xa0")
    assert bare[:1] not in tuple("=-@＝＋－＠\t\r\n")
    assert not bare.startswith("+") or bare[1:].isdigit()
    safe.encode()


@given(TRICKY)
def test_a_safe_cell_stays_as_it_is(text: str) -> None:
    assert safe_cell(safe_cell(text)) == safe_cell(text)


@given(st.lists(TRICKY))
def test_a_column_is_made_safe_as_its_cells_are(cells: list[str]) -> None:
    assert safe_column(cells) == [safe_cell(cell) for cell in cells]


@given(st.lists(TRICKY, min_size=1))
def test_a_line_of_safe_cells_is_read_back_as_it_was(cells: list[str]) -> None:
    safe = safe_column(cells)
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerow(safe)
    assert next(csv.reader(io.StringIO(file.getvalue(), newline=""))) == safe
