"""What each number does: a pure function of the seed and the number."""

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from typing import Generic, NamedTuple, TypeVar

from pipeline.emulator.world import Carrier, World

DELIVERED = "DELIVRD"
SILENT = "EXPIRED"

_WORDS = struct.Struct("<8I")
_WORD = 2.0**-32

Name = TypeVar("Name", bound=str)


class Fate(NamedTuple):
    """Say what a number does whatever is sent to it.

    `code` is the report's, SILENT when no report ever comes. `parse_draw` below the world's share
    means that the card is shown; `parse_lag` in 0..1 is when, as a share of the latest moment.
    """

    operator: Carrier
    vendor: str
    capable: bool
    code: str
    deliver_delay_s: float
    parse_draw: float
    parse_lag: float


class Fates:
    """Draw fates with the seed as the key."""

    def __init__(self, world: World, seed: int) -> None:
        numbers = world.numbers
        self._key = seed.to_bytes(16, "big", signed=True)
        self._operators = _Shares(numbers.operators)
        self._vendors = _Shares(numbers.vendors)
        self._failures = _Shares(numbers.failures)
        self._capable = numbers.capable
        self._silent = numbers.silent
        self._delivered = numbers.silent + numbers.delivered * (1.0 - numbers.silent)
        self._earliest_s, latest_s = numbers.deliver_delay_s
        self._delay_span_s = latest_s - self._earliest_s

    def of(self, phone: int) -> Fate:
        """Return the fate of an 11-digit number."""
        return self.of_digest(hashlib.sha1(b"86%d" % phone, usedforsecurity=False).digest())

    def of_digest(self, digest: bytes) -> Fate:
        """Return the fate of a number known by its SHA1 alone (CheckMobileCapability)."""
        words = _WORDS.unpack(hashlib.blake2b(digest, digest_size=32, key=self._key).digest())
        operator, vendor, capable, delivered, failure, delay, parse, lag = words
        draw = delivered * _WORD
        if draw >= self._delivered:
            code = self._failures.at(failure * _WORD)
        else:
            code = DELIVERED if draw >= self._silent else SILENT
        return Fate(
            self._operators.at(operator * _WORD),
            self._vendors.at(vendor * _WORD),
            capable * _WORD < self._capable,
            code,
            self._earliest_s + self._delay_span_s * delay * _WORD,
            parse * _WORD,
            # To the fourth power: most handsets parse at once, a few after hours.
            (lag * _WORD) ** 4,
        )


class _Shares(Generic[Name]):
    def __init__(self, shares: Mapping[Name, float]) -> None:
        self._names = tuple(shares)
        total = sum(shares.values())
        self._edges = [edge / total for edge in accumulate(shares.values())][:-1]

    def at(self, draw: float) -> Name:
        return self._names[bisect_right(self._edges, draw)]
