"""What a run's messages are charged, as planned and as they turned out. Pure.

A card is one SMS, by its parts, and a parse only once it is shown; SMS are charged by the part,
videos by the piece, all of them only where they arrive. What may still arrive is told apart.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from pipeline.core.model import Channel, Message, Route
from pipeline.core.outcome import Outcome
from pipeline.core.prices import Prices


class Product(StrEnum):
    """What is charged by the piece."""

    SMS_PART = "sms_part"
    PARSE = "parse"
    VIDEO = "video"


_ARRIVED = frozenset(
    {Outcome.CARD, Outcome.FALLBACK_SMS, Outcome.SMS, Outcome.VIDEO, Outcome.DELIVERED}
)
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
    _low: Counter[Product] = field(default_factory=Counter)
    _high: Counter[Product] = field(default_factory=Counter)
    _charged: Counter[Product] = field(default_factory=Counter)
    _open: Counter[Product] = field(default_factory=Counter)

    def add(self, route: Route, outcome: Outcome, parts: Sequence[int]) -> None:
        """Add rows of one route and outcome: one entry of parts for each, 0 where not known."""
        if route is Route.SKIP:
            return
        unknown = sum(not one for one in parts)
        pieces = sum(parts) + unknown
        products = self._products(route)
        if Product.SMS_PART in products:
            self.unmeasured += unknown
        for product in products:
            count = pieces if product is Product.SMS_PART else len(parts)
            self._high[product] += count
            if product is not Product.PARSE:
                self._low[product] += count
            self._settle(product, outcome, count)

    def lines(self) -> tuple[Charged, ...]:
        """Return one line for each product that the run may be charged for."""
        return tuple(
            Charged(
                product,
                self._low[product],
                self._high[product],
                self._charged[product],
                self._open[product],
            )
            for product in Product
            if self._high[product]
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
            shown, maybe = outcome in _ARRIVED, outcome in _OPEN
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
    match product:
        case Product.SMS_PART:
            return prices.sms
        case Product.PARSE:
            return prices.parse
        case Product.VIDEO:
            return prices.aim_basic
