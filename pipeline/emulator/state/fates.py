"""What each number does: a pure function of the seed and the number."""

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import Generic, NamedTuple, TypeVar

from pipeline.emulator.state.world import Carrier, World

DELIVERED = "DELIVRD"
SILENT = "EXPIRED"

_words = struct.Struct("<8I").iter_unpack
_sha1 = hashlib.sha1
_new = tuple.__new__
_WORD = 2.0**-32
_WORDS = 8
_SLOT_BITS, _SLOTS = 24, 256

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


class Draws(NamedTuple):
    """Hold many fates by columns, in the order of a fate's own fields; operators are told once."""

    operators: Iterator[Carrier]
    vendors: Sequence[str]
    capables: Sequence[bool]
    codes: Sequence[str]
    deliver_delays_s: Sequence[float]
    parse_draws: Sequence[float]
    parse_lags: Sequence[float]

    def fates(self) -> list[Fate]:
        """Return them one by one; not by Fate(...), whose own __new__ costs more than the rest."""
        return [_new(Fate, row) for row in zip(*self, strict=True)]


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
        # In words, so that a draw need not be scaled: a power of two changes no comparison.
        self._capable = numbers.capable / _WORD
        self._silent = numbers.silent / _WORD
        self._delivered = (numbers.silent + numbers.delivered * (1.0 - numbers.silent)) / _WORD
        self._earliest_s, latest_s = numbers.deliver_delay_s
        self._delay_span_s = latest_s - self._earliest_s

    def of(self, phone: int) -> Fate:
        """Return the fate of an 11-digit number."""
        return self.of_all((phone,))[0]

    def of_all(self, phones: Collection[int]) -> list[Fate]:
        """Return the fates of 11-digit numbers, in order."""
        return self.drawn(phones).fates()

    def of_digest(self, digest: bytes) -> Fate:
        """Return the fate of a number known by its SHA1 alone (CheckMobileCapability)."""
        return self._drawn((digest,)).fates()[0]

    def drawn(self, phones: Collection[int]) -> "Draws":
        """Return the fates of 11-digit numbers, column by column: quicker than one by one."""
        draws = self._drawn(
            [_sha1(b"86%d" % phone, usedforsecurity=False).digest() for phone in phones]
        )
        if not self._codes:
            return draws
        chosen = self._codes.get
        codes = [chosen(phone, code) for phone, code in zip(phones, draws.codes, strict=True)]
        return draws._replace(codes=codes)

    def _drawn(self, digests: Iterable[bytes]) -> "Draws":
        words = list(_words(b"".join(map(self._hashed, digests))))
        operators, vendors, capables, draws, failures, delays, parses, lags = (
            zip(*words, strict=True) if words else ((),) * _WORDS
        )
        bound, earliest_s, span_s = self._capable, self._earliest_s, self._delay_span_s * _WORD
        return Draws(
            self._operators.chosen(operators),
            list(self._vendors.chosen(vendors)),
            [word < bound for word in capables],
            self._report_codes(draws, failures),
            [earliest_s + span_s * word for word in delays],
            [word * _WORD for word in parses],
            # To the fourth power: most handsets parse at once, a few after hours.
            [(word * _WORD) ** 4 for word in lags],
        )

    def _hashed(self, digest: bytes) -> bytes:
        # A copy has the key mixed in already: half the time of beginning anew.
        hashed = self._keyed.copy()
        hashed.update(digest)
        return hashed.digest()

    def _report_codes(self, draws: Iterable[int], failures: Iterable[int]) -> list[str]:
        silent, delivered = self._silent, self._delivered
        names, place = self._failures.names, self._failures.place
        return [
            DELIVERED
            if silent <= draw < delivered
            else SILENT
            if draw < silent
            else names[place(failure)]
            for draw, failure in zip(draws, failures, strict=True)
        ]


class _Shares(Generic[Name]):
    """Weigh names against each other; `place` finds the one that a drawn word falls to."""

    __slots__ = ("_slots", "names", "place")

    def __init__(self, shares: Mapping[Name, float]) -> None:
        total = sum(shares.values())
        edges = [edge / total / _WORD for edge in accumulate(shares.values())][:-1]
        self.names = tuple(shares)
        self.place: Callable[[int], int] = partial(bisect_right, edges)
        # The first byte settles nearly all words: those of a slot that no edge cuts in two.
        ends = [(slot << _SLOT_BITS, (slot + 1 << _SLOT_BITS) - 1) for slot in range(_SLOTS)]
        self._slots = [
            self.names[self.place(first)] if self.place(first) == self.place(last) else None
            for first, last in ends
        ]

    def chosen(self, words: Iterable[int]) -> Iterator[Name]:
        """Return what each word falls to."""
        slots, names, place = self._slots, self.names, self.place
        return (slots[word >> _SLOT_BITS] or names[place(word)] for word in words)
