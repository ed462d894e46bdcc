"""A few sheets of the long campaign: what would be sent is what LibreOffice shows."""

import random
import shutil
from pathlib import Path

import pytest

from tests.campaigns.sheets.cells import Drawn, drawn
from tests.campaigns.sheets.judge import Read, agree, compared, differences
from tests.campaigns.sheets.spoilt import broken, campaign

OFFICE = shutil.which("soffice")


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed: make office")
def test_sheets_of_many_programs_are_read_as_an_office_shows_them(tmp_path: Path) -> None:
    chance = random.Random(1)  # noqa: S311 -- made-up cells, no secrets
    assert OFFICE is not None
    doubted = cells = 0
    for name, ours, found in compared(OFFICE, tmp_path, drawn(chance, 250), chance):
        assert found == (), name
        doubted += sum(one.is_doubted for one in ours)
        cells += len(ours)
    assert cells == 1_500
    assert doubted < cells / 50


@pytest.mark.parametrize(
    ("drawn", "ours", "theirs", "same"),
    [
        (Drawn(0.125, "0.0%"), "12.5%", "12.5%", True),
        (Drawn(0.125, "0.0%"), "0.125", "12.5%", False),
        (Drawn(1234.5678, "#,##0.00"), "1234.5678", "1,234.57", True),
        (Drawn(1234.5678, "#,##0.00"), "1234.5", "1,234.57", False),
        (Drawn(-3.0, "0;(0)"), "-3", "(3)", True),
        (Drawn(-3.0, "0;(0)"), "3", "(3)", False),
        (Drawn(12345.0, "0.00E+00"), "12345", "1.23E+04", True),
        (Drawn(46356.0, "m/d"), "2026-11-30", "2026-11-30", True),
        (Drawn(46356.0, "m/d"), "46356", "2026-11-30", False),
    ],
)
def test_the_judge_tells_the_same_from_another(
    drawn: Drawn, ours: str, theirs: str, *, same: bool
) -> None:
    assert agree(drawn, ours, theirs) is same


def test_a_cell_that_rejects_its_row_is_no_difference() -> None:
    cells = [Drawn(5.0, "[DBNum2]General")]
    shown = [["2", "伍", ""]]
    assert not list(differences(cells, [Read("5", is_doubted=True)], shown))
    assert list(differences(cells, [Read("5", is_doubted=False)], shown))


def test_spoilt_workbooks_of_each_format_end_in_rows_or_in_one_sentence(tmp_path: Path) -> None:
    found = list(campaign(tmp_path, 4))
    assert broken(found) == []
    assert {name for name, _, _ in found} == {"xlsx", "xlsx by hand", "xls", "xlsb", "ods"}
    assert {ended.ended for _, _, ended in found} == {"read", "refused"}
