"""What the values of each campaign field must be, gathered from every place that uses them.

What the provider told of a template binds; where nothing is known of it, what its documents say
of every template does (KM.00001375, CreateAimSendTask, CreateVmsSendTask). What can be said
without any row - a literal that does not fit, too few or too many values - is a mistake in the
campaign.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipeline.core.errors import CampaignInvalid
from pipeline.core.legible.judgement import objection as objection_to_text
from pipeline.core.model import Channel, Fallback, Message, Rejection, ShortUrl, SmsLeg, Value
from pipeline.core.phones import mask_in
from pipeline.core.templates import (
    ANY_SMS,
    CODE_CHARS_MAX,
    CODE_CHARS_MIN,
    KINDS,
    LINK_CHARS_MAX,
    PHONE_CHARS_MAX,
    SEPARATOR,
    SHORT_CODE,
    SMS_CHARS_MAX,
    URL_CHARS_MAX,
    VIDEO_CHARS_MAX,
    Kind,
    SmsTemplate,
    Templates,
    Variable,
    VariableKind,
    text_chars,
    url_kind,
)
from pipeline.core.text import brief
from pipeline.language import Text, Words, filled, joined, listed


class Spaces(StrEnum):
    """What becomes of white space and line breaks inside a value."""

    KEEP = "keep"
    SINGLE = "single"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a campaign asks for a column's values.

    default is sent where the cell is empty; None rejects the row. truncate_chars of 0 cuts
    nothing. date_format is empty where dates stay as they are. fill_down: an empty cell has the
    value of the row above, as where cells are merged downwards.
    """

    default: str | None = None
    spaces: Spaces = Spaces.KEEP
    truncate_chars: int = 0
    date_format: str = ""
    fill_down: bool = False


def squeezed(text: str, spaces: Spaces) -> str:
    """Make each stretch of white space one space, or nothing."""
    return _SPACE.sub(" " if spaces is Spaces.SINGLE else "", text)


def truncated(text: str, chars: int) -> str:
    """Cut a text to a number of characters, and no character in two."""
    if text_chars(text) <= chars:
        return text
    cut = text[:chars]
    while text_chars(cut) > chars:
        cut = cut[:-1]
    return cut.rstrip()


def plain_amount(text: str) -> str:
    """Write an amount such as ￥1,234.50 as 1234.50; any other text stays as it is."""
    found = _SHOWN_AMOUNT.fullmatch(text)
    if found is None:
        return text
    return re.sub("[,，]", "", found[1]) + (found[2] or "").strip()


def dated(text: str, date_format: str) -> str | None:
    """Write a date or time in a format; None where the text is none, or lacks what is asked."""
    found = _MOMENT.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is None or not text:
        return None
    parts = {name: int(number or 0) for name, number in found.groupdict().items()}
    if not parts["year"] and _needs_date(date_format):
        return None
    try:
        moment = datetime(  # noqa: DTZ001 -- a cell knows no zone
            parts["year"] or 1,
            parts["month"] or 1,
            parts["day"] or 1,
            parts.get("hour", 0),
            parts.get("minute", 0),
            parts.get("second", 0),
        )
    except ValueError:
        return None
    return _DIRECTIVE.sub(lambda directive: _written(moment, directive[0]), date_format)


def unknown_directive(date_format: str) -> str:
    """Return the first directive of a format that is not known, empty where all are."""
    return next((found for found in _DIRECTIVE.findall(date_format) if found not in _WRITTEN), "")


_SPACE = re.compile(r"\s+")
_SHOWN_AMOUNT = re.compile(
    r"(?:[¥￥$€£] ?)?((?:[0-9]{1,3}(?:[,，][0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)( ?[元圆])?"
)
_CLOCK = r"(?P<hour>[0-9]{1,2})(?::|点)(?P<minute>[0-9]{2})(?:分|:(?P<second>[0-9]{2}))?"
_MOMENT = re.compile(
    r"(?:(?P<year>[0-9]{4})[-/.年](?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?)?"
    rf"(?:(?:^|[ T]){_CLOCK})?"
)
_COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_DIRECTIVE = re.compile(r"%-?.?", re.DOTALL)
_WRITTEN = {
    "%Y": "{0.year:04}",
    "%m": "{0.month:02}",
    "%d": "{0.day:02}",
    "%H": "{0.hour:02}",
    "%M": "{0.minute:02}",
    "%S": "{0.second:02}",
    "%-m": "{0.month}",
    "%-d": "{0.day}",
    "%-H": "{0.hour}",
    "%%": "%",
}
"""Written out here, for what strftime makes of Chinese text is up to the machine's locale."""


