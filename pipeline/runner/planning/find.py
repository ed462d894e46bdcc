"""Find a run again by what it is, and label a new one. A label is never derived to find a run."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.core.model import RunId
from pipeline.core.names import run_id
from pipeline.ports import Ledger, RunPlan, RunRecord
from pipeline.ports.records import MENDED_OF, RERUN_OF
from pipeline.settings import Campaign
from pipeline.settings.account import Accounts

_NAME, _VALUES = "name", "values"

ABOVE = (MENDED_OF, RERUN_OF)
"""Keys of a meaning that name the run which another one belongs to."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What makes a run: the source's content, what the campaign means, and who sends."""

    sha256: str
    meaning: Mapping[str, object]
    accounts: Accounts

    @property
    def text(self) -> str:
        """Return the meaning as it is stored."""
        return stored(self.meaning)


def stored(meaning: Mapping[str, object]) -> str:
    """Write a meaning as it is stored with a run."""
    return json.dumps(meaning, ensure_ascii=False, sort_keys=True)


def runs_of(ledger: Ledger, sought: Sought) -> list[RunRecord]:
    """List the runs of that source, meaning and account, the first first."""
    found = ledger.runs_of(sought.sha256)
    return [
        record
        for record in reversed(found)
        if record.plan.account in sought.accounts.names
        and json.loads(record.plan.meaning) == sought.meaning
    ]


def label(ledger: Ledger, sought: Sought, again: int) -> RunId:
    """Make a label for a run that is planned now; one that is taken already gets another."""
    meaning = {"account": sought.accounts.own, "meaning": sought.meaning}
    for turn in range(1000):
        run = run_id(sought.sha256, meaning, again=again, ledger=ledger.identity(), turn=turn)
        if ledger.run(run) is None:
            return run
    raise AssertionError("a thousand labels of one run are taken")


def new_plan(campaign: Campaign, sought: Sought, run: RunId, size: int, at: float) -> RunPlan:
    """Return what every run of a campaign's source has; run is its label, size in bytes."""
    return RunPlan(
        run=run,
        campaign=campaign.name,
        campaign_path=str(campaign.file),
        message=campaign.message,
        meaning=sought.text,
        source_path=str(campaign.source.path),
        source_sha256=sought.sha256,
        source_bytes=size,
        planned_at=at,
        account=sought.accounts.own,
    )


def half_sent(ledger: Ledger, sought: Sought) -> Iterator[RunRecord]:
    """List runs of that source that began and are not complete, and send the same message.

    They may be of another name or account, or shape the values differently.
    """
    wanted = _apart(sought.meaning)
    for record in ledger.runs_of(sought.sha256):
        begun = record.started_at is not None and record.finished_at is None
        if begun and _apart(json.loads(record.plan.meaning)) == wanted:
            yield record


def is_one_campaign(record: RunRecord, other: RunRecord) -> bool:
    """Tell whether two runs are of one campaign: by its name, or by what it sends."""
    if record.plan.campaign == other.plan.campaign:
        return True
    messages = [json.loads(run.plan.meaning).get("message") for run in (record, other)]
    return messages[0] is not None and messages[0] == messages[1]


def shapes_alike(record: RunRecord, meaning: Mapping[str, object]) -> bool:
    """Tell whether a run shapes the values of its columns as a campaign does."""
    known: Mapping[str, object] = json.loads(record.plan.meaning)
    return known.get(_VALUES) == meaning.get(_VALUES)


def _apart(meaning: Mapping[str, object]) -> Mapping[str, object]:
    return {key: value for key, value in meaning.items() if key not in {_NAME, _VALUES}}
