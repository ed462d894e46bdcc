"""What is known of the templates a campaign uses: the variables that values must fit."""

from dataclasses import dataclass
from enum import StrEnum


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
    handsets, and whether the card is active for each.
    """

    card: tuple[Variable, ...] | None = None
    video: tuple[Variable, ...] | None = None
    sms: SmsTemplate | None = None
    fallback_sms: SmsTemplate | None = None
    fallback_video: tuple[Variable, ...] | None = None
    card_vendors: tuple[tuple[str, bool], ...] | None = None
