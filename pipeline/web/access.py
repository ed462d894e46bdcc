"""Decide who may push: by the secret in the path, by address, and by how often.

Receipts are not signed, so that this is all that protects the listener. Behind a proxy that we
were told of, the address is the one that the proxy names, never one that a stranger claims.
"""

import hmac
import ipaddress
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.core.errors import CampaignInvalid
from pipeline.language import filled

TOKEN_CHARS_MIN = 22
"""As many characters of base64 hold 128 bits."""

_ADDRESSES_MAX = 1024
_STRANGERS_PER_S = 20.0
_STRANGERS_BURST = 200.0
_TOKEN = re.compile(r"[0-9A-Za-z_-]+")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Verdict(StrEnum):
    """What is said to one request."""

    ALLOWED = "welcome"
    UNKNOWN_TOKEN = "stranger"  # noqa: S105 -- what is said to one, no secret
    NOT_ALLOWED = "not_allowed"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class AccessOptions:
    """Who may push.

    former_token stays good while senders are moved to a new one. allow lists networks that pushes
    may come from, none means any; proxies lists those whose X-Forwarded-For is believed. One
    address may push posts_per_s times a second for long, and posts_burst times at once.
    """

    token: str = field(repr=False)
    former_token: str = field(default="", repr=False)
    allow: Sequence[str] = ()
    proxies: Sequence[str] = ()
    posts_per_s: float = 5000.0
    posts_burst: float = 50_000.0


class AccessControl:
    """Judge each request. Raises CampaignInvalid for a token that could be guessed."""

    def __init__(self, options: AccessOptions, now: Callable[[], float] = time.monotonic) -> None:
        """Take the options; now tells seconds that never go back."""
        given = (options.token, options.former_token)
        self._tokens = [_checked(token) for token in given if token or token is options.token]
        self._allow = networks(options.allow)
        self._proxies = networks(options.proxies)
        self._known = Pace(options.posts_per_s, options.posts_burst, now)
        self._strangers = Pace(_STRANGERS_PER_S, _STRANGERS_BURST, now)

    @property
    def proxies(self) -> Sequence[Network]:
        """Return the networks that stand for many others."""
        return self._proxies

    def judge(self, token: str, peer: str, forwarded: str = "") -> Verdict:
        """Say whether a request may come in, and count it against its address."""
        # Every token is compared, so that the time taken does not tell which one was near.
        given = token.encode("utf-8", "surrogatepass")
        known = [hmac.compare_digest(given, token) for token in self._tokens]
        address = self._origin(peer, forwarded)
        if not any(known):
            few = self._strangers.take(address)
            return Verdict.UNKNOWN_TOKEN if few else Verdict.TOO_MANY
        if self._allow and not within(address, self._allow):
            return Verdict.NOT_ALLOWED
        return Verdict.ALLOWED if self._known.take(address) else Verdict.TOO_MANY

    def _origin(self, peer: str, forwarded: str) -> str:
        """Return the nearest address that is no proxy of ours."""
        address = peer
        hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
        while hops and within(address, self._proxies):
            address = hops.pop()
        return address


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Read addresses and networks. Raises CampaignInvalid for what is neither."""
    found: list[Network] = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text.strip(), strict=False))
        except ValueError:
            raise CampaignInvalid(
                filled(
                    '"{words}" under [receipts] is no address or network; write it as '
                    '"192.0.2.0/24"',
                    words=text,
                ),
                "KS7809",
            ) from None
    return tuple(found)


class Pace:
    """A bucket for each address; of very many addresses the longest unseen begins anew."""

    def __init__(self, per_s: float, burst: float, now: Callable[[], float]) -> None:
        """Allow burst at once, and per_s a second for long."""
        self._per_s = per_s
        self._burst = burst
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> bool:
        """Tell whether one more from that address is allowed, and count it."""
        now = self._now()
        left, since = self._left.pop(address, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_s)
        granted = left >= 1.0
        self._left[address] = (left - granted, now)
        if len(self._left) > _ADDRESSES_MAX:
            self._left.popitem(last=False)
        return granted

    def forget(self, address: str) -> None:
        """Let an address begin anew."""
        self._left.pop(address, None)


def within(address: str, some: Sequence[Network]) -> bool:
    """Tell whether an address, as its connection has it, is in one of some networks."""
    if not some:
        return False
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return any((mapped or found) in network for network in some)


def _checked(token: str) -> bytes:
    if len(token) < TOKEN_CHARS_MIN or not _TOKEN.fullmatch(token):
        raise CampaignInvalid(
            filled(
                "The receipts' path token needs at least {token_chars_min} letters, "
                "digits, _ or -; `openssl rand -hex 16` makes one.",
                token_chars_min=str(TOKEN_CHARS_MIN),
            ),
            "KS7809",
        )
    return token.encode()
