"""Count what this process does, for whoever shows it: a process is one command.

The parts that do something do not know who counts it, and count here. Every figure only grows, but
for the pace that is allowed now. Nothing here does I/O, and nothing raises.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

COMMIT_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""From a fast disk's flush to one that holds up the sending."""

_KINDS_MAX = 500
OTHER = "other"
"""What stands for every code beyond the first few hundred: a stranger's answers may bear any."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How often something took how long: counts has one more than there are bounds."""

    counts: tuple[int, ...] = (0,) * (len(COMMIT_BOUNDS_S) + 1)
    total_s: float = 0.0

    def plus(self, more: "Spread") -> "Spread":
        """Return both together."""
        counts = tuple(a + b for a, b in zip(self.counts, more.counts, strict=True))
        return Spread(counts, self.total_s + more.total_s)

    def minus(self, less: "Spread") -> "Spread":
        """Return what is more than that."""
        counts = tuple(a - b for a, b in zip(self.counts, less.counts, strict=True))
        return Spread(counts, self.total_s - less.total_s)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was counted so far.

    calls is by operation and code. admitted has the calls that the pace let leave, and messages
    these carried. allowed has the same two a second, by the limits that hold now; what is missing
    there has no limit, or nothing was sent.
    """

    calls: Mapping[tuple[str, str], int] = field(default_factory=dict)
    admitted: Mapping[str, int] = field(default_factory=dict)
    allowed: Mapping[str, float] = field(default_factory=dict)
    commits: Spread = field(default_factory=Spread)

    def since(self, before: "Measured") -> "Measured":
        """Return what was counted since a moment before, and the pace that is allowed now."""
        return Measured(
            grown(self.calls, before.calls),
            grown(self.admitted, before.admitted),
            self.allowed,
            self.commits.minus(before.commits),
        )


class Measures:
    """Counters that several threads may use at once."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._lock = Lock()
        self._calls: Counter[tuple[str, str]] = Counter()
        self._admitted: Counter[str] = Counter()
        self._allowed: dict[str, float] = {}
        self._commits = [0] * (len(COMMIT_BOUNDS_S) + 1)
        self._commits_s = 0.0

    def called(self, operation: str, code: str) -> None:
        """Count a call and how it was answered."""
        with self._lock:
            key = (operation, code)
            if key not in self._calls and len(self._calls) >= _KINDS_MAX:
                key = (OTHER, OTHER)
            self._calls[key] += 1

    def admitted(self, messages: int) -> None:
        """Count a call that the pace let leave, with its messages."""
        with self._lock:
            self._admitted["calls"] += 1
            self._admitted["messages"] += messages

    def allowed(self, *, calls_per_s: float, messages_per_s: float) -> None:
        """Note the pace that is allowed from now on; infinity is no limit."""
        pace = {"calls": calls_per_s, "messages": messages_per_s}
        with self._lock:
            self._allowed = {unit: rate for unit, rate in pace.items() if rate < float("inf")}

    def committed(self, took_s: float) -> None:
        """Count a transaction that is on disk, and how long that took."""
        with self._lock:
            self._commits[bisect_left(COMMIT_BOUNDS_S, took_s)] += 1
            self._commits_s += took_s

    def so_far(self) -> Measured:
        """Return what was counted until now."""
        with self._lock:
            return Measured(
                dict(self._calls),
                dict(self._admitted),
                dict(self._allowed),
                Spread(tuple(self._commits), self._commits_s),
            )


K = TypeVar("K")


def grown(now: Mapping[K, int], before: Mapping[K, int]) -> Mapping[K, int]:
    """Return by how much counts grew."""
    return {key: count - before.get(key, 0) for key, count in now.items()}


def cumulated(counts: Sequence[int]) -> Sequence[int]:
    """Return how many there are up to each bound, all of them last."""
    sums: list[int] = []
    for count in counts:
        sums.append(count + (sums[-1] if sums else 0))
    return sums


MEASURES = Measures()
"""Of this process."""
