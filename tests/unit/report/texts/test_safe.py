import math
import time
from collections.abc import Sequence

import pytest

from pipeline.report.texts.safe import XLSX_CELL_CHARS_MAX, safe_cell, safe_column

LEADS = ("", " ", "  ", "\ufeff", "\u200b", "\u200d", "\u3000", "\xa0", "\u2060", " \u3000\ufeff")
TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "﹦", "﹢")
PAYLOADS = ("1+1", 'HYPERLINK("http://x.example")', "cmd|' /C calc'!A0", "")


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("lead", LEADS)
def test_no_cell_can_start_a_formula(lead: str, trigger: str) -> None:
    for payload in PAYLOADS:
        assert safe_cell(f"{lead}{trigger}{payload}").startswith("'")
        assert safe_column([f"{lead}{trigger}{payload}"])[0].startswith("'")


@pytest.mark.parametrize("hidden", ["\x00=1", "\x7f=1", "\u202e=1", "\u2066@x", "\x1b-1"])
def test_a_formula_hidden_behind_what_is_removed_is_found(hidden: str) -> None:
    assert safe_cell(hidden) == f"'{hidden[1:]}"


@pytest.mark.parametrize("phone", ["+8613800138000", "+14155550100"])
def test_a_phone_number_keeps_its_plus(phone: str) -> None:
    assert safe_cell(phone) == phone


@pytest.mark.parametrize(
    "near", ["+86-13800138000", "+86 138", "+1+1", "+138001380001380013800", "+0"]
)
def test_what_only_looks_like_a_phone_number_does_not(near: str) -> None:
    assert safe_cell(near) == f"'{near}"


@pytest.mark.parametrize(
    "plain", ["", "赵小云", "a=b", "3-4", "13800138000", "a\nb", "'quoted", "😀"]
)
def test_harmless_text_stays_as_it_is(plain: str) -> None:
    assert safe_cell(plain) == plain


def test_what_no_file_can_hold_is_removed_or_replaced() -> None:
    assert safe_cell("a\x00b\x0bc\ufffe") == "abc"
    assert safe_cell("a\ud800b") == "a\ufffdb"


def test_every_end_of_a_line_in_a_cell_is_one_that_csv_quotes() -> None:
    assert safe_cell("a\rb\r\nc") == "a\nb\nc"


def test_a_cell_longer_than_a_workbook_can_hold_is_cut_with_a_mark() -> None:
    cut = safe_cell("字" * 40_000, XLSX_CELL_CHARS_MAX)
    assert cut.endswith("…[cut]")
    assert len(cut) == XLSX_CELL_CHARS_MAX
    assert safe_cell("字" * XLSX_CELL_CHARS_MAX, XLSX_CELL_CHARS_MAX) == "字" * XLSX_CELL_CHARS_MAX


def test_length_is_counted_as_the_file_format_counts_it() -> None:
    cut = safe_cell("😀" * 20_000, XLSX_CELL_CHARS_MAX)
    assert cut.endswith("…[cut]")
    assert len(cut.encode("utf-16-le")) // 2 <= XLSX_CELL_CHARS_MAX


def one_by_one(cells: Sequence[str]) -> list[str]:
    return [safe_cell(cell) for cell in cells]


def test_a_column_of_plain_cells_costs_less_than_its_cells_one_by_one() -> None:
    cells = [f"138{row:08d}" for row in range(20_000)]
    spent_s = {safe_column: math.inf, one_by_one: math.inf}
    for _ in range(5):  # the best of several, side by side: a tenth of the cost was measured
        for way, best_s in spent_s.items():
            started = time.process_time()
            assert way(cells) == cells
            spent_s[way] = min(best_s, time.process_time() - started)
    assert spent_s[safe_column] < spent_s[one_by_one]
