"""The rate gate, the pages, and where receipts may be pushed to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.emulator.http.fields import Call, phone_of
from pipeline.emulator.http.pages import WINDOW, page_of
from pipeline.emulator.http.throttle import CallGate
from pipeline.emulator.receipts.push import is_loopback


@given(st.lists(st.floats(0.0, 0.6), min_size=1, max_size=60), st.integers(1, 5))
def test_no_second_ever_sees_more_calls_than_the_rate(gaps: list[float], rate: int) -> None:
    now = [0.0]
    gate = CallGate(rate, lambda: now[0])
    admitted: list[float] = []
    for gap in gaps:
        now[0] += gap
        in_window = sum(moment > now[0] - 1.0 for moment in admitted)
        is_admitted = gate.admits()
        assert is_admitted == (in_window < rate)
        if is_admitted:
            admitted.append(now[0])


def test_a_rate_of_zero_admits_everything() -> None:
    gate = CallGate(0, lambda: 0.0)
    assert all(gate.admits() for _ in range(1_000))


@given(st.integers(0, 1_000_000), st.integers(1, 100))
def test_a_page_holds_its_span_or_nothing_past_the_window(offset: int, limit: int) -> None:
    page = page_of(Call({"offset": str(offset), "limit": str(limit)}))
    expected = 0 if offset + limit > WINDOW else limit
    assert len(page.span()) == expected
    assert page.info(5) == {"offset": offset, "limit": limit, "total": 5}


@pytest.mark.parametrize(
    ("url", "is_here"),
    [
        ("http://127.0.0.1:8090/x", True),
        ("http://127.9.9.9/x", True),
        ("http://[::1]:80/x", True),
        ("http://localhost/x", True),
        ("https://www.example.com/x", False),
        ("http://10.0.0.1/x", False),
        ("http://127.0.0.1.example.com/x", False),
        ("http://user@203.0.113.1/", False),
    ],
)
def test_receipts_leave_this_machine_for_nobody(url: str, *, is_here: bool) -> None:
    assert is_loopback(url) == is_here


@pytest.mark.parametrize(
    ("given", "phone"),
    [
        ("13800000001", 13_800_000_001),
        ("8613800000001", 13_800_000_001),
        ("+8613800000001", 13_800_000_001),
        ("008613800000001", 13_800_000_001),
        ("12800000001", None),
        ("1380000000", None),
        ("138000000011", None),
        ("１３８００００００01", None),
        (13_800_000_001, None),
        (None, None),
    ],
)
def test_a_number_is_read_in_its_documented_forms(given: object, phone: int | None) -> None:
    assert phone_of(given) == phone
