"""Whatever leaves now is screened now: much may have happened since its run was planned."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from pipeline.core.errors import SourceMissing
from pipeline.core.model import Recipients, Rejection
from pipeline.core.times import CLOCK_SKEW_S_MAX, days_between
from pipeline.ports import RunRecord
from pipeline.reader.reading import read
from pipeline.reader.rows.people import EarlierPeople
from pipeline.reader.rows.screening import Check, Checks, Listed, NumberSet
from pipeline.report.figures.lineage import is_rerun
from pipeline.runner.earlier.repeats import (
    JUST_PLANNED_S,
    AccountLedgers,
    Gathering,
    Neighbours,
    earlier_people,
    give_up_lost,
    is_alike,
    scheme_of,
)
from pipeline.runner.planning.family import family_with_mends
from pipeline.runner.planning.plan import reader_options
from pipeline.runner.planning.screening import allowed, in_files, listed_since
from pipeline.runner.planning.stdin import STDIN
from pipeline.runner.session.account import accounts_of
from pipeline.runner.session.place import is_mended, is_trial
from pipeline.runner.session.session import RunLease

Withheld = Callable[[Recipients], Mapping[int, str]]


def withheld_now(hold: RunLease) -> Withheld:
    """Return what tells which of a request's rows must not be in it, and why, by row.

    Who came on the suppression list since the run was planned; who stands in the campaign's files
    or is not on its allow-list; whom a column of its list leaves out by now; and whom another run
    has reached meanwhile. A test send goes to whom it names, unless they are on the list.
    """
    listed = listed_since(hold.ledger.screening, hold.record.plan.screened_to)
    if is_trial(hold.record):
        return listed
    checks: list[Check] = [*in_files(hold.campaign), *allowed(hold.campaign)]
    checks += [*_said_in_column(hold), *_reached(hold)]
    if not checks:
        return listed
    screen, fields = Checks(checks), len(hold.record.plan.message.fields)

    def judge(recipients: Recipients) -> Mapping[int, str]:
        found = screen.of_phones(recipients.phones, recipients.values[:fields])
        reasons = {recipients.rows[at]: str(reason) for at, (reason, _) in found.items()}
        return {**reasons, **listed(recipients)}

    return judge


def _said_in_column(hold: RunLease) -> Iterator[Check]:
    """Hold the run against the columns of the campaign's list that say who is to be left out.

    As they stand in the list by now, unless the run was read from it a moment ago. A list that is
    gone says nothing.
    """
    campaign, plan = hold.campaign, hold.record.plan
    passes = campaign.source.path == STDIN or _is_just_planned(hold.record, hold.clock.now())
    if passes or not campaign.screening.skip_where:
        return
    # What a row says counts, whatever is wrong with its values.
    options = replace(reader_options(campaign, plan.templates), fields=(), rules=())
    numbers = NumberSet()
    try:
        for block in read(options):
            marked = (row for row in block.rejected if row.reason is Rejection.SAID_IN_COLUMN)
            numbers.add(int(row.phone) for row in marked)
    except SourceMissing:
        return
    yield Listed(numbers, [(Rejection.SAID_IN_COLUMN, "")])


def _reached(hold: RunLease) -> Iterator[Check]:
    """Hold the run against what the account's other runs reached meanwhile, in any ledger.

    And against the runs of same_number_days, unless it was held against them a moment ago.
    """
    if hold.said.new_ledger:
        give_up_lost(hold.store, hold.ledger.identity(), hold.clock.now())
    state = hold.folder.parent.parent  # <state>/runs/<run>
    names = accounts_of(hold.campaign, hold.store).names | {hold.record.plan.account}
    account = AccountLedgers(hold.store, names, hold.ledger, state)
    with account.opened(hold.campaign, hold.clock.now()) as known:
        people = _people(hold, known)
    if len(people):
        yield people


def _people(hold: RunLease, known: Neighbours) -> EarlierPeople:
    now, plan = hold.clock.now(), hold.record.plan
    days = hold.campaign.limits.same_number_days
    if _is_just_planned(hold.record, now):
        days = 0
    family = family_with_mends(hold.ledger, hold.record)
    began = min((run.plan.planned_at for run in family), default=plan.planned_at)
    own = {run.plan.run for run in family} | {plan.run}
    people = EarlierPeople(scheme_of(known.key, plan.message))
    if _is_planned_ahead(hold.record, now):
        asked = replace(hold.campaign, name=plan.campaign, message=plan.message)
        people = earlier_people(asked, known, now, own)
    gathering = Gathering(people, now)
    for ledger, record in known.runs():
        if record.plan.run in own:
            continue
        if days_between(record.plan.planned_at, now) < days:
            gathering.add_numbers(ledger, record, Rejection.REACHED_RECENTLY)
        elif _may_have_sent_since(record, began) and is_alike(record, plan.campaign, plan.message):
            # Who stands in a later run as well is that one's to reach.
            later = record.plan.planned_at > plan.planned_at
            gathering.add_since(ledger, record, began, also_open=later)
    return people


def _may_have_sent_since(record: RunRecord, began: float) -> bool:
    """Tell whether a run may have attempts of then: those of a year of nights are not read."""
    return record.finished_at is None or record.finished_at >= began


def _is_planned_ahead(record: RunRecord, now: float) -> bool:
    """Tell whether a clock that was ahead planned the run, and so looked back on other days.

    One that was planned to send the same list again was not held against anybody.
    """
    is_again = record.plan.previous is not None
    return not is_again and record.plan.planned_at - now > CLOCK_SKEW_S_MAX


def _is_just_planned(record: RunRecord, now: float) -> bool:
    """Tell whether the run was screened a moment ago; a rerun is held against the list alone."""
    if is_rerun(record) or is_mended(record):
        return False
    if record.started_at is not None or _is_planned_ahead(record, now):
        return False
    return now - record.plan.planned_at < JUST_PLANNED_S
