"""`reconcile`: ask about doubts, ask what became of messages, close what can be closed."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack

from pipeline.core.errors import KoosendError, LedgerUnwritable, Overtaken, RunHeld, gravest
from pipeline.core.model import RunId
from pipeline.core.times import DAY_S
from pipeline.koomessage.transport.clock_skew import say_apart
from pipeline.language import filled
from pipeline.ports import Clock, RunRecord
from pipeline.reconciler.doubts.settle import settle_doubts, tell_strangers
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import poll
from pipeline.reconciler.receipts import apply_receipts
from pipeline.runner.commands.report import leave_files
from pipeline.runner.door.signs import signs_of
from pipeline.runner.earlier.belated import take_in, with_belated_news
from pipeline.runner.guards.axioms import look_at_axioms
from pipeline.runner.guards.restored import ask_for_everything
from pipeline.runner.metering.metered import metered
from pipeline.runner.session.doubt_policy import doubt_options
from pipeline.runner.session.outside import Outside, Ui
from pipeline.runner.session.place import Place, Said, run_folder
from pipeline.runner.session.result import RunReport
from pipeline.runner.session.session import RunLease, Session, finish, lease_run, open_session
from pipeline.settings import Campaign

LOOKED_BACK_S = 15 * DAY_S
"""Runs planned longer ago are past every link's life and every silence; name one to look again."""

_REST_S_MIN = 0.2


def reconcile(place: Place, clock: Clock, ui: Ui, *, wait_s: float) -> tuple[RunReport, ...]:
    """Make passes until every row is final, or nothing more is due within wait_s from now.

    A run id is reconciled by itself; a campaign file means every run of it with open rows, so
    that the rows of earlier nights are closed too, and every one that belated news came of. The
    latest run's report comes first.
    """
    campaign = place.campaign_of(place.run, clock.now())
    with metered(campaign, place.state, "reconcile", Outside(clock, ui)) as command:
        reports = _reconcile(campaign, place, Outside(clock, ui), wait_s)
        command.code = gravest(report.exit for report in reports)
        return reports


def _reconcile(
    campaign: Campaign, place: Place, outside: Outside, wait_s: float
) -> tuple[RunReport, ...]:
    clock, ui = outside.clock, outside.ui
    began = clock.monotonic()
    record = place.run
    recent = _recent(place, clock)
    changed = take_in(place.ledger, with_belated_news(place.ledger, _all(place)), ui)
    # Counting a million rows takes seconds: once before and once after is enough.
    before = {run.plan.run: place.ledger.books(run.plan.run) for run in _each_once(recent, changed)}
    due = [
        run
        for run in _each_once(recent, changed)
        if place.campaign is None or before[run.plan.run].open_rows
    ]
    stopped: KoosendError | None = None
    watch = _Watch(clock, ui, wait_s, place.said)
    if due:
        try:
            _hold_and_pass(campaign, place, due, watch)
        except (LedgerUnwritable, Overtaken):
            raise
        except KoosendError as error:
            stopped = error
    shown = _each_once([record], due, changed)
    after = {run.plan.run: place.ledger.books(run.plan.run) for run in shown}
    strangers = signs_of(place.ledger, place.state, campaign, clock.now()).held
    for run in _each_once(due, changed):
        if run in changed or after[run.plan.run] != before[run.plan.run]:
            unwritten = leave_files(place, run.plan.run)
            # What ended the looking weighs more: the files can be written at any time.
            stopped = stopped or unwritten
    return tuple(
        RunReport(
            record=place.ledger.run(run.plan.run) or run,
            books=after[run.plan.run],
            duration_s=clock.monotonic() - began,
            folder=run_folder(place.state, run.plan.run),
            stopped=stopped if run.plan.run == record.plan.run else None,
            held=watch.held.get(run.plan.run, 0),
            elsewhere=run.plan.run in watch.passed_over,
            strangers=strangers if run.plan.run == record.plan.run else "",
        )
        for run in shown
    )


class _Watch:
    """Who watches, and until when. held counts by run the doubts that were left to a person.

    passed_over are the runs that another process is at work on.
    """

    def __init__(self, clock: Clock, ui: Ui, wait_s: float, said: Said) -> None:
        self.said = said
        self.clock = clock
        self.ui = ui
        self.deadline = clock.monotonic() + wait_s
        self.held: dict[RunId, int] = {}
        self.passed_over: set[RunId] = set()


def _each_once(*lists: Sequence[RunRecord]) -> list[RunRecord]:
    """Join lists of runs, each run where it comes first."""
    joined: dict[RunId, RunRecord] = {}
    for run in (run for runs in lists for run in runs):
        joined.setdefault(run.plan.run, run)
    return list(joined.values())


def _all(place: Place) -> Sequence[RunRecord]:
    """List every run that belated news may be of: the one that was named, or a campaign's."""
    return [place.run] if place.campaign is None else place.ledger.runs(place.campaign.name)


def _recent(place: Place, clock: Clock) -> list[RunRecord]:
    """List the runs that may be due, the latest first: the one that was named, or a campaign's."""
    since = clock.now() - LOOKED_BACK_S
    return [run for run in _all(place) if place.campaign is None or run.plan.planned_at >= since]


def _hold_and_pass(
    campaign: Campaign, place: Place, due: Sequence[RunRecord], watch: _Watch
) -> None:
    with ExitStack() as stack:
        holds: list[RunLease] = []
        for record in due:
            try:
                held = lease_run(campaign, place, record, watch.clock, watch.ui)
                holds.append(stack.enter_context(held))
            except RunHeld as error:
                if len(due) == 1:
                    raise
                watch.passed_over.add(record.plan.run)
                watch.ui.note(filled("passed over: {error}", error=error.text))
        if holds:
            asyncio.run(_passes(holds, watch))


async def _passes(holds: Sequence[RunLease], watch: _Watch) -> None:
    async with open_session(holds[0]) as first:
        sessions = [first, *(first.beside(hold) for hold in holds[1:])]
        if watch.said.restored:
            for session in sessions:
                await session.unless_stopped(ask_for_everything(session))
        while True:
            due_s = [due for session in sessions for due in await _pass(session)]
            watch.held = {session.hold.record.plan.run: session.held for session in sessions}
            if not due_s or watch.clock.monotonic() + min(due_s) > watch.deadline:
                tell_strangers(first.parts)
                return
            watch.ui.note(
                filled("rows are still open; next look in {due_s} s", due_s=f"{min(due_s):.0f}")
            )
            await first.unless_stopped(watch.clock.sleep(max(min(due_s), _REST_S_MIN)))


async def _pass(session: Session) -> list[float]:
    """Look at one run once; return when looking again can bring something."""
    hold = session.hold
    await look_at_axioms(session)
    doubts = await session.unless_stopped(
        settle_doubts(session.parts, doubt_options(hold.campaign), wait=False)
    )
    session.held = doubts.held
    if doubts.ahead_s is not None:
        hold.ui.note(say_apart(doubts.ahead_s))
    if hold.ledger.receipts.receipt_tallies(hold.clock.now()):
        # What was pushed need not be asked for.
        await session.unless_stopped(apply_receipts(session.parts))
    news = await session.unless_stopped(poll(session.parts, PollOptions()))
    finish(hold.record, hold.ledger, hold.writer, hold.clock, hold.events)
    return [due for due in (doubts.next_due_s, news.next_due_s) if due is not None]
