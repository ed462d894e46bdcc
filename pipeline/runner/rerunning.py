"""Plan a rerun: which rows may be sent again, why, and why not the others."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.chunker import plan_chunks
from pipeline.core.model import Recipients, RowBlock, RunId
from pipeline.core.naming import run_id
from pipeline.core.outcome import Outcome
from pipeline.ports import Clock, Ledger, OutcomeBlock, RunPlan, RunRecord

MAY_BE_RERUN: Mapping[Outcome, str] = {
    Outcome.REFUSED: "KooMessage refused it, so it was never sent",
    Outcome.UNDELIVERED: "it did not reach the handset",
}
"""Outcomes that prove that the person got nothing, with the reason in words."""

MAY_NOT: Mapping[Outcome, str] = {
    Outcome.CARD: "got it",
    Outcome.FALLBACK_SMS: "got it as plain SMS",
    Outcome.SMS: "got it",
    Outcome.VIDEO: "got it",
    Outcome.DELIVERED: "got it",
    Outcome.SUBMITTED: "may still arrive",
    Outcome.IN_DOUBT: "may have been sent: settle the doubt first (koosend reconcile)",
    Outcome.EXPIRED: "no news came, so it may have arrived",
    Outcome.PENDING: "not sent yet: koosend run goes on with it",
    Outcome.SKIPPED: "left out on purpose",
    Outcome.SUPPRESSED: "left out on purpose",
    Outcome.INVALID: "the number or a value is wrong: mend the row in the source",
    Outcome.DUPLICATE: "the same number stands in an earlier row",
}


@dataclass(frozen=True, slots=True)
class RerunPlan:
    """What a rerun would send. chosen and left_out count rows by outcome, over the family.

    unfinished is a rerun that was planned before and still has work: it is gone on with first.
    """

    root: RunRecord
    chosen: Mapping[Outcome, int]
    left_out: Mapping[Outcome, int]
    unfinished: RunRecord | None

    @property
    def rows(self) -> int:
        """Count the rows that would be sent again."""
        return sum(self.chosen.values())

    def as_json(self) -> dict[str, object]:
        """Return the one object that --json prints."""
        return {
            "run": self.root.plan.run,
            "campaign": self.root.plan.campaign,
            "rows": self.rows,
            "chosen": {str(outcome): n for outcome, n in self.chosen.items()},
            "left_out": {str(outcome): n for outcome, n in self.left_out.items()},
            "unfinished": self.unfinished.plan.run if self.unfinished else None,
        }


def look(ledger: Ledger, record: RunRecord) -> RerunPlan:
    """Count what a rerun of a run, or of the run it is itself a rerun of, would send."""
    family = _family(ledger, record)
    unfinished = next((run for run in family[1:] if run.finished_at is None), None)
    chosen: dict[Outcome, int] = {}
    left_out: dict[Outcome, int] = {}
    for block, position, _ in _latest_rows(ledger, family):
        outcome = block.standings[position].outcome
        counts = chosen if outcome in MAY_BE_RERUN else left_out
        counts[outcome] = counts.get(outcome, 0) + 1
    return RerunPlan(family[0], chosen, left_out, unfinished)


def plan_rerun(ledger: Ledger, record: RunRecord, clock: Clock) -> RunRecord:
    """Plan the rerun as a run of its own, linked to the first, or return the unfinished one."""
    family = _family(ledger, record)
    unfinished = next((run for run in family[1:] if run.finished_at is None), None)
    if unfinished is not None:
        return unfinished
    root = family[0].plan
    meaning: dict[str, object] = {**json.loads(root.meaning), "rerun_of": root.run}
    run = run_id(root.source_sha256, meaning, again=len(family))
    plan = RunPlan(
        run=run,
        campaign=root.campaign,
        campaign_path=root.campaign_path,
        message=root.message,
        meaning=json.dumps(meaning, ensure_ascii=False, sort_keys=True),
        source_path=root.source_path,
        source_sha256=root.source_sha256,
        source_bytes=root.source_bytes,
        planned_at=clock.now(),
        account=root.account,
        previous=family[-1].plan.run,
    )
    return ledger.plan(plan, plan_chunks(_blocks(ledger, family), root.message.channel))


def is_rerun(record: RunRecord) -> bool:
    """Tell whether a run is a rerun of another."""
    return _root_of(record) != record.plan.run


def _family(ledger: Ledger, record: RunRecord) -> list[RunRecord]:
    root = _root_of(record)
    everyone = ledger.runs(record.plan.campaign)
    reruns = [run for run in everyone if is_rerun(run) and _root_of(run) == root]
    first = next(run for run in everyone if run.plan.run == root)
    return [first, *sorted(reruns, key=lambda run: run.plan.planned_at)]


def _root_of(record: RunRecord) -> RunId:
    return RunId(str(json.loads(record.plan.meaning).get("rerun_of", record.plan.run)))


def _latest_rows(
    ledger: Ledger, family: list[RunRecord]
) -> Iterator[tuple[OutcomeBlock, int, RunRecord]]:
    """Yield each row of the first run once, as its latest rerun left it."""
    rerun: set[str] = set()
    latest: list[tuple[OutcomeBlock, int, RunRecord]] = []
    for run in reversed(family[1:]):
        for block in ledger.outcomes(run.plan.run):
            for position, phone in enumerate(block.phones):
                if phone not in rerun:
                    rerun.add(phone)
                    latest.append((block, position, run))
    for block in ledger.outcomes(family[0].plan.run):
        for position, phone in enumerate(block.phones):
            if block.submissions[position] < 0 or phone not in rerun:
                yield block, position, family[0]
    yield from latest


def _blocks(ledger: Ledger, family: list[RunRecord]) -> Iterator[RowBlock]:
    """Build the rerun's rows from the ledger, numbered anew, in the source's order."""
    chosen = [
        (block.sheets[position], block.lines[position], block, position, run)
        for block, position, run in _latest_rows(ledger, family)
        if block.standings[position].outcome in MAY_BE_RERUN
    ]
    chosen.sort(key=lambda item: (item[4].plan.planned_at, item[2].rows[item[3]]))
    loaded: dict[tuple[RunId, int], dict[int, int]] = {}
    recipients: dict[tuple[RunId, int], Recipients] = {}
    for row, (sheet, line, block, position, run) in enumerate(chosen):
        chunk = block.table[block.submissions[position]].chunk
        key = (run.plan.run, chunk)
        if key not in recipients:
            recipients[key] = ledger.recipients(*key)
            loaded[key] = {known: at for at, known in enumerate(recipients[key].rows)}
        at = loaded[key][block.rows[position]]
        one = recipients[key].part(at, at + 1)
        again = Recipients([row], one.phones, one.values)
        yield RowBlock(sheet, (), again, [line], ())
