"""Everything that KooMessage may say of what a campaign names, and how much each matters."""

from dataclasses import replace

import pytest

from pipeline.core.catalog import AppState, Effect, PortKind, Review
from pipeline.core.errors import Exit
from pipeline.core.model import Channel, Message
from pipeline.core.templates import Variable, VariableKind
from pipeline.runner.preflight.findings import Severity
from tests.support.koomessage import AIM_BASIC_MESSAGE, AIM_MESSAGE
from tests.support.preflight import CARD, asked, faults, good_catalog
from tests.support.spoiling import (
    Change,
    with_app,
    with_binding,
    with_card,
    with_home_page,
    with_service_number,
    with_signature,
    with_sms,
    with_variables,
    with_video,
    without,
)

WARNING, BLOCKING = Severity.WARNING, Severity.BLOCKING


def verdict(review: Review) -> Severity | None:
    if review is Review.PASSED:
        return None
    return WARNING if review is Review.UNKNOWN else BLOCKING


REVIEWED = [
    (name, make(review=review), message, verdict(review), key)
    for name, make, message, key in (
        ("card", with_card, AIM_MESSAGE, "message.template"),
        ("video", with_video, AIM_BASIC_MESSAGE, "message.template"),
        ("sms", with_sms, AIM_MESSAGE, "message.sms.template"),
        ("signature", with_signature, AIM_MESSAGE, "message.sms.signature"),
    )
    for review in Review
]
APP_VERDICTS = {
    AppState.LAUNCHED: None,
    AppState.CREATED: BLOCKING,
    AppState.SUSPENDED: BLOCKING,
    AppState.UNKNOWN: WARNING,
}
APPS = [
    ("app", with_app(state), AIM_MESSAGE, APP_VERDICTS[state], "message.sms.app")
    for state in AppState
]
NUMBER, TEXT, LINK = VariableKind.CHARDIGIT, VariableKind.TEXT, VariableKind.NEWTEXT
OTHERS: list[tuple[str, Change, Message, Severity | None, str]] = [
    ("no card", without("cards"), AIM_MESSAGE, BLOCKING, "message.template"),
    ("disabled", with_card(enabled=False), AIM_MESSAGE, BLOCKING, "message.template"),
    ("not told", with_card(enabled=None), AIM_MESSAGE, None, ""),
    ("no maker", with_card(vendors=(("OPPO", False),)), AIM_MESSAGE, BLOCKING, "message.template"),
    (
        "one maker",
        with_card(vendors=(("HuaWei", True), ("OPPO", False))),
        AIM_MESSAGE,
        WARNING,
        "message.template",
    ),
    ("makers not told", with_card(vendors=None), AIM_MESSAGE, None, ""),
    ("parameters not told", with_card(variables=None), AIM_MESSAGE, WARNING, "message.params"),
    (
        "a parameter more",
        with_card(variables=(*(CARD.variables or ()), Variable("level", VariableKind.CARD))),
        AIM_MESSAGE,
        BLOCKING,
        "message.params",
    ),
    (
        "a parameter less",
        with_card(variables=(CARD.variables or ())[:2]),
        AIM_MESSAGE,
        BLOCKING,
        "message.params",
    ),
    ("no video", without("videos"), AIM_BASIC_MESSAGE, BLOCKING, "message.template"),
    (
        "one carrier closed",
        with_video(carriers=(("cmcc", Review.PASSED), ("ctcc", Review.DISABLED))),
        AIM_BASIC_MESSAGE,
        WARNING,
        "message.template",
    ),
    (
        "all carriers closed",
        with_video(carriers=(("cmcc", Review.DISABLED), ("ctcc", Review.REJECTED))),
        AIM_BASIC_MESSAGE,
        BLOCKING,
        "message.template",
    ),
    (
        "a carrier abroad closed",
        with_video(carriers=(("cmcc", Review.PASSED), ("oversea", Review.DISABLED))),
        AIM_BASIC_MESSAGE,
        None,
        "",
    ),
    ("ends soon", with_video(expires_at=1.0), AIM_BASIC_MESSAGE, WARNING, "message.template"),
    ("ends late", with_video(expires_at=9e12), AIM_BASIC_MESSAGE, None, ""),
    (
        "takes a picture",
        with_video(foreign=("p_2",)),
        AIM_BASIC_MESSAGE,
        BLOCKING,
        "message.params",
    ),
    ("static", with_video(variables=()), AIM_BASIC_MESSAGE, BLOCKING, "message.params"),
    ("places not told", with_video(variables=None), AIM_BASIC_MESSAGE, WARNING, "message.params"),
    ("no sms", without("sms"), AIM_MESSAGE, BLOCKING, "message.sms.template"),
    ("odd use", with_sms(usable=False), AIM_MESSAGE, WARNING, "message.sms.template"),
    ("use not told", with_sms(usable=None), AIM_MESSAGE, None, ""),
    ("another app", with_sms(app="other"), AIM_MESSAGE, BLOCKING, "message.sms.app"),
    ("app not told", with_sms(app=""), AIM_MESSAGE, None, ""),
    ("variables not told", with_sms(known=None), AIM_MESSAGE, WARNING, "message.sms.params"),
    ("too few", with_variables(TEXT, LINK), AIM_MESSAGE, BLOCKING, "message.sms.params"),
    (
        "too many",
        with_variables(TEXT, LINK, NUMBER, NUMBER),
        AIM_MESSAGE,
        BLOCKING,
        "message.sms.params",
    ),
    ("no link", with_variables(TEXT, NUMBER), AIM_MESSAGE, BLOCKING, "message.sms.template"),
    (
        "of another signature",
        with_sms(signature_id="s2"),
        AIM_MESSAGE,
        BLOCKING,
        "message.sms.signature",
    ),
    ("signature not told", with_sms(signature_id=""), AIM_MESSAGE, None, ""),
    (
        "no signature",
        without("known_signatures"),
        AIM_MESSAGE,
        BLOCKING,
        "message.sms.signature",
    ),
    ("signature's app", with_signature(app="other"), AIM_MESSAGE, BLOCKING, "message.sms.app"),
    (
        "no number yet",
        with_signature(channel_number=""),
        AIM_MESSAGE,
        BLOCKING,
        "message.sms.signature",
    ),
    (
        "another number",
        with_signature(channel_number="10690000002"),
        AIM_MESSAGE,
        BLOCKING,
        "message.sms.channel_number",
    ),
    ("no app", without("known_apps"), AIM_MESSAGE, BLOCKING, "message.sms.app"),
    (
        "unbound",
        without("known_bindings"),
        AIM_MESSAGE,
        WARNING,
        "message.sms.channel_number",
    ),
    (
        "bound for another",
        with_binding(signatures=("别家",)),
        AIM_MESSAGE,
        WARNING,
        "message.sms.signature",
    ),
    (
        "bound for any",
        with_binding(signatures=(), checks_signature=False),
        AIM_MESSAGE,
        None,
        "",
    ),
    ("prefix", with_binding(port="1069", kind=PortKind.PREFIX), AIM_MESSAGE, None, ""),
    ("suffix", with_binding(port="00001", kind=PortKind.SUFFIX), AIM_MESSAGE, None, ""),
]
CHANNEL = "message.sms.channel_number"
IN_EFFECT = Effect.IN_EFFECT
PAGES: list[tuple[str, Change, Message, Severity | None, str]] = [
    *(
        (
            f"{effect}",
            make(effect=effect, review=review),
            AIM_MESSAGE,
            None if effect is IN_EFFECT else WARNING,
            "" if effect is IN_EFFECT else CHANNEL,
        )
        for make in (with_service_number, with_home_page)
        for effect in Effect
        for review in (Review.PASSED, Review.IN_REVIEW)
    ),
    ("no number", without("known_service_numbers"), AIM_MESSAGE, WARNING, CHANNEL),
    ("no page", without("known_home_pages"), AIM_MESSAGE, WARNING, CHANNEL),
    ("a namesake", with_service_number(service_id="other"), AIM_MESSAGE, WARNING, CHANNEL),
    ("id not told", with_binding(service_id=""), AIM_MESSAGE, None, ""),
    ("name not told", with_binding(service_number=""), AIM_MESSAGE, None, ""),
]
CASES = [*REVIEWED, *APPS, *OTHERS, *PAGES]


