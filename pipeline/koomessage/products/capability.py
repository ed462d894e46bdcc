"""Ask which handsets show cards, and whether they show a certain one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from pipeline.core.answer import News, NewsKind
from pipeline.koomessage.decoding import Unreadable, members, phone
from pipeline.language import Words

PATH: Final = "/v1/aim/mobile-capabilities/check"
PHONES_MAX: Final = 100
"""Numbers per question (CheckMobileCapability)."""


@dataclass(frozen=True, slots=True)
class Capable:
    """The numbers said to show cards, and those said not to; a number may be in neither."""

    shown: frozenset[str]
    not_shown: frozenset[str]


NOBODY: Final = Capable(frozenset(), frozenset())


def encode(phones: Sequence[str], template: str) -> bytes:
    """Write the question (CheckMobileCapability); without a template it is about any card."""
    question: dict[str, object] = {"mobiles": list(phones), "encryption_alg": "NONE"}
    if template:
        question["tpl_id"] = template
    return msgspec.json.encode(question)


def read(body: bytes) -> Capable:
    """Read the answer. Raises Unreadable where it names no list at all."""
    found = members(body)
    lists = [found.get("supported_mobiles"), found.get("unsupported_mobiles")]
    if not any(isinstance(named, list) for named in lists):
        raise Unreadable(Words("an answer that names no handsets"))
    return Capable(*map(_phones, lists))


def news(phones: Iterable[str], this_card: Capable, any_card: Capable) -> tuple[News, ...]:
    """Say of each number what its handset shows; nothing of numbers that no answer names."""
    return tuple(
        News(who, kind) for who in phones if (kind := _kind(who, this_card, any_card)) is not None
    )


def _kind(who: str, this_card: Capable, any_card: Capable) -> NewsKind | None:
    if who in this_card.shown:
        return NewsKind.SUPPORTED
    if who in any_card.shown:
        return NewsKind.TEMPLATE_INACTIVE
    if who in any_card.not_shown:
        return NewsKind.UNSUPPORTED
    return None


def _phones(value: object) -> frozenset[str]:
    return frozenset(map(phone, value)) - {""} if isinstance(value, list) else frozenset()
