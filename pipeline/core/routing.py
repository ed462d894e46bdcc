"""Which way each recipient goes: the campaign's own message, a fallback, or none.

Pure. The provider's API never decides this (support_resolve_count of CreateAimSendTask is -1):
capabilities are asked beforehand, and what is not known goes the campaign's own way, which shows a
plain SMS where the card cannot be shown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.core.answer import NewsKind
from pipeline.core.model import Channel, Fallback, Message, Policy, Recipients, Route

CARD_CHANNELS = frozenset({Channel.AIM, Channel.AIM_LINKS, Channel.LINKS_ONLY})
"""The channels whose message is a card on handsets that can show it."""

POLICY_UNKNOWN = "policy_unknown"
POLICY_WITHOUT_MESSAGE = "policy_without_message"
LINK_FAILED = "link_failed"

INCAPABLE: Mapping[NewsKind, str] = MappingProxyType(
    {
        NewsKind.UNSUPPORTED: "handset_unsupported",
        NewsKind.TEMPLATE_INACTIVE: "template_not_active_for_handset",
    }
)
"""What a capability check says of a number that cannot show the card, and its reason's name."""

ROUTED: Mapping[NewsKind, str] = MappingProxyType({NewsKind.LINK_FAILED: LINK_FAILED, **INCAPABLE})
"""Every news that sends a recipient another way, and its reason's name."""

_ROUTES: Mapping[Policy, Route] = MappingProxyType(
    {Policy.SKIP: Route.SKIP, Policy.SMS: Route.SMS, Policy.AIM_BASIC: Route.VIDEO}
)

Capabilities = Callable[[Sequence[str]], Mapping[str, NewsKind]]
"""Tell what is known of numbers' handsets; those of which nothing is known are left out."""


def channels_of(message: Message) -> tuple[Channel, ...]:
    """Return every channel that a campaign's recipients may go by, its own first."""
    channels = [message.channel]
    if message.channel in CARD_CHANNELS:
        legs = ((Route.SMS, message.fallback.sms), (Route.VIDEO, message.fallback.video))
        channels += [message.channel_of(route) for route, leg in legs if leg is not None]
    return tuple(dict.fromkeys(channels))


@dataclass(frozen=True, slots=True)
class Way:
    """How one recipient is to be reached. why is the news that decided it, with its code."""

    route: Route
    reason: str = ""
    why: NewsKind | None = None
    code: str = ""


def main_route(channel: Channel) -> Route:
    """Return the route by which a channel's recipients start."""
    return Route.PARSE if channel is Channel.AIM_LINKS else Route.MAIN


@dataclass(frozen=True, slots=True)
class Router:
    """Send each recipient the campaign's own way, unless its handset is known not to be able."""

    message: Message
    capabilities: Capabilities

    def ways(self, recipients: Recipients) -> list[Way]:
        """Return one way for each recipient."""
        own = Way(main_route(self.message.channel))
        fallback = self.message.fallback
        if self.message.channel not in CARD_CHANNELS or not fallback.asks:
            return [own] * len(recipients)
        known = self.capabilities(recipients.phones)
        policies = policies_of(fallback, recipients)
        return [
            _incapable(fallback, own, policy, known.get(phone))
            for phone, policy in zip(recipients.phones, policies, strict=True)
        ]


def policies_of(fallback: Fallback, recipients: Recipients) -> list[Policy | None]:
    """Return each recipient's policy: its own where its cell names one; None where unreadable."""
    if fallback.column is None:
        return [fallback.unsupported] * len(recipients)
    cells = fallback.column.of(recipients)
    known: dict[str, Policy | None] = {text: _policy(text, fallback) for text in set(cells)}
    return [known[text] for text in cells]


def without_link(message: Message, policy: Policy | None, code: str) -> Way:
    """Return the way of a recipient whose link could not be made (CreateResolveTask)."""
    own = Way(Route.PARSE, LINK_FAILED, NewsKind.LINK_FAILED, code)
    return _by_policy(message.fallback, own, policy)


def _incapable(fallback: Fallback, own: Way, policy: Policy | None, known: NewsKind | None) -> Way:
    if policy is None:
        return Way(Route.SKIP, POLICY_UNKNOWN)
    if known is None or known not in INCAPABLE:
        return own
    return _by_policy(fallback, Way(own.route, INCAPABLE[known], known), policy)


def _by_policy(fallback: Fallback, own: Way, policy: Policy | None) -> Way:
    if policy is None:
        return Way(Route.SKIP, POLICY_UNKNOWN)
    route = _ROUTES.get(policy, own.route)
    lacking = (route is Route.SMS and not fallback.sms) or (
        route is Route.VIDEO and not fallback.video
    )
    if lacking:
        return Way(Route.SKIP, POLICY_WITHOUT_MESSAGE)
    return own if route is own.route else Way(route, own.reason, own.why, own.code)


def _policy(text: str, fallback: Fallback) -> Policy | None:
    wanted = text.strip().casefold()
    if not wanted:
        return fallback.unsupported
    return next((policy for policy in Policy if policy.value == wanted), None)
