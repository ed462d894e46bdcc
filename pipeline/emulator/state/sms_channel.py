"""The SMS leg of a smart message: channel, signature, application, template and its values."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.emulator.http.codes import Code, RefusedError, refuse_if
from pipeline.emulator.http.fields import Body, found_or_refused, loose_text
from pipeline.emulator.state.tasks import NO_DETAIL, SmsDetail
from pipeline.emulator.state.world import SmsTemplate, Variable, World

_WHOLE_MAX, _PART_MAX = 70, 67
_BRACKETS = 2
_PLACEHOLDER = re.compile(r"\$\{([0-9]{1,2})\}")

_PHONE_LENGTH_MAX = 15
_VALUE_LENGTH_MAX = 20
_SIGN_LENGTH_MAX = 18
_CHANNEL_LENGTH_MAX = 21

_CONTACT_LENGTH = 11
_CONTACT = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_PHONE = re.compile(r"[0-9+ -]+")
_LETTERS_DIGITS = re.compile(r"[0-9A-Za-z]+")
_MONEY = re.compile(
    r"[0-9.零〇一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬億元角分圆整两]+"
)
_TIME = re.compile(
    r"[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}/[0-9]{2}/[0-9]{2}"
    r"|[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日"
    r"|[0-9]{2}:[0-9]{2}(?::[0-9]{2})?|[0-9]{1,2}点[0-9]{1,2}分?"
)
_FORBIDDEN = frozenset(".。'<>{}")


@dataclass(frozen=True, slots=True)
class Measure:
    """Know a template's length: what stands fixed, and how often each variable occurs.

    A plain one has each variable once, as nearly all templates do.
    """

    fixed: int
    weights: tuple[int, ...]
    is_plain: bool

    def parts(self, lengths: Iterable[int]) -> int:
        """Return the segments for values of these lengths, in the template's order."""
        if self.is_plain:
            return parts_of(self.fixed + sum(lengths))
        pairs = zip(self.weights, lengths, strict=True)
        return parts_of(self.fixed + sum(weight * length for weight, length in pairs))


def measure(content: str, sign: str, variables: int) -> Measure:
    """Measure a template's text, which goes out behind its signature.

    A world that does not say the text leaves its variables, once each.
    """
    found = [int(number) for number in _PLACEHOLDER.findall(content)]
    weights = tuple(found.count(number) if content else 1 for number in range(1, variables + 1))
    fixed = len(sign) + _BRACKETS + len(_PLACEHOLDER.sub("", content))
    return Measure(fixed, weights, is_plain=set(weights) <= {1})


