"""Why somebody whose number is good is still not sent to, and what counts as the same content."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from types import MappingProxyType
from typing import Final

from pipeline.core.model import Message, Recipients, Rejection, RunId, Value
from pipeline.core.outcome import Outcome
from pipeline.core.times import DAY_S, HOUR_S, time_in_china

SAME_CONTENT_PER_HOUR = 5
"""Carriers turn away the same content to one number after 5 in 59 minutes (MSGSMS faq)."""

MESSAGES_PER_DAY = 50
"""Carriers turn away a number after 50 messages in 24 hours (MSGSMS faq)."""


class SuppressionReason(StrEnum):
    """How a number came on the suppression list; the first that applies is the one told."""

    OPT_OUT = "opt_out"
    MANUAL = "manual"
    IMPORTED = "imported"
    UNCLEAR_REPLY = "unclear_reply"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class ErasedNumbers:
    """Who was erased and stays on the list: by the key of their digests, why, by digest."""

    of_key: Mapping[str, Mapping[bytes, SuppressionReason]]

    def __len__(self) -> int:
        """Count the digests."""
        return sum(map(len, self.of_key.values()))

    def reason(self, phone: str) -> SuppressionReason | None:
        """Return why a number is on the list; None where it is not among them."""
        found = [
            reason
            for key, known in self.of_key.items()
            if (reason := known.get(person_digest(phone, key))) is not None
        ]
        return min(found, key=list(SuppressionReason).index) if found else None


def person_digest(phone: str, key: str) -> bytes:
    """Return what a person is known by once their number was erased: 16 bytes, keyed.

    Who has the key can try all numbers; without it a digest names nobody.
    """
    return blake2b(phone.encode(), key=key.encode(), digest_size=16).digest()


class Duplicates(StrEnum):
    """What makes a row a duplicate of an earlier one."""

    NUMBER = "number"
    NUMBER_AND_VALUES = "number_and_values"


@dataclass(frozen=True, slots=True)
class Caps:
    """How often one number may be reached by an account; 0 is no limit of ours.

    same_number_days are days of China's calendar, by the day that a run was planned for: 1 is the
    same day alone.
    """

    same_number_days: int = 0
    same_content_per_hour: int = SAME_CONTENT_PER_HOUR
    messages_per_day: int = MESSAGES_PER_DAY

    def look_back_s(self) -> float:
        """Return how long ago a message may have been sent and still count within a day."""
        return max(
            HOUR_S if self.same_content_per_hour else 0.0,
            DAY_S if self.messages_per_day else 0.0,
        )


SCREENED: Mapping[Rejection, Outcome] = MappingProxyType(
    {
        Rejection.OPTED_OUT: Outcome.SUPPRESSED,
        Rejection.UNCLEAR_REPLY: Outcome.SUPPRESSED,
        Rejection.ON_SUPPRESSION_LIST: Outcome.SUPPRESSED,
        Rejection.ERASED: Outcome.SUPPRESSED,
        Rejection.IN_SUPPRESS_FILE: Outcome.SUPPRESSED,
        Rejection.SAID_IN_COLUMN: Outcome.SUPPRESSED,
        Rejection.REACHED_RECENTLY: Outcome.SKIPPED,
        Rejection.REACHED_SINCE: Outcome.SKIPPED,
        Rejection.SAME_CONTENT_TOO_OFTEN: Outcome.SKIPPED,
        Rejection.NUMBER_TOO_OFTEN: Outcome.SKIPPED,
        Rejection.NOT_ON_ALLOW_LIST: Outcome.SKIPPED,
        Rejection.ALREADY_IN_RUN: Outcome.DUPLICATE,
        Rejection.ALREADY_SENT: Outcome.SKIPPED,
        Rejection.SUPERSEDED: Outcome.SKIPPED,
        Rejection.DROPPED: Outcome.SKIPPED,
    }
)
"""The outcome of rows that screening leaves out."""


def rejected_outcome(reason: Rejection) -> Outcome:
    """Return the outcome of a rejected row."""
    if reason is Rejection.DUPLICATE_NUMBER:
        return Outcome.DUPLICATE
    return SCREENED.get(reason, Outcome.INVALID)


_EARLIER_RUN = re.compile(r"run ([0-9a-z]{8}), ")


def earlier_run(run: RunId, at: float) -> str:
    """Say by which run, and when, somebody was reached: the detail of a row that was left out."""
    return f"run {run}, {time_in_china(at)[:16]}"


def run_said(detail: str) -> RunId | None:
    """Return the run that such a detail names; None where it names none."""
    named = _EARLIER_RUN.match(detail)
    return None if named is None else RunId(named[1])


def contents_of(message: Message, recipients: Recipients) -> Sequence[bytes]:
    """Return for each of n recipients a digest of what they get: template and values, no number."""
    start = repr((message.channel, message.template, message.sms and message.sms.template))
    columns = [value.of(recipients) for value in _values(message)]
    if not columns:
        return [_digest((start,))] * len(recipients)
    return [_digest((start, *texts)) for texts in zip(*columns, strict=True)]


def _values(message: Message) -> Sequence[Value]:
    named = [value for _, value in message.params]
    return [*named, *(message.sms.params if message.sms else ())]


def _digest(texts: Sequence[str]) -> bytes:
    return blake2b("\x1f".join(texts).encode("utf-8", "replace"), digest_size=8).digest()


_SAYS_SO: Final = ("退订", "拒收", "黑名单", "勿扰", "免打扰", "屏蔽", "取关")
_SAYS_SO_IN_ENGLISH: Final = re.compile(
    r"unsubscri|donot(contact|disturb|call)|opt(ed)?out|blacklist"
)


def folded(cell: str) -> str:
    """Write a cell in one form to compare it: without white space, width and case."""
    return "".join(unicodedata.normalize("NFKC", cell).split()).casefold()


def tells_of_opt_outs(header: str) -> bool:
    """Tell whether a column's header reads as if it said who wants no messages."""
    said = "".join(filter(str.isalnum, folded(header)))
    in_english = _SAYS_SO_IN_ENGLISH.search(said) is not None
    return in_english or any(word in said for word in _SAYS_SO)
