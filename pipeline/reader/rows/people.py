"""Hold a list against the people of earlier runs, in keyed digests of 8 bytes.

A digest of a person's number decides alone, or one of number and message together does. 64 bits
tell a million people from three million earlier ones wrongly once in six million nights.
"""

import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
from pandas.util import hash_array

from pipeline.core.model import People, Recipients
from pipeline.reader.rows.screening import LOWEST, ValuesOf, Verdict, Whole

ALGORITHM = 1
"""SipHash-2-4 of the UTF-8 text, then the last step of SplitMix64.

tests/unit/reader/test_people.py pins what it yields.
"""

READING = 2
"""How cells are read. Where it grew, a value may be read otherwise: then the number decides."""

KEY_CHARS = 16

Digests = npt.NDArray[np.uint64]

_TABLE_MAX = 1 << 20
_BLOCKS_KEPT = 3
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class PeopleScheme:
    """How digests are made: the account's key, and what the campaign sends but for values.

    message is a text that differs where template, signature, literals or columns do.
    """

    key: str
    message: str = ""

    @property
    def name(self) -> str:
        """Return how it is recorded beside digests; no key can be worked out of it."""
        return f"{self.of_numbers}.{READING}"

    @property
    def of_numbers(self) -> str:
        """Return the part of the name that must be the same for numbers to be compared."""
        return f"{ALGORITHM}.{_mark(self.key):016x}"

    def numbers(self, phones: Sequence[str]) -> Digests:
        """Return the digests of n numbers."""
        return _digests(phones, self.key)

    def messages(self, phones: Sequence[str], values: Sequence[Sequence[str]]) -> Digests:
        """Return the digests of what n people get: their number, the message, and its values."""
        texts = list(map(_SEPARATOR.join, zip(phones, *values, strict=True)))
        return _digests(texts, blake2b(self.message.encode(), key=self.key.encode()).hexdigest())


@cache
def _mark(key: str) -> int:
    """Return by what one key is told from another."""
    return int(_digests(["key"], key)[0])


def _digests(texts: Sequence[str], key: str) -> Digests:
    found = np.empty(len(texts), dtype=object)
    found[:] = texts
    digests: Digests = hash_array(found, hash_key=key[:KEY_CHARS], categorize=False)
    return digests


def unpacked(digests: bytes) -> Digests:
    """Return digests as they are recorded: unsigned, 8 bytes each, the least byte first."""
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64, copy=False)


def _packed(digests: Digests) -> bytes:
    return digests.astype("<u8", copy=False).tobytes()


class _Table:
    """Digests, each with a verdict's position, sorted; beyond a bound in a file of its own.

    What lies in the file is mapped: memory does not grow with the people of earlier runs.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._added: list[Digests] = []
        self._tag = 0
        self._count = 0
        self._sorted: list[tuple[Digests, int]] = []

    def add(self, digests: Digests, tag: int) -> None:
        """Add digests of one verdict."""
        if tag != self._tag:
            self._sort()
        self._tag = tag
        self._added.append(digests)
        self._count += len(digests)
        if self._count >= _TABLE_MAX:
            self._sort()

    def find(self, wanted: Digests) -> Iterator[tuple[Whole, int]]:
        """Yield positions of those that are in the table, with their verdict's position."""
        self._sort()
        order = np.argsort(wanted)
        ordered = wanted[order]
        for digests, tag in self._sorted:
            at = np.minimum(np.searchsorted(digests, ordered), len(digests) - 1)
            yield order[digests[at] == ordered], tag

    def __len__(self) -> int:
        """Count what was added."""
        return self._count + sum(len(digests) for digests, _ in self._sorted)

    def _sort(self) -> None:
        if self._count:
            digests = np.sort(np.concatenate(self._added))
            kept = _in_file(digests) if self._count >= _TABLE_MAX else digests
            self._sorted.append((kept, self._tag))
        self._added, self._count = [], 0


def _in_file(found: Digests) -> Digests:
    with tempfile.TemporaryFile() as file:
        file.write(found.tobytes())
        file.flush()
        return np.memmap(file, dtype=found.dtype, mode="r", shape=found.shape)


@dataclass(slots=True)
class _Judged:
    """The digests of the blocks that were judged last: their people are in chunks soon after."""

    blocks: deque[tuple[Whole, Digests, Digests]] = field(
        default_factory=lambda: deque(maxlen=_BLOCKS_KEPT)
    )

    def add(self, numbers: Whole, phones: Digests, messages: Digests) -> None:
        """Keep a block's digests, by number."""
        order = np.argsort(numbers)
        self.blocks.append((numbers[order], phones[order], messages[order]))

    def find(self, numbers: Whole) -> tuple[Digests, Digests, Whole]:
        """Return digests of people, and the positions of those that stand in no place or several.

        A number may stand twice with other values: whose digest it is cannot be told then.
        """
        phones = np.empty(len(numbers), np.uint64)
        messages = np.empty(len(numbers), np.uint64)
        found = np.zeros(len(numbers), np.int64)
        for known, of_phone, of_message in self.blocks:
            begin = np.searchsorted(known, numbers)
            found += np.searchsorted(known, numbers, side="right") - begin
            at = np.minimum(begin, len(known) - 1)
            hits = known[at] == numbers
            phones[hits], messages[hits] = of_phone[at[hits]], of_message[at[hits]]
        return phones, messages, np.flatnonzero(found != 1)


@dataclass(slots=True)
class EarlierPeople:
    """Leave out whom earlier runs reached, by number or by number and message; a Check.

    The first verdict that was added about a person is the one that counts.
    """

    scheme: PeopleScheme
    verdicts: list[Verdict] = field(default_factory=list)
    _numbers: _Table = field(default_factory=_Table)
    _messages: _Table = field(default_factory=_Table)
    _judged: _Judged = field(default_factory=_Judged)

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
        phones = list(map(str, (wanted + LOWEST).tolist()))
        numbers = self.scheme.numbers(phones)
        found: dict[int, int] = {}
        if len(self._numbers):
            _take_first(found, self._numbers.find(numbers))
        if len(self._messages):
            values = values_of.columns(np.arange(len(wanted)))
            messages = self.scheme.messages(phones, values)
            _take_first(found, self._messages.find(messages))
            self._judged.add(wanted + LOWEST, numbers, messages)
        for at, tag in sorted(found.items()):
            yield at, self.verdicts[tag]

    def of(self, recipients: Recipients, fields: int) -> People:
        """Return the digests of recipients; fields is how many of their values are sent."""
        numbers = np.fromiter(map(int, recipients.phones), np.int64, len(recipients))
        phones, messages, others = self._judged.find(numbers)
        if len(others):
            some = recipients.pick(others.tolist())
            phones[others] = self.scheme.numbers(some.phones)
            sent = some.values[:fields]  # noqa: PD011 -- no data frame
            messages[others] = self.scheme.messages(some.phones, sent)
        return People(self.scheme.name, _packed(phones), _packed(messages))

    def _tag(self, verdict: Verdict) -> int:
        if verdict not in self.verdicts:
            self.verdicts.append(verdict)
        return self.verdicts.index(verdict)


def _take_first(found: dict[int, int], hits: Iterator[tuple[Whole, int]]) -> None:
    for positions, tag in hits:
        for at in positions.tolist():
            found[at] = min(tag, found.get(at, tag))
