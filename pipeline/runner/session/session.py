"""One command's hold on one run: lock, events, provider, signals."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pipeline.core.errors import Exit, Interrupted, KoosendError, ReportUnwritable, UsageError
from pipeline.core.lifecycle import UNSETTLED
from pipeline.language import Text, Words, filled, system_words
from pipeline.logs import Event, EventLog, LogOptions, configure
from pipeline.ports import AccountStore, Clock, Gateway, Ledger, RunRecord, RunWriter
from pipeline.reconciler.context import Parts, SteadyClock
from pipeline.runner.door.exposure import exposed
from pipeline.runner.door.judge import Judge
from pipeline.runner.guards.claims import LedgerClaim, Verdict
from pipeline.runner.guards.old_ledger import note_old, refuse_old
from pipeline.runner.guards.same_account import ask_for_domain, compare_accounts, keep_same
from pipeline.runner.session.account import (
    identity_of,
    open_gateway,
    open_store,
    secrets_of,
    store_place,
)
from pipeline.runner.session.marks import Answerers, mark_first, marks_of
from pipeline.runner.session.outside import Ui
from pipeline.runner.session.place import Place, Said, run_folder, run_log
from pipeline.runner.session.receipts import ReceiptKeeper, listening, tell_emulator
from pipeline.runner.session.serve_lock import attended
from pipeline.sender import LimiterOptions, SpacedLimiter, StopSignal
from pipeline.settings import Campaign, Receipts
from pipeline.settings.account import shown

_YOUNG_OBJECTS = 20_000


def settle_heap() -> None:
    """Set aside everything that exists now, before a long stretch of requests.

    The libraries alone are some hundred thousand objects, which each full collection would walk
    through; sending makes short-lived objects, most of which go without the collector.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)


T = TypeVar("T")

_ENDING = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class RunLease:
    """A run that this process alone may change."""

    campaign: Campaign
    ledger: Ledger
    record: RunRecord
    writer: RunWriter
    clock: Clock
    events: EventLog
    ui: Ui
    folder: Path
    store: AccountStore
    said: Said = field(default_factory=Said)

    @property
    def state(self) -> Path:
        """Return the state folder that the run's ledger is in."""
        return self.folder.parent.parent  # <state>/runs/<run>


@dataclass(frozen=True, slots=True)
class Provider:
    """KooMessage as one command reaches it."""

    gateway: Gateway
    limiter: SpacedLimiter
    answerers: Answerers


class Signals:
    """What a signal asked for: the first drains, the second cancels."""

    def __init__(self, ui: Ui) -> None:
        """Nothing was asked for yet."""
        self.stop = StopSignal()
        self.first = 0
        self.told = Text()
        self._ui = ui

    def take(self, number: int) -> None:
        """Take notice of one signal."""
        if self.stop.requests == 0:
            self.first = number
            self._ui.note(Words("stopping: waiting for the answers that are under way"))
        self.stop.request()

    def heed(self, sentence: Text) -> None:
        """End as SIGTERM does, since a person said so: sentence says who, when and why."""
        if self.stop.requests == 0:
            self.told = sentence
            self.take(signal.SIGTERM)


@dataclass(slots=True)
class Session:
    """A hold on a run with KooMessage connected.

    held counts the requests in doubt that were left to a person.
    """

    hold: RunLease
    provider: Provider
    signals: Signals
    held: int = 0
    parts: Parts = field(init=False)

    def __post_init__(self) -> None:
        """Hand the parts to the reconciler."""
        hold = self.hold
        self.parts = Parts(
            hold.record.plan,
            hold.ledger,
            hold.writer,
            self.provider.gateway,
            self.provider.limiter,
            SteadyClock(hold.clock),
            hold.events.emit,
            store=hold.store,
        )

    @property
    def stop(self) -> StopSignal:
        """Return what asks for the end."""
        return self.signals.stop

    def beside(self, hold: RunLease) -> "Session":
        """Return the session of another run over the same connection."""
        self.provider.answerers.hear_for(hold.record, hold.writer, hold.ledger)
        return Session(hold, self.provider, self.signals)

    def interrupted(self) -> Interrupted:
        """Return what a signal ends the command with."""
        again = Words("interrupted; run the same command again to go on")
        error = Interrupted(self.signals.told or again)
        if self.signals.first != signal.SIGINT:
            error.exit_code = Exit.TERMINATED
        return error

    async def unless_stopped(self, work: Coroutine[object, object, T]) -> T:
        """Await harmless work; a signal cancels it and raises Interrupted."""
        working = asyncio.ensure_future(work)
        stopped = asyncio.ensure_future(self.stop.draining())
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if working.done():
            return working.result()
        working.cancel()
        await asyncio.wait({working})
        raise self.interrupted()


def _refuse_forgotten(record: RunRecord) -> None:
    if record.purged_at is not None:
        raise UsageError(
            filled(
                "the numbers of run {run} were forgotten by koosend purge; its books can "
                "still be shown and verified, and a new run begins with: koosend run "
                "CAMPAIGN --again",
                run=record.plan.run,
            ),
            "KS0212",
        )


def _folder_made(place: Place, record: RunRecord) -> Path:
    folder = run_folder(place.state, record.plan.run)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ReportUnwritable(
            filled(
                "the run's folder {folder} cannot be made ({why}); nothing was sent",
                folder=folder,
                why=system_words(error),
            ),
            "KS7304",
        ) from None
    return folder


def _swept(requests: int) -> Text:
    return filled(
        "{requests} {requests:request|requests} of an earlier process got no answer; that is "
        "asked for",
        requests=requests,
    )


