"""What is known of the templates a campaign uses: the variables that values must fit."""

import functools
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
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
"""Stands around each value of a column that is searched as one text."""

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
    beyond the basic plane; empty where there is none. by_character: it takes each character by
    itself, whatever stands beside it.
    """

    objection: Objection
    surely: str = ""
    by_character: bool = False


def text_chars(text: str) -> int:
    """Count a text's characters as a text message does: an emoji or rare character takes two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def has_contact(text: str) -> bool:
    """Tell whether a text holds contact data: a phone number, a web address, an account's name."""
    plain = text.translate(_NARROW)
    return _CONTACT.search(plain) is not None or _MOBILE.search(text) is not None


_FORBIDDEN = r".。'<>{}"
_TURNS = r"\u202a-\u202e\u2066-\u2069"
"""Turn round the order in which the text behind them is shown; right-to-left text needs none."""
_CONTROLS = rf"\x00-\x1f\x7f-\x9f\u2028\u2029{_TURNS}"
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
_UNSEEN = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_TURNS}]")
"""NUL and whatever else is no text, only tabs and line breaks being laid out by it."""
_LETTERS_DIGITS = re.compile(r"[0-9A-Za-z]+")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_PHONE = re.compile(r"\+?[0-9][0-9 -]*[0-9]")
_LINK = re.compile(r"(?:[0-9A-Za-z][0-9A-Za-z.-]*/)?[0-9A-Za-z]{3,20}|\(KM:[0-9A-Za-z]{3,20}\)")
_CODE = re.compile(r"[0-9A-Za-z]+")

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


# A link is part of a message that bears the sender's name: whoever fills in a list must not lead
# people to a machine of their own network, nor hide where a link leads.
_HOST_CHARS_MAX = 253

