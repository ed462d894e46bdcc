"""What was decided about a run once its first recipients' messages were known."""

from dataclasses import dataclass

from pipeline.core.canary import CanaryCount, Verdict


@dataclass(frozen=True, slots=True)
class CanaryRecord:
    """One decision, with what was known then; note says it in words."""

    at: float
    verdict: Verdict
    count: CanaryCount
    note: str
