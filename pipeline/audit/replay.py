"""Hold where each submission stands against the steps that led there. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from pipeline.audit.books import Finding, FindingCode, where_of
from pipeline.core.lifecycle import TABLE, Event, State
from pipeline.language import Words, filled
from pipeline.ports import AttemptRecord, Submission

_ENDS: dict[Event, State] = {
    event: state
    for before in (State.IN_FLIGHT, State.IN_DOUBT)
    for event, state in TABLE[before].items()
}
"""Where each conclusion of an attempt leads: whichever it was concluded from, the same."""


def check_steps(
    submissions: Iterable[Submission], records: Iterable[AttemptRecord]
) -> Iterator[Finding]:
    """Yield each submission that stands elsewhere than its attempts led it.

    records are a run's attempts, each submission's first to last.
    """
    made: dict[tuple[int, int], list[AttemptRecord]] = {}
    for record in records:
        made.setdefault(record.attempt.place, []).append(record)
    for submission in submissions:
        sentence = _judge(submission, made.get(submission.place, ()))
        if sentence:
            yield Finding(FindingCode.STEPS_DIFFER, sentence, where_of(submission))


def _judge(submission: Submission, made: Sequence[AttemptRecord]) -> str:
    if len(made) != submission.attempts:
        return filled(
            "it counts {attempts} attempts, {made} are recorded",
            attempts=str(submission.attempts),
            made=str(len(made)),
        )
    telling = _telling(made)
    expected = _end(telling)
    # What was turned away, or never tried, may also have been given up.
    given_up = expected in {State.PLANNED, State.DEFERRED} and submission.state is State.ABANDONED
    if submission.state is not expected and not given_up:
        return filled(
            "it is {state}, but its steps led to {expected}",
            state=submission.state,
            expected=expected,
        )
    if telling and telling.attempt.task_name != submission.task_name:
        name = telling.attempt.task_name
        return filled(
            "its task name is {task_name}, its steps end with {name}",
            task_name=str(submission.task_name),
            name=name,
        )
    task_id = submission.task_id if submission.state is State.ACCEPTED else None
    if telling and task_id and telling.task_id != task_id:
        return filled(
            "its task id is {task_id}, but {task_id_2} was answered",
            task_id=task_id,
            task_id_2=str(telling.task_id),
        )
    if any(_end(other) is not State.DEFERRED for other in made if other is not telling):
        return Words("it was attempted again although an earlier attempt was not proved absent")
    return ""


def _telling(made: Sequence[AttemptRecord]) -> AttemptRecord | None:
    """Return the attempt that tells where a submission stands.

    It is the latest, but where an earlier one was found after that had been turned away.
    """
    found = (record for record in made if record.event is Event.WAS_FOUND)
    return next(found, made[-1] if made else None)


def _end(record: AttemptRecord | None) -> State:
    if record is None:
        return State.PLANNED
    return State.IN_FLIGHT if record.event is None else _ENDS[record.event]
