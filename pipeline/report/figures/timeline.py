"""Count messages over the time of sending."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.core.lifecycle import State
from pipeline.ports import Submission

SLOTS_MAX = 90
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)
_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Timeline:
    """Messages that KooMessage took, slot by slot; for a run of links, the links that it made.

    starts_at is the first slot's start in epoch seconds, slot_s the length of each; counts holds
    one entry for each slot, also for empty ones in between.
    """

    starts_at: int
    slot_s: int
    counts: tuple[int, ...]
    of_links: bool = False

    @property
    def messages(self) -> int:
        """Count all messages."""
        return sum(self.counts)

    @property
    def by_minute(self) -> bool:
        """Tell whether the slots are too long for a rate by the second to say anything."""
        return self.slot_s >= _MINUTE_S

    @property
    def unit_s(self) -> int:
        """Return the seconds of the unit in which rates are given."""
        return _MINUTE_S if self.by_minute else 1

    @property
    def rates(self) -> tuple[float, ...]:
        """Return each slot's messages in a unit of time."""
        return tuple(count * self.unit_s / self.slot_s for count in self.counts)

    @property
    def ends_at(self) -> int:
        """Return the end of the last slot in epoch seconds."""
        return self.starts_at + len(self.counts) * self.slot_s


def timeline(submissions: Iterable[Submission], *, of_links: bool = False) -> Timeline | None:
    """Count accepted messages by when the answer was known; None where there are none."""
    taken: Counter[int] = Counter()
    for sent in submissions:
        if sent.state is State.ACCEPTED and sent.concluded_at is not None:
            taken[int(sent.concluded_at)] += sent.messages
    if not taken:
        return None
    first, last = min(taken), max(taken)
    slot_s = _slot_s(last - first + 1)
    starts_at = first - first % slot_s
    counts = [0] * ((last - starts_at) // slot_s + 1)
    for second, count in taken.items():
        counts[(second - starts_at) // slot_s] += count
    return Timeline(starts_at, slot_s, tuple(counts), of_links)


def _slot_s(span_s: int) -> int:
    # One slot more may be needed, since the first begins on a round time.
    for step_s in _STEPS_S:
        if span_s <= step_s * (SLOTS_MAX - 1):
            return step_s
    days = -(-span_s // (_STEPS_S[-1] * (SLOTS_MAX - 1)))
    return days * _STEPS_S[-1]
