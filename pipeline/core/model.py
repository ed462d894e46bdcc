"""The values that the parts hand to each other.

Blocks are columnar: one sequence per field, all of one length n, in source order. A million rows
pass through them, so there is never one object per row.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

RunId = NewType("RunId", str)
"""Eight lower-case letters and digits, derived from the source's content and the campaign."""

TaskName = NewType("TaskName", str)
"""The name of one attempt of one submission; ASCII, at most 20 characters."""

TaskId = NewType("TaskId", str)
"""KooMessage's name for what it took."""

CHUNK_RECIPIENTS_MAX = 5000


class Channel(StrEnum):
    """The product that carries a campaign's messages."""

    AIM = "aim"
    AIM_LINKS = "aim_links"
    AIM_BASIC = "aim_basic"
    SMS = "sms"
    LINKS_ONLY = "links_only"


@dataclass(frozen=True, slots=True)
class Recipients:
    """n rows that we may send to.

    rows: ordinals within the run, counted over every row read, from 0, ascending.
    phones: 11 digits each, mainland China, distinct within a run.
    values: one sequence of n texts for each of the campaign's fields, in the fields' order.
    """

    rows: Sequence[int]
    phones: Sequence[str]
    values: tuple[Sequence[str], ...]

    def __len__(self) -> int:
        """Count the recipients."""
        return len(self.rows)

    def part(self, start: int, stop: int) -> "Recipients":
        """Return positions start to stop, stop excluded."""
        return Recipients(
            self.rows[start:stop],
            self.phones[start:stop],
            tuple(column[start:stop] for column in self.values),
        )


class Rejection(StrEnum):
    """Why a row is not sent to. The text for each stands in report/texts.py."""

    PHONE_EMPTY = "phone_empty"
    PHONE_NOT_A_NUMBER = "phone_not_a_number"
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_TOO_LONG = "phone_too_long"
    PHONE_NOT_MOBILE = "phone_not_mobile"
    PHONE_FOREIGN = "phone_foreign"
    PHONE_ROUNDED = "phone_rounded"
    PHONE_SEVERAL = "phone_several"
    ROW_RAGGED = "row_ragged"
    VALUE_MISSING = "value_missing"
    VALUE_TOO_LONG = "value_too_long"
    DUPLICATE_NUMBER = "duplicate_number"


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that we will not send to.

    sheet is empty for a text file. line counts as a spreadsheet shows it: the header is line 1
    where there is one. of_row is the ordinal of the first row with the same number, and of_line
    its line, for DUPLICATE_NUMBER. phone is 11 digits for a duplicate, else the cell as it stood.
    cells is the whole row as it stood in the file. column names the cell that is to blame.
    """

    row: int
    sheet: str
    line: int
    reason: Rejection
    column: str
    phone: str
    cells: tuple[str, ...]
    of_row: int | None = None
    of_line: int | None = None


@dataclass(frozen=True, slots=True)
class RowBlock:
    """What the reader hands on: a stretch of one sheet, split in sendable and rejected.

    header is the sheet's, empty where the file has none. lines has one entry for each of the
    recipients' rows.
    repaired counts numbers that were not 11 plain digits in the file and are now.
    """

    sheet: str
    header: tuple[str, ...]
    recipients: Recipients
    lines: Sequence[int]
    rejected: tuple[RejectedRow, ...]
    repaired: int = 0


@dataclass(frozen=True, slots=True)
class PlannedSubmission:
    """One API request of a chunk: positions start to stop of it, stop excluded."""

    submission: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """At most 5000 recipients in source order, with the submissions that will carry them."""

    chunk: int
    sheets: Sequence[str]
    lines: Sequence[int]
    recipients: Recipients
    submissions: tuple[PlannedSubmission, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """Where a template parameter's value comes from: a field's position, or a literal."""

    field: int | None = None
    literal: str = ""

    def of(self, recipients: Recipients) -> Sequence[str]:
        """Return the parameter's n values."""
        if self.field is None:
            return [self.literal] * len(recipients)
        return recipients.values[self.field]


@dataclass(frozen=True, slots=True)
class SmsLeg:
    """The plain SMS that carries a smart message: four fields that must match each other."""

    channel_number: str
    template: str
    signature: str
    app: str
    params: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What a campaign sends. params keep the campaign's order, which aim_basic relies on.

    expires_days is the life of aim's links, 1..7 days. expires_hours is aim_basic's, 1..72.
    """

    channel: Channel
    template: str
    params: tuple[tuple[str, Value], ...] = ()
    expires_days: int = 7
    expires_hours: int = 24
    sms: SmsLeg | None = None
    fields: tuple[str, ...] = field(default=())


_MOBILE_DIGITS = 11
_PLAIN_MOBILE = re.compile(r"1[3-9][0-9]{9}")


def is_mobile(phone: str) -> bool:
    """Tell whether a text is a mainland mobile number of 11 plain digits."""
    return _PLAIN_MOBILE.fullmatch(phone) is not None


def mask(phone: str) -> str:
    """Return a number as it may appear in a log or on a screen: 130****0001."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= _MOBILE_DIGITS else "****"
