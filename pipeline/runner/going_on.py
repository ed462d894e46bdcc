"""Decide whether a campaign goes on with a run that began, or is another one."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from pipeline.core.errors import DecisionNeeded, SourceMissing
from pipeline.core.outcome import Outcome
from pipeline.core.screening import rejected_outcome
from pipeline.core.spoken import counted
from pipeline.core.template import Templates
from pipeline.ports import Ledger, RunRecord
from pipeline.reader import ReaderOptions, read
from pipeline.runner.finding import Sought, half_sent, shapes_alike, stored
from pipeline.runner.trials import latest_run
from pipeline.settings import Campaign


def going_on_with(
    ledger: Ledger, sought: Sought, options: Callable[[Templates], ReaderOptions]
) -> RunRecord | None:
    """Return the half-sent run of this list and message that the campaign must go on with.

    That it has another name by now changes nothing that people get. Neither does another shape of
    the values, where each of its rows would get the same: options say how the
    source is read under some templates. Raises DecisionNeeded where some would not.
    """
    for record in half_sent(ledger, sought):
        if record.plan.account not in sought.accounts.names:
            if sought.accounts.may_continue(record.plan.account):
                return record  # who takes hold of it compares the accounts
            continue
        if shapes_alike(record, sought.meaning):
            return record
        changed = _changed(ledger, record, options(record.plan.templates))
        if changed:
            run = record.plan.run
            raise DecisionNeeded(
                f"run {run} of this list is half sent, and {counted(changed, 'row')} of it would "
                "get other values now, by [message.values]; nothing was sent: koosend run "
                f"{run} goes on with the values that it was planned with; with --again everybody "
                "on the list gets the new ones, also whom it reached"
            )
        return record
    return None


def without_source(
    campaign: Campaign, ledger: Ledger, meaning: Mapping[str, object], missing: SourceMissing
) -> RunRecord:
    """Return the run to go on with although the source is not there: its rows are in the ledger.

    Only one that means what the campaign means. Raises SourceMissing where the campaign has no
    unfinished run, and DecisionNeeded where that means something else.
    """
    latest = latest_run(ledger, campaign.name)
    if latest is None or latest.finished_at is not None:
        raise missing
    if latest.plan.meaning == stored(meaning):
        return latest
    run = latest.plan.run
    raise DecisionNeeded(
        f"{missing}; and run {run} of this campaign is not complete, but the campaign says "
        f"something else by now; nothing was sent: koosend run {run} sends the others what that "
        "run was planned with; with a source that is there the campaign begins a run of its own"
    )


def _changed(ledger: Ledger, record: RunRecord, options: ReaderOptions) -> int:
    """Count the rows that a run holds otherwise than the source would be read now."""
    now = _as_read(options)
    run, changed = record.plan.run, 0
    fields = len(record.plan.message.fields)
    for chunk in range(record.chunks):
        known = ledger.recipients(run, chunk)
        values = list(zip(*known.values[:fields], strict=True)) or [()] * len(known)
        for row, phone, texts in zip(known.rows, known.phones, values, strict=True):
            changed += now.pop(row, None) != (phone, texts)
    left_out = {
        row.row
        for rejects in ledger.rejects(run)
        for row in rejects.rows
        if rejected_outcome(row.reason) is not Outcome.INVALID
    }
    return changed + len(now.keys() - left_out)


def _as_read(options: ReaderOptions) -> dict[int, tuple[str, tuple[str, ...]]]:
    found: dict[int, tuple[str, tuple[str, ...]]] = {}
    for block in read(replace(options, screen=None)):
        people = block.recipients
        values = list(zip(*people.values, strict=True)) or [()] * len(people)
        for row, phone, texts in zip(people.rows, people.phones, values, strict=True):
            found[row] = (phone, texts)
    return found
