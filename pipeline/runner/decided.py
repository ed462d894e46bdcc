"""Say what a run's first recipients decided, for whoever looks at the run."""

from collections.abc import Sequence
from dataclasses import asdict

from pipeline.core.canary import Verdict
from pipeline.core.model import RunId
from pipeline.ports import CanaryRecord

STOPPED_STAGE = "stopped by its first recipients"


def has_stopped(decided: Sequence[CanaryRecord]) -> bool:
    """Tell whether the run waits for a person, since its first recipients stopped it."""
    return bool(decided) and decided[-1].verdict is Verdict.STOPPED


def sentences(decided: Sequence[CanaryRecord], run: RunId) -> tuple[str, ...]:
    """Return what was decided, one sentence for each decision and one on how to go on."""
    told = [f"{one.note[:1].upper()}{one.note[1:]}." for one in decided]
    if has_stopped(decided):
        told.append(f"To go on all the same: koosend run {run} --after-canary")
    return tuple(told)


def as_json(decided: Sequence[CanaryRecord]) -> list[dict[str, object]]:
    """Return what --json prints: each decision with what was known then, the latest last."""
    return [
        {
            "at": one.at,
            "verdict": str(one.verdict),
            "recipients": one.count.recipients,
            **asdict(one.count),
            "note": one.note,
        }
        for one in decided
    ]
