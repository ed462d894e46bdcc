"""Show a run's doubts, and let a person decide what asking could not."""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from pipeline.core.errors import KoosendError, UsageError
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, TaskName
from pipeline.language import filled, listed
from pipeline.logs import Event, Mask
from pipeline.ports import Clock, Ledger, Question, RunRecord, Submission
from pipeline.reconciler.doubts.decide import Decision, PersonsWord, decide_doubts, exhausted
from pipeline.reconciler.doubts.policy import DoubtOptions
from pipeline.reconciler.doubts.settle import pushed_tasks
from pipeline.runner.commands.report import leave_files
from pipeline.runner.guards.same_account import compare_offline
from pipeline.runner.session.doubt_policy import doubt_options
from pipeline.runner.session.marks import marks_of
from pipeline.runner.session.outside import who_says
from pipeline.runner.session.place import Place, named, run_log
from pipeline.runner.session.session import finish
from pipeline.settings.account import shown

_EVENTS: Mapping[Decision, Event] = {
    "release": Event.DOUBT_RELEASED,
    "assume_sent": Event.DOUBT_ASSUMED_SENT,
    "give_up": Event.SUBMISSION_GIVEN_UP,
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One request without proof. first and last are the places of its recipients in the source.

    settled says that its settling time has passed, so that asking has had its chance; proved, that
    a receipt bears its name: it was taken.
    """

    submission: Submission
    name: TaskName
    first: str
    last: str
    age_s: float
    settled: bool
    questions: tuple[Question, ...]
    proved: bool = False

    @property
    def why(self) -> str:
        """Say what came instead of an answer. It may quote the provider."""
        return Mask()(self.submission.message)

    def as_json(self) -> dict[str, object]:
        """Return one object of what --json prints."""
        return {
            "task_name": self.name,
            "chunk": self.submission.chunk,
            "submission": self.submission.submission,
            "recipients": self.submission.messages,
            "first_row": self.first,
            "last_row": self.last,
            "attempted_at": self.submission.attempted_at,
            "age_s": round(self.age_s, 1),
            "why": self.why,
            "settled": self.settled,
            "proved_by_receipt": self.proved,
            "questions": [
                {"at": asked.at, "found": asked.found, "answer": asked.answer}
                for asked in self.questions
            ],
        }


@dataclass(frozen=True, slots=True)
class Doubts:
    """A run's doubts. under_way counts requests whose process still works on them, or died.

    nameless are no doubts: requests that nothing became of and that have used up their names.
    """

    record: RunRecord
    settle_s: float
    found: tuple[Doubt, ...]
    under_way: int
    nameless: tuple[Doubt, ...] = ()

    @property
    def has_sms(self) -> bool:
        """Tell whether an SMS is among them: its name stands only beside its numbers."""
        message = self.record.plan.message
        channels = {message.channel_of(doubt.submission.route) for doubt in self.found}
        return bool(channels & {Channel.SMS, Channel.AIM_LINKS})

    def as_json(self) -> dict[str, object]:
        """Return the one object that --json prints."""
        return {
            "run": self.record.plan.run,
            "campaign": self.record.plan.campaign,
            **marks_of(self.record).as_json(),
            "settle_s": self.settle_s,
            "under_way": self.under_way,
            "doubts": [doubt.as_json() for doubt in self.found],
            "out_of_names": [doubt.as_json() for doubt in self.nameless],
        }

    def named(self, names: Sequence[str], decision: Decision) -> tuple[Doubt, ...]:
        """Pick by name what is to be decided. Raises UsageError when one is none of this run."""
        open_now = self.nameless if decision == "give_up" else self.found
        by_name: Mapping[str, Doubt] = {doubt.name: doubt for doubt in open_now}
        for name in names:
            if name not in by_name:
                raise _no_doubt(self.record, [name])
        return tuple(by_name[name] for name in dict.fromkeys(names))

    def settled(self) -> tuple[Doubt, ...]:
        """Pick those that asking has had its chance with. Raises UsageError when there is none."""
        chosen = tuple(doubt for doubt in self.found if doubt.settled)
        if not chosen:
            raise UsageError(
                filled(
                    "run {run} has no doubt that is past its settling time; koosend "
                    "reconcile asks about the others",
                    run=self.record.plan.run,
                ),
                "KS0213",
            )
        return chosen


@dataclass(frozen=True, slots=True)
class Word:
    """What a person decided, about which doubts, and why.

    who is somebody whom another program knows, such as the page; empty for the system's user.
    """

    decision: Decision
    names: tuple[TaskName, ...]
    reason: str
    who: str = ""


def list_doubts(place: Place, clock: Clock) -> Doubts:
    """List a run's doubts with what was asked about each; changes nothing."""
    record, ledger = place.run, place.ledger
    run = record.plan.run
    settle_s = _settle_s(place, clock)
    asked: dict[TaskName, list[Question]] = {}
    for question in ledger.questions(run):
        asked.setdefault(question.task_name, []).append(question)
    in_doubt = ledger.submissions(run, frozenset({State.IN_DOUBT}))
    nameless = exhausted(ledger, run)
    places = _places(ledger, record, [*in_doubt, *nameless])
    proved = pushed_tasks(ledger, in_doubt)
    found = []
    for submission in (*in_doubt, *nameless):
        if submission.task_name is None or submission.attempted_at is None:
            continue  # verify tells of a ledger that holds such a thing
        age_s = max(0.0, clock.now() - submission.attempted_at)
        first, last = places.get(submission.place, ("", ""))
        questions = tuple(asked.get(submission.task_name, ()))
        found.append(
            Doubt(
                submission,
                submission.task_name,
                first,
                last,
                age_s,
                age_s >= settle_s,
                questions,
                submission.task_name in proved,
            )
        )
    under_way = len(ledger.submissions(run, frozenset({State.IN_FLIGHT})))
    doubts = tuple(doubt for doubt in found if doubt.submission.state is State.IN_DOUBT)
    return Doubts(record, settle_s, doubts, under_way, tuple(found[len(doubts) :]))


def decide(place: Place, word: Word, clock: Clock) -> KoosendError | None:
    """Conclude the named doubts on a person's word, and write the run's files anew.

    Returns what kept the files from being written. Raises what `conclude` raises.
    """
    conclude(place, word, clock)
    return leave_files(place, place.run.plan.run)


def conclude(place: Place, word: Word, clock: Clock) -> None:
    """Conclude the named doubts on a person's word, whole or not at all.

    Raises RunHeld while another process works on the run, AccountDiffers, UsageError when a name is
    no doubt, or a receipt proves that it was taken.
    """
    record, ledger = place.run, place.ledger
    run = record.plan.run
    who, reason = word.who or who_says(os.environ), Mask()(word.reason)
    same = compare_offline(place, clock.now(), keep=True)
    with (
        closing(ledger.take(run)) as writer,
        closing(run_log(place.state, record)) as events,
    ):
        if same:
            events.emit(Event.ACCOUNT_SAME, account=shown(record.plan.account), why=same)
        swept = writer.sweep(clock.now())
        if swept:
            events.emit(Event.LEDGER_SWEPT, submissions=swept)
        _refuse_proved(ledger, record, word.names)
        said = PersonsWord(word.decision, word.names, who, clock.now(), reason)
        unknown = decide_doubts(ledger, writer, run, said)
        if unknown:
            raise _no_doubt(record, unknown)
        for name in word.names:
            events.emit(_EVENTS[word.decision], task_name=name, who=who, why=reason)
        finish(record, ledger, writer, clock, events)


def _settle_s(place: Place, clock: Clock) -> float:
    """Return the campaign's settling time; a campaign file that is gone leaves the default."""
    campaign = place.campaign_if_sound(place.run, clock.now())
    return (doubt_options(campaign) if campaign else DoubtOptions()).settle_s


def _places(
    ledger: Ledger, record: RunRecord, wanted: Sequence[Submission]
) -> dict[tuple[int, int], tuple[str, str]]:
    """Find where each submission's recipients begin and end in the source."""
    keys = {submission.place for submission in wanted}
    places: dict[tuple[int, int], tuple[str, str]] = {}
    for block in ledger.outcomes(record.plan.run) if keys else ():
        names = [submission.place for submission in block.table]
        for at, position in enumerate(block.submissions):
            key = names[position] if position >= 0 else None
            if key in keys:
                sheet = f"{block.sheets[at]}:" if block.sheets[at] else ""
                here = f"{sheet}{block.lines[at]}"
                places[key] = (places.get(key, (here,))[0], here)
    return places


def _refuse_proved(ledger: Ledger, record: RunRecord, names: Sequence[TaskName]) -> None:
    doubts = ledger.submissions(record.plan.run, frozenset({State.IN_DOUBT}))
    proved = pushed_tasks(ledger, [doubt for doubt in doubts if doubt.task_name in names])
    if proved:
        raise UsageError(
            filled(
                "{proved}: a receipt bears this name, so that KooMessage took it; nothing "
                "was decided; koosend reconcile {run} settles it",
                proved=listed([*proved]),
                run=named(record),
            ),
            "KS0213",
        )


def _no_doubt(record: RunRecord, names: Sequence[str]) -> UsageError:
    return UsageError(
        filled(
            "{names}: no such doubt in run {run}; nothing was decided; koosend doubts "
            "{run_2} lists them",
            names=listed(names),
            run=record.plan.run,
            run_2=named(record),
        ),
        "KS0213",
    )
