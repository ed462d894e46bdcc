"""Tell a monitor what is wrong with a campaign's runs, and what it takes to mend it."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.core.errors import Exit
from pipeline.core.lifecycle import State
from pipeline.core.outcome import Outcome
from pipeline.core.times import days_between
from pipeline.language import SEMICOLON, Words, filled, joined
from pipeline.ports import Clock, RunRecord
from pipeline.reconciler.doubts.decide import exhausted
from pipeline.reconciler.doubts.policy import DoubtOptions
from pipeline.runner.door.signs import DoorSigns
from pipeline.runner.earlier.unsent import KeptBack, in_doubt, kept_back, unsent
from pipeline.runner.session.doubt_policy import doubt_options
from pipeline.runner.session.place import Place, is_trial, named

_LEFT = Words("a person left it so: koosend run {run} goes on, koosend drop {run} closes it")
_KEPT_BACK = {
    KeptBack.CANARY: Words(
        "its first recipients stopped it: koosend run {run} --after-canary goes on"
    ),
    KeptBack.ONLY_FIRST: _LEFT,
    KeptBack.PERSON: _LEFT,
    KeptBack.RESTORED: Words(
        "its ledger was put back from a copy: koosend reconcile {run} --restored"
    ),
    KeptBack.PAUSED: Words("a person paused it: koosend resume {run} lets it go on"),
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is to be done, with the exit code that says of what kind.

    run is empty where it is about no run.
    """

    run: str
    code: Exit
    what: str

    @property
    def sentence(self) -> str:
        """Say it, with the run."""
        return filled("run {run}: {what}", run=self.run, what=self.what) if self.run else self.what

    def as_json(self) -> dict[str, object]:
        """Return one object of what --json prints."""
        return {"run": self.run, "exit": int(self.code), "what": self.what}


def alarms_of(place: Place, record: RunRecord, clock: Clock) -> Iterator[Alarm]:
    """Yield what is to be done: people not sent to, doubts, and what KooMessage refused.

    Of a campaign all its runs count, but for test sends; refused rows only those of record, its
    latest: an earlier night's are history. People who were merely not reached are no alarm.
    """
    known = (record,) if place.campaign is None else place.ledger.runs(place.campaign.name)
    for run in known:
        if run.purged_at is None and (run is record or not is_trial(run)):
            yield from _alarms(place, run, clock)
    refused = place.ledger.books(record.plan.run).outcomes.get(Outcome.REFUSED, 0)
    if refused:
        what = filled(
            "{people} {people:person|people} {people:was|were} refused by KooMessage",
            people=refused,
        )
        yield Alarm(record.plan.run, Exit.ROWS_FAILED, what)


def alarms_at(door: DoorSigns) -> Iterator[Alarm]:
    """Yield what is to be done about what came at the receipts' door."""
    for sentence in door.sentences:
        yield Alarm("", Exit.DECISION_NEEDED, sentence)


def _alarms(place: Place, record: RunRecord, clock: Clock) -> Iterator[Alarm]:
    ledger, run, this = place.ledger, record.plan.run, named(record)
    at_work = ledger.people.is_held(run)
    people = unsent(ledger, run)
    if people:
        # A process at work settles all of these by itself, but for a pause.
        why = _whose_word(place, record, clock.now())
        if at_work and kept_back(ledger, record) is not KeptBack.PAUSED:
            why = ""
        what = filled(
            "{people} {people:person|people} {people:is|are} still to be sent to", people=people
        )
        told = why or (
            Words("a process is at work on it")
            if at_work
            else filled("koosend run {this} goes on", this=this)
        )
        code = Exit.DECISION_NEEDED if why else Exit.WORK_LEFT
        yield Alarm(run, code, joined(what, told, by=SEMICOLON))
    open_now = in_doubt(ledger, run)
    if open_now:
        held = 0 if at_work else _held(place, record, clock)
        code = Exit.DECISION_NEEDED if held else Exit.WORK_LEFT
        what = filled("{requests} {requests:request|requests} in doubt", requests=held or open_now)
        told = f"koosend {'doubts' if held else 'reconcile'} {this}"
        yield Alarm(
            run, code, f"{what}; {Words('a process is at work on it') if at_work else told}"
        )


def _whose_word(place: Place, record: RunRecord, now: float) -> str:
    """Say what keeps a run from going on until a person says so; empty where nothing does."""
    this = named(record)
    kept = kept_back(place.ledger, record)
    if kept is not None:
        return _KEPT_BACK[kept].format(run=this)
    days = place.campaign.screening.repeat_days if place.campaign else None
    if days is not None and days_between(record.plan.planned_at, now) > days:
        return filled(
            "it is too old to go on by itself: koosend run {this}, or koosend drop {this}",
            this=this,
        )
    return ""


def _held(place: Place, record: RunRecord, clock: Clock) -> int:
    """Count the requests that only a person can conclude.

    They are doubts that were asked about after their settling time, and are doubts still, and
    requests that have used up their names.
    """
    ledger, run = place.ledger, record.plan.run
    campaign = place.campaign_if_sound(record, clock.now())
    settle_s = (doubt_options(campaign) if campaign else DoubtOptions()).settle_s
    asked_at = {question.task_name: question.at for question in ledger.questions(run)}
    return len(exhausted(ledger, run)) + sum(
        asked_at.get(doubt.task_name, 0.0) >= doubt.attempted_at + settle_s
        for doubt in ledger.submissions(run, frozenset({State.IN_DOUBT}))
        if doubt.task_name is not None and doubt.attempted_at is not None
    )
