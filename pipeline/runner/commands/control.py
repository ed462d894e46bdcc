"""Say something of a run from another shell: it is kept, and the process at work heeds it."""

import contextlib
import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from pipeline.core.errors import UsageError
from pipeline.language import Text, Words, filled
from pipeline.logs import Event, Mask
from pipeline.ports import Clock, Control, ControlKind, ControlRecord, RunRecord
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.outside import who_says
from pipeline.runner.session.place import Place, is_trial, named, run_folder, run_log

_EVENTS: Mapping[ControlKind, Event] = {
    ControlKind.PAUSE: Event.RUN_PAUSED,
    ControlKind.RESUME: Event.RUN_RESUMED,
    ControlKind.STOP: Event.RUN_TOLD_TO_STOP,
    ControlKind.LIMIT: Event.RUN_LIMITED,
}
_HEEDED = Words("a process is at work on it and heeds that within 2 seconds")
_NOBODY = Words("no process is at work on it; it holds for the next start")


@dataclass(frozen=True, slots=True)
class Order:
    """What a person wants of a run, and why; messages_per_s is of a limit, 0 takes it off.

    who is somebody whom another program knows, such as the page; empty for the system's user.
    """

    kind: ControlKind
    why: str = ""
    messages_per_s: float = 0.0
    who: str = ""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What holds of a run now. fresh: something was said that did not hold already.

    at_work: a process holds the run. others are the campaign's runs that processes are at work on,
    where a campaign was named and this is none of them.
    """

    record: RunRecord
    kind: ControlKind
    control: Control
    fresh: bool
    at_work: bool
    others: tuple[RunRecord, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Say what holds, and who heeds it when."""
        run, held = self.record.plan.run, self.control
        known: dict[ControlKind, Text | None] = {
            ControlKind.PAUSE: held.pause.sentence if held.pause else None,
            ControlKind.STOP: held.stop.sentence if held.stop else None,
            ControlKind.LIMIT: held.limit.sentence if held.limit else None,
        }
        what = known.get(self.kind)
        if what is None:
            what = (
                Words("limited no longer") if self.kind is ControlKind.LIMIT else Words("let go on")
            )
        if not self.fresh:
            nothing = self.kind is ControlKind.RESUME
            already = filled("{what} already", what=what)
            what = Words("neither paused nor stopped") if nothing else already
        said = [
            filled(
                "run {run} is {what}; {who_heeds}",
                run=run,
                what=what,
                who_heeds=self._who_heeds,
            )
        ]
        said += (
            filled(
                "a process is at work on run {run} of this campaign: koosend {kind} {run_2}",
                run=other.plan.run,
                kind=self.kind,
                run_2=named(other),
            )
            for other in self.others
        )
        return tuple(said)

    @property
    def _who_heeds(self) -> Text:
        this = named(self.record)
        if self.kind is ControlKind.RESUME and not self.at_work:
            return filled(
                "no process is at work on it; koosend run {this} goes on with it", this=this
            )
        return _HEEDED if self.at_work else _NOBODY

    def as_json(self) -> dict[str, object]:
        """Return the one object that --json prints."""
        return {
            "run": self.record.plan.run,
            "campaign": self.record.plan.campaign,
            **marks_of(self.record).as_json(),
            "control": self.control.as_json(),
            "said": self.fresh,
            "at_work": self.at_work,
            "others_at_work": [other.plan.run for other in self.others],
        }


def order_run(place: Place, order: Order, clock: Clock) -> Ordered:
    """Record what a person wants of a run, unless it holds already.

    Raises UsageError for a run that is over, and where there is none.
    """
    record, ledger = place.run, place.ledger
    run = record.plan.run
    others = _others_at_work(place)
    if record.finished_at is not None or record.purged_at is not None:
        raise UsageError(_over(record, others, order.kind), "KS0226")
    before = Control.of(ledger.controls(run))
    left = ledger.stop(run) is not None
    fresh = _is_fresh(before, order, left=left)
    if fresh:
        who, why = order.who or who_says(os.environ), Mask()(order.why)
        word = ControlRecord(clock.now(), order.kind, who, why, order.messages_per_s)
        ledger.record_control(run, word)
        _log(place, word)
    now = Control.of(ledger.controls(run))
    return Ordered(record, order.kind, now, fresh, ledger.people.is_held(run), others)


def _is_fresh(before: Control, order: Order, *, left: bool) -> bool:
    """Tell whether it does not hold yet. A limit is always said anew."""
    match order.kind:
        case ControlKind.PAUSE:
            return before.pause is None
        case ControlKind.STOP:
            return before.stop is None
        case ControlKind.RESUME:
            return before.pause is not None or before.stop is not None or left
        case _:
            return True


def _others_at_work(place: Place) -> tuple[RunRecord, ...]:
    """List the campaign's other runs that processes are at work on: an earlier night's goes first.

    Whoever names the campaign stands before all its runs, and means what is sent now.
    """
    if place.campaign is None:
        return ()
    known = place.ledger.runs(place.campaign.name)
    return tuple(
        other
        for other in known
        if other.plan.run != place.run.plan.run
        and other.finished_at is None
        and not is_trial(other)
        and place.ledger.people.is_held(other.plan.run)
    )


def _over(record: RunRecord, others: tuple[RunRecord, ...], kind: ControlKind) -> Text:
    if not others:
        return filled("run {run} is over: nothing of it is left to send", run=record.plan.run)
    this = named(others[0])
    return filled(
        "run {run} is over: nothing of it is left to send; a process is at work on run "
        "{run_2} of this campaign: koosend {kind} {this}",
        run=record.plan.run,
        run_2=others[0].plan.run,
        kind=kind,
        this=this,
    )


def _log(place: Place, word: ControlRecord) -> None:
    """Tell the run's events: a process at work writes to the same file, line by line."""
    folder = run_folder(place.state, place.run.plan.run)
    with contextlib.suppress(OSError):  # the ledger has it
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fields = {"messages_per_s": word.messages_per_s} if word.kind is ControlKind.LIMIT else {}
    with closing(run_log(place.state, place.run)) as events:
        events.emit(_EVENTS[word.kind], who=word.who, why=word.why, **fields)
