"""Count what became of the rows, for the summary."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from pipeline.core.outcome import OPEN, Outcome

ATTENTION = (Outcome.IN_DOUBT, Outcome.REFUSED, Outcome.UNDELIVERED, Outcome.EXPIRED)
"""The outcomes that somebody has to do something about."""

REACHED = frozenset(
    {Outcome.CARD, Outcome.FALLBACK_SMS, Outcome.SMS, Outcome.VIDEO, Outcome.DELIVERED}
)
_TAKEN = REACHED | {Outcome.SUBMITTED, Outcome.UNDELIVERED, Outcome.EXPIRED}
UNSENDABLE = (Outcome.INVALID, Outcome.DUPLICATE, Outcome.SUPPRESSED)
"""The outcomes of rows that were never to be sent to."""

UNSENT = (*UNSENDABLE, Outcome.SKIPPED)
"""The outcomes of rows that were left out, by what they hold or on purpose."""


@dataclass(slots=True)
class Tally:
    """Counts of rows by (outcome, reason, code), added up block by block."""

    counts: Counter[tuple[Outcome, str, str]] = field(default_factory=Counter)

    def add(self, frame: pd.DataFrame) -> None:
        """Count the rows of one outcome frame."""
        sizes = frame.groupby(["outcome", "reason", "code"], sort=False).size().reset_index()
        for outcome, reason, code, count in sizes.itertuples(index=False, name=None):
            self.counts[Outcome(outcome), reason, code] += int(count)

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
    def waiting(self) -> int:
        """Count the rows that news may still change by itself."""
        return self.of(*(OPEN - {Outcome.PENDING, Outcome.IN_DOUBT}))
