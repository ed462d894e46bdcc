"""[screening] and [prices]: who is left out, and what may be spent."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec import field as key

from pipeline.core.model import Message
from pipeline.core.phones import is_mobile, mask
from pipeline.core.pricing import Prices, channels_of, micro
from pipeline.core.screening import (
    MESSAGES_PER_DAY,
    SAME_CONTENT_PER_HOUR,
    Caps,
    Duplicates,
)

_DAYS_MAX = 3660
_SMS_PARTS_MAX = 20
_REPEAT_DAYS_MAX = 30

REPEAT_DAYS = 3
"""How many days back a list is held against what the account sent."""

REPEAT_SHARE = 0.2
REPEATS_MAX = 1000
"""From so many repeats on, or from that share of the list, a person is asked."""

AlreadySent = Literal["ask", "leave_out", "send"]
RepeatBy = Literal["", "number", "message"]


class ScreeningKeys(Struct, forbid_unknown_fields=True):
    """[screening]."""

    suppress_files: list[str] = key(default_factory=list)
    allow: list[str] = key(default_factory=list)
    allow_file: str = ""
    duplicates: Duplicates = Duplicates.NUMBER
    same_content_per_hour: int = SAME_CONTENT_PER_HOUR
    messages_per_day: int = MESSAGES_PER_DAY
    repeat_days: int = REPEAT_DAYS
    repeat_by: RepeatBy = ""
    repeat_share: float = REPEAT_SHARE
    already_sent: AlreadySent = "ask"


class PriceKeys(Struct, forbid_unknown_fields=True):
    """[prices]."""

    sms_yuan: float | None = None
    parse_yuan: float | None = None
    aim_basic_yuan: float | None = None
    sms_parts: int = 1


@dataclass(frozen=True, slots=True)
class Screening:
    """Who is left out although the number is good. Paths are absolute.

    allow and allow_file: where either is given, nobody else is reached. repeat_days: how many days
    back the list is held against what the account sent, 0 for not at all. repeat_by: whether the
    number decides what a repeat is, or number and message do; empty: the number within the
    day, the message later. already_sent: what becomes of repeats, and repeat_share, from which
    share of the list on a person is asked.
    """

    suppress_files: tuple[Path, ...] = ()
    allow: tuple[str, ...] = ()
    allow_file: Path | None = None
    duplicates: Duplicates = Duplicates.NUMBER
    caps: Caps = field(default_factory=Caps)
    repeat_days: int = REPEAT_DAYS
    repeat_by: RepeatBy = ""
    repeat_share: float = REPEAT_SHARE
    already_sent: AlreadySent = "ask"

    @property
    def is_trial(self) -> bool:
        """Tell whether only an allow-list may be reached."""
        return bool(self.allow) or self.allow_file is not None


def screening_of(keys: ScreeningKeys, same_number_days: int, folder: Path) -> Screening:
    """Return the section with its paths made absolute."""
    return Screening(
        suppress_files=tuple((folder / name).resolve() for name in keys.suppress_files),
        allow=tuple(keys.allow),
        allow_file=(folder / keys.allow_file).resolve() if keys.allow_file else None,
        duplicates=keys.duplicates,
        caps=Caps(same_number_days, keys.same_content_per_hour, keys.messages_per_day),
        repeat_days=keys.repeat_days,
        repeat_by=keys.repeat_by,
        repeat_share=keys.repeat_share,
        already_sent=keys.already_sent,
    )


def prices_of(keys: PriceKeys) -> Prices | str:
    """Return the section in millionths of a yuan, or what is wrong with it."""
    given = {
        "sms_yuan": keys.sms_yuan,
        "parse_yuan": keys.parse_yuan,
        "aim_basic_yuan": keys.aim_basic_yuan,
    }
    for name, yuan in given.items():
        if yuan is not None and (mistake := _amount_mistake(f"prices.{name}", yuan)):
            return mistake
    if not 1 <= keys.sms_parts <= _SMS_PARTS_MAX:
        return f"the key prices.sms_parts must be 1 to {_SMS_PARTS_MAX}"
    sms, parse, aim_basic = (None if yuan is None else micro(yuan) for yuan in given.values())
    return Prices(sms, parse, aim_basic, keys.sms_parts)


def mistake_in(screening: Screening) -> str | None:
    """Say what is wrong with the section [screening]."""
    for number, phone in enumerate(screening.allow, start=1):
        if not is_mobile(phone):
            return (
                f"the key screening.allow holds {mask(phone)} in place {number}, which is no "
                "mainland mobile number of 11 digits; mend it"
            )
    caps = screening.caps
    for name, value in (
        ("limits.same_number_days", caps.same_number_days),
        ("screening.same_content_per_hour", caps.same_content_per_hour),
        ("screening.messages_per_day", caps.messages_per_day),
    ):
        if value < 0:
            return f"the key {name} must be 0 or more; 0 is no limit"
    if not 0 <= screening.repeat_days <= _REPEAT_DAYS_MAX:
        return f"the key screening.repeat_days must be 0 to {_REPEAT_DAYS_MAX}; 0 looks nowhere"
    if not 0 <= screening.repeat_share <= 1:
        return "the key screening.repeat_share must be 0 to 1; 0.2 asks from a fifth of the list on"
    if caps.same_number_days > _DAYS_MAX:
        return f"the key limits.same_number_days must be at most {_DAYS_MAX} days"
    return None


def ceiling_mistake(max_cost: float, prices: Prices, message: Message) -> str | None:
    """Say what keeps a ceiling on cost from being held."""
    if mistake := _amount_mistake("limits.max_cost", max_cost):
        return mistake
    if max_cost and any(prices.of_channel(one) is None for one in channels_of(message)):
        return (
            "the key limits.max_cost needs the prices of what is sent; fill in [prices]: "
            "sms_yuan and parse_yuan for smart messages, aim_basic_yuan for video SMS"
        )
    return None


def _amount_mistake(name: str, yuan: float) -> str | None:
    """Say what is wrong with an amount of money."""
    if not math.isfinite(yuan) or yuan < 0:
        return f"the key {name} must be 0 or more yuan"
    return None
