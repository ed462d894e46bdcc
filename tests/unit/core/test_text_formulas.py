import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.text import GUARD, guarded, starts_formula, unguarded
from tests.support.harmless import VARIANTS

PIECES = st.sampled_from(
    ["=", "+", "-", "@", "＝", ";", "|", "\t", "\n", " ", "\u3000", '"', ",", "a", "2+40", "姓名"]
)
TEXTS = st.sampled_from(VARIANTS) | st.text() | st.lists(PIECES).map("".join)


@pytest.mark.parametrize(
    "text",
    [
        "+8613800138000",
        "a=1",
        "'quoted",
        "",
        "1-2",
        "3 + 4",
        "a;b",
        "a;+8613800138000",
        "a|'b",
        ";",
    ],
)
def test_what_no_spreadsheet_computes_is_left_alone(text: str) -> None:
    assert not starts_formula(text)
    assert guarded(text) == unguarded(text) == text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1", "'=1"),
        ("a;=2+40;b", "a;'=2+40;b"),
        ("a|@SUM(A1)", "a|'@SUM(A1)"),
        ("a\t-1", "a\t'-1"),
        ("a\n=1\n=2", "a\n'=1\n'=2"),
        ("a; =1", "a;' =1"),
        ('a;"=1"', 'a;\'"=1"'),
        ("=1;=2", "'=1;'=2"),
        (";=1", ";'=1"),
        ("+8613800138000;x", "'+8613800138000;x"),
    ],
)
def test_a_formula_is_found_wherever_a_cell_may_begin(text: str, safe: str) -> None:
    assert guarded(text) == safe
    assert unguarded(safe) == text


@given(TEXTS)
def test_guards_that_were_put_there_come_off_and_nothing_else_does(text: str) -> None:
    plain = text.replace(GUARD, "")
    assert unguarded(guarded(plain)) == plain
    assert guarded(guarded(text)) == guarded(text)


@given(TEXTS)
def test_no_part_of_a_guarded_text_starts_a_formula_wherever_it_is_split(text: str) -> None:
    for separator in (";", "|", "\t", "\n"):
        first, *parts = guarded(text).split(separator)
        assert not starts_formula(first)
        for part in parts:
            # What a split at a line's end leaves begins with a line's end, as an empty line does.
            assert not starts_formula(part.lstrip("\t\r\n;|")) or part[:1] in tuple("\t\r\n;|")


@pytest.mark.parametrize("unit", [";", ";=", "; ", ";'", "\n", '"', "=", "　", ";+1"])
def test_a_text_of_a_megabyte_is_guarded_in_no_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    began = time.process_time()
    unguarded(guarded(text))
    assert time.process_time() - began < 5.0
