"""Hold a run against the last ones of its campaign, and mark what is unusual."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from pipeline.core.model import Channel
from pipeline.core.outcome import Outcome
from pipeline.core.pricing import Share, wilson
from pipeline.language import Text, Words, filled
from pipeline.ports import Ledger, RunRecord
from pipeline.report.figures.lineage import is_rerun
from pipeline.report.figures.tally import Tally
from pipeline.report.texts import words

RUNS_MAX = 5
CODES_MAX = 6
"""Codes of failures that are compared one by one, the most frequent of any run."""

Z_99 = 2.5758293035489004
"""The normal distribution's bound that leaves 0.5 % on each side."""

_FAR = 2
"""A number of messages is unusual beyond this many times the most, or part of the least."""


class Mark(StrEnum):
    """How a run stands to the ones before it."""

    USUAL = ""
    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Seen:
    """A count, and of how many; of is 0 where nothing can be said of a share."""

    hits: int
    of: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a run and of the runs before it, the latest of them first."""

    name: Text
    key: str
    now: Seen
    before: tuple[Seen, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run held against earlier ones, the latest of them first."""

    runs: tuple[RunRecord, ...]
    measures: tuple[Measure, ...]


def compare(ledger: Ledger, record: RunRecord, tally: Tally) -> Comparison | None:
    """Compare a run with the last ones of its campaign; None where there are none.

    A rerun, whose people are those that were hard to reach, is compared with reruns only. A test
    send is held against nothing, and nothing against it; nor is a rehearsal against real sends.
    """
    if record.plan.is_trial:
        return None
    earlier = [
        run
        for run in ledger.runs(record.plan.campaign)
        if run.started_at is not None
        and not run.plan.is_trial
        and run.plan.origin == record.plan.origin
        and run.plan.planned_at < record.plan.planned_at
        and is_rerun(run) is is_rerun(record)
        and run.plan.message.channel is record.plan.message.channel
    ][:RUNS_MAX]
    if not earlier:
        return None
    before = [Tally(Counter(ledger.reporting.tally(run.plan.run))) for run in earlier]
    makes_links = record.plan.message.channel is Channel.LINKS_ONLY
    return Comparison(tuple(earlier), tuple(_measures(tally, before, makes_links=makes_links)))


def mark_share(now: Seen, before: Sequence[Seen]) -> Mark:
    """Mark a share whose 99 % interval (Wilson) lies wholly outside those of all runs before."""
    known = [_interval(seen) for seen in before if seen.of]
    if not now.of or not known:
        return Mark.USUAL
    own = _interval(now)
    if own.low > max(share.high for share in known):
        return Mark.HIGHER
    return Mark.LOWER if own.high < min(share.low for share in known) else Mark.USUAL


def mark_count(now: int, before: Sequence[int]) -> Mark:
    """Mark a number that is over twice the most, or under half the least, of the runs before."""
    if now > max(before) * _FAR:
        return Mark.HIGHER
    return Mark.LOWER if now * _FAR < min(before) else Mark.USUAL


def _measures(now: Tally, before: Sequence[Tally], *, makes_links: bool) -> Iterator[Measure]:
    sent = [tally.taken for tally in before]
    name = words.LINKS_MADE if makes_links else words.SUBMITTED
    usual = mark_count(now.taken, sent)
    yield Measure(name, "sent", Seen(now.taken), tuple(map(Seen, sent)), usual)
    shares: list[tuple[Text, str, Callable[[Tally], Seen]]] = [
        (Words("Saw the card, of those known"), "card", _card),
        (Words("Did not, of those known"), "fallback", _fallback),
    ]
    if not makes_links:
        shares.insert(0, (Words("Delivered, of those known"), "delivered", _delivered))
    for code in _codes([now, *before]):
        failed = filled("Failed with {code}", code=code)
        shares.append((failed, f"code.{code}", partial(_failed, code=code)))
    for share_name, key, seen in shares:
        own, earlier = seen(now), tuple(map(seen, before))
        if own.of or any(other.of for other in earlier):
            yield Measure(share_name, key, own, earlier, mark_share(own, earlier))


def _known(tally: Tally) -> int:
    """Count the messages of which it is known whether they arrived."""
    return tally.taken - tally.of(Outcome.SUBMITTED)


def _delivered(tally: Tally) -> Seen:
    return Seen(tally.reached, _known(tally))


def _card(tally: Tally) -> Seen:
    card = tally.of(Outcome.CARD)
    return Seen(card, card + tally.not_shown)


def _fallback(tally: Tally) -> Seen:
    return Seen(tally.not_shown, tally.of(Outcome.CARD) + tally.not_shown)


def _failed(tally: Tally, code: str) -> Seen:
    return Seen(_failures(tally)[code], _known(tally) + tally.of(Outcome.REFUSED))


def _failures(tally: Tally) -> Counter[str]:
    """Count the rows that failed by code."""
    counts: Counter[str] = Counter()
    for (outcome, _, code), count in tally.counts.items():
        if outcome in {Outcome.UNDELIVERED, Outcome.REFUSED}:
            counts[code] += count
    return counts


def _codes(tallies: Sequence[Tally]) -> Sequence[str]:
    counts = sum(map(_failures, tallies), Counter[str]())
    codes = sorted(filter(None, counts), key=lambda code: (-counts[code], code))
    return codes[:CODES_MAX]


def _interval(seen: Seen) -> Share:
    return wilson(seen.hits, seen.of, Z_99)
