"""What a request costs at worst."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.model import Channel, Fallback, Message, Route, SmsLeg, VideoLeg
from pipeline.core.pricing import Prices, channels_of, micro, yuan_text

PRICES = Prices(sms=45_000, parse=30_000, aim_basic=80_000, sms_parts=2)
SMS = SmsLeg("10690000001", "15010661", "sign", "app")


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        (Channel.AIM, 120_000),
        (Channel.AIM_LINKS, 90_000),
        (Channel.LINKS_ONLY, 30_000),
        (Channel.SMS, 90_000),
        (Channel.AIM_BASIC, 80_000),
    ],
)
def test_every_channel_has_its_price(channel: Channel, expected: int) -> None:
    assert PRICES.of_channel(channel) == expected
    assert PRICES.of_request(Message(channel, "1"), Route.MAIN, 100) == 100 * expected


@pytest.mark.parametrize("channel", Channel)
def test_a_price_that_is_not_known_is_not_taken_for_nothing(channel: Channel) -> None:
    assert Prices().of_channel(channel) is None


def test_what_is_never_sent_costs_nothing() -> None:
    assert PRICES.of_request(Message(Channel.AIM, "1"), Route.SKIP, 100) == 0


def test_the_channels_of_a_campaign_are_those_its_requests_may_take() -> None:
    fallback = Fallback(sms=SMS, video=VideoLeg("600000001"))
    plain = Message(Channel.AIM, "1", sms=SMS)
    links = Message(Channel.AIM_LINKS, "1", sms=SMS, fallback=fallback)
    assert channels_of(plain) == [Channel.AIM]
    assert set(channels_of(links)) == {
        Channel.LINKS_ONLY,
        Channel.AIM_LINKS,
        Channel.SMS,
        Channel.AIM_BASIC,
    }


@given(st.integers(0, 10**12))
def test_an_amount_is_shown_without_losing_any_of_it(amount: int) -> None:
    text = yuan_text(amount)
    assert micro(float(text)) == pytest.approx(amount, abs=1)
    assert len(text.partition(".")[2]) >= 2


@pytest.mark.parametrize(
    ("yuan", "expected"), [(0.045, 45_000), (0.1, 100_000), (0.0000001, 1), (0.0, 0)]
)
def test_yuan_become_whole_millionths_never_fewer(yuan: float, expected: int) -> None:
    assert micro(yuan) == expected
