"""Notice a ledger that is older than what was sent, before anything is sent by it again."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from pipeline.core.answer import FoundTask, Hindrance, Unanswered
from pipeline.core.bounds import spread
from pipeline.core.errors import (
    CredentialsRefused,
    DecisionNeeded,
    KoosendError,
    ProviderUnavailable,
    WorkLeft,
)
from pipeline.core.lifecycle import SENDABLE
from pipeline.core.lifecycle import Event as Step
from pipeline.core.model import Route, RunId, TaskName
from pipeline.core.names import ATTEMPTS_MAX, place_of, task_name
from pipeline.core.times import DAY_S
from pipeline.language import Words, filled
from pipeline.logs import Event
from pipeline.ports import Attempt, Conclusion, RunWriter, Submission
from pipeline.runner.guards.old_ledger import note_old
from pipeline.runner.session.session import Session

ASKED_MAX = 20
"""Names that a resumed run asks for before its first request."""

ASKED_OF_NEW = 3
"""Names that a run asks for which this ledger never sent."""

_STEP_S = 1.2 * DAY_S
_REACH_S = 0.6 * DAY_S
_LOOKS_MAX = 16
_WAITS_S = (0.5, 2.0, 5.0)
_UNASKABLE = frozenset({Route.PARSE, Route.SKIP})
_ENDING: Mapping[Hindrance | None, type[KoosendError]] = {
    Hindrance.UNTRUSTED: ProviderUnavailable,
    Hindrance.CREDENTIALS: CredentialsRefused,
}
_NEVER_LEFT = Words("the request never left")


async def prove_current(session: Session) -> None:
    """Ask for some of the names that are about to be used.

    One that KooMessage knows proves the ledger old: a run that seems new may have been planned, and
    sent, in a ledger that this one is an older copy of. Raises DecisionNeeded then, and WorkLeft
    where KooMessage does not answer for a run that was begun before.
    """
    hold = session.hold
    await _withdraw_unsent(session)
    begun = hold.record.started_at is not None
    knows = ask_for if begun else _seen
    askable = [request for request in _sendable(session) if request.route not in _UNASKABLE]
    for submission in spread(askable, ASKED_MAX if begun else ASKED_OF_NEW):
        name = next_name(hold.record.plan.run, submission, submission.attempts + 1)
        if name is not None and await knows(session, submission, name):
            raise _found(session, name)


async def ask_for(
    session: Session, submission: Submission, name: TaskName
) -> tuple[FoundTask, ...]:
    """Ask KooMessage for a name, back to where the ledger ends.

    Raises WorkLeft for no answer, DecisionNeeded for one from which nothing can be concluded.
    """
    for since in _looks(session):
        found = await _ask_once(session, submission, name, since)
        if found:
            return found
    return ()


async def _seen(session: Session, submission: Submission, name: TaskName) -> bool:
    """Tell whether KooMessage knows a name of the last day; no answer does not hold a new run."""
    answer = await put(session, submission, name, session.hold.clock.now())
    return bool(answer) and not isinstance(answer, Unanswered)


async def put(
    session: Session, submission: Submission, name: TaskName, since: float
) -> tuple[FoundTask, ...] | Unanswered:
    """Ask KooMessage once, at the run's pace, for what it lists under a name since a time."""
    parts = session.parts
    channel, phones = parts.carrier(submission).channel, parts.some_phones(submission)
    return await parts.ask(partial(parts.gateway.find, channel, name, since, phones))


async def _ask_once(
    session: Session, submission: Submission, name: TaskName, since: float
) -> tuple[FoundTask, ...]:
    last = Unanswered("")
    for wait_s in (0.0, *_WAITS_S):
        if wait_s:
            await session.hold.clock.sleep(wait_s)
        answer = await put(session, submission, name, since)
        if not isinstance(answer, Unanswered):
            return answer
        last = answer
        if answer.hindrance in _ENDING:
            raise _ENDING[answer.hindrance](
                filled("KooMessage cannot be asked: {why}", why=answer.why)
            )
    if last.unreadable:
        raise DecisionNeeded(
            filled(
                "KooMessage's list of tasks cannot be read ({why}), so that nothing tells "
                "if {name} was taken before, and nothing more is sent; koosend probe shows "
                "what the list does: ask the provider's support, and run the same command "
                "again once it can be read",
                why=last.why,
                name=name,
            ),
            "KS7915",
        )
    raise WorkLeft(
        filled(
            "KooMessage does not say if {name} was taken before ({why}), and that must be "
            "known before a run goes on; run the same command again later",
            name=name,
            why=last.why,
        ),
        "KS7513",
    )


def next_name(run: RunId, submission: Submission, attempt: int) -> TaskName | None:
    """Return the name that an attempt of a submission would go by; None past the last."""
    if attempt > ATTEMPTS_MAX:
        return None
    return task_name(run, submission.chunk, submission.submission, attempt)


def withdraw(writer: RunWriter, attempt: Attempt, why: str) -> None:
    """Use a name up: record that a request was meant under it and was not taken."""
    writer.begin([attempt])
    gone = Conclusion(*attempt.place, Step.WAS_THROTTLED, attempt.at, code="withdrawn", message=why)
    writer.conclude([gone])


async def _withdraw_unsent(session: Session) -> None:
    """Use up the names of a last write that the ledger did not come to: a kill came between."""
    hold = session.hold
    by_place = {submission.place: submission for submission in _sendable(session)}
    for name in hold.writer.unknown_intents().last:
        place = place_of(name)
        submission = None if place is None else by_place.get((place[1], place[2]))
        if submission is None:
            raise _found(session, name)
        number = submission.attempts + 1
        if next_name(hold.record.plan.run, submission, number) != name:
            raise _found(session, name)
        if submission.route not in _UNASKABLE and await ask_for(session, submission, name):
            raise _found(session, name)
        attempt = Attempt(*submission.place, number, name, hold.clock.now())
        withdraw(hold.writer, attempt, _NEVER_LEFT)
        by_place[submission.place] = replace(submission, attempts=number)
        hold.events.emit(Event.INTENT_WITHDRAWN, task_name=name)


def _sendable(session: Session) -> tuple[Submission, ...]:
    return session.hold.ledger.submissions(session.hold.record.plan.run, SENDABLE)


def _looks(session: Session) -> Iterator[float]:
    """Yield the times to ask around, from now back to the last thing that the ledger knows.

    A question sees a day to each side; that times are told in another zone is allowed for.
    """
    hold = session.hold
    run = hold.record.plan.run
    known = [submission.attempted_at for submission in hold.ledger.submissions(run)]
    end = max(filter(None, known), default=hold.record.plan.planned_at)
    at = hold.clock.now()
    for _ in range(_LOOKS_MAX):
        yield at
        if at - _REACH_S <= end:
            return
        at -= _STEP_S


def _found(session: Session, name: TaskName) -> DecisionNeeded:
    hold = session.hold
    at = hold.clock.now()
    return note_old(
        hold.record,
        hold.writer,
        hold.events,
        at,
        filled("KooMessage knows the request {name}, which it does not", name=name),
    )
