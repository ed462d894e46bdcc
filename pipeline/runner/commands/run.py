"""`run` from end to end: plan, send, settle doubts, ask what became of the messages."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from pipeline.core.answer import Unanswered
from pipeline.core.errors import (
    CredentialsRefused,
    DecisionNeeded,
    KoosendError,
    LedgerUnwritable,
    Overtaken,
    RunHeld,
    WorkLeft,
)
from pipeline.core.lifecycle import SENDABLE, State
from pipeline.core.lifecycle import Event as Step
from pipeline.core.model import Channel, RunId
from pipeline.core.names import ATTEMPTS_MAX
from pipeline.core.pricing import micro, yuan_text
from pipeline.core.text import counted, span_text
from pipeline.core.times import Window
from pipeline.koomessage.transport.clock_skew import is_apart, say_apart
from pipeline.ledger import SqliteLedger
from pipeline.logs import Event
from pipeline.ports import Clock, Ledger, RunRecord, Submission
from pipeline.reconciler.doubts.controls import publish_taken
from pipeline.reconciler.doubts.decide import exhausted
from pipeline.reconciler.doubts.settle import settle_doubts
from pipeline.reconciler.polling.cases import PollOptions
from pipeline.reconciler.polling.poll import poll
from pipeline.runner.commands.canary import Portion, send_in_portions
from pipeline.runner.commands.links import LinkRounds, go_on_with_links
from pipeline.runner.commands.report import leave_files
from pipeline.runner.commands.result import UNSETTLED, RunReport
from pipeline.runner.guards.axioms import look_at_axioms
from pipeline.runner.guards.beginning import know_ledger
from pipeline.runner.guards.current import prove_current
from pipeline.runner.guards.withheld import withheld_now
from pipeline.runner.planning.mended import mended_campaign, mends_of
from pipeline.runner.planning.plan import Planning, learned_sizes, plan_asked
from pipeline.runner.preflight.ask import RETRY_S, TRIES, not_koomessage
from pipeline.runner.preflight.client import ask_before, ask_handsets
from pipeline.runner.session.account_names import accounts_of, open_store
from pipeline.runner.session.doubt_policy import doubt_options, early_note
from pipeline.runner.session.outside import Ui
from pipeline.runner.session.place import Place, Said, run_folder
from pipeline.runner.session.session import RunLease, Session, lease_run, open_session
from pipeline.sender import Ceilings, Hooks, Progress, Sender, SenderOptions, SenderParts
from pipeline.settings import Campaign
from pipeline.settings.account import Accounts

_NOT_TAKEN = frozenset({Step.WAS_THROTTLED, Step.WAS_REFUSED, Step.WAS_SPLIT})


def ceilings_of(campaign: Campaign, ledger: Ledger, record: RunRecord) -> Ceilings:
    """Return what a run may still spend.

    Everything counts that was taken or may have been, once for each attempt: what is in flight or
    in doubt, and what was released from doubt, whoever released it and on whatever proof.
    """
    limits = campaign.limits
    if not limits.max_messages and not limits.max_cost:
        return Ceilings()

    def cost_of(submission: Submission) -> int:
        return campaign.prices.of_request(record.plan.message, submission.route, submission.carried)

    spent = list(_spent(ledger, record))
    released = sum(one.messages for one, event in spent if event is Step.WAS_RELEASED)
    messages = limits.max_messages - sum(one.messages for one, _ in spent)
    cost = micro(limits.max_cost) - sum(cost_of(one) for one, _ in spent)
    return Ceilings(
        messages=max(0, messages) if limits.max_messages else None,
        cost=max(0, cost) if limits.max_cost else None,
        cost_of=cost_of,
        say_messages=f"{limits.max_messages:,}",
        say_cost=f"{yuan_text(micro(limits.max_cost))} yuan",
        released=released,
    )


def _spent(ledger: Ledger, record: RunRecord) -> Iterator[tuple[Submission, Step | None]]:
    """Yield the submission of every attempt that was, or may have been, taken, and its end."""
    run = record.plan.run
    known = {(one.chunk, one.submission): one for one in ledger.submissions(run)}
    for made in ledger.attempts(run):
        submission = known[made.attempt.chunk, made.attempt.submission]
        makes_links = record.plan.message.channel_of(submission.route) is Channel.LINKS_ONLY
        # A link that nobody got is never charged (CreateResolveTask).
        if made.event not in _NOT_TAKEN and not (makes_links and made.event is Step.WAS_RELEASED):
            yield submission, made.event


def check_names(ledger: Ledger, run: RunId) -> None:
    """Raise DecisionNeeded where requests have used up their names."""
    found = exhausted(ledger, run)
    if found:
        raise DecisionNeeded(
            f"{counted(len(found), 'request')} with"
            f" {counted(sum(one.carried for one in found), 'person')} had {ATTEMPTS_MAX:,} attempts"
            f" and no name is left for another; koosend doubts {run} lists them, and --give-up"
            " gives them up"
        )


_LOOK_S = 30.0
"""How long after the window opened a run that waits for it may notice."""


@dataclass(frozen=True, slots=True)
class Request:
    """What `run` was asked for. state overrides the campaign's state folder.

    mended is a rejected.csv that comes back; mends, the run that it is of, by default the
    campaign's latest. said is what a person says that nothing else could prove.
    """

    again: bool = False
    state: Path | None = None
    mended: Path | None = None
    mends: RunRecord | None = None
    said: Said = field(default_factory=Said)


def run_campaign(campaign: Campaign, request: Request, clock: Clock, ui: Ui) -> RunReport:
    """Plan the campaign's run if it is new, and send what was not sent yet."""
    state = request.state or campaign.state
    ledger = SqliteLedger(state)
    try:
        place = Place(state, ledger, campaign, None, request.said)
        mends = None
        if request.mended is not None:
            mends = mends_of(campaign, ledger, request.mends)
            campaign = mended_campaign(campaign, request.mended)
        planning = Planning(
            clock,
            ui.planning,
            again=request.again,
            mends=mends,
            accounts=_accounts(campaign, state),
            ask=lambda: ask_before(campaign, clock, ui),
            handsets=lambda phones: ask_handsets(campaign, clock, ui, phones),
            sizes=lambda: learned_sizes(campaign, state),
        )
        planned = plan_asked(campaign, ledger, planning)
        for count, words in planned.adjusted.told():
            ui.note(f"{count:,} {words}")
        report = send_planned(campaign, place, planned.record, clock, ui)
        return replace(report, adjusted=planned.adjusted if planned.fresh else None)
    finally:
        ledger.close()


