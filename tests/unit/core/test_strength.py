"""The order in which news outweighs news, walked from end to end: every pair, both ways, each way
that a message can go."""

from itertools import product

import pytest

from pipeline.core.answer import NewsKind
from pipeline.core.model import Channel, Route
from pipeline.core.outcome import (
    OPEN,
    STRENGTH,
    UNCLEAR_NEWS,
    Carrier,
    Fact,
    Outcome,
    Standing,
    Ware,
    Weight,
    fold,
    strongest,
    ware_of,
    weight_of,
    withheld,
)

CODES = ("", "EXPIRED", "MK:0001", "UNKNOWN")
FACTS = [Fact(kind, code, "", f"page:{kind}-{code}") for kind, code in product(NewsKind, CODES)]
CARRIERS = [
    Carrier(route, channel) for route, channel in product(Route, Channel) if route is not Route.SKIP
]
FLAGS = ((False, False), (False, True), (True, False), (True, True))
REACHING = {Weight.SHOWN, Weight.DELIVERED}
NOTHING_LEFT = {Weight.REFUSED, Weight.NOT_SENT}
OF_MESSAGES = {Weight.SHOWN, Weight.DELIVERED, Weight.FAILED, Weight.TIMED_OUT}


def folded(carrier: Carrier, *facts: Fact, flags: tuple[bool, bool]) -> Standing:
    return fold(carrier, facts, link_expired=flags[0], silent=flags[1])


def stronger(ware: Ware, one: Fact, other: Fact) -> Fact:
    """Return which of two pieces of news the table puts first."""
    order = STRENGTH[ware]
    weights = {weight_of(one), weight_of(other)}
    if Weight.WITHHELD in weights and weights & OF_MESSAGES:
        return one if weight_of(one) in OF_MESSAGES else other

    def rank(fact: Fact) -> int:
        weight = weight_of(fact)
        return order.index(weight) if weight in order else len(order)

    return min((one, other), key=rank)


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda one: f"{one.route}-{one.channel}")
def test_of_two_pieces_of_news_the_stronger_decides_whichever_came_first(carrier: Carrier) -> None:
    ware = ware_of(carrier)
    for one, other in product(FACTS, repeat=2):
        wins = stronger(ware, one, other)
        for flags in FLAGS:
            both = folded(carrier, one, other, flags=flags)
            assert both == folded(carrier, other, one, flags=flags)
            alone = folded(carrier, wins, flags=flags)
            weights = {weight_of(one), weight_of(other)}
            unclear = weight_of(wins) is Weight.UNCLEAR and Weight.UNCLEAR in STRENGTH[ware]
            if unclear and weights & NOTHING_LEFT:
                assert (both.outcome, both.reason) == (Outcome.EXPIRED, UNCLEAR_NEWS)
            else:
                assert both.outcome is alone.outcome, (one, other, flags)


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda one: f"{one.route}-{one.channel}")
def test_who_was_heard_to_have_the_message_is_never_called_refused(carrier: Carrier) -> None:
    if ware_of(carrier) in {Ware.LINK, Ware.MAKING}:
        return
    for one, other in product(FACTS, repeat=2):
        if weight_of(one) not in REACHING:
            continue
        for flags in FLAGS:
            outcome = folded(carrier, one, other, flags=flags).outcome
            assert outcome not in {
                Outcome.REFUSED,
                Outcome.UNDELIVERED,
                Outcome.EXPIRED,
                Outcome.SUPPRESSED,
            }


def test_the_table_ranks_every_weight_once_and_each_weight_is_of_some_news() -> None:
    for order in STRENGTH.values():
        assert len(order) == len(set(order))
    assert set(STRENGTH[Ware.CARD]) == set(STRENGTH[Ware.PLAIN]) == set(Weight)
    assert {weight_of(fact) for fact in FACTS} - {None} == set(Weight)


def test_whoever_reads_the_order_reads_the_same() -> None:
    for one, other in product(FACTS, repeat=2):
        weight = strongest(Ware.CARD, (one, other))
        out = withheld((one, other))
        assert (out is not None) is (Weight.WITHHELD in {weight_of(one), weight_of(other)}) & (
            weight not in OF_MESSAGES
        )


@pytest.mark.parametrize("code", ["UNKNOWN", "000000", "ACCEPTED", "0"])
def test_a_code_that_nobody_knows_leaves_the_row_open_and_is_shown_once_it_is_silent(
    code: str,
) -> None:
    unclear = Fact(NewsKind.UNKNOWN_CODE, code, "", "receipt:1")
    for channel in (Channel.AIM, Channel.AIM_BASIC, Channel.SMS, Channel.AIM_LINKS):
        carrier = Carrier(Route.MAIN, channel)
        assert folded(carrier, unclear, flags=(True, False)).outcome in OPEN
        silent = folded(carrier, unclear, flags=(True, True))
        assert silent == Standing(Outcome.EXPIRED, UNCLEAR_NEWS, code, evidence="receipt:1")
