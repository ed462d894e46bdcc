"""How long to wait: for a throttled submission, and between two questions about a doubt."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that grow by a factor up to a ceiling, all in seconds."""

    first_s: float = 0.5
    factor: float = 2.0
    max_s: float = 30.0

    def wait_s(self, failures: int) -> float:
        """Return the wait after the given number of failures in a row, at least 1."""
        exponent = min(failures - 1, 32)
        return min(self.first_s * self.factor**exponent, self.max_s)


def question_times_s(settle_s: float, first_s: float = 2.0, factor: float = 2.0) -> Iterator[float]:
    """Yield when to ask about a doubt, in seconds since the attempt was signed.

    The intervals grow; the last question falls on the settling time, because only an answer given
    after it may prove absence.
    """
    at_s = min(first_s, settle_s)
    while at_s < settle_s:
        yield at_s
        at_s *= factor
    yield settle_s