def _needs_date(date_format: str) -> bool:
    return bool({"%Y", "%m", "%d", "%-m", "%-d"} & set(_DIRECTIVE.findall(date_format)))


def _written(moment: datetime, directive: str) -> str:
    return _WRITTEN[directive].format(moment)


@dataclass(frozen=True, slots=True)
class ValueRule:
    """What one place asks of a value. chars_max is None where nothing limits it."""

    kind: Kind
    chars_min: int = 0
    chars_max: int | None = None

    def objection(self, text: str) -> Rejection | None:
        """Say what is wrong with a value, if anything is."""
        if len(text) < self.chars_min:
            return Rejection.VALUE_TOO_SHORT if text else Rejection.VALUE_MISSING
        if self.chars_max is not None and text_chars(text) > self.chars_max:
            return Rejection.VALUE_TOO_LONG
        return self.kind.objection(text) if text else None

    def all_right(self, characters: str, shortest: int, longest: int) -> bool:
        """Tell whether values are surely right that hold these characters alone.

        shortest, longest: their lengths in UTF-16 units.
        """
        kind = self.kind
        return (
            kind.by_character
            and shortest >= max(self.chars_min, 1)
            and (self.chars_max is None or longest <= self.chars_max)
            and _alone(kind.surely).fullmatch(characters) is not None
        )

    def unsure(self, joined: str) -> Iterator[int]:
        """Yield the places of the values that must be looked at one by one.

        joined: a column's values, SEPARATOR before the first and behind each, and nowhere else.
        """
        right = _surely(self).match
        at, place = len(SEPARATOR), 0
        while at < len(joined):
            found = right(joined, at)
            end = found.end() if found else at
            place += joined.count(SEPARATOR, at, end)
            if end == len(joined):
                return
            yield place
            place += 1
            at = joined.index(SEPARATOR, end) + 1


@dataclass(frozen=True, slots=True)
class FieldRules:
    """How a field's values are shaped, and what they must then be."""

    shape: Shape = field(default_factory=Shape)
    rules: tuple[ValueRule, ...] = ()
    plain_amounts: bool = False
    """A variable that takes no ¥ and no thousands separators is among those that use it."""


def field_rules(
    message: Message, templates: Templates, shapes: Mapping[str, Shape]
) -> tuple[FieldRules, ...]:
    """Gather the rules of each of the message's fields.

    shapes: by field's name, what the campaign asks for. Raises CampaignInvalid for what no row
    can fulfil.
    """
    rules: list[list[ValueRule]] = [[] for _ in message.fields]
    for use in _uses(message, templates):
        if use.value.field is None:
            _judge(use.key, use.value.literal, use.rule)
        elif use.rule not in rules[use.value.field]:
            rules[use.value.field].append(use.rule)
    found = [
        FieldRules(shapes.get(name, Shape()), tuple(asked), any(map(_is_plain, asked)))
        for name, asked in zip(message.fields, rules, strict=True)
    ]
    for name, asked_of_field in zip(message.fields, found, strict=True):
        _check_shape(name, asked_of_field)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Use:
    """One place that a value goes to; key names it in the campaign."""

    key: str
    value: Value
    rule: ValueRule


def _uses(message: Message, templates: Templates) -> Iterator[_Use]:
    match message.channel:
        case Channel.AIM | Channel.AIM_LINKS | Channel.LINKS_ONLY:
            yield from _card(message, templates.card)
        case Channel.AIM_BASIC:
            yield from _video("message.params", message.params, templates.video)
        case Channel.SMS:
            pass
    with_link = message.channel is not Channel.SMS
    if message.sms is not None:
        yield from _sms("message.sms", message.sms, templates.sms, with_link=with_link)
    yield from _fallback(message.fallback, templates)
    yield from _links(message.short_url)


