"""What follows from the findings, and how questions are put."""

from dataclasses import replace

import pytest

from pipeline.core.answer import Hindrance, Unanswered
from pipeline.core.errors import (
    CampaignInvalid,
    CredentialsRefused,
    KoosendError,
    NotKooMessage,
    ProviderUnavailable,
    WorkLeft,
)
from pipeline.core.model import Channel, Fallback, Message, Policy, SmsLeg, Value, VideoLeg
from pipeline.core.templates import Templates, VariableKind
from pipeline.runner.preflight.ask import TRIES
from pipeline.runner.preflight.findings import Severity
from tests.support.fakes import ManualClock, ScriptedCatalog
from tests.support.koomessage import AIM_BASIC_MESSAGE, AIM_MESSAGE, LEG
from tests.support.preflight import CARD, SMS, VIDEO, asked, faults, good_catalog, renamed
from tests.support.spoiling import Change, with_card, with_variables, without

WARNING, BLOCKING = Severity.WARNING, Severity.BLOCKING
TEXT, LINK = VariableKind.TEXT, VariableKind.NEWTEXT


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (with_card(enabled=False), ProviderUnavailable),
        (with_card(variables=()), CampaignInvalid),
        (with_variables(TEXT, LINK), CampaignInvalid),
        (without("known_apps"), ProviderUnavailable),
    ],
)
def test_the_campaigns_own_mistakes_end_otherwise_than_the_providers_refusals(
    spoil: Change, kind: type[KoosendError]
) -> None:
    catalog = good_catalog()
    spoil(catalog)
    blocked = asked(AIM_MESSAGE, catalog).blocked
    assert type(blocked) is kind


def test_of_several_blocking_things_the_providers_is_told_first_with_the_count_of_the_rest() -> (
    None
):
    catalog = good_catalog()
    with_variables(TEXT, LINK)(catalog)
    with_card(variables=())(catalog)
    without("known_apps")(catalog)
    blocked = asked(AIM_MESSAGE, catalog).blocked
    assert isinstance(blocked, ProviderUnavailable)
    assert "message.sms.app" in str(blocked)
    assert "and 2 more" in str(blocked)


def test_templates_are_handed_on_as_far_as_they_suit_the_campaign() -> None:
    assert asked(AIM_MESSAGE, good_catalog()).templates == Templates(
        card=CARD.variables, sms=SMS.known, card_vendors=CARD.vendors, card_text=CARD.text
    )
    assert asked(AIM_BASIC_MESSAGE, good_catalog()).templates == Templates(video=VIDEO.variables)
    catalog = good_catalog()
    with_variables(TEXT, LINK)(catalog)
    told = Templates(card=CARD.variables, card_vendors=CARD.vendors, card_text=CARD.text)
    assert asked(AIM_MESSAGE, catalog).templates == told


def test_a_fallbacks_messages_are_looked_at_as_well() -> None:
    fallback = Fallback(
        Policy.SMS,
        sms=SmsLeg("10690000001", "15010662", "云商城", "member-app", (Value(0),)),
        video=VideoLeg(VIDEO.template, (("p_1", Value(0)),)),
    )
    catalog = good_catalog()
    plain = replace(renamed(SMS, TEXT), template="15010662")
    catalog.sms = {**catalog.sms, "15010662": plain}
    found = asked(replace(AIM_MESSAGE, fallback=fallback), catalog)
    assert faults(found.findings) == [(BLOCKING, "fallback.aim_basic.params")]
    assert found.templates.fallback_sms == plain.known
    assert found.templates.fallback_video is None


def test_a_plain_sms_gives_every_variable_a_value_and_needs_no_link() -> None:
    message = Message(Channel.SMS, "", sms=replace(LEG, params=(Value(0), Value(1), Value(0))))
    found = asked(message, good_catalog())
    assert faults(found.findings) == []
    assert "card_template" not in [one.key for one in found.findings]


def test_links_alone_need_the_card_and_no_sms() -> None:
    catalog = good_catalog()
    asked(replace(AIM_MESSAGE, channel=Channel.LINKS_ONLY), catalog)
    assert catalog.asked == ["card_template"]


QUESTIONS = {
    "card_template": "message.template",
    "sms_template": "message.sms.template",
    "signatures": "message.sms.signature",
    "apps": "message.sms.app",
    "bindings": "message.sms.channel_number",
    "service_numbers": "message.sms.channel_number",
    "home_pages": "message.sms.channel_number",
}
FOLLOW_UPS = {"bindings": 2}
"""How many of the questions after it a question's answer is needed for."""


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_cannot_be_asked_is_a_warning_and_the_rest_is_asked_all_the_same(
    question: str,
) -> None:
    catalog = good_catalog()
    catalog.silent_on = {question: Unanswered("HTTP 403 APIGW.0302")}
    found = asked(AIM_MESSAGE, catalog)
    assert faults(found.findings) == [(WARNING, QUESTIONS[question])]
    assert catalog.asked == list(QUESTIONS)[: len(QUESTIONS) - FOLLOW_UPS.get(question, 0)]


@pytest.mark.parametrize(
    ("hindrance", "kind", "tries"),
    [
        (Hindrance.CREDENTIALS, CredentialsRefused, 1),
        (Hindrance.CLOCK, WorkLeft, 1),
        (Hindrance.UNTRUSTED, ProviderUnavailable, 1),
        (Hindrance.UNREACHABLE, ProviderUnavailable, TRIES),
    ],
)
def test_what_no_further_question_would_get_past_ends_the_asking(
    hindrance: Hindrance, kind: type[KoosendError], tries: int
) -> None:
    catalog = ScriptedCatalog(silence=Unanswered("why", hindrance=hindrance))
    with pytest.raises(kind, match="why"):
        asked(AIM_MESSAGE, catalog)
    assert catalog.asked == ["card_template"] * tries


def test_an_answer_that_is_not_koomessages_is_asked_for_again_and_then_ends_the_asking() -> None:
    catalog = ScriptedCatalog(silence=Unanswered("a sign-in page", foreign=True))
    with pytest.raises(NotKooMessage, match=r"a sign-in page.*account\.endpoint"):
        asked(AIM_MESSAGE, catalog)
    assert catalog.asked == ["card_template"] * TRIES


def test_a_refusal_for_the_rate_is_waited_out() -> None:
    class Busy(ScriptedCatalog):
        async def _silent(self, question: str) -> Unanswered | None:
            await super()._silent(question)
            is_first = self.asked.count(question) == 1
            return Unanswered("too fast", wait_s=7.0) if is_first else None

    clock = ManualClock()
    began = clock.monotonic()
    busy = Busy(videos=good_catalog().videos)
    assert asked(AIM_BASIC_MESSAGE, busy, clock).blocked is None
    assert busy.asked == ["video_template"] * 2
    assert clock.monotonic() - began >= 7.0