@pytest.mark.parametrize("message", [AIM_MESSAGE, AIM_BASIC_MESSAGE])
def test_nothing_is_found_where_everything_is_as_it_should_be(message: Message) -> None:
    found = asked(message, good_catalog())
    assert faults(found.findings) == []
    assert found.blocked is None
    assert len({one.key for one in found.findings}) >= 3


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_what_is_spoilt_is_found_under_its_key_and_nothing_else_is(
    case: tuple[str, Change, Message, Severity | None, str],
) -> None:
    _, spoil, message, severity, key = case
    catalog = good_catalog()
    spoil(catalog)
    found = asked(message, catalog)
    assert faults(found.findings) == ([] if severity is None else [(severity, key)])
    assert (found.blocked is not None) == (severity is BLOCKING)
    for one in found.findings:
        assert bool(one.mend) == (one.severity is not Severity.FINE)


@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_link_that_the_template_takes_elsewhere_stops_the_run_by_the_campaign_file(
    place: int,
) -> None:
    assert AIM_MESSAGE.sms is not None
    leg = replace(AIM_MESSAGE.sms, link_position=place)
    message = replace(AIM_MESSAGE, channel=Channel.AIM_LINKS, sms=leg)
    catalog = good_catalog()
    with_variables(TEXT, LINK, NUMBER)(catalog)
    found = asked(message, catalog)
    if place == 2:
        assert faults(found.findings) == []
        return
    assert faults(found.findings) == [(BLOCKING, "message.sms.link_position")]
    (told,) = (one for one in found.findings if one.severity is BLOCKING)
    assert f"takes the link as variable 2, but the campaign gives it as variable {place}" in (
        told.sentence
    )
    assert found.blocked is not None
    assert found.blocked.exit_code == Exit.CAMPAIGN_INVALID
