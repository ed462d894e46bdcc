"""Figures that a check gives: shares, units, cost, time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.model import Channel, Fallback, Message, Policy, SmsLeg, Value, VideoLeg
from pipeline.core.pricing import (
    Prices,
    Span,
    Units,
    alternatives,
    cost,
    duration_s,
    fit,
    hull,
    wilson,
)
from pipeline.core.times import parse_window

PRICES = Prices(sms=50_000, parse=20_000, aim_basic=90_000)
LEG = SmsLeg("1", "2", "3", "4")


@pytest.mark.parametrize(
    ("hits", "asked", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (390, 500, 0.7416, 0.8141),
    ],
)
def test_a_share_has_wilsons_bounds(hits: int, asked: int, low: float, high: float) -> None:
    found = wilson(hits, asked)
    assert found.seen == hits / asked
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_of_nothing_asked_nothing_is_known() -> None:
    found = wilson(0, 0)
    assert (found.low, found.high) == (0.0, 1.0)


@given(st.integers(1, 10_000), st.data())
def test_bounds_hold_what_was_seen_and_more_questions_narrow_them(
    asked: int, data: st.DataObject
) -> None:
    hits = data.draw(st.integers(0, asked))
    found, more = wilson(hits, asked), wilson(hits * 4, asked * 4)
    assert 0.0 <= found.low <= found.seen <= found.high <= 1.0
    assert more.high - more.low <= found.high - found.low + 1e-12


CHANNELS = [
    (Channel.AIM, Units(Span(150, 150), Span(0, 100)), Span(7_500_000, 9_500_000)),
    (Channel.AIM_LINKS, Units(Span(150, 150), Span(0, 100)), Span(7_500_000, 9_500_000)),
    (Channel.SMS, Units(Span(150, 150)), Span(7_500_000, 7_500_000)),
    (Channel.AIM_BASIC, Units(videos=Span(100, 100)), Span(9_000_000, 9_000_000)),
    (Channel.LINKS_ONLY, Units(cards=Span(0, 100)), Span(0, 2_000_000)),
]


@pytest.mark.parametrize(("channel", "wanted", "yuan"), CHANNELS)
def test_each_channel_is_paid_for_in_its_own_units(
    channel: Channel, wanted: Units, yuan: Span
) -> None:
    found = alternatives(Message(channel, "1"), 100, 150, 0)
    assert hull(found) == wanted
    assert cost(found, PRICES) == yuan


FALLBACKS = [
    (Fallback(Policy.SKIP), Span(0, 9_500_000)),
    (Fallback(Policy.SMS, sms=LEG), Span(5_000_000, 9_500_000)),
    (Fallback(Policy.AIM_BASIC, video=VideoLeg("1")), Span(7_500_000, 9_500_000)),
    (Fallback(Policy.SEND_ANYWAY, column=Value(0), sms=LEG), Span(0, 9_500_000)),
]


@pytest.mark.parametrize(("fallback", "yuan"), FALLBACKS)
def test_a_fallback_widens_the_cost_by_what_it_would_cost_everybody(
    fallback: Fallback, yuan: Span
) -> None:
    message = replace(Message(Channel.AIM, "1"), fallback=fallback)
    assert cost(alternatives(message, 100, 150, 100), PRICES) == yuan


def test_a_price_that_is_missing_makes_no_cost_and_one_that_is_not_needed_does_not_matter() -> None:
    found = alternatives(Message(Channel.AIM, "1"), 100, 150, 0)
    assert cost(found, replace(PRICES, parse=None)) is None
    assert cost(found, replace(PRICES, aim_basic=None)) is not None


def test_the_slower_of_two_limits_decides_and_none_is_no_time() -> None:
    assert duration_s(1_000, 10, 100.0, 5.0) == 10.0
    assert duration_s(1_000, 100, 100.0, 5.0) == 20.0
    assert duration_s(1_000, 100, 0.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("text", "hour", "wanted_s", "expected"),
    [
        ("", 3, 1e9, (0, True, 1)),
        ("08:00-21:00", 8, 13 * 3600, (0, True, 1)),
        ("08:00-21:00", 8, 13 * 3600 + 1, (0, False, 2)),
        ("08:00-21:00", 20, 3600, (0, True, 1)),
        ("08:00-21:00", 20, 3601, (0, False, 2)),
        ("08:00-21:00", 22, 13 * 3600, (10 * 3600, True, 1)),
        ("08:00-21:00", 22, 40 * 3600, (10 * 3600, False, 4)),
        ("22:00-02:00", 1, 3600, (0, True, 1)),
        ("22:00-02:00", 1, 2 * 3600, (0, False, 2)),
    ],
)
def test_a_sending_is_laid_into_the_windows_it_needs(
    text: str, hour: int, wanted_s: float, expected: tuple[float, bool, int]
) -> None:
    window = parse_window(text)
    assert window is not None
    midnight_in_china = 20_000 * 86_400.0 + 16 * 3600
    found = fit(window, midnight_in_china + hour * 3600, wanted_s)
    assert (found.starts_in_s, found.fits, found.nights) == expected
