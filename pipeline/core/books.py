"""The books: outcomes counted against the rows that were read."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.core.lifecycle import State
from pipeline.core.outcome import OPEN, Outcome


@dataclass(frozen=True, slots=True)
class Books:
    """A run's counts. outcomes and submissions hold only what occurs; chunks likewise.

    submissions leaves out those of the route skip, which are never requests. messages counts
    recipients of accepted submissions.
    """

    rows: int
    outcomes: Mapping[Outcome, int]
    submissions: Mapping[State, int]
    chunks: Mapping[str, int]
    messages: int

    @property
    def balance(self) -> bool:
        """Tell whether every row has exactly one outcome."""
        return sum(self.outcomes.values()) == self.rows

    @property
    def open_rows(self) -> int:
        """Count the rows that later evidence may still change."""
        return sum(n for outcome, n in self.outcomes.items() if outcome in OPEN)


def chunk_state(states: frozenset[State]) -> str:
    """Derive a chunk's state from its submissions' states: the least settled one names it."""
    for state, word in (
        (State.IN_DOUBT, "in_doubt"),
        (State.IN_FLIGHT, "in_flight"),
        (State.DEFERRED, "pending"),
        (State.PLANNED, "pending"),
        (State.REFUSED, "refused"),
        (State.ABANDONED, "abandoned"),
    ):
        if state in states:
            return word
    return "accepted"
