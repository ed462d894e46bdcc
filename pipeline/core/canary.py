"""Judge by a campaign's first recipients whether the others may be sent to."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

from pipeline.core.outcome import Outcome
from pipeline.core.pricing import wilson

NO_BOUND = 1.0
"""A share that cannot be exceeded."""

_FAILED = (Outcome.UNDELIVERED, Outcome.REFUSED, Outcome.EXPIRED)
_WITHOUT_CARD = (Outcome.FALLBACK_SMS, Outcome.SMS, Outcome.VIDEO)
_UNKNOWN = (Outcome.PENDING, Outcome.SUBMITTED, Outcome.IN_DOUBT)


class Verdict(StrEnum):
    """What was decided about a run after its first recipients."""

    PASSED = "passed"
    STOPPED = "stopped"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True)
class CanaryCount:
    """Of the first recipients: what is known of them at one moment.

    failed got nothing, or nothing is heard of them; no_card were reached without the card; cards
    saw it; reached were reached, and what they saw is not known yet; of unknown nothing is.
    """

    failed: int = 0
    no_card: int = 0
    cards: int = 0
    reached: int = 0
    unknown: int = 0

    @property
    def recipients(self) -> int:
        """Count all."""
        return self.failed + self.delivered + self.unknown

    @property
    def delivered(self) -> int:
        """Count who was reached, whatever they saw."""
        return self.no_card + self.cards + self.reached

    @property
    def pessimistic_failed(self) -> int:
        """Count silence as failure."""
        return self.failed + self.unknown

    @property
    def pessimistic_no_card(self) -> int:
        """Count everybody reached of whom it is not known that they saw the card."""
        return self.no_card + self.reached


@dataclass(frozen=True, slots=True)
class CanaryRule:
    """Go on only where the shares are below their bounds, with that confidence.

    What counts is not the share itself but the upper end of its one-sided Wilson interval, so that
    a handful of lucky recipients proves nothing. A bound of 1 is none.
    """

    failed_share_max: float
    fallback_share_max: float
    confidence: float

    def judge(self, count: CanaryCount, *, time_is_over: bool) -> Verdict | None:
        """Decide, or return None while news that is still to come can change the decision.

        Once the time is over, what is not known counts against the campaign.
        """
        failed = (count.pessimistic_failed, count.recipients)
        reachable = count.delivered + count.unknown
        if self._hold(failed, (count.pessimistic_no_card + count.unknown, reachable)):
            return Verdict.PASSED  # even where all that is unknown goes wrong, in each way
        if time_is_over:
            held = self._hold(failed, (count.pessimistic_no_card, count.delivered))
            return Verdict.PASSED if held else Verdict.STOPPED
        # While all that is unknown may still go well, it is waited for.
        best = self._hold((count.failed, count.recipients), (count.no_card, reachable))
        return None if best else Verdict.STOPPED

    def bounds(self) -> tuple[float, float]:
        """Return the bounds: of those that failed, and of those without the card."""
        return self.failed_share_max, self.fallback_share_max

    def upper(self, bad: int, total: int) -> float:
        """Return the upper end of the interval of a share."""
        return wilson(bad, total, NormalDist().inv_cdf(self.confidence)).high

    def recipients_min(self, share_max: float) -> float:
        """Return how many recipients without any failure prove a bound; infinite for none."""
        if share_max <= 0:
            return math.inf
        z = NormalDist().inv_cdf(self.confidence)
        return math.ceil(z * z * (1 - share_max) / share_max)

    def _hold(self, *shares: tuple[int, int]) -> bool:
        """Tell whether the shares, each of so many, are below their bounds, in their order."""
        return all(
            most >= NO_BOUND or self.upper(*share) <= most
            for most, share in zip(self.bounds(), shares, strict=True)
        )


def count_of(outcomes: Mapping[Outcome, int]) -> CanaryCount:
    """Count the first recipients' outcomes; who was sent nothing on purpose does not count."""

    def of(some: tuple[Outcome, ...]) -> int:
        return sum(outcomes.get(outcome, 0) for outcome in some)

    return CanaryCount(
        failed=of(_FAILED),
        no_card=of(_WITHOUT_CARD),
        cards=of((Outcome.CARD,)),
        reached=of((Outcome.DELIVERED,)),
        unknown=of(_UNKNOWN),
    )