def _fallback(fallback: Fallback, templates: Templates) -> Iterator[_Use]:
    if fallback.sms is not None:
        yield from _sms("fallback.sms", fallback.sms, templates.fallback_sms, with_link=False)
    if fallback.video is not None:
        key = "fallback.aim_basic.params"
        yield from _video(key, fallback.video.params, templates.fallback_video)


def _links(form: ShortUrl) -> Iterator[_Use]:
    if form.custom_code is not None:
        rule = ValueRule(SHORT_CODE, CODE_CHARS_MIN, CODE_CHARS_MAX)
        yield _Use("message.short_url.custom_code", form.custom_code, rule)
    if form.custom_url is not None:
        rule = ValueRule(url_kind(form.domains), 1, URL_CHARS_MAX)
        yield _Use("message.short_url.custom_url", form.custom_url, rule)


def _card(message: Message, known: tuple[Variable, ...] | None) -> Iterator[_Use]:
    if known is None:
        rule = ValueRule(KINDS[VariableKind.CARD])
        for name, value in message.params:
            yield _Use(filled("message.params.{name}", name=name), value, rule)
        return
    given = dict(message.params)
    wanted = {variable.name: variable for variable in known}
    if given.keys() != wanted.keys():
        raise CampaignInvalid(
            filled(
                "message.params: card template {template} takes {wanted}, and the campaign "
                "gives {given}; {given_2}",
                template=message.template,
                wanted=_listed(wanted),
                given=_listed(given),
                given_2=_difference(given, wanted),
            ),
            "KS7806",
        )
    for name, value in message.params:
        yield _Use(filled("message.params.{name}", name=name), value, _rule(wanted[name]))


def _video(
    key: str, params: Sequence[tuple[str, Value]], known: tuple[Variable, ...] | None
) -> Iterator[_Use]:
    rule = ValueRule(KINDS[VariableKind.VIDEO], 0, VIDEO_CHARS_MAX)
    if known is not None and len(known) != len(params):
        raise CampaignInvalid(
            _miscounted(key, len(params), len(known), Words("the template")), "KS7806"
        )
    for at, (name, value) in enumerate(params):
        yield _Use(f"{key}.{name}", value, rule if known is None else _rule(known[at]))


def _sms(key: str, leg: SmsLeg, known: SmsTemplate | None, *, with_link: bool) -> Iterator[_Use]:
    """with_link: the program itself gives the variable that takes the link."""
    if known is None:
        rule = ValueRule(ANY_SMS, 1, SMS_CHARS_MAX)
        for at, value in enumerate(leg.params, start=1):
            yield _Use(filled("{key}.params (value {at})", key=key, at=str(at)), value, rule)
        return
    link = VariableKind.NEWTEXT
    taken = [variable for variable in known.variables if not with_link or variable.kind != link]
    if with_link and len(taken) == len(known.variables):
        raise CampaignInvalid(
            filled(
                "{key}.template: SMS template {template} has no variable for the link that "
                "shows the card (KM.00001377); name one that has",
                key=key,
                template=leg.template,
            ),
            "KS7806",
        )
    if len(taken) != len(leg.params):
        without = Words(", the link not counted") if with_link else ""
        whose = filled("SMS template {template}", template=leg.template)
        raise CampaignInvalid(
            filled(
                "{what} (KM.00001376{without})",
                what=_miscounted(f"{key}.params", len(leg.params), len(taken), whose),
                without=without,
            ),
            "KS7806",
        )
    for at, (variable, value) in enumerate(zip(taken, leg.params, strict=True), start=1):
        yield _Use(filled("{key}.params (value {at})", key=key, at=str(at)), value, _rule(variable))


