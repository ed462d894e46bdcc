"""The fold over evidence: any order, repeats harmless, stronger proof wins."""

import random

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.answer import NewsKind
from pipeline.core.model import Channel, Route
from pipeline.core.outcome import Carrier, Fact, Outcome, fold

FACTS = st.lists(
    st.builds(
        Fact,
        st.sampled_from(NewsKind),
        st.sampled_from(["", "DELIVRD", "EXPIRED", "UNDELIV", "KM.1"]),
        st.sampled_from(["", "2026-11-01T09:00:00Z", "2026-11-01T10:00:00Z"]),
        st.sampled_from(["answer:1", "receipt:1", "receipt:2"]),
    ),
    max_size=6,
)
ALL = [Carrier(route, channel) for route in Route for channel in Channel]
CARRYING = [
    one for one in ALL if one.route is not Route.PARSE and one.channel is not Channel.LINKS_ONLY
]
CARRIERS = st.sampled_from(ALL)
FLAGS = st.booleans()


@given(carrier=CARRIERS, facts=FACTS, expired=FLAGS, silent=FLAGS, chance=st.randoms())
def test_the_order_of_evidence_and_its_repetition_change_nothing(
    *, carrier: Carrier, facts: list[Fact], expired: bool, silent: bool, chance: random.Random
) -> None:
    once = fold(carrier, facts, link_expired=expired, silent=silent)
    shuffled = facts + facts[: len(facts) // 2]
    chance.shuffle(shuffled)
    assert fold(carrier, shuffled, link_expired=expired, silent=silent) == once


@given(carrier=CARRIERS, facts=FACTS, expired=FLAGS, silent=FLAGS)
def test_every_final_outcome_names_its_evidence(
    *, carrier: Carrier, facts: list[Fact], expired: bool, silent: bool
) -> None:
    standing = fold(carrier, facts, link_expired=expired, silent=silent)
    assert not standing.is_final or standing.evidence


@given(facts=FACTS, expired=FLAGS, silent=FLAGS)
def test_nobody_who_was_delivered_to_is_ever_called_undelivered_or_expired(
    *, facts: list[Fact], expired: bool, silent: bool
) -> None:
    delivered = [*facts, Fact(NewsKind.DELIVERED, "DELIVRD", "", "receipt:9")]
    for carrier in CARRYING:
        outcome = fold(carrier, delivered, link_expired=expired, silent=silent).outcome
        assert outcome not in {Outcome.UNDELIVERED, Outcome.EXPIRED, Outcome.SUBMITTED}


@given(facts=FACTS, expired=FLAGS, silent=FLAGS)
def test_a_card_is_claimed_only_where_one_was_seen(
    *, facts: list[Fact], expired: bool, silent: bool
) -> None:
    outcome = fold(
        Carrier(Route.MAIN, Channel.AIM), facts, link_expired=expired, silent=silent
    ).outcome
    if outcome is Outcome.CARD:
        assert any(fact.kind is NewsKind.RENDERED for fact in facts)
    if outcome is Outcome.FALLBACK_SMS:
        assert expired
        assert not any(fact.kind is NewsKind.RENDERED for fact in facts)
