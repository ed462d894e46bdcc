"""Tell a test send from the campaign's own runs."""

import json

from pipeline.ports import Ledger, RunRecord

TRIAL = "trial"
"""The key of a run's meaning that a trial has, and no other run."""


def is_trial(record: RunRecord) -> bool:
    """Tell whether a run is a test send."""
    return TRIAL in json.loads(record.plan.meaning)


def latest_run(ledger: Ledger, campaign: str) -> RunRecord | None:
    """Return the campaign's latest run that was no test send."""
    return next((run for run in ledger.runs(campaign) if not is_trial(run)), None)
