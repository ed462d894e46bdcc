"""Tell which runs belong together: a run, its reruns, and the runs of its mended rows."""

import json

from pipeline.core.model import RunId
from pipeline.ports import Ledger, RunRecord
from pipeline.runner.planning.find import ABOVE
from pipeline.runner.session.place import is_trial


def family_with_mends(ledger: Ledger, record: RunRecord) -> list[RunRecord]:
    """List a run's family: the run that began it, its reruns, and the runs of mended rows."""
    root = root_with_mends(ledger, record)
    runs = ledger.runs(record.plan.campaign)
    return [run for run in runs if not is_trial(run) and root_with_mends(ledger, run) == root]


def root_with_mends(ledger: Ledger, record: RunRecord) -> RunId:
    """Follow reruns and mended runs up to the run that began it."""
    run, known = record.plan.run, record
    while True:
        meaning = json.loads(known.plan.meaning)
        above = next((meaning[key] for key in ABOVE if key in meaning), None)
        if above is None:
            return run
        run = RunId(str(above))
        found = ledger.run(run)
        if found is None:
            return run
        known = found