_WITH_HOST = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
# The pattern of custom_url in the provider's documents (CreateResolveTask): it knows no port.
_URL = re.compile(r"https?://(?:[0-9A-Za-z_-]+\.)+[0-9A-Za-z_-]+(?:/[0-9A-Za-z_./?%&=-]*)?")
_LABEL = re.compile(r"[0-9a-z_](?:[0-9a-z_-]{0,61}[0-9a-z_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LITERAL = re.compile(r"\[.*\]?(?::[0-9]*)?")
_PORT = re.compile(r":[0-9]*\Z")
_NUMBERS_OF_AN_ADDRESS = 4

_NOT_PUBLIC = re.compile(
    "localhost|localdomain|local|internal|intranet|private|lan|home|corp|domain|host|router"
    "|workgroup|test|example|invalid|onion|alt|arpa"
)
"""Last labels that no registry gives out (RFC 2606, 6761, 7686, 8375, 9476), or that nets use."""

_OF_ADDRESSES = re.compile(
    r"(?:.*\.)?(?:nip\.io|sslip\.io|xip\.io|xip\.name|nip\.lol|backname\.io|ipq\.co|1u\.ms|rbndr\.us"
    r"|localtest\.me|lvh\.me|vcap\.me|fuf\.me|lacolhost\.com|local\.gd|localho\.st|traefik\.me)"
)
"""Names that lead to whatever address stands in them, or to the reader's own machine."""


def link_objection(text: str, domains: Sequence[str] = ()) -> Rejection | None:
    """Say why a link may not be sent, if it may not.

    domains: the filed ones, in small letters, where a campaign names them: only they and what lies
    below them are taken then.
    """
    found = _WITH_HOST.match(text)
    if found is None or "@" in found[1]:
        return Rejection.VALUE_NOT_A_LINK
    host = found[1].lower()
    objection = host_objection(_PORT.sub("", host))
    if objection is Rejection.VALUE_LINK_NOT_PUBLIC:
        return objection
    if objection is not None or not _URL.fullmatch(text):
        return Rejection.VALUE_NOT_A_LINK
    if domains and not any(host == name or host.endswith(f".{name}") for name in domains):
        return Rejection.VALUE_LINK_OTHER_DOMAIN
    return None


def host_objection(host: str) -> Rejection | None:
    """Say what is wrong with a host as the target of a link, if anything is.

    An address by number is refused in each way to write it, also where it is a public one: what is
    filed is a name. So is a name of one part, one of a private net, and one that leads to an
    address which stands in it. A name in xn-- form is taken where it spells Chinese characters.
    """
    host = host.lower()
    if _LITERAL.fullmatch(host) or ":" in host:
        return Rejection.VALUE_LINK_NOT_PUBLIC
    labels = host.removesuffix(".").split(".")
    if len(host) > _HOST_CHARS_MAX or not all(map(_is_label, labels)):
        return Rejection.VALUE_NOT_A_LINK
    is_private = len(labels) == 1 or _NOT_PUBLIC.fullmatch(labels[-1]) or _is_numbered(labels)
    if is_private or _OF_ADDRESSES.fullmatch(".".join(labels)):
        return Rejection.VALUE_LINK_NOT_PUBLIC
    return None


def _is_numbered(labels: Sequence[str]) -> bool:
    """Tell whether a name is an address by number, in any base, or has one in it."""
    numbers = [bool(_NUMBER.fullmatch(label)) for label in labels]
    several = range(len(labels) - _NUMBERS_OF_AN_ADDRESS + 1)
    return numbers[-1] or any(all(numbers[at : at + _NUMBERS_OF_AN_ADDRESS]) for at in several)


def _is_label(label: str) -> bool:
    if not _LABEL.fullmatch(label):
        return False
    if label[2:4] != "--":
        return True
    return label.startswith("xn--") and _spells_chinese(label.removeprefix("xn--"))


def _spells_chinese(encoded: str) -> bool:
    """Tell whether punycode stands for Chinese characters, alone or with ASCII, in its one form."""
    try:
        text = encoded.encode("ascii").decode("punycode")
        is_its_form = text.encode("punycode").decode("ascii") == encoded
    except (UnicodeError, ValueError, OverflowError):
        return False
    foreign = [character for character in text if not character.isascii()]
    return (
        is_its_form
        and bool(foreign)
        and unicodedata.is_normalized("NFKC", text)
        and all(unicodedata.name(one, "").startswith("CJK UNIFIED") for one in foreign)
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


def _short_link(text: str) -> Rejection | None:
    if not _LINK.fullmatch(text):
        return Rejection.VALUE_NOT_A_LINK
    host, has_host, _ = text.partition("/")
    return host_objection(host) if has_host else None


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
        VariableKind.NEWTEXT: Kind(_short_link),
        VariableKind.CARD: Kind(_any_text, _PLAIN, by_character=True),
        VariableKind.CARD_INTEGER: Kind(
            _must(_WHOLE, Rejection.VALUE_NOT_A_NUMBER), "[0-9]{1,15}+"
        ),
        VariableKind.VIDEO: Kind(_any_text, _PLAIN, by_character=True),
    }
)
"""The kinds of variables: SMS (CreateAimSendTask), cards (ListAimTemplates), video SMS."""

ANY_SMS = Kind(
    _any_sms, rf"[^{_FORBIDDEN.replace('.', '')}{_CONTROLS}{_RARE}]++", by_character=True
)
"""An SMS variable of which nothing is known: what none of the kinds may hold is forbidden."""

SHORT_CODE = Kind(_must(_CODE, Rejection.VALUE_NOT_A_LINK), "[0-9A-Za-z]{3,10}+")
"""A link's custom code (CreateResolveTask)."""


@functools.lru_cache(maxsize=64)
def url_kind(domains: tuple[str, ...] = ()) -> Kind:
    """Return the kind of where a link leads (CreateResolveTask): to the given domains alone."""
    return Kind(lambda text: link_objection(text, domains))