def _kept(campaign: Campaign, record: RunRecord) -> Iterator[str]:
    """Say what a run keeps of its own although the campaign says something else by now."""
    plan = record.plan
    if plan.campaign != campaign.name:
        yield f"going on with run {plan.run}, which is half sent, under its name {plan.campaign}"
    for key in ("expires_days", "expires_hours"):
        kept, wanted = getattr(plan.message, key), getattr(campaign.message, key)
        if kept != wanted:
            yield f"run {plan.run} keeps the {key} of {kept} that it was planned with, not {wanted}"


def _accounts(campaign: Campaign, state: Path) -> Accounts:
    store = open_store(campaign, state)
    try:
        return accounts_of(campaign, store)
    finally:
        store.close()


def send_planned(
    campaign: Campaign, place: Place, record: RunRecord, clock: Clock, ui: Ui
) -> RunReport:
    """Send what a planned run has left to send.

    What stops the sending is in the report, so that its books can be shown; what keeps the ledger
    from recording is raised, since then there are no books to trust.
    """
    began = clock.monotonic()
    ledger = place.ledger
    stopped: KoosendError | None = None
    held = 0
    complete = record.finished_at is not None
    if not complete:
        for sentence in filter(None, (*_kept(campaign, record), early_note(campaign))):
            ui.note(sentence)
        try:
            with lease_run(campaign, place, record, clock, ui) as hold:
                held = asyncio.run(_send(hold))
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
    )


async def _send(hold: RunLease) -> int:
    """Send, settle and ask; return how many requests in doubt a person must decide."""
    async with open_session(hold) as session:
        await look_at_axioms(session, early=True)
        try:
            await session.unless_stopped(know_ledger(session))
            await send_in_portions(session, partial(_send_until_settled, session))
            check_names(hold.ledger, hold.record.plan.run)
        except Overtaken:
            raise  # whoever took the run over also asks about it
        except CredentialsRefused:
            # They may have been good, and what was refused so taken: the list is asked at once.
            await look_at_axioms(session, early=True)
            raise
        except (WorkLeft, DecisionNeeded) as error:
            # Nothing is wrong: what was sent is still worth asking about before we go.
            hold.events.emit(Event.RUN_STOPPED, why=str(error))
            await session.unless_stopped(
                settle_doubts(session.parts, doubt_options(hold.campaign), wait=False)
            )
            await session.unless_stopped(poll(session.parts, PollOptions()))
            publish_taken(session.parts)
            await look_at_axioms(session, early=True)
            raise
        finish(hold)
        hold.ui.note("all is sent; asking KooMessage once what became of it")
        await session.unless_stopped(poll(session.parts, PollOptions()))
        publish_taken(session.parts)
        await look_at_axioms(session, wait=True)
        return session.held


