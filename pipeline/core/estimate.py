"""What a campaign would take: units that are paid for, time, and how many see the card. Pure."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.core.model import Channel, Message, Policy
from pipeline.core.prices import Prices
from pipeline.core.window import Window

Z_95 = 1.959963984540054
"""The normal distribution's bound that leaves 2.5 % on each side."""


@dataclass(frozen=True, slots=True)
class Span:
    """From the least to the most of something."""

    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """A share that was seen in a sample, and the bounds that hold it with 95 % confidence."""

    seen: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Units:
    """What would be paid for once all is delivered.

    sms_parts are those of plain SMS and of the SMS that carries a smart message; cards are shown
    cards, each a parse; videos are aim_basic messages.
    """

    sms_parts: Span = Span()
    cards: Span = Span()
    videos: Span = Span()


@dataclass(frozen=True, slots=True)
class Fit:
    """How a sending falls into the daily window.

    starts_in_s is 0 where it may begin now; fits says whether the window it begins in is long
    enough; nights is how many windows it takes.
    """

    starts_in_s: float
    fits: bool
    nights: int


def wilson(hits: int, asked: int, z: float = Z_95) -> Share:
    """Bound a share by Wilson's score interval; of nothing asked nothing is known."""
    if not asked:
        return Share(0.0, 0.0, 1.0)
    share = hits / asked
    weight = z * z / asked
    middle = (share + weight / 2) / (1 + weight)
    spread = z * math.sqrt(share * (1 - share) / asked + weight / (4 * asked)) / (1 + weight)
    low = 0.0 if hits == 0 else max(0.0, middle - spread)
    high = 1.0 if hits == asked else min(1.0, middle + spread)
    return Share(share, low, high)


def alternatives(
    message: Message, recipients: int, parts: int, fallback_parts: int
) -> tuple[Units, ...]:
    """Count what would be paid for if all handsets were of one kind, for each kind there is.

    parts and fallback_parts are those of all recipients' SMS together: the campaign's own, and
    the one that those get who cannot see the card.
    """
    everybody = Span(recipients, recipients)
    match message.channel:
        case Channel.AIM_BASIC:
            return (Units(videos=everybody),)
        case Channel.SMS:
            return (Units(Span(parts, parts)),)
        case Channel.LINKS_ONLY:
            parts = 0
        case Channel.AIM | Channel.AIM_LINKS:
            pass
    own = Units(Span(parts, parts), cards=Span(0, recipients))
    ways = {
        Policy.SEND_ANYWAY: own,
        Policy.SMS: Units(Span(fallback_parts, fallback_parts)),
        Policy.AIM_BASIC: Units(videos=everybody),
        Policy.SKIP: Units(),
    }
    return (own, *(ways[policy] for policy in dict.fromkeys(_policies(message))))


def hull(found: Sequence[Units]) -> Units:
    """Return the ranges that hold every alternative."""
    return Units(
        _hull([one.sms_parts for one in found]),
        _hull([one.cards for one in found]),
        _hull([one.videos for one in found]),
    )


def cost(found: Sequence[Units], prices: Prices) -> Span | None:
    """Return what the alternatives cost, in millionths of a yuan; None where a price is missing."""
    costs = []
    for one in found:
        low = high = 0
        for span, price in (
            (one.sms_parts, prices.sms),
            (one.cards, prices.parse),
            (one.videos, prices.aim_basic),
        ):
            if span.high and price is None:
                return None
            low, high = low + span.low * (price or 0), high + span.high * (price or 0)
        costs.append(Span(low, high))
    return _hull(costs)


def duration_s(messages: int, calls: int, messages_per_s: float, calls_per_s: float) -> float:
    """Return how long a sending takes at its limits, 0 where it has none."""
    by_messages = messages / messages_per_s if messages_per_s else 0.0
    by_calls = calls / calls_per_s if calls_per_s else 0.0
    return max(by_messages, by_calls)


def fit(window: Window, now: float, wanted_s: float) -> Fit:
    """Lay a sending of that many seconds into the window that is open, or opens next."""
    starts_in_s = window.opens_in_s(now)
    open_s = window.closes_in_s(now + starts_in_s)
    if open_s is None or wanted_s <= open_s:
        return Fit(starts_in_s, fits=True, nights=1)
    nights = 1 + math.ceil((wanted_s - open_s) / window.length_s)
    return Fit(starts_in_s, fits=False, nights=nights)


def _policies(message: Message) -> Iterator[Policy]:
    """Yield what may be done for somebody who cannot see the card."""
    fallback = message.fallback
    yield fallback.unsupported
    if fallback.column is not None:
        yield from (Policy.SEND_ANYWAY, Policy.SKIP)
        if fallback.sms is not None:
            yield Policy.SMS
        if fallback.video is not None:
            yield Policy.AIM_BASIC


def _hull(spans: Sequence[Span]) -> Span:
    return Span(min(one.low for one in spans), max(one.high for one in spans))
