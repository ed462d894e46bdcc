"""[canary]: the first recipients, and what their messages must prove before the others are sent."""

import math
from dataclasses import dataclass

from msgspec import Struct

from pipeline.core.canary import NO_BOUND, CanaryRule
from pipeline.core.model import Channel, Message
from pipeline.core.routing import CARD_CHANNELS

_WAIT_MIN_MAX = 7 * 24 * 60
_CONFIDENCE_MIN = 0.5


class CanaryKeys(Struct, forbid_unknown_fields=True):
    """[canary]."""

    first: int
    wait_min: float = 60.0
    max_failed_share: float = 0.1
    max_fallback_share: float = NO_BOUND
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Canary:
    """Send to that many first, and wait so long for what becomes of them."""

    first: int
    wait_s: float
    rule: CanaryRule


@dataclass(frozen=True, slots=True)
class Wish:
    """What one call of `run` asks for beside the campaign file.

    only_first: recipients to send to now; 0 is all. after_canary: go on although the first
    recipients stopped the run.
    """

    only_first: int = 0
    after_canary: bool = False


def canary_of(keys: CanaryKeys | None) -> Canary | None:
    """Return the section, where there is one."""
    if keys is None:
        return None
    rule = CanaryRule(keys.max_failed_share, keys.max_fallback_share, keys.confidence)
    return Canary(keys.first, keys.wait_min * 60, rule)


def mistake_in(canary: Canary | None, message: Message) -> str | None:
    """Say what is wrong with the section."""
    if canary is None:
        return None
    rule = canary.rule
    if message.channel is Channel.LINKS_ONLY:
        return "the section [canary] waits for messages, and links_only sends none: remove it"
    if canary.first < 1:
        return "the key canary.first must be 1 recipient or more"
    if not 0 < canary.wait_s <= _WAIT_MIN_MAX * 60:
        return f"the key canary.wait_min must be above 0 and at most {_WAIT_MIN_MAX} minutes"
    if not _CONFIDENCE_MIN <= rule.confidence < 1:
        return "the key canary.confidence must be 0.5 or more and below 1, such as 0.95"
    if rule.fallback_share_max < NO_BOUND and message.channel not in CARD_CHANNELS:
        return (
            f"the key canary.max_fallback_share is for cards; {message.channel} shows none: "
            "remove it"
        )
    names = ("max_failed_share", "max_fallback_share")
    mistakes = (_share_mistake(*named, canary) for named in zip(names, rule.bounds(), strict=True))
    return next((mistake for mistake in mistakes if mistake), None)


def _share_mistake(name: str, most: float, canary: Canary) -> str | None:
    if not 0 < most <= NO_BOUND:
        return f"the key canary.{name} must be above 0 and at most 1; 1 is no bound"
    needed = canary.rule.recipients_min(most)
    if canary.first >= needed:
        return None
    return (
        f"the key canary.first is too small: {canary.first} recipients can never prove a "
        f"{name} of {most:g} with a confidence of {canary.rule.confidence:g}; take at least "
        f"{math.ceil(needed)}"
    )
