"""Tell which runs belong together: a run and its reruns."""

import json

from pipeline.core.model import RunId
from pipeline.ports import Ledger, RunRecord
from pipeline.ports.records import RERUN_OF


def root_of(record: RunRecord) -> RunId:
    """Return the run that a rerun belongs to; a run that is none belongs to itself."""
    return RunId(str(json.loads(record.plan.meaning).get(RERUN_OF, record.plan.run)))


def is_rerun(record: RunRecord) -> bool:
    """Tell whether a run is a rerun of another."""
    return root_of(record) != record.plan.run


def family_of(ledger: Ledger, record: RunRecord) -> list[RunRecord]:
    """List a run that is no rerun with all its reruns, in the order of planning."""
    root = root_of(record)
    everyone = ledger.runs(record.plan.campaign)
    reruns = [run for run in everyone if is_rerun(run) and root_of(run) == root]
    first = next((run for run in everyone if run.plan.run == root), record)
    return [first, *sorted(reruns, key=lambda run: run.plan.planned_at)]
