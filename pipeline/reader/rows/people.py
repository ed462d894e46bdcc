"""Hold a list against the people of earlier runs, in keyed digests of 8 bytes.

A digest of a person's number decides alone, or one of number and message together does. 64 bits
tell a million people from three million earlier ones wrongly once in six million nights.
"""

import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from pandas.util import hash_array

from pipeline.core.model import People, Recipients
from pipeline.reader.rows.screening import LOWEST, ValuesOf, Verdict, Whole

ALGORITHM = 1
"""SipHash-2-4 of the UTF-8 text, then the last step of SplitMix64.

tests/unit/reader/test_people.py pins what it yields.
"""

READING = 1
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
        mark = int(hash_array(np.array(["key"], dtype=object), hash_key=self.key)[0])
        return f"{ALGORITHM}.{mark:016x}"

    def numbers(self, phones: Sequence[str]) -> Digests:
        """Return the digests of n numbers."""
        return self._digests(phones)

    def messages(self, phones: Sequence[str], values: Sequence[Sequence[str]]) -> Digests:
        """Return the digests of what n people get: their number, the message, and its values."""
        start = blake2b(self.message.encode(), digest_size=16).hexdigest()
        starts = [f"{start}{_SEPARATOR}{phone}" for phone in phones]
        return self._digests(list(map(_SEPARATOR.join, zip(starts, *values, strict=True))))

    def people(self, recipients: Recipients, fields: int) -> People:
        """Return the digests of recipients; fields is how many of their values are sent."""
        numbers = self.numbers(recipients.phones)
        sent = recipients.values[:fields]  # noqa: PD011 -- no data frame
        messages = self.messages(recipients.phones, sent)
        return People(self.name, _packed(numbers), _packed(messages))

    def _digests(self, texts: Sequence[str]) -> Digests:
        found = np.empty(len(texts), dtype=object)
        found[:] = texts
        digests: Digests = hash_array(found, hash_key=self.key, categorize=False)
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
        self._added: list[tuple[Digests, int]] = []
        self._count = 0
        self._sorted: list[tuple[Digests, npt.NDArray[np.uint16]]] = []

    def add(self, digests: Digests, tag: int) -> None:
        """Add digests of one verdict."""
        self._added.append((digests, tag))
        self._count += len(digests)
        if self._count >= _TABLE_MAX:
            self._sort()

    def find(self, wanted: Digests) -> Iterator[tuple[int, int]]:
        """Yield the positions of those that are in the table, with their verdicts' positions."""
        if self._added:
            self._sort()
        order = np.argsort(wanted)
        ordered = wanted[order]
        for digests, tags in self._sorted:
            at = np.searchsorted(digests, ordered)
            inside = np.flatnonzero(at < len(digests))
            hits = inside[digests[at[inside]] == ordered[inside]]
            yield from zip(order[hits].tolist(), tags[at[hits]].tolist(), strict=True)

    def __len__(self) -> int:
        """Count what was added."""
        return self._count + sum(len(digests) for digests, _ in self._sorted)

    def _sort(self) -> None:
        digests = np.concatenate([some for some, _ in self._added])
        tags = np.concatenate([np.full(len(some), tag, np.uint16) for some, tag in self._added])
        if len(self._added) == 1 or not tags.any():
            digests = np.sort(digests)
        else:
            order = np.argsort(digests, kind="stable")
            digests, tags = digests[order], tags[order]
        if self._count >= _TABLE_MAX:
            digests, tags = _in_file(digests), _in_file(tags)
        self._sorted.append((digests, tags))
        self._added, self._count = [], 0


_Kind = TypeVar("_Kind", np.uint64, np.uint16)


def _in_file(found: npt.NDArray[_Kind]) -> npt.NDArray[_Kind]:
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
        """Keep a block's digests, by number; a block that repeats one is of no use."""
        order = np.argsort(numbers)
        ordered = numbers[order]
        if not (ordered[1:] == ordered[:-1]).any():
            self.blocks.append((ordered, phones[order], messages[order]))

    def find(self, numbers: Whole) -> tuple[Digests, Digests] | None:
        """Return the digests of people who all stand in the blocks, each in one of them."""
        phones = np.empty(len(numbers), np.uint64)
        messages = np.empty(len(numbers), np.uint64)
        found = np.zeros(len(numbers), np.uint8)
        for known, of_phone, of_message in self.blocks:
            at = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
            hits = known[at] == numbers
            phones[hits], messages[hits] = of_phone[at[hits]], of_message[at[hits]]
            found += hits
        return (phones, messages) if (found == 1).all() else None


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
        known = self._judged.find(numbers)
        if known is None:
            return self.scheme.people(recipients, fields)
        return People(self.scheme.name, *map(_packed, known))

    def _tag(self, verdict: Verdict) -> int:
        if verdict not in self.verdicts:
            self.verdicts.append(verdict)
        return self.verdicts.index(verdict)


def _take_first(found: dict[int, int], hits: Iterator[tuple[int, int]]) -> None:
    for at, tag in hits:
        found[at] = min(tag, found.get(at, tag))
