"""Which rules each field of a campaign gets, and what is wrong before any row is read."""

from dataclasses import replace

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import (
    Channel,
    Fallback,
    Message,
    Rejection,
    ShortUrl,
    SmsLeg,
    Value,
    VideoLeg,
)
from pipeline.core.templates import ANY_SMS, KINDS, SmsTemplate, Templates, Variable, VariableKind
from pipeline.core.values import FieldRules, Shape, ValueRule, field_rules

TEXT, DIGITS, LINK = VariableKind.TEXT, VariableKind.CHARDIGIT, VariableKind.NEWTEXT
CARD, MONEY = VariableKind.CARD, VariableKind.MONEY

NAME, POINTS = Value(0), Value(1)
LEG = SmsLeg("10690000001", "15010661", "云商城", "member-app", (NAME, POINTS))
AIM = Message(
    channel=Channel.AIM,
    template="700000001",
    params=(("name", NAME), ("points", POINTS), ("shop", Value(literal="云商城"))),
    sms=LEG,
    fields=("姓名", "积分"),
)
BASIC = Message(
    Channel.AIM_BASIC, "600000001", (("p_1", NAME), ("p_2", POINTS)), fields=("姓名", "积分")
)
UNKNOWN = Templates()


def card(*names: str, chars_max: int | None = 20) -> tuple[Variable, ...]:
    return tuple(Variable(name, CARD, 0, chars_max) for name in names)


def sms(*kinds: VariableKind) -> SmsTemplate:
    variables = tuple(Variable(str(at), kind) for at, kind in enumerate(kinds, start=1))
    return SmsTemplate("15010661", "", variables)


def rules(
    message: Message, templates: Templates, shapes: dict[str, Shape] | None = None
) -> tuple[FieldRules, ...]:
    return field_rules(message, templates, shapes or {})


def objections(field: FieldRules, text: str) -> list[Rejection]:
    found = [rule.objection(text) for rule in field.rules]
    return [why for why in found if why is not None]


def test_a_field_must_fit_every_place_that_uses_it() -> None:
    known = Templates(card=card("name", "points", "shop", chars_max=8), sms=sms(TEXT, LINK, DIGITS))
    name, points = rules(AIM, known)
    assert name.rules == (ValueRule(KINDS[CARD], 0, 8), ValueRule(KINDS[TEXT], 1, 20))
    assert points.rules == (ValueRule(KINDS[CARD], 0, 8), ValueRule(KINDS[DIGITS], 1, 20))
    assert objections(name, "一二三四五六七八九") == [Rejection.VALUE_TOO_LONG]
    assert objections(name, "云.店") == [Rejection.VALUE_FORBIDDEN]
    assert objections(points, "12分") == [Rejection.VALUE_NOT_LETTERS_DIGITS]


def test_without_a_word_from_the_provider_the_rules_are_those_of_every_template() -> None:
    name, points = rules(AIM, UNKNOWN)
    assert name.rules == points.rules == (ValueRule(KINDS[CARD]), ValueRule(ANY_SMS, 1, 20))
    assert objections(name, "长" * 21) == [Rejection.VALUE_TOO_LONG]
    assert objections(name, "长" * 20) == []


def test_a_video_messages_value_has_at_most_256_characters_and_may_be_empty() -> None:
    for known in (UNKNOWN, Templates(video=tuple(Variable(n, VariableKind.VIDEO) for n in "12"))):
        name, _ = rules(BASIC, known)
        assert objections(name, "长" * 256) == []
        assert objections(name, "") == []
        assert objections(name, "长" * 257) == [Rejection.VALUE_TOO_LONG]


def test_what_a_template_told_of_lengths_holds_beside_the_documented_limits() -> None:
    tight = SmsTemplate(
        "1", "", (Variable("1", TEXT, 2, 4), Variable("2", LINK), *sms(TEXT).variables)
    )
    loose = SmsTemplate(
        "1", "", (Variable("1", TEXT, 0, 99), Variable("2", LINK), *sms(TEXT).variables)
    )
    name = rules(AIM, Templates(sms=tight))[0]
    assert [objections(name, text) for text in ("", "一", "一二三四", "一二三四五")] == [
        [Rejection.VALUE_MISSING],
        [Rejection.VALUE_TOO_SHORT],
        [],
        [Rejection.VALUE_TOO_LONG],
    ]
    assert objections(rules(AIM, Templates(sms=loose))[0], "长" * 21) == [Rejection.VALUE_TOO_LONG]


