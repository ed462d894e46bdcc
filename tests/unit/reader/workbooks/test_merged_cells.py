"""Merged cells are found wherever the XML has them, though it has them after all rows."""

from collections.abc import Iterator

import pytest

from pipeline.reader.workbooks.merged_cells import merged_cells
from tests.support.odd_files import sheet_xml

ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
MERGES = '<mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="$C$3:$C$4"/></mergeCells>'
FOUND = ((0, 0, 1, 1), (2, 2, 3, 2))


def with_merges(rows: str) -> str:
    return sheet_xml(rows).replace("</sheetData>", f"</sheetData>{MERGES}")


def found(xml: bytes, size: int) -> tuple[tuple[int, int, int, int], ...]:
    def pieces() -> Iterator[bytes]:
        return (xml[at : at + size] for at in range(0, len(xml), size))

    return merged_cells(pieces, "S")


@pytest.mark.parametrize("size", [1, 7, 11, 64, 1_000_000])
@pytest.mark.parametrize(
    "xml",
    [
        with_merges(ROW),
        with_merges(f"<!-- </sheetData> -->{ROW}"),
        with_merges(ROW.replace("<v>1", "<v><![CDATA[</sheetData>]]>")),
        with_merges(f"<?a </sheetData>?>{ROW}"),
        with_merges(ROW).replace("<sheetData>", "<!-- <sheetData> --><sheetData>"),
        with_merges(ROW).replace("<sheetData>", '<sheetData x="1">'),
        f'<?xml version="1.0"?>\n{with_merges(ROW)}',
    ],
)
def test_merged_cells_are_found_in_whatever_pieces_the_sheet_comes(xml: str, size: int) -> None:
    assert found(xml.encode(), size) == FOUND
    assert found(xml.encode("utf-16"), size) == FOUND


def test_a_word_in_a_cell_merges_nothing() -> None:
    assert found(sheet_xml(ROW.replace("1</v>", "mergeCell</v>")).encode(), 64) == ()
    assert found(sheet_xml(ROW).encode(), 64) == ()


def test_cells_merged_far_down_are_no_headers() -> None:
    xml = with_merges(ROW).replace("A1:B2", "A65:B66").replace("$C$3:$C$4", "?")
    assert found(xml.encode(), 64) == ()
