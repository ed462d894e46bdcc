"""Decide what must be said first of a run: here alone a rehearsal is told from the real thing.

The embedded emulator is known by the run's account. Anything else on this machine is what its own
answers say: a rehearsal only while each bore the emulator's mark, since a tunnel to the provider
may take the port at any time.
"""

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field, replace

from pipeline.core.errors import LedgerUnwritable, Overtaken
from pipeline.ledger import SqliteLedger
from pipeline.ports import Clock, Ledger, Marks, RunRecord, RunWriter
from pipeline.runner.session.outside import Ui
from pipeline.runner.session.place import LEDGER_FILE, is_trial, latest_run
from pipeline.settings import Campaign
from pipeline.settings.account import EMULATOR, LOOPBACK, Account, kind_of, origin_of


def marks_of(record: RunRecord) -> Marks:
    """Return what must be said first of a run."""
    return _marks(record.plan.account, record.emulated, trial=is_trial(record))


def marks_of_campaign(campaign: Campaign, *, emulated: bool | None = None) -> Marks:
    """Return what must be said first of what a campaign would send now.

    emulated tells whether whatever was asked on its behalf bore the emulator's mark; None where
    nothing answered.
    """
    return _marks(campaign.account.origin, emulated, trial=False)


def marks_of_endpoint(account: Account) -> Marks:
    """Return what must be said first of whatever goes there, before anything was asked."""
    return _marks(account.origin, None, trial=False)


def marks_heard(campaign: Campaign, answers: Collection[bool]) -> Marks:
    """Return the same by the answers themselves: whether each bore the emulator's mark."""
    return marks_of_campaign(campaign, emulated=set(answers) == {True} if answers else None)


def marks_of_account(ledger: Ledger, account: str) -> Marks:
    """Return what must be said first of an account: one here is what its last run found."""
    runs = (run for run in ledger.runs() if run.plan.account == account)
    latest = next(runs, None) if kind_of(account) == LOOPBACK else None
    return _marks(account, latest.emulated if latest else None, trial=False)


def marks_here(campaign: Campaign) -> Marks:
    """Return what must be said first, without asking: an endpoint here is what the last run found.

    Raises what opening the ledger raises.
    """
    if not (campaign.account.is_loopback and (campaign.state / LEDGER_FILE).exists()):
        return marks_of_campaign(campaign)
    with closing(SqliteLedger(campaign.state)) as ledger:
        latest = latest_run(ledger, campaign.name)
    is_there = latest is not None and origin_of(latest.plan.account) == campaign.account.origin
    return marks_of_campaign(campaign, emulated=latest.emulated if latest and is_there else None)


def mark_first(ui: Ui, marks: Marks) -> None:
    """Say it before anything is done, but not yet that an endpoint is unknown: its answer tells."""
    if not marks.unknown_endpoint:
        ui.mark(marks)


def _marks(account: str, emulated: bool | None, *, trial: bool) -> Marks:  # noqa: FBT001 -- None is unknown
    kind = kind_of(account)
    rehearsal = kind == EMULATOR or (kind == LOOPBACK and emulated is True)
    return Marks(rehearsal, kind == LOOPBACK and not rehearsal, trial)


@dataclass(slots=True)
class _Heard:
    """A run, and what is known to have answered it."""

    record: RunRecord
    writer: RunWriter
    emulated: bool | None
    noted: set[bool] = field(default_factory=set)


class Answerers:
    """Note with each run what answers on this machine, as soon as it does.

    What cannot be recorded is tried again at the next answer: a ledger that records nothing stops
    the sending by itself.
    """

    def __init__(self, clock: Clock, ui: Ui) -> None:
        """Hear for no run yet."""
        self._clock = clock
        self._ui = ui
        self._runs: list[_Heard] = []

    def hear_for(self, record: RunRecord, writer: RunWriter, ledger: Ledger) -> None:
        """Note for a run too. One that was sent before anything answered is never a rehearsal."""
        if kind_of(record.plan.account) != LOOPBACK:
            return
        run = _Heard(record, writer, record.emulated)
        self._runs.append(run)
        if run.emulated is None and ledger.attempts(record.plan.run):
            self._note(run, emulated=False)

    def heard(self, emulated: bool) -> None:  # noqa: FBT001 -- the one thing that is told
        """Take notice of one answer. Never raises."""
        for run in self._runs:
            if emulated not in run.noted:
                self._note(run, emulated=emulated)

    def _note(self, run: _Heard, *, emulated: bool) -> None:
        try:
            run.writer.record_answerer(self._clock.now(), emulated=emulated)
        except (LedgerUnwritable, Overtaken):
            return
        run.noted.add(emulated)
        known = emulated and run.emulated is not False
        if known is not run.emulated:
            run.emulated = known
            self._ui.mark(marks_of(replace(run.record, emulated=known)))