@contextmanager
def lease_run(
    campaign: Campaign, place: Place, record: RunRecord, clock: Clock, ui: Ui
) -> Iterator[RunLease]:
    """Become the run's only writer. Raises RunHeld while another process is.

    Raises UsageError for a run whose numbers were forgotten: there is nobody left to send to or ask
    about.
    """
    _refuse_forgotten(record)
    mark_first(ui, marks_of(record))
    folder = _folder_made(place, record)
    options = LogOptions(secrets=secrets_of(identity_of(campaign, os.environ)))
    configure(LogOptions(secrets=options.secrets, level="warning"))

    def ask() -> str:
        return asyncio.run(ask_for_domain(campaign, clock))

    with closing(open_store(campaign, place.state)) as store:
        same = compare_accounts(campaign, place, record, store, ask)
        with (
            closing(place.ledger.take(record.plan.run)) as writer,
            closing(run_log(place.state, record, options)) as events,
            _end_told(events),
        ):
            events.emit(Event.RUN_STARTED, run=record.plan.run)
            if same:
                keep_same(store, store.folder, record, clock.now(), same)
                events.emit(Event.ACCOUNT_SAME, account=shown(record.plan.account), why=same)
            place.ledger.share_list(store_place(campaign, place.state))
            lease = RunLease(
                campaign, place.ledger, record, writer, clock, events, ui, folder, store, place.said
            )
            with _as_the_only_ledger(lease):
                swept = writer.sweep(clock.now())
                if swept:
                    events.emit(Event.LEDGER_SWEPT, submissions=swept)
                    ui.note(_swept(swept))
                yield lease


@contextmanager
def _end_told(events: EventLog) -> Iterator[None]:
    """Note in the run's log what the command leaves it for. On a screen the command says it."""
    try:
        yield
    except KoosendError as error:
        events.emit(
            Event.RUN_STOPPED, why=str(error), exit=int(error.exit_code), error_code=error.code
        )
        raise


@contextmanager
def _as_the_only_ledger(lease: RunLease) -> Iterator[None]:
    """Go on with a ledger that is no older copy, or of which a person says that it goes on anyway.

    Raises DecisionNeeded.
    """
    said, now = lease.said, lease.clock.now()
    if said.only_looks:
        yield
        return
    if not said.restored:
        refuse_old(lease.record, lease.writer, lease.events, now)
    claim = LedgerClaim(lease.ledger, lease.store, lease.state)
    with claim.held(now, restored=said.restored) as verdict:
        if verdict is not Verdict.GOES_ON:
            why = claim.why_not(verdict)
            raise note_old(lease.record, lease.writer, lease.events, now, why)
        yield


def finish(
    record: RunRecord, ledger: Ledger, writer: RunWriter, clock: Clock, events: EventLog
) -> None:
    """Record that nothing is left to submit, the first time that is so."""
    run = record.plan.run
    if record.finished_at is not None or ledger.submissions(run, UNSETTLED):
        return
    if not ledger.routes.unlinked(run):
        writer.finish(clock.now())
        events.emit(Event.RUN_COMPLETE)


@asynccontextmanager
async def open_session(hold: RunLease) -> AsyncIterator[Session]:
    """Connect to KooMessage and listen to signals: the first drains, the second cancels.

    Receipts are listened for meanwhile, where the campaign says so.
    """
    campaign, clock, events = hold.campaign, hold.clock, hold.events
    receipts = campaign.receipts or Receipts("")  # without the section nothing comes
    judge = Judge(hold.ledger, hold.state, campaign, receipts)
    keeper = ReceiptKeeper(hold.ledger.receipts, clock, events, judge)
    answerers = Answerers(clock, hold.ui)
    answerers.hear_for(hold.record, hold.writer, hold.ledger)
    # The listener outlives the emulator, which pushes until its end.
    if attended(hold.state) is None and (said := exposed(campaign.receipts)):
        hold.ui.note(said)
    async with (
        listening(campaign, hold.state, keeper.store, events) as address,
        open_gateway(campaign, clock, events, answerers.heard) as gateway,
    ):
        await tell_emulator(campaign, gateway, address)
        provider = Provider(gateway, limiter_of(campaign, hold.store, clock, events), answerers)
        settle_heap()
        await _learn_domain(hold)
        signals = Signals(hold.ui)
        with _heard(signals):
            yield Session(hold, provider, signals)


def limiter_of(
    campaign: Campaign, store: AccountStore, clock: Clock, events: EventLog
) -> SpacedLimiter:
    """Return the campaign's pace, at most what its account was last known to bear."""
    limits = LimiterOptions(
        messages_per_s=campaign.limits.messages_per_s,
        calls_per_s=campaign.limits.calls_per_s,
        learned_per_s=store.ceiling(),
    )
    return SpacedLimiter(limits, clock, on_event=events.emit)


async def _learn_domain(hold: RunLease) -> None:
    """Learn once which account IAM calls this: a changed key and its receipts are known by it.

    A provider on this machine is asked where its receipts are heard.
    """
    account = hold.campaign.account
    heard = hold.campaign.receipts is not None and not account.is_emulator
    if (account.is_loopback and not heard) or hold.store.domain():
        return
    domain = await ask_for_domain(hold.campaign, hold.clock)
    if domain:
        hold.store.learn_domain(domain)
        hold.events.emit(Event.ACCOUNT_KNOWN, domain=domain)


@contextmanager
def _heard(signals: Signals) -> Iterator[None]:
    """Take signals meanwhile, and leave them afterwards as they were before."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _ENDING}
    for number in _ENDING:
        loop.add_signal_handler(number, signals.take, number)
    try:
        yield
    finally:
        for number in _ENDING:
            loop.remove_signal_handler(number)
            signal.signal(number, before[number])
