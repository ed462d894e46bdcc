"""Numbers are hidden by one rule, wherever they stand and however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.phones import mask, mask_in

UUID = "8113760c-787c-4c87-82c8-138001380001"


@pytest.mark.parametrize(
    ("text", "own", "foreign"),
    [
        ("13000000001", "130****0001", "130****0001"),
        ("+8613000000001", "+86130****0001", "+861****0001"),
        ("130 0000 0001", "130****0001", "130****0001"),
        ("130 00000001", "130****0001", "130****0001"),
        ("130-0000-0001", "130****0001", "130****0001"),
        ("１３０00000001", "１３０****0001", "１３０****0001"),
        ("12000000001", "12000000001", "120****0001"),
        ("0755123456789", "0755123456789", "075****6789"),
        (UUID, UUID, UUID),
        ("2026-11-22 16:43:47", "2026-11-22 16:43:47", "2026-11-22 16:43:47"),
        ("abcd1234-0000000-001", "abcd1234-0000000-001", "abcd1234-0000000-001"),
    ],
)
def test_a_number_is_hidden_and_what_names_a_task_is_not(text: str, own: str, foreign: str) -> None:
    assert mask_in(text) == own
    assert mask_in(text, foreign=True) == foreign


@given(st.text(max_size=20), st.from_regex("1[3-9][0-9]{9}", fullmatch=True), st.text(max_size=20))
def test_no_mobile_number_is_left_whole(before: str, phone: str, after: str) -> None:
    text = f"{before}{phone}{after}"
    for shown in (mask_in(text), mask_in(text, foreign=True)):
        assert phone not in shown
    assert mask(phone) == f"{phone[:3]}****{phone[7:]}"
