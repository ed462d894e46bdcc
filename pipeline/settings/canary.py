"""[canary]: the first recipients, and what their messages must prove before the others are sent."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct

from pipeline.core.canary import NO_BOUND, CanaryRule
from pipeline.core.model import Channel, Message
from pipeline.core.routing import CARD_CHANNELS
from pipeline.language import Words, filled, marked
from pipeline.settings.bounds import Share, at_least, says

_WAIT_MIN_MAX = 7 * 24 * 60
_WAIT = filled("be above 0 and at most {most} minutes", most=str(_WAIT_MIN_MAX))
_CONFIDENCE = Words("be 0.5 or more and below 1, such as 0.95")


class Canary(Struct, frozen=True, forbid_unknown_fields=True):
    """Send to that many first, and wait so long for what becomes of them."""

    first: Annotated[int, at_least(1, marked("1 recipient or more"))]
    wait_min: Annotated[float, Meta(gt=0, le=_WAIT_MIN_MAX, extra=says(_WAIT))] = 60.0
    max_failed_share: Share = 0.1
    max_fallback_share: Share = NO_BOUND
    confidence: Annotated[float, Meta(ge=0.5, lt=1, extra=says(_CONFIDENCE))] = 0.95

    @property
    def wait_s(self) -> float:
        """Return how long news is waited for."""
        return self.wait_min * 60

    @property
    def rule(self) -> CanaryRule:
        """Return what the first recipients must prove."""
        return CanaryRule(self.max_failed_share, self.max_fallback_share, self.confidence)


@dataclass(frozen=True, slots=True)
class Wish:
    """What one call of `run` asks for beside the campaign file.

    only_first: recipients to send to now; 0 is all. after_canary: go on although the first
    recipients stopped the run.
    """

    only_first: int = 0
    after_canary: bool = False


def mistakes(canary: Canary, message: Message) -> Iterator[str]:
    """Yield what is wrong with the section beside the bounds of its keys."""
    if message.channel is Channel.LINKS_ONLY:
        yield Words("the section [canary] waits for messages, and links_only sends none: remove it")
    if canary.max_fallback_share < NO_BOUND and message.channel not in CARD_CHANNELS:
        yield filled(
            "the key canary.max_fallback_share is for cards; {channel} shows none: remove it",
            channel=message.channel,
        )
    for name in ("max_failed_share", "max_fallback_share"):
        most = getattr(canary, name)
        needed = canary.rule.recipients_min(most)
        if canary.first < needed:
            yield filled(
                "the key canary.first is too small: {first} recipients can never prove a {name} of "
                "{most} with a confidence of {confidence}; take at least {needed}",
                first=str(canary.first),
                name=name,
                most=f"{most:g}",
                confidence=f"{canary.confidence:g}",
                needed=str(math.ceil(needed)),
            )
