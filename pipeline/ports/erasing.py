"""What is erased of one person, and what is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from enum import StrEnum
from operator import add

from pipeline.core.model import RunId


class ErasedKind(StrEnum):
    """Whose row it is: the person's, or another's in which a value named the person's number."""

    PERSON = "person"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Erasing:
    """When and by what command a person is erased; command holds no number."""

    at: float
    command: str


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """Who is erased: a number of 11 digits, and the keyed digest that is kept of it."""

    phone: str
    key: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Traces:
    """Where a number stands in one run.

    own has the person's rows by chunk, mentions other recipients' rows in which a value names the
    number; both ascending. rejected are rows that were not sent to: True where one is the person's.
    """

    own: Mapping[int, Sequence[int]] = field(default_factory=dict)
    mentions: Mapping[int, Sequence[int]] = field(default_factory=dict)
    rejected: Mapping[int, bool] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether it stands there at all."""
        return bool(self.own or self.mentions or self.rejected)

    @property
    def rows(self) -> int:
        """Count the rows that are the person's."""
        return sum(map(len, self.own.values())) + sum(self.rejected.values())

    @property
    def others(self) -> int:
        """Count the rows of others that name the number."""
        whole = sum(map(len, self.mentions.values())) + len(self.rejected)
        return whole - sum(self.rejected.values())


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased beside rows, counted.

    receipts are those whose bodies were emptied; news, replies, handsets, entries (of a suppression
    list) and beside_names (numbers beside names of tasks) are gone whole.
    """

    receipts: int = 0
    news: int = 0
    replies: int = 0
    handsets: int = 0
    entries: int = 0
    beside_names: int = 0

    def plus(self, other: "Erased") -> "Erased":
        """Add up what was erased in two places."""
        return Erased(*map(add, astuple(self), astuple(other)))


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """That a person was erased in one place: when, by what command, how many rows of which runs.

    person is the beginning of the digest, in hexadecimal digits.
    """

    at: float
    command: str
    person: str
    rows: Mapping[RunId, int]
