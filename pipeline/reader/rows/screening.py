"""Leave out numbers that must not be sent to, a whole block at once, in 10 to 12 bytes a number."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pipeline.core.model import Rejection
from pipeline.reader.rows.digests import Digested

Whole = npt.NDArray[np.int64]
Verdict = tuple[Rejection, str]
"""Why a number is left out, and what more there is to say."""

LOWEST = 13_000_000_000
"""Checks are asked about numbers less this one."""


@dataclass(frozen=True, slots=True)
class ValuesOf:
    """The values of n rows, a sequence for each of the campaign's fields, in their order.

    people are the rows' digests, where they are known already.
    """

    values: Sequence[Sequence[str]] = ()
    people: Digested | None = None

    def row(self, position: int) -> Sequence[str]:
        """Return the values of one row."""
        return [column[position] for column in self.values]


_TAG_BITS = 30
_TAG_MASK = (1 << _TAG_BITS) - 1
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_EIGHT, _SEVEN = np.uint64(3), np.uint64(7)
_MASKS = np.array([1 << bit for bit in range(8)], dtype=np.uint8)
_AT_ONCE = 1 << 20


class Screen(Protocol):
    """What the reader asks about numbers that are good in themselves."""

    def __call__(self, numbers: Whole, values_of: ValuesOf) -> Mapping[int, Verdict]:
        """Return why numbers are left out, by their positions."""


class NumberSet:
    """Numbers, each as often as it was added, each time with a tag; one sorted array of words.

    A number less the lowest one needs 33 bits, a tag 30: both stand in one word.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._added: array[int] = array("q")
        self._words: Whole | None = None
        self._filter: _Filter

    def __len__(self) -> int:
        """Count what was added."""
        return len(self._added)

    def add(self, numbers: Iterable[int], tag: int = 0) -> None:
        """Add whole numbers of 11 digits, before the first question."""
        found = numbers if isinstance(numbers, array) else np.fromiter(numbers, dtype=np.int64)
        words = ((np.asarray(found, dtype=np.int64) - LOWEST) << _TAG_BITS) | tag
        self._added.frombytes(words.tobytes())

    def hits(self, wanted: Whole) -> tuple[Whole, Whole, Whole]:
        """Find the wanted numbers, less the lowest, that are in the set.

        Returns their positions among the wanted, and where their words begin and end.
        """
        words = self._sorted()
        maybe = np.flatnonzero(self._filter.may_hold(wanted))
        begin = np.searchsorted(words, wanted[maybe] << _TAG_BITS)
        inside = np.flatnonzero(begin < len(words))
        held = inside[words[begin[inside]] >> _TAG_BITS == wanted[maybe[inside]]]
        end = np.searchsorted(words, (wanted[maybe[held]] + 1) << _TAG_BITS)
        return maybe[held], begin[held], end

    def tag(self, position: int) -> int:
        """Return the tag of a word."""
        return int(self._sorted()[position]) & _TAG_MASK

    def repeated(self, least: int) -> set[int]:
        """Return the numbers that were added at least that often."""
        words = self._sorted() >> _TAG_BITS
        if least < 1 or len(words) < least:
            return set()
        again = words[least - 1 :] == words[: len(words) - least + 1]
        return set((words[least - 1 :][again] + LOWEST).tolist())

    def _sorted(self) -> Whole:
        if self._words is None:
            self._words = np.frombuffer(self._added, dtype=np.int64)
            self._words.sort()
            self._filter = _Filter(self._words)
        return self._words


class _Filter:
    """Tell quickly that a number is not in a set, in 2 to 4 bytes a number.

    Searching a long sorted array costs a cache miss a step; one bit of a table rules out nineteen
    in twenty numbers before that.
    """

    def __init__(self, words: Whole) -> None:
        self._shift = np.uint64(64 - max(10, (16 * len(words)).bit_length()))
        self._bits = np.zeros(1 << (61 - int(self._shift)), dtype=np.uint8)
        for start in range(0, len(words), _AT_ONCE):
            slots = self._slots(words[start : start + _AT_ONCE] >> _TAG_BITS)
            np.bitwise_or.at(self._bits, slots >> _EIGHT, _MASKS[slots & _SEVEN])

    def may_hold(self, wanted: Whole) -> npt.NDArray[np.bool_]:
        """Tell of each number whether it may be in the set."""
        slots = self._slots(wanted)
        held: npt.NDArray[np.bool_] = (self._bits[slots >> _EIGHT] & _MASKS[slots & _SEVEN]) != 0
        return held

    def _slots(self, numbers: Whole) -> npt.NDArray[np.uint64]:
        spread: npt.NDArray[np.uint64] = numbers.astype(np.uint64) * _SPREAD >> self._shift
        return spread