def test_an_emoji_counts_as_two_characters_against_a_limit() -> None:
    name = rules(AIM, UNKNOWN)[0]
    assert objections(name, "😀" * 10) == []
    assert objections(name, "😀" * 11) == [Rejection.VALUE_TOO_LONG]


def test_the_variable_for_the_link_is_not_among_a_smart_messages_values_but_among_an_sms() -> None:
    assert len(rules(AIM, Templates(sms=sms(LINK, TEXT, TEXT)))) == 2
    plain = replace(AIM, channel=Channel.SMS, params=())
    link, text = rules(plain, Templates(sms=sms(LINK, TEXT)))
    assert link.rules == (ValueRule(KINDS[LINK], 1, 99),)
    assert text.rules == (ValueRule(KINDS[TEXT], 1, 20),)


def test_fallbacks_and_links_add_their_rules() -> None:
    fallback = Fallback(
        sms=replace(LEG, params=(NAME,)), video=VideoLeg("600000001", (("p_1", POINTS),))
    )
    message = replace(
        AIM,
        sms=replace(LEG, params=()),
        params=(),
        fields=("姓名", "积分", "短码", "链接"),
        fallback=fallback,
        short_url=ShortUrl("km2g.cn", Value(2), Value(3)),
    )
    known = Templates(card=(), sms=sms(LINK), fallback_sms=sms(DIGITS))
    name, points, code, url = rules(message, known)
    assert name.rules == (ValueRule(KINDS[DIGITS], 1, 20),)
    assert points.rules == (ValueRule(KINDS[VariableKind.VIDEO], 0, 256),)
    assert objections(code, "ab") == [Rejection.VALUE_TOO_SHORT]
    assert objections(code, "abc-") == [Rejection.VALUE_NOT_A_LINK]
    assert objections(url, "www") == [Rejection.VALUE_NOT_A_LINK]


def test_only_a_column_that_an_amount_or_number_is_made_of_is_made_plain() -> None:
    name, points = rules(AIM, Templates(sms=sms(TEXT, LINK, MONEY)))
    assert not name.plain_amounts
    assert points.plain_amounts


MISTAKES = [
    (AIM, Templates(card=card("name", "points")), "takes name, points, .* remove shop"),
    (AIM, Templates(card=card("name", "points", "shop", "x")), "; add x"),
    (AIM, Templates(card=card("name", "points", "city")), "add city and remove shop"),
    (AIM, Templates(card=()), "takes none, and the campaign gives name, points, shop"),
    (AIM, Templates(sms=sms(LINK, TEXT)), "takes 1 value, and the campaign gives 2 .KM.00001376"),
    (AIM, Templates(sms=sms(TEXT, TEXT)), "no variable for the link .* .KM.00001377"),
    (BASIC, Templates(video=card("p_1")), "message.params: the template takes 1 value, and .* 2"),
    (
        replace(AIM, sms=replace(LEG, params=(Value(literal="。"),))),
        UNKNOWN,
        r"message.sms.params \(value 1\): the text '。' cannot be sent \(value_forbidden\)",
    ),
    (
        replace(AIM, sms=replace(LEG, params=(Value(literal=""),))),
        UNKNOWN,
        r"message.sms.params \(value 1\): .*value_missing",
    ),
]


@pytest.mark.parametrize(("message", "templates", "sentence"), MISTAKES)
def test_what_no_row_can_fulfil_is_a_mistake_of_the_campaign(
    message: Message, templates: Templates, sentence: str
) -> None:
    with pytest.raises(CampaignInvalid, match=sentence):
        rules(message, templates)


def test_a_default_or_a_cut_that_does_not_fit_is_a_mistake_of_the_campaign() -> None:
    with pytest.raises(CampaignInvalid, match=r'message.values."姓名".default: .*value_missing'):
        rules(AIM, UNKNOWN, {"姓名": Shape(default="")})
    with pytest.raises(
        CampaignInvalid, match=r"truncate_chars is 21, .* at most 20 .* set it to 20"
    ):
        rules(AIM, UNKNOWN, {"姓名": Shape(truncate_chars=21)})
    shape = Shape(default="会员", truncate_chars=20)
    assert rules(AIM, UNKNOWN, {"姓名": shape})[0].shape == shape
    assert rules(BASIC, UNKNOWN, {"姓名": Shape(default="")})[0].shape.default == ""
