"""What counts can tell of single numbers, for a product that has no question per number. Pure.

A list that says "5 taken, 5 succeeded" tells of every number; one that says "5 taken, 3
succeeded, 2 failed" tells of none, until receipts have named so many that only one possibility is
left for the rest.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.answer import FoundTask, NewsKind
from pipeline.core.outcome import Fact, Ware, Weight, strongest
from pipeline.language import filled

FAILED_BY_COUNT = "failed_by_count"
"""The code of a number known to have failed from counts alone, which carry no code."""

LEFT_OUT = "not_taken"
"""The code of a number that KooMessage left out of a task without naming it."""


class Share(StrEnum):
    """How the numbers of which nothing is known by name may have ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    LEFT_OUT = "left_out"
    PENDING = "pending"


_SHARES = {
    Weight.SHOWN: Share.SUCCEEDED,
    Weight.DELIVERED: Share.SUCCEEDED,
    Weight.FAILED: Share.FAILED,
    Weight.TIMED_OUT: Share.TIMED_OUT,
    Weight.REFUSED: Share.LEFT_OUT,
}
"""News that tells of one number, and how that number ended."""


@dataclass(frozen=True, slots=True)
class Known:
    """How many of a submission's numbers ended how, by name, and the rows of the others."""

    ended: Counter[Share]
    unknown: tuple[int, ...]


def known_by_name(rows: Collection[int], facts: Mapping[int, Collection[Fact]]) -> Known:
    """Sort rows by the strongest news of each, as the fold does.

    Rows that were withheld were in no request, and count nowhere. What only speaks of the whole
    task names nobody.
    """
    ended: Counter[Share] = Counter()
    unknown: list[int] = []
    for row in rows:
        weight = strongest(Ware.PLAIN, facts.get(row, ()))
        if weight in _SHARES:
            ended[_SHARES[weight]] += 1
        elif weight is not Weight.WITHHELD:
            unknown.append(row)
    return Known(ended, tuple(unknown))


def failure_of(task: FoundTask) -> Fact | None:
    """Return what a listed task's failed state says of each of its rows, if it is listed so.

    Weaker than any news by name, so that it may be recorded whenever it is seen: that the task
    failed before anything was sent proves that nobody got it; that it failed, nothing.
    """
    if not task.failed_state:
        return None
    kind = NewsKind.NOT_SENT if task.nothing_sent else NewsKind.TASK_FAILED
    return Fact(kind, f"task_state {task.failed_state}", "", "")


def counted_less(task: FoundTask, sent: int) -> str:
    """Say so where a list counts fewer numbers as taken than were sent; empty where it does not."""
    if task.total is None or task.total >= sent:
        return ""
    return filled(
        "KooMessage counts {total} of {sent} numbers as taken",
        total=str(task.total),
        sent=str(sent),
    )


def left_out_of(
    task: FoundTask,
    named: Collection[int],
    facts: Mapping[int, Collection[Fact]],
    rows: Iterable[int],
) -> tuple[int, ...]:
    """Return the rows that a task was taken without, where its count and its details prove it.

    named are the rows that its details, seen whole, show. They must be exactly as many as the list
    counts as taken: were they fewer, the details might lag; more, and the count would. Rows that
    are known to be withheld or refused need no proof.
    """
    missing = [
        row
        for row in rows
        if row not in named
        and strongest(Ware.CARD, facts.get(row, ())) not in {Weight.WITHHELD, Weight.REFUSED}
    ]
    return tuple(missing) if named and task.total == len(named) else ()


def only_possibility(task: FoundTask, known: Known) -> Share | None:
    """Return how every unknown number ended, where the counts leave only one possibility.

    None where they leave several, are incomplete, or contradict what is known by name: the list
    may lag behind the receipts.
    """
    if task.total is None or not known.unknown:
        return None
    ended = {
        Share.SUCCEEDED: task.succeeded or 0,
        Share.FAILED: task.failed or 0,
        Share.TIMED_OUT: task.timed_out or 0,
    }
    listed = ended | {
        Share.LEFT_OUT: known.ended.total() + len(known.unknown) - task.total,
        Share.PENDING: task.total - sum(ended.values()),
    }
    left = {share: count - known.ended[share] for share, count in listed.items()}
    # All of left adds up to the unknown: a contradiction, below nought, never stands alone.
    possible = [share for share, count in left.items() if count]
    return possible[0] if len(possible) == 1 else None
