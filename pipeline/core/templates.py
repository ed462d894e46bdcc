"""What is known of the templates a campaign uses: the variables that values must fit."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from pipeline.core.model import Rejection


class VariableKind(StrEnum):
    """What a template's variable takes.

    The first six are the provider's words for an SMS template's variables (VariableAttributes);
    CARD is a smart message's parameter (AIMTemplate), CARD_INTEGER one whose type there is
    integer, VIDEO one of aim_basic (#p_n#).
    """

    TEXT = "TEXT"
    NEWTEXT = "NEWTEXT"
    CHARDIGIT = "CHARDIGIT"
    DATETIME = "DATETIME"
    MONEY = "MONEY"
    PHONE = "PHONE"
    CARD = "CARD"
    CARD_INTEGER = "CARD_INTEGER"
    VIDEO = "VIDEO"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a template. Lengths are characters; chars_max is None where not stated."""

    name: str
    kind: VariableKind
    chars_min: int = 0
    chars_max: int | None = None


@dataclass(frozen=True, slots=True)
class SmsTemplate:
    """An SMS template: its content with ${1}, ${2} ..., and its variables in that order.

    The variable that takes the short link is among them, as NEWTEXT.
    """

    template: str
    text: str
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class Templates:
    """What the provider told of the templates that a campaign names; None: not known.

    sms is of [message.sms]; those of a fallback stand apart. card_vendors are the makers of
    handsets, and whether the card is active for each. card_text is what the card says.
    """

    card: tuple[Variable, ...] | None = None
    video: tuple[Variable, ...] | None = None
    sms: SmsTemplate | None = None
    fallback_sms: SmsTemplate | None = None
    fallback_video: tuple[Variable, ...] | None = None
    card_vendors: tuple[tuple[str, bool], ...] | None = None
    card_text: str | None = None


SEPARATOR = "\0"
"""Stands behind each value of a column that is searched as one text."""

SMS_CHARS_MAX = 20
PHONE_CHARS_MAX = 15
LINK_CHARS_MAX = 99
VIDEO_CHARS_MAX = 256
URL_CHARS_MAX = 256
CODE_CHARS_MIN, CODE_CHARS_MAX = 3, 10

Objection = Callable[[str], Rejection | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: what is wrong with a text, and what is surely right.

    surely is a pattern of single values without line breaks, control characters or characters
    beyond the basic plane; empty where there is none.
    """

    objection: Objection
    surely: str = ""


def text_chars(text: str) -> int:
    """Count a text's characters as a text message does: an emoji or rare character takes two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def has_contact(text: str) -> bool:
    """Tell whether a text holds contact data: a phone number, a web address, an account's name."""
    plain = text.translate(_NARROW)
    return _CONTACT.search(plain) is not None or _MOBILE.search(text) is not None


_FORBIDDEN = r".。'<>{}"
_CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_RARE = r"\U00010000-\U0010ffff"
_NARROW = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0D: "-", 0xFF1A: ":"}

_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_CONTACT = re.compile(
    r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9])"  # a mobile number
    r"|(?<![0-9])0(?:10|2[0-9]|[3-9][0-9]{2})[- ]?[2-9][0-9]{6,7}(?![0-9])"  # with its area
    r"|(?<![0-9])[48]00[- ]?(?:[0-9]{3}[- ]?[0-9]{4}|[0-9]{4}[- ]?[0-9]{3})(?![0-9])"
    r"|(?:qq|微信号?|weixin|wechat|公众号)[\s:号]{0,3}[0-9a-z_-]{5,}"
    r"|://|https?:|www[.。]",
    re.IGNORECASE,
)
_NO_TEXT = re.compile(f"[{_FORBIDDEN}{_CONTROLS}]")
_NO_SMS = re.compile(f"[{_FORBIDDEN.replace('.', '')}{_CONTROLS}]")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""NUL and whatever else is no text, only tabs and line breaks being laid out by it."""
_LETTERS_DIGITS = re.compile(r"[0-9A-Za-z]+")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_PHONE = re.compile(r"\+?[0-9][0-9 -]*[0-9]")
_LINK = re.compile(r"(?:[0-9A-Za-z][0-9A-Za-z.-]*/)?[0-9A-Za-z]{3,20}|\(KM:[0-9A-Za-z]{3,20}\)")
_CODE = re.compile(r"[0-9A-Za-z]+")
_URL = re.compile(r"https?://(?:[0-9A-Za-z_-]+\.)+[0-9A-Za-z_-]+(?:/[0-9A-Za-z_./?%&=-]*)?")

_DATE = re.compile(r"([0-9]{4})([-/]?)([0-9]{2})\2([0-9]{2})|([0-9]{4})年([0-9]{2})月([0-9]{2})日")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|([0-9]{2})点([0-9]{2})分?")
_HOURS, _SIXTY = 24, 60

_NUMERALS = "零〇一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬億两"
_AMOUNT = re.compile(
    rf"[0-9]+(?:\.[0-9]+)?[百千万亿萬億]*[元圆]?整?|[{_NUMERALS}]+(?:[元圆角分][{_NUMERALS}]*)*整?"
)
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")

# No digits in a row, of which a number could be made, and nothing that an account begins with.
_SAFE = (
    rf"(?:[^{_FORBIDDEN}{_CONTROLS}{_RARE}0-9:/QqWw微众\uff00-\uffef]|[Qq](?![Qq])|[Ww](?![EeWw]))"
)


def _sms_text(text: str) -> Rejection | None:
    if _NO_TEXT.search(text):
        return Rejection.VALUE_FORBIDDEN
    return Rejection.VALUE_CONTACT if has_contact(text) else None


def _any_sms(text: str) -> Rejection | None:
    return Rejection.VALUE_FORBIDDEN if _NO_SMS.search(text) else None


def _letters_digits(text: str) -> Rejection | None:
    if not _LETTERS_DIGITS.fullmatch(text):
        return Rejection.VALUE_NOT_LETTERS_DIGITS
    return Rejection.VALUE_CONTACT if _MOBILE.search(text) else None


def _moment(text: str) -> Rejection | None:
    return None if _is_date(text) or _is_time(text) else Rejection.VALUE_NOT_A_DATE


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if found is None:
        return False
    year, month, day = (int(found[at] or found[at + offset]) for at, offset in _DATE_GROUPS)
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


_DATE_GROUPS = ((1, 4), (3, 3), (4, 3))
"""Where year, month and day stand, and how much further in the Chinese form."""


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    if found is None:
        return False
    hour, minute = found[1] or found[4], found[2] or found[5]
    return int(hour) < _HOURS and int(minute) < _SIXTY and int(found[3] or 0) < _SIXTY


def _amount(text: str) -> Rejection | None:
    if _AMOUNT.fullmatch(text) or _ADDRESS.fullmatch(text):
        return None
    return Rejection.VALUE_NOT_AN_AMOUNT


def _must(pattern: re.Pattern[str], otherwise: Rejection) -> Objection:
    return lambda text: None if pattern.fullmatch(text) else otherwise


def _any_text(text: str) -> Rejection | None:
    return Rejection.VALUE_FORBIDDEN if _UNSEEN.search(text) else None


_PLAIN = f"[^{_CONTROLS}{_RARE}]++"

KINDS: Mapping[VariableKind, Kind] = MappingProxyType(
    {
        VariableKind.TEXT: Kind(_sms_text, rf"{_SAFE}*+(?:[0-9]{_SAFE}*+){{0,6}}+"),
        VariableKind.CHARDIGIT: Kind(_letters_digits, "[0-9A-Za-z]{1,10}+"),
        VariableKind.DATETIME: Kind(
            _moment, "20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
        ),
        VariableKind.MONEY: Kind(_amount, r"[0-9]{1,12}+(?:\.[0-9]{1,4}+)?+"),
        VariableKind.PHONE: Kind(_must(_PHONE, Rejection.VALUE_NOT_A_NUMBER), "[0-9]{2,15}+"),
        VariableKind.NEWTEXT: Kind(_must(_LINK, Rejection.VALUE_NOT_A_LINK)),
        VariableKind.CARD: Kind(_any_text, _PLAIN),
        VariableKind.CARD_INTEGER: Kind(
            _must(_WHOLE, Rejection.VALUE_NOT_A_NUMBER), "[0-9]{1,15}+"
        ),
        VariableKind.VIDEO: Kind(_any_text, _PLAIN),
    }
)
"""The kinds of variables: SMS (CreateAimSendTask), cards (ListAimTemplates), video SMS."""

ANY_SMS = Kind(_any_sms, rf"[^{_FORBIDDEN.replace('.', '')}{_CONTROLS}{_RARE}]++")
"""An SMS variable of which nothing is known: what none of the kinds may hold is forbidden."""

SHORT_CODE = Kind(_must(_CODE, Rejection.VALUE_NOT_A_LINK), "[0-9A-Za-z]{3,10}+")
"""A link's custom code (CreateResolveTask)."""

URL = Kind(_must(_URL, Rejection.VALUE_NOT_A_LINK))
"""Where a link leads (CreateResolveTask)."""
