"""Heed what people say of a run from another shell, and the hours of the day, while it is sent."""

import asyncio
import math
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from pipeline.core.errors import DecisionNeeded, LedgerUnwritable, WindowClosed
from pipeline.core.times import Window
from pipeline.language import Text, Words, filled
from pipeline.logs import Event
from pipeline.ports import Clock, Control, ControlKind, ControlRecord, RunRecord
from pipeline.runner.session.outside import who_says
from pipeline.runner.session.place import Place, named
from pipeline.runner.session.session import RunLease, Session

LOOK_S = 1.0
"""How old what is known of people's words may be when a request leaves."""

_BY_RUN = "koosend run"


def heed_before(hold: RunLease, place: Place) -> None:
    """Raise DecisionNeeded for a run that a person paused or stopped: nothing of it is sent.

    Who names a stopped run by its id says that it goes on; that is kept. Who names the campaign
    may be cron.
    """
    run, now = hold.record.plan.run, hold.clock.now()
    control = Control.of(hold.ledger.controls(run))
    if control.pause is not None:
        raise DecisionNeeded(_standing(hold.record, control.pause), "KS7910")
    if control.stop is None:
        return
    by_id = place.campaign is None and place.record is not None and place.run.plan.run == run
    if not by_id:
        raise DecisionNeeded(_standing(hold.record, control.stop), "KS7910")
    word = ControlRecord(now, ControlKind.GO_ON, who_says(os.environ), _BY_RUN)
    hold.ledger.record_control(run, word)
    hold.events.emit(Event.RUN_RESUMED, who=word.who, why=word.why)


class Obedience:
    """What holds of a run by people's words, known to be at most LOOK_S old where it matters."""

    def __init__(self, session: Session) -> None:
        """Take in what was said before."""
        self.session = session
        self._hold = session.hold
        self._control = Control()
        self._heard = 0
        self._looked_at = -math.inf
        self.look()

    def paused(self) -> Text | None:
        """Say who wants nothing more to leave, before each request. Raises LedgerUnwritable."""
        if self._hold.clock.monotonic() - self._looked_at >= LOOK_S:
            self.look()
        pause = self._control.pause
        return None if pause is None else _standing(self._hold.record, pause)

    async def until_resumed(self) -> None:
        """Wait while the run is paused.

        Raises WindowClosed once the hours of the day are over, where the campaign stops then.
        """
        limits = self._hold.campaign.limits
        while (word := self.paused()) is not None:
            is_open = limits.window.is_open(self._hold.clock.now())
            if not is_open and limits.outside_window == "stop":
                raise WindowClosed(filled("the sending window is closed; {word}", word=word))
            await self._hold.clock.sleep(LOOK_S)

    async def watch(self) -> None:
        """Look again and again, since a stop and a limit are for those who wait as well."""
        while True:
            await self._hold.clock.sleep(LOOK_S)
            with suppress(LedgerUnwritable):  # whoever sends looks as well, and is told
                self.look()

    def look(self) -> None:
        """Read what was said, and do what is new of it."""
        self._looked_at = self._hold.clock.monotonic()
        said = self._hold.ledger.controls(self._hold.record.plan.run)
        if len(said) == self._heard:
            return
        now = Control.of(said)
        # Of what was said before this process began, only what still holds is news.
        news = said[self._heard :] if self._heard else now.standing
        self._control, self._heard = now, len(said)
        limit = now.limit.messages_per_s if now.limit else 0.0
        self.session.provider.limiter.hold_to(limit)
        for record in news:
            self._tell(record)
        if now.stop is not None:
            self.session.signals.heed(_standing(self._hold.record, now.stop))

    def _tell(self, record: ControlRecord) -> None:
        run = self._hold.record
        holds = record.kind in {ControlKind.PAUSE, ControlKind.STOP}
        said = (
            _standing(run, record)
            if holds
            else filled("run {run} is {sentence}", run=run.plan.run, sentence=record.sentence)
        )
        self._hold.ui.note(said)
        self._hold.events.emit(
            Event.CONTROL_HEEDED,
            kind=str(record.kind),
            who=record.who,
            why=record.why,
            messages_per_s=record.messages_per_s,
        )


@asynccontextmanager
async def obeying(session: Session) -> AsyncIterator[Obedience]:
    """Heed what is said of the run for as long as the context lasts."""
    obedience = Obedience(session)
    watching = asyncio.create_task(obedience.watch())
    try:
        yield obedience
    finally:
        watching.cancel()
        await asyncio.wait({watching})


def why_closed(window: Window, clock: Clock) -> Text | None:
    """Say that the campaign does not send at this time of day; None where it does."""
    if window.is_open(clock.now()):
        return None
    return Words("the sending window is closed; run the same command again when it is open")


def _standing(record: RunRecord, word: ControlRecord) -> Text:
    """Say what a person said of a run, and how it is taken back."""
    this = named(record)
    on = Text(f"koosend resume {this}")
    if word.kind is ControlKind.STOP:
        on = filled("{others} or {last}", others=f"koosend run {this}", last=on)
    return filled(
        "run {run} is {sentence}; nothing more is sent until {on}",
        run=record.plan.run,
        sentence=word.sentence,
        on=on,
    )
