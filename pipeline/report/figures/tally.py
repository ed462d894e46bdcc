"""Count what became of the rows, for the summary."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.core.outcome import OPEN, REACHED, FallbackReason, Outcome
from pipeline.report.figures.table import Table

ATTENTION = (Outcome.IN_DOUBT, Outcome.REFUSED, Outcome.UNDELIVERED, Outcome.EXPIRED)
"""The outcomes that somebody has to do something about."""

_TOLD_BY = ("outcome", "reason", "code")

_TAKEN = REACHED | {Outcome.SUBMITTED, Outcome.UNDELIVERED, Outcome.EXPIRED}
UNSENDABLE = (Outcome.INVALID, Outcome.DUPLICATE, Outcome.SUPPRESSED)
"""The outcomes of rows that were never to be sent to."""

UNSENT = (*UNSENDABLE, Outcome.SKIPPED)
"""The outcomes of rows that were left out, by what they hold or on purpose."""


@dataclass(slots=True)
class Tally:
    """Counts of rows by (outcome, reason, code), added up block by block."""

    counts: Counter[tuple[Outcome, str, str]] = field(default_factory=Counter)

    def add(self, table: Table) -> None:
        """Count the rows of an outcome table."""
        for (outcome, reason, code), count in Counter(table.keys(_TOLD_BY)).items():
            self.counts[Outcome(str(outcome)), str(reason), str(code)] += count

    def count(self, outcome: object, reason: object, code: object) -> None:
        """Count one row."""
        self.counts[Outcome(str(outcome)), str(reason), str(code)] += 1

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """Count rows by outcome, in the order in which Outcome lists them, without empty ones."""
        sums: Counter[Outcome] = Counter()
        for (outcome, _, _), count in self.counts.items():
            sums[outcome] += count
        return {outcome: sums[outcome] for outcome in Outcome if sums[outcome]}

    def of(self, *outcomes: Outcome) -> int:
        """Count the rows that have one of the outcomes."""
        return sum(count for outcome, count in self.outcomes.items() if outcome in outcomes)

    @property
    def rows(self) -> int:
        """Count all rows that have an outcome."""
        return sum(self.counts.values())

    @property
    def sendable(self) -> int:
        """Count the rows that we may send to."""
        return self.rows - self.rejected

    @property
    def rejected(self) -> int:
        """Count the rows that were never to be sent to."""
        return self.of(*UNSENDABLE)

    @property
    def taken(self) -> int:
        """Count the rows whose message KooMessage is known to have taken."""
        return self.of(*_TAKEN)

    @property
    def reached(self) -> int:
        """Count the rows whose message was delivered."""
        return self.of(*REACHED)

    @property
    def attention(self) -> Mapping[tuple[Outcome, str, str], int]:
        """Count by outcome, reason and code the rows that somebody has to do something about."""
        return {
            key: count
            for key, count in self.counts.items()
            if key[0] in ATTENTION and not is_unseen_link(key[0], key[1])
        }

    @property
    def not_shown(self) -> int:
        """Count the rows whose card is known never to have been shown."""
        unseen = sum(count for key, count in self.counts.items() if is_unseen_link(key[0], key[1]))
        return self.of(Outcome.FALLBACK_SMS) + unseen

    @property
    def waiting(self) -> int:
        """Count the rows that news may still change by itself."""
        return self.of(*(OPEN - {Outcome.PENDING, Outcome.IN_DOUBT}))


def is_unseen_link(outcome: Outcome, reason: str) -> bool:
    """Tell whether a row's link, carried by the user's own SMS, expired before it was opened."""
    return outcome is Outcome.EXPIRED and reason in _FALLBACKS


def attention_rows(table: Table) -> Table:
    """Return the rows of an outcome table that somebody has to do something about."""
    names = ("outcome", "reason")
    wanted = {
        (outcome, reason)
        for outcome, reason in set(table.keys(names))
        if outcome in ATTENTION and not is_unseen_link(Outcome(str(outcome)), str(reason))
    }
    return table.where(names, wanted)


_FALLBACKS = frozenset(map(str, FallbackReason))
