import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.text import GUARD, starts_formula, unguarded
from tests.support.harmless import VARIANTS


@pytest.mark.parametrize("text", ["+8613800138000", "a=1", "'quoted'", "", "1-2", "3 + 4"])
def test_what_no_spreadsheet_computes_is_left_alone(text: str) -> None:
    assert not starts_formula(text)
    assert unguarded(text) == text


@given(st.sampled_from(VARIANTS) | st.text())
def test_a_guard_that_was_put_there_comes_off_and_no_other_does(text: str) -> None:
    guarded = f"{GUARD}{text}" if starts_formula(text) else text
    own_guard = text.startswith(GUARD) and starts_formula(text[1:])
    assert unguarded(guarded) == (text[1:] if own_guard else text)