class Check(Protocol):
    """One reason to leave numbers out."""

    def judge(self, wanted: Whole, values_of: ValuesOf) -> Iterator[tuple[int, Verdict]]:
        """Judge numbers less the lowest one; yield verdicts by position."""


@dataclass(frozen=True, slots=True)
class Checks:
    """Several checks as one Screen; the first that speaks about a number is the one told."""

    checks: Sequence[Check]

    def __call__(self, numbers: Whole, values_of: ValuesOf) -> Mapping[int, Verdict]:
        wanted = numbers - LOWEST
        verdicts: dict[int, Verdict] = {}
        for check in self.checks:
            for at, verdict in check.judge(wanted, values_of):
                verdicts.setdefault(at, verdict)
        return verdicts

    def of_phones(
        self, phones: Sequence[str], values: Sequence[Sequence[str]] = ()
    ) -> Mapping[int, Verdict]:
        """Judge numbers, with their values where these are known."""
        numbers = np.fromiter(map(int, phones), dtype=np.int64, count=len(phones))
        return self(numbers, ValuesOf(values))


@dataclass(frozen=True, slots=True)
class Listed:
    """Leave out the numbers of a set; the smallest tag of a number says why."""

    numbers: NumberSet
    verdicts: Sequence[Verdict]

    def judge(self, wanted: Whole, values_of: ValuesOf) -> Iterator[tuple[int, Verdict]]:
        del values_of
        found, begin, _ = self.numbers.hits(wanted)
        for at, first in zip(found.tolist(), begin.tolist(), strict=True):
            yield at, self.verdicts[self.numbers.tag(first)]


@dataclass(frozen=True, slots=True)
class Allowed:
    """Leave out every number that is not in a set."""

    numbers: NumberSet

    def judge(self, wanted: Whole, values_of: ValuesOf) -> Iterator[tuple[int, Verdict]]:
        del values_of
        found, _, _ = self.numbers.hits(wanted)
        others = np.ones(len(wanted), dtype=bool)
        others[found] = False
        for at in np.flatnonzero(others).tolist():
            yield at, (Rejection.NOT_ON_ALLOW_LIST, "")


@dataclass(frozen=True, slots=True)
class Often:
    """Leave out the numbers that stand in a set at least so often; the largest tag says where."""

    numbers: NumberSet
    least: int
    reason: Rejection
    labels: Sequence[str]

    def judge(self, wanted: Whole, values_of: ValuesOf) -> Iterator[tuple[int, Verdict]]:
        del values_of
        found, begin, end = self.numbers.hits(wanted)
        often = end - begin >= self.least
        for at, after in zip(found[often].tolist(), end[often].tolist(), strict=True):
            yield at, (self.reason, self.labels[self.numbers.tag(after - 1)])


@dataclass(frozen=True, slots=True)
class SameContent:
    """Leave out a number that got the same content at least so often.

    contents holds what those numbers got that got anything so often, as digests.
    """

    contents: Mapping[int, Sequence[bytes]]
    digest: Callable[[Sequence[str]], bytes]
    least: int
    verdict: Verdict = (Rejection.SAME_CONTENT_TOO_OFTEN, "")
    _known: NumberSet = field(init=False, default_factory=NumberSet)

    def __post_init__(self) -> None:
        """Know the numbers."""
        self._known.add(self.contents)

    def judge(self, wanted: Whole, values_of: ValuesOf) -> Iterator[tuple[int, Verdict]]:
        found, _, _ = self._known.hits(wanted)
        for at in found.tolist():
            digest = self.digest(values_of.row(at))
            if self.contents[int(wanted[at]) + LOWEST].count(digest) >= self.least:
                yield at, self.verdict
