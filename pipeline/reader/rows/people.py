"""Hold a list against the people of earlier runs, in keyed digests of 8 bytes.

A digest of a person's number decides alone, or one of number and message together does.
"""

import tempfile
import weakref
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

import numpy as np
import numpy.typing as npt

from pipeline.reader.rows.digests import Digested, Digests, PeopleScheme, unpacked
from pipeline.reader.rows.screening import LOWEST, ValuesOf, Verdict, Whole

_TABLE_MAX = 1 << 20
_SIEVE_BITS_MAX = 28
_AT_ONCE = 1 << 17
_EIGHT, _SEVEN = np.uint64(3), np.uint64(7)
_MASKS = np.array([1 << bit for bit in range(8)], dtype=np.uint8)


class _Table:
    """Digests, each with a verdict's position, sorted; beyond a bound in all in a file.

    What lies in the file is mapped: memory does not grow with the people of earlier runs.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._added: list[Digests] = []
        self._tag = 0
        self._count = 0
        self._inside = 0
        self._sorted: list[tuple[Digests, int]] = []
        self._file = _Spilled()
        self._sieve: _Sieve | None = None

    def add(self, digests: Digests, tag: int) -> None:
        """Add digests of one verdict."""
        if tag != self._tag:
            self._sort()
        self._tag = tag
        self._added.append(digests)
        self._count += len(digests)
        self._sieve = None
        if self._count >= _TABLE_MAX:
            self._sort()

    def find(self, wanted: Digests) -> Iterator[tuple[Whole, int]]:
        """Yield positions of those that are in the table, with their verdict's position."""
        maybe = np.flatnonzero(self._sieved().may_hold(wanted))
        order = maybe[np.argsort(wanted[maybe])]
        ordered = wanted[order]
        for digests, tag in self._parts():
            at = np.minimum(np.searchsorted(digests, ordered), len(digests) - 1)
            yield order[digests[at] == ordered], tag

    def __len__(self) -> int:
        """Count what was added."""
        return self._count + self._inside + len(self._file)

    def _sieved(self) -> "_Sieve":
        """Return what rules out most of those that are not in the table."""
        if self._sieve is None:
            self._sort()
            self._sieve = _Sieve(len(self))
            for digests, _ in self._parts():
                self._sieve.add(digests)
        return self._sieve

    def _parts(self) -> Iterator[tuple[Digests, int]]:
        yield from self._sorted
        yield from self._file.parts()

    def _sort(self) -> None:
        if self._count:
            digests = np.concatenate(self._added)
            digests.sort()
            if self._inside + self._count > _TABLE_MAX:
                self._file.add(digests, self._tag)
            else:
                self._sorted.append((digests, self._tag))
                self._inside += self._count
        self._added, self._count = [], 0


class _Sieve:
    """Tell by their leading bits that digests are in none of many arrays, in 32 MB at the most.

    Searching a long array costs a cache miss a step; one bit of this rules out nineteen in twenty.
    """

    def __init__(self, count: int) -> None:
        """Make room for so many digests: 16 bits or more for each, as long as these can be had."""
        bits = min(max(10, (16 * count).bit_length()), _SIEVE_BITS_MAX)
        self._shift = np.uint64(64 - bits)
        self._bits = np.zeros(1 << (bits - 3), dtype=np.uint8)

    def add(self, ascending: Digests) -> None:
        """Add digests in their order, so that those of one byte follow each other."""
        for start in range(0, len(ascending), _AT_ONCE):
            slots = ascending[start : start + _AT_ONCE] >> self._shift
            at = (slots >> _EIGHT).astype(np.int64)
            begin = np.flatnonzero(np.diff(at, prepend=-1))
            self._bits[at[begin]] |= np.bitwise_or.reduceat(_MASKS[slots & _SEVEN], begin)

    def may_hold(self, wanted: Digests) -> npt.NDArray[np.bool_]:
        """Tell of each digest whether it may be in one of the arrays."""
        slots = wanted >> self._shift
        held: npt.NDArray[np.bool_] = (self._bits[slots >> _EIGHT] & _MASKS[slots & _SEVEN]) != 0
        return held


