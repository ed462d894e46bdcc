"""What counts can tell of single numbers, for a product that has no question per number. Pure.

A list that says "5 taken, 5 succeeded" tells of every number; one that says "5 taken, 3
succeeded, 2 failed" tells of none, until receipts have named so many that only one possibility is
left for the rest.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.answer import FoundTask, NewsKind
from pipeline.core.outcome import TIMED_OUT_CODE, Fact, withheld

FAILED_BY_COUNT = "failed_by_count"
"""The code of a number known to have failed from counts alone, which carry no code."""

LEFT_OUT = "not_taken"
"""The code of a number that KooMessage left out of a task without naming it."""

_BY_STRENGTH = (NewsKind.REFUSED, NewsKind.DELIVERED, NewsKind.FAILED)


class Share(StrEnum):
    """How the numbers of which nothing is known by name may have ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    LEFT_OUT = "left_out"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Known:
    """How many of a submission's numbers are known by name, and the rows of the others."""

    delivered: int
    failed: int
    refused: int
    timed_out: int
    unknown: tuple[int, ...]


def known_by_name(rows: Collection[int], facts: Mapping[int, Collection[Fact]]) -> Known:
    """Sort rows by what facts name; a delivery that was seen outweighs a failure.

    Rows that were withheld were in no request, and count nowhere.
    """
    unknown: list[int] = []
    counted: Counter[NewsKind | None] = Counter()
    for row in rows:
        known = facts.get(row, ())
        kinds = {fact.kind for fact in known}
        if withheld(known) is not None:
            continue
        strongest = next((kind for kind in _BY_STRENGTH if kind in kinds), None)
        if strongest is None:
            unknown.append(row)
        elif strongest is NewsKind.FAILED and _timed_out(known):
            counted[None] += 1
        else:
            counted[strongest] += 1
    return Known(
        delivered=counted[NewsKind.DELIVERED],
        failed=counted[NewsKind.FAILED],
        refused=counted[NewsKind.REFUSED],
        timed_out=counted[None],
        unknown=tuple(unknown),
    )


def only_possibility(task: FoundTask, known: Known) -> Share | None:
    """Return how every unknown number ended, where the counts leave only one possibility.

    None where they leave several, are incomplete, or contradict what is known by name: the list
    may lag behind the receipts.
    """
    if task.total is None or not known.unknown:
        return None
    succeeded, failed, timed_out = task.succeeded or 0, task.failed or 0, task.timed_out or 0
    sent = known.delivered + known.failed + known.refused + known.timed_out
    sent += len(known.unknown)
    left = {
        Share.SUCCEEDED: succeeded - known.delivered,
        Share.FAILED: failed - known.failed,
        Share.TIMED_OUT: timed_out - known.timed_out,
        Share.LEFT_OUT: sent - task.total - known.refused,
        Share.PENDING: task.total - succeeded - failed - timed_out,
    }
    # All of left adds up to the unknown: a contradiction, below nought, never stands alone.
    possible = [share for share, count in left.items() if count]
    return possible[0] if len(possible) == 1 else None


def _timed_out(facts: Collection[Fact]) -> bool:
    return all(fact.code == TIMED_OUT_CODE for fact in facts if fact.kind is NewsKind.FAILED)