def parts_of(characters: int) -> int:
    """Return the segments of a text of this length."""
    if characters <= _WHOLE_MAX:
        return 1
    return -(-characters // _PART_MAX)


def long_texts(parts: Sequence[int]) -> SmsDetail:
    """Return what a smart message's task keeps of its text: nothing when all of them are short."""
    return SmsDetail(parts=list(parts)) if max(parts, default=1) > 1 else NO_DETAIL


@dataclass(frozen=True, slots=True)
class SmsLeg:
    """Hold a checked channel: the signature and the variables a message has to fill.

    `measure` is of all of the template's variables, the link among them at `link_at`.
    """

    sign: str
    variables: tuple[Variable, ...]
    measure: Measure
    link_at: int

    def parts(self, values: object, link_length: int) -> int:
        """Return the segments of a message with checked `sms_params` and a link of that length."""
        lengths = list(map(len, values)) if isinstance(values, list) else []
        lengths.insert(self.link_at, link_length)
        return self.measure.parts(lengths)

    def is_surely_short(self, text_length: int, link_length: int) -> bool:
        """Tell that values of so many characters together, and a link, stay within one segment."""
        return (
            self.measure.is_plain and parts_of(self.measure.fixed + text_length + link_length) == 1
        )


def check_channel(world: World, channel: Body) -> SmsLeg:
    """Check that the four fields are there and match each other; raise RefusedError."""
    number, tpl_id, sign, app = (
        loose_text(channel, key)
        for key in ("channel_number", "sms_tpl_id", "sms_sign", "sms_app_name")
    )
    _check_forms(number, tpl_id, sign, app)
    template = found_or_refused(
        world.sms_templates, tpl_id, Code.SMS_TEMPLATE_UNKNOWN, "sms_tpl_id"
    )
    refuse_if(template.signature != sign, Code.SIGN_MISMATCH, "sms_sign")
    refuse_if(template.app != app, Code.APP_MISMATCH, "sms_app_name")
    signature = world.sms_signatures.get(sign)
    if signature is None or signature.channel_number != number:
        raise RefusedError(Code.CHANNEL_MISMATCH, "channel_number")
    _check_service(world, template)
    kinds = template.variables
    return SmsLeg(
        sign,
        tuple(kind for kind in kinds if kind != "NEWTEXT"),
        measure(template.content, sign, len(kinds)),
        kinds.index("NEWTEXT"),
    )


def check_values(leg: SmsLeg, values: object) -> Sequence[str]:
    """Check one message's `sms_params` and return them; raise RefusedError."""
    if values is None:
        values = []
    if not isinstance(values, list) or len(values) != len(leg.variables):
        raise RefusedError(Code.SMS_VALUES_COUNT, "sms_params")
    for kind, value in zip(leg.variables, values, strict=True):
        code = value_objection(kind, value)
        if code is not None:
            raise RefusedError(code, "sms_params")
    return values


def are_surely_fine(leg: SmsLeg, columns: Sequence[Sequence[str]]) -> bool:
    """Tell that nothing is wrong with many messages' values, given variable by variable.

    False says only that each has to be looked at; raises TypeError for what is no text.
    """
    return len(columns) == len(leg.variables) and all(
        _is_surely_fine(kind, column) for kind, column in zip(leg.variables, columns, strict=True)
    )


def value_objection(kind: Variable, value: object) -> Code | None:
    """Tell which rule of its variable's type a value breaks, if it breaks one."""
    longest = _PHONE_LENGTH_MAX if kind == "PHONE" else _VALUE_LENGTH_MAX
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        return Code.SMS_VALUE_LENGTH
    is_well_formed, code = _RULES[kind]
    return None if is_well_formed(value) else code


def _is_surely_fine(kind: Variable, column: Sequence[str]) -> bool:
    surely = _SURELY.get(kind)
    joined = "\n".join((*column, ""))
    return surely is not None and joined.count("\n") == len(column) and surely(joined) is not None


def _check_forms(number: str, tpl_id: str, sign: str, app: str) -> None:
    refuse_if(not app, Code.APP_EMPTY, "sms_app_name")
    refuse_if(not sign, Code.SIGN_EMPTY, "sms_sign")
    refuse_if(len(sign) > _SIGN_LENGTH_MAX, Code.SIGN_LENGTH, "sms_sign")
    if not 1 <= len(number) <= _CHANNEL_LENGTH_MAX:
        raise RefusedError(Code.CHANNEL_NUMBER_LENGTH, "channel_number")
    refuse_if(not tpl_id, Code.SMS_TEMPLATE_EMPTY, "sms_tpl_id")
    if not (tpl_id.isascii() and tpl_id.isdigit()):
        raise RefusedError(Code.SMS_TEMPLATE_NOT_NUMERIC, "sms_tpl_id")


def _check_service(world: World, template: SmsTemplate) -> None:
    app = world.sms_apps.get(template.app)
    signature = world.sms_signatures[template.signature]
    if app is None or app.status != "LAUNCHED" or signature.status != "REVIEW_PASSED":
        raise RefusedError(Code.CHANNEL_STATE, "sms_channel")
    refuse_if(template.flow_status != "Adopted", Code.TEMPLATE_STATE, "sms_tpl_id")
    refuse_if("NEWTEXT" not in template.variables, Code.SMS_TEMPLATE_WITHOUT_LINK, "sms_tpl_id")


def _is_text(value: str) -> bool:
    return _FORBIDDEN.isdisjoint(value) and "://" not in value and not _has_contact(value)


def _has_contact(value: str) -> bool:
    return len(value) >= _CONTACT_LENGTH and _CONTACT.search(value) is not None


def _is_digits(value: str) -> bool:
    return _LETTERS_DIGITS.fullmatch(value) is not None and not _has_contact(value)


# Lines of short values of the two common kinds, with nothing in them that could break a rule: no
# need to look closer. A contact has eleven digits, so ten characters hold none.
_SURELY: Mapping[Variable, Callable[[str], re.Match[str] | None]] = {
    "CHARDIGIT": re.compile(r"(?:[0-9A-Za-z]{1,10}\n)+").fullmatch,
    "TEXT": re.compile(r"(?:[^.。'<>{}:\n]{1,10}\n)+").fullmatch,
}

_RULES: Mapping[Variable, tuple[Callable[[str], object], Code]] = {
    "PHONE": (_PHONE.fullmatch, Code.SMS_VALUE_RULE),
    "CHARDIGIT": (_is_digits, Code.SMS_DIGITS_RULE),
    "DATETIME": (_TIME.fullmatch, Code.SMS_TIME_RULE),
    "MONEY": (_MONEY.fullmatch, Code.SMS_VALUE_RULE),
    "TEXT": (_is_text, Code.SMS_VALUE_RULE),
    "NEWTEXT": (_is_text, Code.SMS_VALUE_RULE),
}