class _Spilled:
    """Sorted digests in one temporary file, however many runs they are of."""

    def __init__(self) -> None:
        """Start without a file."""
        self._file: IO[bytes] | None = None
        self._ends: list[tuple[int, int]] = []
        self._mapped: Digests = np.empty(0, np.uint64)

    def add(self, digests: Digests, tag: int) -> None:
        """Write digests of one verdict behind the others."""
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- open as long as the table is
            weakref.finalize(self, self._file.close)
        self._file.write(digests.data)
        self._ends.append((len(self) + len(digests), tag))

    def parts(self) -> Iterator[tuple[Digests, int]]:
        """Yield what was added, each with its verdict's position."""
        if self._file is not None and len(self._mapped) < len(self):
            self._file.flush()
            self._mapped = np.memmap(self._file, np.uint64, "r", shape=(len(self),))
        start = 0
        for end, tag in self._ends:
            yield self._mapped[start:end], tag
            start = end

    def __len__(self) -> int:
        """Count what was added."""
        return self._ends[-1][0] if self._ends else 0


class KnownNumbers:
    """Tell which of some numbers were among many, of which only digests are kept."""

    def __init__(self, scheme: PeopleScheme) -> None:
        """Begin with nobody."""
        self._scheme = scheme
        self._table = _Table()

    def add(self, digests: bytes) -> None:
        """Add numbers by their digests, as a run records them."""
        self._table.add(unpacked(digests), 0)

    def add_phones(self, phones: Sequence[str]) -> None:
        """Add numbers of which no digests were recorded."""
        self._table.add(self._scheme.numbers(phones), 0)

    def among(self, phones: Collection[str]) -> frozenset[str]:
        """Return those of some numbers that were added."""
        if not phones or not len(self._table):
            return frozenset()
        asked = list(phones)
        found = self._table.find(self._scheme.numbers(asked))
        return frozenset(asked[at] for positions, _ in found for at in positions.tolist())


@dataclass(slots=True)
class EarlierPeople:
    """Leave out whom earlier runs reached, by number or by number and message; a Check.

    The first verdict that was added about a person is the one that counts.
    """

    scheme: PeopleScheme
    verdicts: list[Verdict] = field(default_factory=list)
    _numbers: _Table = field(default_factory=_Table)
    _messages: _Table = field(default_factory=_Table)

    def __len__(self) -> int:
        """Count the people of earlier runs."""
        return len(self._numbers) + len(self._messages)

    def add_numbers(self, digests: Digests, verdict: Verdict) -> None:
        """Add people whom their number decides about."""
        self._numbers.add(digests, self._tag(verdict))

    def add_messages(self, digests: Digests, verdict: Verdict) -> None:
        """Add people whom the same message must not reach again."""
        self._messages.add(digests, self._tag(verdict))

    def judge(self, wanted: Whole, values_of: ValuesOf) -> Iterator[tuple[int, Verdict]]:
        """Yield the people of earlier runs."""
        if not len(self) or not len(wanted):
            return
        people = values_of.people or self._digested(wanted, values_of)
        first = np.full(len(wanted), len(self.verdicts))
        for table, digests in ((self._numbers, people.numbers), (self._messages, people.messages)):
            for positions, tag in table.find(digests) if len(table) else ():
                first[positions] = np.minimum(first[positions], tag)
        found = np.flatnonzero(first < len(self.verdicts))
        for at, tag in zip(found.tolist(), first[found].tolist(), strict=True):
            yield at, self.verdicts[tag]

    def _digested(self, wanted: Whole, values_of: ValuesOf) -> Digested:
        """Work out the digests of people who come without: their numbers less the lowest."""
        phones = list(map(str, (wanted + LOWEST).tolist()))
        nobody: Digests = np.empty(0, np.uint64)
        numbers = self.scheme.numbers(phones) if len(self._numbers) else nobody
        if not len(self._messages):
            return Digested(numbers, nobody)
        return Digested(numbers, self.scheme.messages(phones, values_of.values))

    def _tag(self, verdict: Verdict) -> int:
        if verdict not in self.verdicts:
            self.verdicts.append(verdict)
        return self.verdicts.index(verdict)
