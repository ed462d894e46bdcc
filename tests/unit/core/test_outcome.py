import pytest

from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Route
from pipeline.core.outcome import (
    NO_NEWS,
    OPEN,
    TASK_LISTED_AS_FAILED,
    TIMED_OUT_CODE,
    Carrier,
    Fact,
    FallbackReason,
    Outcome,
    Standing,
    fold,
    of_state,
)


def _fact(kind: NewsKind, code: str = "", at: str = "", evidence: str = "") -> Fact:
    return Fact(kind, code, at, evidence or f"answer:{kind}")


DELIVERED = _fact(NewsKind.DELIVERED, "DELIVRD", "2026-11-01T09:00:00Z")
RENDERED = _fact(NewsKind.RENDERED, at="2026-11-01T09:05:00Z")
FAILED = _fact(NewsKind.FAILED, "UNDELIV")


def _aim(*facts: Fact, expired: bool = False, silent: bool = False) -> Standing:
    return fold(Carrier(Route.MAIN, Channel.AIM), facts, link_expired=expired, silent=silent)


def test_a_card_that_was_shown_is_final_with_both_times_and_its_proof() -> None:
    assert _aim(DELIVERED, RENDERED) == Standing(
        Outcome.CARD,
        delivered_at="2026-11-01T09:00:00Z",
        rendered_at="2026-11-01T09:05:00Z",
        evidence=RENDERED.evidence,
    )


def test_a_card_that_was_shown_was_delivered_even_if_only_a_failure_was_reported() -> None:
    assert _aim(FAILED, RENDERED).outcome is Outcome.CARD


def test_a_delivery_that_was_seen_outweighs_a_failure_that_was_reported() -> None:
    assert _aim(FAILED, DELIVERED).outcome is Outcome.DELIVERED


def test_a_delivered_card_stays_open_until_its_link_expires() -> None:
    open_ = _aim(DELIVERED)
    assert open_.outcome is Outcome.DELIVERED
    assert not open_.is_final
    closed = _aim(DELIVERED, expired=True)
    assert closed.outcome is Outcome.FALLBACK_SMS
    assert closed.is_final


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (NewsKind.LINK_FAILED, FallbackReason.LINK_FAILED),
        (NewsKind.UNSUPPORTED, FallbackReason.HANDSET_UNSUPPORTED),
        (NewsKind.TEMPLATE_INACTIVE, FallbackReason.TEMPLATE_NOT_ACTIVE),
        (NewsKind.SUPPORTED, FallbackReason.NOT_PARSED_BEFORE_EXPIRY),
    ],
)
def test_who_saw_only_the_plain_text_is_told_apart_by_reason(
    kind: NewsKind, reason: FallbackReason
) -> None:
    standing = _aim(DELIVERED, _fact(kind, "C1"), expired=True)
    assert (standing.outcome, standing.reason) == (Outcome.FALLBACK_SMS, reason)
    assert standing.evidence


def test_without_any_news_a_message_expires_only_once_the_provider_had_its_time() -> None:
    assert _aim().outcome is Outcome.SUBMITTED
    assert _aim(expired=True).outcome is Outcome.SUBMITTED
    assert _aim(silent=True).outcome is Outcome.EXPIRED
    assert _aim(silent=True).evidence == "silence"


TOLD = [channel for channel in Channel if channel is not Channel.LINKS_ONLY]
"""The channels whose delivery KooMessage knows of."""


@pytest.mark.parametrize("channel", TOLD)
def test_a_failure_closes_the_row_with_its_code(channel: Channel) -> None:
    standing = fold(Carrier(Route.MAIN, channel), [FAILED], link_expired=False, silent=True)
    assert (standing.outcome, standing.code) == (Outcome.UNDELIVERED, "UNDELIV")


@pytest.mark.parametrize("channel", TOLD)
def test_carriers_that_told_the_provider_nothing_are_silence_and_no_failure(
    channel: Channel,
) -> None:
    timed_out = _fact(NewsKind.FAILED, TIMED_OUT_CODE)
    standing = fold(Carrier(Route.MAIN, channel), [timed_out], link_expired=False, silent=False)
    assert standing.outcome is Outcome.EXPIRED
    assert standing.evidence == timed_out.evidence


def test_a_task_that_is_listed_as_failed_is_why_nothing_was_heard_and_nothing_more() -> None:
    listed = _fact(NewsKind.TASK_FAILED, "task_state Failed")
    assert _aim(listed).outcome is Outcome.SUBMITTED
    silent = _aim(listed, silent=True)
    assert silent == Standing(
        Outcome.EXPIRED, TASK_LISTED_AS_FAILED, "task_state Failed", evidence=listed.evidence
    )
    assert _aim(silent=True) == Standing(Outcome.EXPIRED, NO_NEWS, evidence="silence")
    assert _aim(listed, DELIVERED, silent=True).outcome is Outcome.DELIVERED
    assert _aim(listed, FAILED, silent=True).outcome is Outcome.UNDELIVERED


