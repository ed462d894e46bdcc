"""Tell people, and what they get, by keyed digests of 8 bytes that are recorded with each run.

64 bits tell a million people from three million earlier ones wrongly once in six million nights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
from pandas.util import hash_array

from pipeline.core.model import People

ALGORITHM = 1
"""SipHash-2-4 of the UTF-8 text, then the last step of SplitMix64.

tests/unit/reader/test_people.py pins what it yields.
"""

READING = 2
"""How cells are read. Where it grew, a value may be read otherwise: then the number decides."""

KEY_CHARS = 16

Digests = npt.NDArray[np.uint64]

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

    def both(self, phones: Sequence[str], values: Sequence[Sequence[str]]) -> "Digested":
        """Return both digests of n people."""
        return Digested(self.numbers(phones), self.messages(phones, values))

    def recorded(self, people: "Digested") -> People:
        """Return digests as they are recorded, under the name of how they were made."""
        return People(self.name, _packed(people.numbers), _packed(people.messages))


@dataclass(frozen=True, slots=True)
class Digested:
    """Two digests for each of n people: of the number, and of number and message."""

    numbers: Digests
    messages: Digests

    def pick(self, positions: npt.NDArray[np.int64]) -> "Digested":
        """Return the digests at some positions, in their order."""
        return Digested(self.numbers[positions], self.messages[positions])


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
