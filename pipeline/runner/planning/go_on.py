"""Decide whether a campaign goes on with a run that began, or is another one."""

from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest

from pipeline.core.errors import DecisionNeeded, SourceMissing
from pipeline.core.model import Recipients
from pipeline.core.outcome import Outcome
from pipeline.core.screening import rejected_outcome
from pipeline.core.templates import Templates
from pipeline.language import Text, filled
from pipeline.ports import Ledger, RunRecord
from pipeline.reader.options import ReaderOptions
from pipeline.reader.reading import read
from pipeline.runner.planning.find import Sought, half_sent, shapes_alike, stored
from pipeline.runner.session.place import latest_own_run, latest_run, named
from pipeline.settings import Campaign


def going_on_with(
    ledger: Ledger, sought: Sought, options: Callable[[Templates], ReaderOptions]
) -> RunRecord | None:
    """Return the half-sent run of this list and message that the campaign must go on with.

    That it has another name by now changes nothing that people get. Neither does another shape of
    the values, or a file that was saved anew, where each of its rows would get the same: options
    say how the source is read under some templates. Raises DecisionNeeded where some would not.
    """
    for record in half_sent(ledger, sought):
        if record.plan.account not in sought.accounts.names:
            if sought.accounts.may_continue(record.plan.account):
                return record  # who takes hold of it compares the accounts
            continue
        if shapes_alike(record, sought.meaning):
            return record
        if _is_as_read(ledger, record, options(record.plan.templates)):
            return record
        run = record.plan.run
        raise DecisionNeeded(
            filled(
                "run {run} of this list is half sent, and by [message.values] or fill_down "
                "some of its people would get other values now; nothing was sent: koosend "
                "run {run_2} goes on with the values that it was planned with; with "
                "--again everybody on the list gets the new ones, also whom it reached",
                run=run,
                run_2=named(record),
            ),
            "KS7913",
        )
    saved_anew = _half_sent_of(ledger, sought)
    if saved_anew is not None and _is_as_read(
        ledger, saved_anew, options(saved_anew.plan.templates)
    ):
        return saved_anew
    return None


def _half_sent_of(ledger: Ledger, sought: Sought) -> RunRecord | None:
    """Return the latest run of the campaign where it is half sent, of whatever file."""
    latest = latest_run(ledger, str(sought.meaning["name"]))
    if latest is None or latest.started_at is None or latest.finished_at is not None:
        return None
    alike = latest.plan.meaning == sought.text
    return latest if alike and latest.plan.account in sought.accounts.names else None


def without_source(
    campaign: Campaign, ledger: Ledger, meaning: Mapping[str, object], missing: SourceMissing
) -> RunRecord:
    """Return the run to go on with although the source is not there: its rows are in the ledger.

    Only one that means what the campaign means. Raises SourceMissing where the campaign has no
    unfinished run, and DecisionNeeded where that means something else.
    """
    latest = latest_own_run(ledger, campaign.name)
    if latest is None or latest.finished_at is not None:
        raise missing
    if latest.plan.meaning == stored(meaning):
        return latest
    run = latest.plan.run
    raise DecisionNeeded(
        filled(
            "{missing}; and run {run} of this campaign is not complete, but the campaign "
            "says something else by now; nothing was sent: koosend run {run_2} sends the "
            "others what that run was planned with; with a source that is there the "
            "campaign begins a run of its own",
            missing=missing.text,
            run=run,
            run_2=named(latest),
        ),
        "KS7913",
    )


def _is_as_read(ledger: Ledger, record: RunRecord, options: ReaderOptions) -> bool:
    """Tell whether a run holds exactly the rows and values that the source has now.

    Rows that the run left out, since their people must not get it or stand in it already, may be
    anything, and so may rows that were erased. Both are read in the source's order, to the first
    difference.
    """
    run = record.plan.run
    left_out = {
        row.row
        for rejects in ledger.rejects(run)
        for row in rejects.rows
        if rejected_outcome(row.reason) is not Outcome.INVALID
    }
    erased = ledger.erasures.rows(run)
    left_out |= erased.keys()
    planned = (ledger.recipients(run, chunk) for chunk in range(record.chunks))
    fields = len(record.plan.message.fields)
    known = (row for people in planned for row in _rows(people, fields) if row[0] not in erased)
    blocks = (block.recipients for block in read(options))
    now = (row for people in blocks for row in _rows(people, fields) if row[0] not in left_out)
    return all(row == other for row, other in zip_longest(known, now))


def _rows(people: Recipients, fields: int) -> Iterator[tuple[object, ...]]:
    return zip(people.rows, people.phones, *people.values[:fields], strict=True)


def kept(campaign: Campaign, record: RunRecord) -> Iterator[Text]:
    """Say what a run keeps of its own although the campaign says something else by now."""
    plan = record.plan
    if plan.campaign != campaign.name:
        yield filled(
            "going on with run {run}, which is half sent, under its name {campaign}",
            run=plan.run,
            campaign=plan.campaign,
        )
    for key in ("expires_days", "expires_hours"):
        kept, wanted = getattr(plan.message, key), getattr(campaign.message, key)
        if kept != wanted:
            yield filled(
                "run {run} keeps the {key} of {kept} that it was planned with, not {wanted}",
                run=plan.run,
                key=key,
                kept=str(kept),
                wanted=str(wanted),
            )
