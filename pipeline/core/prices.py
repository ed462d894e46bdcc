"""What a campaign may cost at worst, in whole millionths of a yuan, so that sums are exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import assert_never

from pipeline.core.model import Channel, Message, Route

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
