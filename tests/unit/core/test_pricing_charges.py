"""What messages are charged: by product, as planned, as it turned out, and what may come."""

from dataclasses import replace

import pytest

from pipeline.core.model import Channel, Fallback, Message, Policy, Route, SmsLeg, VideoLeg
from pipeline.core.outcome import Outcome
from pipeline.core.pricing import Amounts, Bill, Charged, Prices, Product, amounts, price_of

SMS, PARSE, VIDEO = Product.SMS_PART, Product.PARSE, Product.VIDEO
LEG = SmsLeg("1069", "15010661", "云商城", "app")
FALLBACK = Fallback(Policy.SMS, sms=LEG, video=VideoLeg("600000001"))
AIM = Message(Channel.AIM, "700000001", sms=LEG, fallback=FALLBACK)
PRICES = Prices(sms=45_000, parse=20_000, aim_basic=300_000)


def bill(message: Message, *rows: tuple[Route, Outcome, list[int]]) -> dict[Product, Charged]:
    found = Bill(message)
    for route, outcome, parts in rows:
        found.add(route, outcome, parts)
    return {line.product: line for line in found.lines()}


@pytest.mark.parametrize(
    ("outcome", "sms", "parses"),
    [
        (Outcome.CARD, (3, 0), (1, 0)),
        (Outcome.FALLBACK_SMS, (3, 0), (0, 0)),
        (Outcome.DELIVERED, (3, 0), (0, 1)),
        (Outcome.SUBMITTED, (0, 3), (0, 1)),
        (Outcome.IN_DOUBT, (0, 3), (0, 1)),
        (Outcome.PENDING, (0, 3), (0, 1)),
        (Outcome.EXPIRED, (0, 3), (0, 1)),
        (Outcome.UNDELIVERED, (0, 0), (0, 0)),
        (Outcome.REFUSED, (0, 0), (0, 0)),
    ],
)
def test_a_card_is_its_sms_by_the_part_and_a_parse_once_it_was_shown(
    outcome: Outcome, sms: tuple[int, int], parses: tuple[int, int]
) -> None:
    lines = bill(AIM, (Route.MAIN, outcome, [3]))
    assert lines[SMS] == Charged(SMS, 3, 3, *sms)
    assert lines[PARSE] == Charged(PARSE, 0, 1, *parses)


def test_each_way_is_charged_as_its_own_product_and_who_gets_nothing_costs_nothing() -> None:
    lines = bill(
        AIM,
        (Route.SMS, Outcome.FALLBACK_SMS, [1, 2]),
        (Route.VIDEO, Outcome.VIDEO, [0, 0]),
        (Route.SKIP, Outcome.SKIPPED, [0]),
    )
    assert lines == {SMS: Charged(SMS, 3, 3, 3), VIDEO: Charged(VIDEO, 2, 2, 2)}


def test_a_link_for_somebody_elses_sms_costs_its_parse_alone_and_only_when_it_is_opened() -> None:
    links = replace(AIM, channel=Channel.LINKS_ONLY)
    opened, expired = Outcome.CARD, Outcome.EXPIRED
    lines = bill(links, (Route.MAIN, opened, [0]), (Route.MAIN, expired, [0, 0]))
    assert lines == {PARSE: Charged(PARSE, 0, 3, 1, 0)}


def test_links_that_are_still_made_will_be_sent_and_opened_perhaps() -> None:
    lines = bill(replace(AIM, channel=Channel.AIM_LINKS), (Route.PARSE, Outcome.PENDING, [2]))
    assert lines == {SMS: Charged(SMS, 2, 2, 0, 2), PARSE: Charged(PARSE, 0, 1, 0, 1)}


def test_an_sms_whose_parts_nobody_told_counts_as_one_and_is_said() -> None:
    found = Bill(AIM)
    found.add(Route.MAIN, Outcome.CARD, [0, 2])
    assert found.unmeasured == 1
    assert found.lines()[0].charged == 3


def test_amounts_are_exact_in_millionths_and_nothing_without_every_price() -> None:
    lines = [Charged(SMS, 3, 3, 2, 1), Charged(PARSE, 0, 3, 1, 1)]
    assert amounts(lines, PRICES) == Amounts(135_000, 195_000, 110_000, 65_000)
    assert amounts(lines, replace(PRICES, parse=None)) is None
    assert [price_of(one, PRICES) for one in Product] == [45_000, 20_000, 300_000]
