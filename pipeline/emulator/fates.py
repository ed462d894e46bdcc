"""What each number does: a pure function of the seed and the number."""

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import partial
from itertools import accumulate
from typing import Generic, NamedTuple, TypeVar

from pipeline.emulator.world import Carrier, World

DELIVERED = "DELIVRD"
SILENT = "EXPIRED"

_unpack = struct.Struct("<8I").unpack
_new = tuple.__new__
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
        key = seed.to_bytes(16, "big", signed=True)
        self._keyed = hashlib.blake2b(digest_size=32, key=key)
        self._operators = _Shares(numbers.operators)
        self._vendors = _Shares(numbers.vendors)
        self._failures = _Shares(numbers.failures)
        self._codes = {int(phone): code for phone, code in numbers.codes.items()}
        self._capable = numbers.capable
        self._silent = numbers.silent
        self._delivered = numbers.silent + numbers.delivered * (1.0 - numbers.silent)
        self._earliest_s, latest_s = numbers.deliver_delay_s
        self._delay_span_s = latest_s - self._earliest_s

    def of(self, phone: int) -> Fate:
        """Return the fate of an 11-digit number."""
        fate = self.of_digest(hashlib.sha1(b"86%d" % phone, usedforsecurity=False).digest())
        if self._codes and phone in self._codes:
            return fate._replace(code=self._codes[phone])
        return fate

    def of_digest(self, digest: bytes) -> Fate:
        """Return the fate of a number known by its SHA1 alone (CheckMobileCapability)."""
        # A copy has the key mixed in already: half the time of beginning anew.
        hashed = self._keyed.copy()
        hashed.update(digest)
        words = _unpack(hashed.digest())
        operator, vendor, capable, delivered, failure, delay, parse, lag = words
        draw = delivered * _WORD
        if draw >= self._delivered:
            code = self._failures.names[self._failures.place(failure)]
        else:
            code = DELIVERED if draw >= self._silent else SILENT
        # Not by Fate(...): its own __new__ costs as much as all of the draws.
        return _new(
            Fate,
            (
                self._operators.names[self._operators.place(operator)],
                self._vendors.names[self._vendors.place(vendor)],
                capable * _WORD < self._capable,
                code,
                self._earliest_s + self._delay_span_s * delay * _WORD,
                parse * _WORD,
                # To the fourth power: most handsets parse at once, a few after hours.
                (lag * _WORD) ** 4,
            ),
        )


class _Shares(Generic[Name]):
    """Weigh names against each other; `place` finds the one that a drawn word falls to."""

    __slots__ = ("names", "place")

    def __init__(self, shares: Mapping[Name, float]) -> None:
        total = sum(shares.values())
        # In words, so that a draw need not be scaled: a power of two changes no comparison.
        edges = [edge / total / _WORD for edge in accumulate(shares.values())][:-1]
        self.names = tuple(shares)
        self.place: Callable[[int], int] = partial(bisect_right, edges)
