"""Requests that have used up their names: they wait for a person, the others go on."""

from pipeline.core.errors import DecisionNeeded
from pipeline.core.model import RunId
from pipeline.core.naming import ATTEMPTS_MAX
from pipeline.core.spoken import counted
from pipeline.ports import Ledger
from pipeline.reconciler.decide import exhausted


def check_names(ledger: Ledger, run: RunId) -> None:
    """Raise DecisionNeeded where requests have used up their names."""
    found = exhausted(ledger, run)
    if found:
        raise DecisionNeeded(
            f"{counted(len(found), 'request')} with"
            f" {counted(sum(one.carried for one in found), 'person')} had {ATTEMPTS_MAX:,} attempts"
            f" and no name is left for another; koosend doubts {run} lists them, and --give-up"
            " gives them up"
        )
