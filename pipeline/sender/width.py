"""How many requests may be under way at once: one at first, more as readable answers come."""

import math

from pipeline.core.answer import Answer, Hindrance, Lost, Throttled


class Width:
    """Grow by one for each readable answer, which doubles the width in every round of answers.

    A provider whose answers cannot be read then puts one request in doubt at the start, not as
    many as may be under way. An unreadable answer narrows the width to one; answers to requests
    that left before that say nothing about what is readable now and widen nothing.
    """

    def __init__(self, most: int, first: int = 1) -> None:
        """Start with one; most is where the width ends."""
        self.now = min(most, first)
        self._most = most
        self._narrowed_at = -math.inf

    def take(self, answer: Answer, left_at: float, at: float) -> None:
        """Learn from an answer that came at a monotonic time, to a request that left at another."""
        if isinstance(answer, Lost):
            self.now = 1
            self._narrowed_at = at
        elif _is_readable(answer) and left_at >= self._narrowed_at:
            self.now = min(self._most, self.now + 1)


def _is_readable(answer: Answer) -> bool:
    """Tell whether KooMessage said something; of what never reached it nothing is learned."""
    return not isinstance(answer, Throttled) or answer.hindrance is Hindrance.RATE
