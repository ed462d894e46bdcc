"""`run` from end to end: plan, send, settle doubts, ask what became of the messages."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from pipeline.core.errors import (
    CredentialsRefused,
    DecisionNeeded,
    Exit,
    Interrupted,
    KoosendError,
    LedgerUnwritable,
    OnlyFirst,
    Overtaken,
    Paused,
    RunHeld,
    StartMissed,
    WorkLeft,
)
from pipeline.core.lifecycle import SENDABLE, State
from pipeline.core.outcome import Standing
from pipeline.core.phones import mask
from pipeline.core.text import span_text
from pipeline.core.times import Window, in_china
from pipeline.language import Words, filled, joined
from pipeline.ledger import SqliteLedger
from pipeline.logs import Event
from pipeline.ports import Clock, RunRecord, StopKind
from pipeline.reader.files.source import open_notes
from pipeline.reconciler.doubts.controls import publish_taken
from pipeline.reconciler.doubts.settle import settle_doubts
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import poll
from pipeline.runner.commands.reconcile import reconcile
from pipeline.runner.commands.report import leave_files
from pipeline.runner.control.obeying import Obedience, heed_before, obeying, why_closed
from pipeline.runner.door.signs import signs_of
from pipeline.runner.earlier.belated import take_in, with_belated_news
from pipeline.runner.earlier.leftovers import LeftoverWork
from pipeline.runner.earlier.repeats import AccountLedgers, give_up_lost, scheme_of
from pipeline.runner.guards.axioms import look_at_axioms
from pipeline.runner.guards.beginning import know_ledger
from pipeline.runner.guards.canary import Portion, send_in_portions
from pipeline.runner.guards.ceilings import ceilings_of, check_names
from pipeline.runner.guards.claims import LedgerClaim
from pipeline.runner.guards.current import prove_current
from pipeline.runner.guards.withheld import withheld_now
from pipeline.runner.lists.arrival import arrive
from pipeline.runner.lists.unchanged import unchanged
from pipeline.runner.metering.metered import metered
from pipeline.runner.planning.go_on import kept
from pipeline.runner.planning.links import LinkRounds, go_on_with_links
from pipeline.runner.planning.mended import mended_campaign, mends_of
from pipeline.runner.planning.plan import Planned, Planning, plan_asked
from pipeline.runner.planning.trial import plan_trial
from pipeline.runner.preflight.client import ask_before, ask_handsets
from pipeline.runner.preflight.clock import compare_clocks
from pipeline.runner.session.account import accounts_of, open_store, store_place
from pipeline.runner.session.doubt_policy import doubt_options, early_note
from pipeline.runner.session.marks import mark_first, marks_of_campaign
from pipeline.runner.session.outside import Outside, Ui
from pipeline.runner.session.place import Place, Said, is_trial, run_folder
from pipeline.runner.session.result import RunReport
from pipeline.runner.session.session import RunLease, Session, finish, lease_run, open_session
from pipeline.sender import Hooks, Progress, Sender, SenderOptions, SenderParts
from pipeline.settings import Campaign
from pipeline.settings.canary import Wish


@dataclass(frozen=True, slots=True)
class Request:
    """What `run` was asked for. state overrides the campaign's state folder.

    mended is a rejected.csv that comes back; mends, the run that it is of, by default the
    campaign's latest. said is what a person says that nothing else could prove. leave_repeats: go
    on without those whom earlier runs reached, however many they are. From begins_until on, an
    epoch time, nothing is begun any more; None for any time.
    """

    again: bool = False
    state: Path | None = None
    mended: Path | None = None
    mends: RunRecord | None = None
    said: Said = field(default_factory=Said)
    leave_repeats: bool = False
    begins_until: float | None = None


def run_campaign(campaign: Campaign, request: Request, clock: Clock, ui: Ui) -> RunReport:
    """Plan the campaign's run if it is new, and send what was not sent yet.

    Raises StartMissed where it is too late to begin.
    """
    state = request.state or campaign.state
    with metered(campaign, state, "run", Outside(clock, ui)) as command:
        report = _run_campaign(campaign, request, clock, ui)
        command.code = report.exit
        return report


def _run_campaign(campaign: Campaign, request: Request, clock: Clock, ui: Ui) -> RunReport:
    _refuse_late(campaign, request, clock)
    state = request.state or campaign.state
    mark_first(ui, marks_of_campaign(campaign))
    with closing(SqliteLedger(state)) as ledger:
        place = Place(state, ledger, campaign, None, request.said)
        if request.mended is not None:
            campaign = mended_campaign(campaign, request.mended)
        for sentence in open_notes(campaign.source.path):
            ui.note(sentence)
        # Whom late news shows to be reached is sent nothing again by what is planned now.
        belated = with_belated_news(ledger, ledger.runs(campaign.name))
        for run in take_in(ledger, belated, ui):
            leave_files(place, run.plan.run)
        planned, work = _planned(campaign, place, request, clock, ui)
        for count, words in planned.adjusted.sentences():
            ui.note(joined(f"{count:,} ", words))
        if planned.repeats.count:
            ui.note(filled("{sentence}; they are left out", sentence=planned.repeats.sentence()))
        report = send_planned(campaign, place, planned.record, clock, ui)
        stopped = report.stopped
        if report.already_complete and request.mended is None and not work.gone_on:
            stopped = unchanged(campaign, planned.record, clock.now())
        return replace(
            report,
            adjusted=planned.adjusted if planned.fresh else None,
            leftovers=tuple(leftover.sentence for leftover in work.left),
            stopped=stopped,
        )


def _refuse_late(campaign: Campaign, request: Request, clock: Clock) -> None:
    now = clock.now()
    if request.begins_until is not None and now >= request.begins_until:
        raise StartMissed(
            filled(
                "it is {now} in China, too late for a run that was to begin before "
                "{start_before} ([schedule] start_before): nothing was sent; the same "
                "command without --scheduled sends now",
                now=f"{in_china(now):%H:%M}",
                start_before=campaign.schedule.start_before,
            )
        )


def _planned(
    campaign: Campaign, place: Place, request: Request, clock: Clock, ui: Ui
) -> tuple[Planned, LeftoverWork]:
    """Find or plan the run, held against everybody whom the account reached lately.

    What earlier runs left unsent is seen to before; returns what came of that as well.
    """
    mends = mends_of(campaign, place.ledger, request.mends) if request.mended else None
    with closing(open_store(campaign, place.state)) as store:
        if request.said.new_ledger:
            give_up_lost(store, place.ledger.identity(), clock.now())
        place.ledger.share_list(store_place(campaign, place.state))
        accounts = accounts_of(campaign, store)
        is_current = LedgerClaim(place.ledger, store, place.state).is_current()
        account = AccountLedgers(store, accounts.names, place.ledger, place.state, is_current)
        scheme = scheme_of(store.people_key(), campaign.message)

        def send(record: RunRecord) -> KoosendError | None:
            earlier = replace(campaign, wish=Wish())
            return send_planned(earlier, place, record, clock, ui).stopped

        def arrived(readable: Campaign) -> None:
            asyncio.run(arrive(readable, Outside(clock, ui)))
            _refuse_late(campaign, request, clock)  # a list that was waited for took its time

        work = LeftoverWork(place, accounts, scheme, send, Outside(clock, ui))
        planning = replace(
            _planning(campaign, clock, ui),
            again=request.again,
            mends=mends,
            accounts=accounts,
            sizes=store.sizes,
            neighbours=lambda: account.planning(campaign, clock.now()),
            leave_repeats=request.leave_repeats,
            leftovers=work.see_to,
            arrive=arrived,
        )
        return plan_asked(campaign, place.ledger, planning), work


@dataclass(frozen=True, slots=True)
class TrialWish:
    """Whom to send to, as written, and how long to wait for what becomes of it.

    state overrides the campaign's state folder.
    """

    numbers: Sequence[str]
    wait_s: float = 0.0
    state: Path | None = None


@dataclass(frozen=True, slots=True)
class TrialReport:
    """What became of a test send; people holds masked numbers."""

    report: RunReport
    people: tuple[tuple[str, Standing], ...]

    def as_json(self) -> dict[str, object]:
        """Return the one object that --json prints."""
        people = [
            {
                "phone": phone,
                "outcome": str(standing.outcome),
                "reason": str(standing.reason),
                "code": standing.code,
            }
            for phone, standing in self.people
        ]
        return {**self.report.as_json(), "people": people}


def send_trial(campaign: Campaign, wish: TrialWish, clock: Clock, ui: Ui) -> TrialReport:
    """Send the first row that can be sent, as it stands in the source, to other numbers.

    Raises UsageError for what is no mobile number, and for one that must not be reached.
    """
    state = wish.state or campaign.state
    with closing(SqliteLedger(state)) as ledger:
        ledger.share_list(store_place(campaign, state))
        record = plan_trial(campaign, ledger, _planning(campaign, clock, ui), wish.numbers)
        report = send_planned(campaign, Place(state, ledger, campaign, record), record, clock, ui)
        if wish.wait_s and report.stopped is None:
            place = Place(state, ledger, None, record)
            report = reconcile(place, clock, ui, wait_s=wish.wait_s)[0]
        people = [
            (mask(phone), standing)
            for block in ledger.outcomes(record.plan.run)
            for phone, standing in zip(block.phones, block.standings, strict=True)
        ]
        return TrialReport(report, tuple(people))


def _planning(campaign: Campaign, clock: Clock, ui: Ui) -> Planning:
    """Ask KooMessage before a run is planned."""
    return Planning(
        clock,
        ui.planning,
        ask=lambda: ask_before(campaign, clock, ui),
        handsets=lambda phones: ask_handsets(campaign, clock, ui, phones),
    )


def send_planned(
    campaign: Campaign, place: Place, record: RunRecord, clock: Clock, ui: Ui
) -> RunReport:
    """Send what a planned run has left to send.

    What stops the sending is in the report, so that its books can be shown; what keeps the ledger
    from recording is raised, since then there are no books to trust.
    """
    with metered(campaign, place.state, "run", Outside(clock, ui)) as command:
        report = _send_planned(campaign, place, record, Outside(clock, ui))
        command.code = report.exit
        return report


def _send_planned(
    campaign: Campaign, place: Place, record: RunRecord, outside: Outside
) -> RunReport:
    clock, ui = outside.clock, outside.ui
    began = clock.monotonic()
    ledger = place.ledger
    stopped: KoosendError | None = None
    held = 0
    complete = record.finished_at is not None
    if not complete:
        for sentence in filter(None, (*kept(campaign, record), early_note(campaign))):
            ui.note(sentence)
        try:
            with lease_run(campaign, place, record, clock, ui) as hold:
                heed_before(hold, place)
                _take_back_stop(hold)
                held = asyncio.run(_send_or_stop(hold))
        except (LedgerUnwritable, Overtaken):
            raise
        except KoosendError as error:
            stopped = error
        if not isinstance(stopped, RunHeld):
            unwritten = leave_files(place, record.plan.run)
            stopped = stopped or unwritten
    return RunReport(
        record=ledger.run(record.plan.run) or record,
        books=ledger.books(record.plan.run),
        duration_s=clock.monotonic() - began,
        folder=run_folder(place.state, record.plan.run),
        already_complete=complete,
        stopped=stopped,
        held=held,
        strangers="" if is_trial(record) else _strangers(campaign, place, clock),
    )


def _strangers(campaign: Campaign, place: Place, clock: Clock) -> str:
    """Say which opt-outs wait for a person: what was sent now was sent without them."""
    return signs_of(place.ledger, place.state, campaign, clock.now()).held


def _take_back_stop(hold: RunLease) -> None:
    """Go on with a run that a person had left, since a person says so now."""
    if hold.ledger.stop(hold.record.plan.run) is not None:
        hold.writer.record_stop(StopKind.GONE_ON, hold.clock.now())


async def _send_or_stop(hold: RunLease) -> int:
    """Send, and record where it was a person who left the rest unsent."""
    try:
        return await _send(hold)
    except OnlyFirst:
        hold.writer.record_stop(StopKind.ONLY_FIRST, hold.clock.now())
        raise
    except Interrupted as error:
        if error.exit_code is Exit.INTERRUPTED:  # Ctrl-C; who ends a service sends SIGTERM
            hold.writer.record_stop(StopKind.PERSON, hold.clock.now())
        raise


async def _send(hold: RunLease) -> int:
    """Send, settle and ask; return how many requests in doubt a person must decide."""
    async with open_session(hold) as session, obeying(session) as obedience:
        await look_at_axioms(session, early=True)
        try:
            await session.unless_stopped(know_ledger(session))
            await send_in_portions(session, partial(_send_until_settled, obedience))
            check_names(hold.ledger, hold.record)
        except Overtaken:
            raise  # whoever took the run over also asks about it
        except CredentialsRefused:
            # They may have been good, and what was refused so taken: the list is asked at once.
            await look_at_axioms(session, early=True)
            raise
        except (WorkLeft, DecisionNeeded):
            # Nothing is wrong: what was sent is still worth asking about before we go.
            await session.unless_stopped(
                settle_doubts(session.parts, doubt_options(hold.campaign), wait=False)
            )
            await session.unless_stopped(poll(session.parts, PollOptions()))
            publish_taken(session.parts)
            await look_at_axioms(session, early=True)
            raise
        finish(hold.record, hold.ledger, hold.writer, hold.clock, hold.events)
        hold.ui.note(Words("all is sent; asking KooMessage once what became of it"))
        await session.unless_stopped(poll(session.parts, PollOptions()))
        publish_taken(session.parts)
        await look_at_axioms(session, wait=True)
        return session.held


async def _send_until_settled(obedience: Obedience, portion: Portion | None = None) -> None:
    """Send and settle doubts until nothing is left, or only what a person must decide."""
    session = obedience.session
    hold = session.hold
    rounds = LinkRounds(session.parts)
    while True:
        await _send_in_window(obedience, portion)
        again, gone_on = rounds.release(), go_on_with_links(hold)
        if again and not gone_on:
            await session.unless_stopped(rounds.pause())
        if again or gone_on:
            continue
        _note_doubts(hold)
        settled = await session.unless_stopped(
            settle_doubts(session.parts, doubt_options(hold.campaign), wait=True)
        )
        session.held = settled.held
        if not settled.released:
            rounds.check()
            return


def _note_doubts(hold: RunLease) -> None:
    doubts = hold.ledger.submissions(hold.record.plan.run, frozenset({State.IN_DOUBT}))
    if doubts:
        hold.ui.note(
            filled(
                "{requests} {requests:request|requests} got no answer; KooMessage is asked "
                "by name, for up to {span}; nothing is sent again unless it is proved "
                "absent",
                requests=len(doubts),
                span=span_text(hold.campaign.doubt.settle_s),
            )
        )


async def _send_in_window(obedience: Obedience, portion: Portion | None) -> None:
    session = obedience.session
    hold = session.hold
    limits = hold.campaign.limits
    while True:
        closed_s = limits.window.opens_in_s(hold.clock.now())
        if closed_s and limits.outside_window == "wait":
            hold.ui.note(
                filled(
                    "outside the sending window; waiting {closed_s} min",
                    closed_s=f"{closed_s / 60:.0f}",
                )
            )
            await session.unless_stopped(_until_open(limits.window, hold.clock))
        try:
            await _send_once(obedience, portion)
        except Overtaken:
            raise
        except Paused:
            await session.unless_stopped(obedience.until_resumed())
        except WorkLeft:
            is_open = limits.window.is_open(hold.clock.now())
            if is_open or limits.outside_window == "stop":
                raise
        else:
            return


_LOOK_S = 30.0
"""How long after the window opened a run that waits for it may notice."""


async def _until_open(window: Window, clock: Clock) -> None:
    """Wait in short sleeps: a machine that was suspended, or whose time was set, oversleeps."""
    while closed_s := window.opens_in_s(clock.now()):
        await clock.sleep(min(closed_s, _LOOK_S))


async def _send_once(obedience: Obedience, portion: Portion | None) -> None:
    session = obedience.session
    hold = session.hold
    limits = hold.campaign.limits
    if hold.ledger.submissions(hold.record.plan.run, SENDABLE):
        await session.unless_stopped(compare_clocks(session))
        await session.unless_stopped(prove_current(session))
    parts = SenderParts(
        hold.ledger,
        hold.writer,
        session.provider.gateway,
        session.provider.limiter,
        hold.clock,
        hold.store,
    )
    options = SenderOptions(
        concurrency=limits.concurrency,
        ceilings=ceilings_of(hold.campaign, hold.ledger, hold.record),
    )
    if portion is not None:
        options = replace(options, among=portion.holds)
    hooks = Hooks(
        on_progress=partial(_show, hold.ui),
        on_event=hold.events.emit,
        withheld=withheld_now(hold),
        may_send=partial(why_closed, limits.window, hold.clock),
        paused=obedience.paused,
    )
    sender = Sender(hold.record.plan, parts, options, hooks)
    try:
        result = await sender.run(session.stop)
    except (LedgerUnwritable, Overtaken):
        raise
    except KoosendError:
        _learn(session)
        raise
    _learn(session)
    if result.interrupted:
        hold.events.emit(Event.RUN_INTERRUPTED)
        raise session.interrupted()


def _learn(session: Session) -> None:
    """Keep the pace that was learned for the next run of the account."""
    hold = session.hold
    ceiling = session.provider.limiter.ceiling
    if ceiling is not None and ceiling != hold.store.ceiling():
        hold.store.learn_ceiling(ceiling)


def _show(ui: Ui, progress: Progress) -> None:
    done = progress.messages + progress.messages_refused + progress.messages_lost
    ui.sending(done + progress.messages_withheld, progress.messages_planned)
