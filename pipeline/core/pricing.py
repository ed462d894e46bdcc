"""What a campaign may cost at worst, in whole millionths of a yuan, so that sums are exact."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from pipeline.core.model import Channel, Message, Policy, Route
from pipeline.core.outcome import REACHED, Outcome
from pipeline.core.times import Window

MICRO = 1_000_000
"""Millionths in a yuan."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What one success is billed, in millionths of a yuan; None is not known.

    sms_parts: how many parts an SMS is billed as, at most: a long one is billed part by part.
    """

    sms: int | None = None
    parse: int | None = None
    aim_basic: int | None = None
    sms_parts: int = 1

    def of_channel(self, channel: Channel, sms_parts: int | None = None) -> int | None:
        """Return what one message of a request costs at worst: delivered, and its card shown.

        A smart message is billed as an SMS and, when its card is shown, as a parse. The SMS of
        aim_links costs no parse: that belongs to the request that made the links. None where a
        price that it takes is not known.
        """
        parts = self.sms_parts if sms_parts is None else sms_parts
        sms = None if self.sms is None else self.sms * parts
        match channel:
            case Channel.AIM:
                return None if sms is None or self.parse is None else sms + self.parse
            case Channel.AIM_LINKS | Channel.SMS:
                return sms
            case Channel.LINKS_ONLY:
                return self.parse
            case Channel.AIM_BASIC:
                return self.aim_basic
            case _:
                assert_never(channel)

    def of_request(self, message: Message, route: Route, recipients: int) -> int:
        """Return what a request of that many recipients costs at worst; 0 where not known."""
        if route is Route.SKIP:
            return 0
        return recipients * (self.of_channel(message.by(route).channel) or 0)


def channels_of(message: Message) -> Sequence[Channel]:
    """Return every channel that a campaign's requests may take."""
    links = message.channel is Channel.AIM_LINKS
    routes = [Route.PARSE, Route.LINKED] if links else [Route.MAIN]
    if message.fallback.sms is not None:
        routes.append(Route.SMS)
    if message.fallback.video is not None:
        routes.append(Route.VIDEO)
    return [message.by(route).channel for route in routes]


def micro(yuan: float) -> int:
    """Return yuan in millionths; what is smaller counts as one more."""
    return int((Decimal(str(yuan)) * MICRO).to_integral_value(ROUND_CEILING))


def yuan_text(amount: int) -> str:
    """Return millionths of a yuan as an amount with two to six places."""
    text = f"{Decimal(amount) / MICRO:.6f}"
    whole, _, places = text.partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}"


class Product(StrEnum):
    """What is charged by the piece."""

    SMS_PART = "sms_part"
    PARSE = "parse"
    VIDEO = "video"


_OPEN = frozenset({Outcome.SUBMITTED, Outcome.IN_DOUBT, Outcome.EXPIRED, Outcome.PENDING})
_OF_CHANNEL: Mapping[Channel, tuple[Product, ...]] = MappingProxyType(
    {
        Channel.AIM: (Product.SMS_PART, Product.PARSE),
        Channel.AIM_LINKS: (Product.SMS_PART, Product.PARSE),
        Channel.AIM_BASIC: (Product.VIDEO,),
        Channel.SMS: (Product.SMS_PART,),
        Channel.LINKS_ONLY: (Product.PARSE,),
    }
)


@dataclass(frozen=True, slots=True)
class Charged:
    """Pieces of one product.

    planned_low and planned_high are what was to be expected when the run was planned, should all
    of it arrive; charged is what certainly was; open what may be charged beside it.
    """

    product: Product
    planned_low: int = 0
    planned_high: int = 0
    charged: int = 0
    open: int = 0


@dataclass(slots=True)
class Bill:
    """Adds up what a run's rows are charged. unmeasured counts SMS whose parts nobody told."""

    message: Message
    unmeasured: int = 0
    _planned: Counter[Product] = field(default_factory=Counter)
    _charged: Counter[Product] = field(default_factory=Counter)
    _open: Counter[Product] = field(default_factory=Counter)

    def add(self, route: Route, outcome: Outcome, parts: Sequence[int]) -> None:
        """Add rows of one route and outcome: one entry of parts for each, 0 where not known."""
        if route is Route.SKIP:
            return
        unknown = parts.count(0)
        pieces = sum(parts) + unknown
        products = self._products(route)
        if Product.SMS_PART in products:
            self.unmeasured += unknown
        for product in products:
            count = pieces if product is Product.SMS_PART else len(parts)
            self._planned[product] += count
            self._settle(product, outcome, count)

    def lines(self) -> tuple[Charged, ...]:
        """Return one line for each product that the run may be charged for."""
        return tuple(
            Charged(
                product,
                0 if product is Product.PARSE else planned,  # should nobody see the card
                planned,
                self._charged[product],
                self._open[product],
            )
            for product in Product
            if (planned := self._planned[product])
        )

    def _products(self, route: Route) -> tuple[Product, ...]:
        # A row whose link is being made will be sent by its campaign's own channel.
        channel = self.message.channel if route is Route.PARSE else self.message.channel_of(route)
        return _OF_CHANNEL[channel]

    def _settle(self, product: Product, outcome: Outcome, count: int) -> None:
        if product is Product.PARSE:
            shown = outcome is Outcome.CARD
            maybe = outcome in _OPEN or outcome is Outcome.DELIVERED
            if self.message.channel is Channel.LINKS_ONLY:
                maybe &= outcome is not Outcome.EXPIRED  # then it is the link that has expired
        else:
            shown, maybe = outcome in REACHED, outcome in _OPEN
        if shown:
            self._charged[product] += count
        elif maybe:
            self._open[product] += count


@dataclass(frozen=True, slots=True)
class Amounts:
    """What lines come to, in millionths of a yuan."""

    planned_low: int
    planned_high: int
    charged: int
    open: int


def amounts(lines: Iterable[Charged], prices: Prices) -> Amounts | None:
    """Price lines together; None where the price of one of them is not known."""
    low = high = charged = still = 0
    for line in lines:
        price = price_of(line.product, prices)
        if price is None:
            return None
        low += line.planned_low * price
        high += line.planned_high * price
        charged += line.charged * price
        still += line.open * price
    return Amounts(low, high, charged, still)


def price_of(product: Product, prices: Prices) -> int | None:
    """Return what one piece costs, in millionths of a yuan."""
    return {
        Product.SMS_PART: prices.sms,
        Product.PARSE: prices.parse,
        Product.VIDEO: prices.aim_basic,
    }[product]


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
        _hull([units.sms_parts for units in found]),
        _hull([units.cards for units in found]),
        _hull([units.videos for units in found]),
    )


def cost(found: Sequence[Units], prices: Prices) -> Span | None:
    """Return what the alternatives cost, in millionths of a yuan; None where a price is missing."""
    costs = []
    for units in found:
        low = high = 0
        for span, price in (
            (units.sms_parts, prices.sms),
            (units.cards, prices.parse),
            (units.videos, prices.aim_basic),
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
    return Span(min(span.low for span in spans), max(span.high for span in spans))
