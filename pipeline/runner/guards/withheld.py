"""Whatever leaves now is screened now: much may have happened since its run was planned."""

from collections.abc import Callable, Iterator, Mapping

from pipeline.core.model import Recipients, Rejection
from pipeline.core.times import DAY_S
from pipeline.ports import RunRecord
from pipeline.reader.rows.screening import Check, Checks, NumberSet, Often
from pipeline.report.figures.lineage import is_rerun
from pipeline.runner.planning.find import is_one_campaign
from pipeline.runner.planning.mended import family_with_mends, is_mended
from pipeline.runner.planning.screening import allowed, in_files, listed_since
from pipeline.runner.session.account import accounts_of
from pipeline.runner.session.place import is_trial
from pipeline.runner.session.session import RunLease

JUST_PLANNED_S = 600.0
"""A run that was planned so lately was held against all others then."""

Withheld = Callable[[Recipients], Mapping[int, str]]


def withheld_now(hold: RunLease) -> Withheld:
    """Return what tells which of a request's rows must not be in it, and why, by row.

    Who came on the suppression list since the run was planned; who stands in the campaign's files
    or is not on its allow-list; and whom another run has reached meanwhile. A test send goes to
    whom it names, unless they are on the list.
    """
    listed = listed_since(hold.ledger.screening, hold.record.plan.screened_to)
    if is_trial(hold.record):
        return listed
    checks: list[Check] = [*in_files(hold.campaign), *allowed(hold.campaign), *_reached(hold)]
    if not checks:
        return listed
    screen = Checks(checks)

    def judge(recipients: Recipients) -> Mapping[int, str]:
        found = {
            recipients.rows[at]: str(reason)
            for at, (reason, _) in screen.of_phones(recipients.phones).items()
        }
        return {**found, **listed(recipients)}

    return judge


def _reached(hold: RunLease) -> Iterator[Check]:
    """Hold the run against the runs of the days between, and against later ones of its campaign."""
    ledger, now = hold.ledger, hold.clock.now()
    days = hold.campaign.caps.same_number_days
    lately = now - days * DAY_S if days and not _is_just_planned(hold.record, now) else now
    family = family_with_mends(ledger, hold.record)
    began = min((run.plan.planned_at for run in family), default=hold.record.plan.planned_at)
    own = {run.plan.run for run in family} | {hold.record.plan.run}
    later = {
        run.plan.run
        for run in ledger.runs()
        if run.plan.run not in own and run.plan.planned_at > began
        if not is_trial(run) and is_one_campaign(run, hold.record)
    }
    if lately == now and not later:
        return
    since = min(lately, began) if later else lately
    recently, after = NumberSet(), NumberSet()
    accounts = accounts_of(hold.campaign, hold.store).names | {hold.record.plan.account}
    for reached in ledger.screening.reached(accounts, since):
        if reached.run in own or reached.trial:
            continue
        if reached.at >= lately:
            recently.add(map(int, reached.recipients.phones))
        elif reached.run in later:
            after.add(map(int, reached.recipients.phones))
    if len(recently):
        yield Often(recently, 1, Rejection.REACHED_RECENTLY, [""])
    if len(after):
        yield Often(after, 1, Rejection.REACHED_SINCE, [""])


def _is_just_planned(record: RunRecord, now: float) -> bool:
    """Tell whether the run was screened a moment ago; a rerun is held against the list alone."""
    if is_rerun(record) or is_mended(record):
        return False
    return record.started_at is None and now - record.plan.planned_at < JUST_PLANNED_S