@pytest.mark.parametrize("channel", list(Channel))
def test_a_number_that_an_accepted_request_left_out_is_refused_unless_it_is_heard_of(
    channel: Channel,
) -> None:
    refused = _fact(NewsKind.REFUSED, "KM.7")
    alone = fold(Carrier(Route.MAIN, channel), [refused], link_expired=True, silent=True)
    assert (alone.outcome, alone.code) == (Outcome.REFUSED, "KM.7")
    news = [DELIVERED, RENDERED]
    both = fold(Carrier(Route.MAIN, channel), [refused, *news], link_expired=True, silent=True)
    assert both == fold(Carrier(Route.MAIN, channel), news, link_expired=True, silent=True)


@pytest.mark.parametrize("channel", list(Channel))
def test_who_was_withheld_is_suppressed_unless_a_message_to_them_is_told_of(
    channel: Channel,
) -> None:
    def outcome(*facts: Fact) -> Outcome:
        carrier = Carrier(Route.MAIN, channel)
        withheld = _fact(NewsKind.WITHHELD, "opted_out")
        return fold(carrier, [withheld, *facts], link_expired=True, silent=True).outcome

    of_handsets = (NewsKind.UNSUPPORTED, NewsKind.SUPPORTED, NewsKind.TEMPLATE_INACTIVE)
    assert outcome(*map(_fact, of_handsets)) is Outcome.SUPPRESSED
    for news in (DELIVERED, RENDERED, FAILED):
        assert (
            outcome(news)
            is fold(Carrier(Route.MAIN, channel), [news], link_expired=True, silent=True).outcome
        )


@pytest.mark.parametrize(
    ("channel", "outcome"),
    [
        (Channel.AIM_BASIC, Outcome.VIDEO),
        (Channel.SMS, Outcome.SMS),
    ],
)
def test_a_plain_channel_is_final_once_delivered(channel: Channel, outcome: Outcome) -> None:
    carrier = Carrier(Route.MAIN, channel)
    assert fold(carrier, [DELIVERED], link_expired=False, silent=False).outcome is outcome


@pytest.mark.parametrize(
    ("carrier", "outcome"),
    [
        (Carrier(Route.SMS, Channel.SMS), Outcome.FALLBACK_SMS),
        (Carrier(Route.VIDEO, Channel.AIM_BASIC), Outcome.VIDEO),
    ],
)
def test_who_was_routed_away_from_the_card_has_the_reason(
    carrier: Carrier, outcome: Outcome
) -> None:
    facts = [DELIVERED, _fact(NewsKind.TEMPLATE_INACTIVE)]
    standing = fold(carrier, facts, link_expired=False, silent=False)
    assert standing.outcome is outcome
    assert standing.reason == FallbackReason.TEMPLATE_NOT_ACTIVE


def test_a_link_in_the_sms_of_a_chunk_is_a_card_like_any_other() -> None:
    carrier = Carrier(Route.LINKED, Channel.AIM_LINKS)
    shown = fold(carrier, [DELIVERED, RENDERED], link_expired=False, silent=False)
    assert shown.outcome is Outcome.CARD
    unseen = fold(carrier, [DELIVERED], link_expired=True, silent=False)
    assert unseen.outcome is Outcome.FALLBACK_SMS


def test_a_link_for_somebody_elses_sms_is_a_card_or_expires() -> None:
    carrier = Carrier(Route.MAIN, Channel.LINKS_ONLY)
    assert fold(carrier, [RENDERED], link_expired=False, silent=True).outcome is Outcome.CARD
    assert fold(carrier, [], link_expired=False, silent=True).outcome is Outcome.SUBMITTED
    assert fold(carrier, [], link_expired=True, silent=True).outcome is Outcome.EXPIRED


def test_nothing_is_doubtful_or_sent_while_links_are_being_made() -> None:
    assert (
        fold(Carrier(Route.PARSE, Channel.LINKS_ONLY), [], link_expired=True, silent=True).outcome
        is Outcome.PENDING
    )
    for state in (State.PLANNED, State.IN_FLIGHT, State.IN_DOUBT, State.DEFERRED, State.ACCEPTED):
        assert of_state(state, Route.PARSE) is Outcome.PENDING


@pytest.mark.parametrize("state", list(State))
def test_every_state_of_a_submission_gives_its_rows_an_outcome(state: State) -> None:
    outcome = of_state(state)
    settled = state in {State.REFUSED, State.ABANDONED}
    assert (outcome not in OPEN) is settled


def test_what_was_in_flight_when_nobody_knows_more_counts_as_doubt() -> None:
    assert of_state(State.IN_FLIGHT) is Outcome.IN_DOUBT