async def _send_until_settled(session: Session, portion: Portion | None = None) -> None:
    """Send and settle doubts until nothing is left, or only what a person must decide."""
    hold = session.hold
    rounds = LinkRounds(session.parts)
    while True:
        await _send_in_window(session, portion)
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
            f"{counted(len(doubts), 'request')} got no answer; KooMessage is asked by name, for up "
            f"to {span_text(hold.campaign.doubt.settle_s)}; nothing is sent again unless it is "
            "proved absent"
        )


async def _send_in_window(session: Session, portion: Portion | None) -> None:
    hold = session.hold
    limits = hold.campaign.limits
    while True:
        closed_s = limits.window.opens_in_s(hold.clock.now())
        if closed_s and limits.outside_window == "wait":
            hold.ui.note(f"outside the sending window; waiting {closed_s / 60:.0f} min")
            await session.unless_stopped(_until_open(limits.window, hold.clock))
        try:
            await _send_once(session, portion)
        except Overtaken:
            raise
        except WorkLeft:
            is_open = limits.window.is_open(hold.clock.now())
            if is_open or limits.outside_window == "stop":
                raise
        else:
            return


async def _until_open(window: Window, clock: Clock) -> None:
    """Wait in short sleeps: a machine that was suspended, or whose time was set, oversleeps."""
    while closed_s := window.opens_in_s(clock.now()):
        await clock.sleep(min(closed_s, _LOOK_S))


async def _send_once(session: Session, portion: Portion | None) -> None:
    hold = session.hold
    limits = hold.campaign.limits
    if hold.ledger.submissions(hold.record.plan.run, SENDABLE):
        await session.unless_stopped(_compare_clocks(session))
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
        on_progress=_told(hold.ui),
        on_event=hold.events.emit,
        withheld=withheld_now(hold),
        may_send=_leave(limits.window, hold.clock),
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


async def _compare_clocks(session: Session) -> None:
    """Ask one harmless question before anything is sent. Raises WorkLeft for a wrong clock.

    No answer proves nothing: the answers to what is sent are dated as well. One that is not
    KooMessage's, and stays so, would be given to what is sent, too: raises NotKooMessage.
    """
    for attempt in range(1, TRIES + 1):
        ahead_s = await session.parts.ask(session.provider.gateway.clock_ahead_s)
        if not isinstance(ahead_s, Unanswered):
            if is_apart(ahead_s):
                raise WorkLeft(say_apart(ahead_s))
            return
        if not ahead_s.foreign:
            return
        if attempt == TRIES:
            raise not_koomessage(ahead_s)
        await session.hold.clock.sleep(RETRY_S)


def _learn(session: Session) -> None:
    """Keep the pace that was learned for the next run of the account."""
    hold = session.hold
    ceiling = session.provider.limiter.ceiling
    if ceiling is not None and ceiling != hold.store.ceiling():
        hold.store.learn_ceiling(ceiling)


def _leave(window: Window, clock: Clock) -> Callable[[], str | None]:
    def may_send() -> str | None:
        if window.is_open(clock.now()):
            return None
        return "the sending window is closed; run the same command again when it is open"

    return may_send


def _told(ui: Ui) -> Callable[[Progress], None]:
    def told(progress: Progress) -> None:
        done = progress.messages + progress.messages_refused + progress.messages_lost
        done += progress.messages_withheld
        ui.sending(done, progress.messages_planned)

    return told


def finish(hold: RunLease) -> None:
    """Record that nothing is left to submit, the first time that is so."""
    if hold.record.finished_at is not None:
        return
    run = hold.record.plan.run
    if not hold.ledger.submissions(run, UNSETTLED) and not hold.ledger.routes.unlinked(run):
        hold.writer.finish(hold.clock.now())
        hold.events.emit(Event.RUN_COMPLETE)