def _rule(variable: Variable) -> ValueRule:
    """Return what a known variable asks; the documents' limits hold beside what it told itself."""
    low, high = _LENGTHS[variable.kind]
    limits = [limit for limit in (high, variable.chars_max or None) if limit is not None]
    return ValueRule(KINDS[variable.kind], max(low, variable.chars_min), min(limits, default=None))


_SMS_LENGTHS = (1, SMS_CHARS_MAX)
_LENGTHS: Mapping[VariableKind, tuple[int, int | None]] = {
    VariableKind.TEXT: _SMS_LENGTHS,
    VariableKind.CHARDIGIT: _SMS_LENGTHS,
    VariableKind.DATETIME: _SMS_LENGTHS,
    VariableKind.MONEY: _SMS_LENGTHS,
    VariableKind.PHONE: (1, PHONE_CHARS_MAX),
    VariableKind.NEWTEXT: (1, LINK_CHARS_MAX),
    VariableKind.CARD: (0, None),
    VariableKind.CARD_INTEGER: (1, None),
    VariableKind.VIDEO: (0, VIDEO_CHARS_MAX),
}


def _is_plain(rule: ValueRule) -> bool:
    return rule.kind in {
        KINDS[VariableKind.MONEY],
        KINDS[VariableKind.CHARDIGIT],
        KINDS[VariableKind.CARD_INTEGER],
    }


def _judge(key: str, text: str, rule: ValueRule) -> None:
    objection = objection_to_text(text) or rule.objection(text)
    if objection is not None:
        raise CampaignInvalid(
            filled(
                "{key}: the text {words} cannot be sent ({objection}); change it",
                key=brief(key),
                words=repr(brief(mask_in(text))),
                objection=objection,
            ),
            "KS7807",
        )


def _check_shape(name: str, asked: FieldRules) -> None:
    shape = asked.shape
    key = f'message.values."{name}"'
    longest = min((rule.chars_max for rule in asked.rules if rule.chars_max), default=None)
    if longest is not None and shape.truncate_chars > longest:
        raise CampaignInvalid(
            filled(
                "{key}.truncate_chars is {truncate_chars}, and the template takes at most "
                "{longest} characters; set it to {longest}",
                key=key,
                truncate_chars=str(shape.truncate_chars),
                longest=str(longest),
            ),
            "KS7807",
        )
    if objection_to_text(shape.date_format) is not None:
        raise CampaignInvalid(
            filled("{key}.date_format holds no readable text; write it again", key=key), "KS7807"
        )
    if shape.default is not None:
        for rule in asked.rules:
            _judge(f"{key}.default", shape.default, rule)


_LISTED_CHARS_MAX = 200


def _listed(names: Iterable[str]) -> str:
    return brief(listed(sorted(names)), _LISTED_CHARS_MAX) or Words("none")


def _difference(given: Mapping[str, object], wanted: Mapping[str, object]) -> str:
    missing = [name for name in wanted if name not in given]
    extra = [name for name in given if name not in wanted]
    mends = [filled("add {names}", names=_listed(missing))] if missing else []
    mends += [filled("remove {names}", names=_listed(extra))] if extra else []
    return joined(*mends, by=Words(" and "))


def _miscounted(key: str, given: int, wanted: int, whose: str) -> Text:
    return filled(
        "{key}: {whose} takes {values} {values:value|values}, and the campaign gives {given}",
        key=key,
        whose=whose,
        values=wanted,
        given=str(given),
    )


@functools.lru_cache(maxsize=64)
def _alone(surely: str) -> re.Pattern[str]:
    return re.compile(surely)


@functools.lru_cache(maxsize=256)
def _surely(rule: ValueRule) -> re.Pattern[str]:
    """Compile a pattern that runs over all values at the start that are surely right."""
    if not rule.kind.surely:
        return re.compile("(?!)")
    longest = "" if rule.chars_max is None else rule.chars_max
    long_enough = f"(?=[^{SEPARATOR}]{{{max(rule.chars_min, 1)},{longest}}}{SEPARATOR})"
    return re.compile(f"(?:{long_enough}(?:{rule.kind.surely}){SEPARATOR})*+")
