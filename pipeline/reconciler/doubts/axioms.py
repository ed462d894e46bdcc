"""Watch what is assumed and cannot be proved: that some refusals mean that nothing was taken.

Of the requests that were refused so, a few are asked for by name once the settling time has passed.
One that is listed was taken anyway: the assumption is false for this account. Those that are
about to be sent again may be asked for before that as well: what is listed by then is not sent.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.bounds import spread
from pipeline.core.lifecycle import Event, State
from pipeline.core.model import Channel, TaskName
from pipeline.language import filled
from pipeline.ports import AttemptRecord, Conclusion, Question, Submission
from pipeline.reconciler.context import Parts
from pipeline.reconciler.doubts.making import asked_of
from pipeline.reconciler.doubts.questions import Ages, Inquiry, Reply, ages_of, put_once

SAMPLES = 3
"""How many requests of each code are asked for in a pass: the first, the last, one between."""

_ALL_MAX = 200
_TURNED_AWAY = frozenset({Event.WAS_THROTTLED, Event.WAS_SPLIT})


@dataclass(frozen=True, slots=True)
class Broken:
    """A request that was taken although its answer was believed to say the contrary.

    messages is how many people it was for; again says that they were sent it once more since.
    """

    name: TaskName
    code: str
    messages: int
    again: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """What a look brought: requests that were taken anyway, and when to look again.

    due_s is when the next sample's settling time has passed, in seconds; None where none is left.
    """

    broken: tuple[Broken, ...] = ()
    due_s: float | None = None


async def watch_axioms(
    parts: Parts, is_axiom: Callable[[str], bool], settle_s: float, *, early: bool = False
) -> Watched:
    """Ask for samples of what was sent again, or in parts, since a code is believed.

    With early also for samples of what is still to be sent again and whose time has not come; that
    they are not listed yet proves nothing, so that they are asked for once more. By a clock that is
    wrong, or could not be compared, no time has come.

    is_axiom tells whether an attempt's code is such a code. A name that is listed is recorded with
    the account, its code counts as a lost answer from then on, and a submission that still waits to
    be sent again goes on as taken. Raises what the ledger raises.
    """
    open_records = _not_asked_yet(parts, is_axiom, settle_s)
    if not open_records:
        return Watched()
    ages = await ages_of(parts)
    deferred = _latest_of_deferred(parts) if early else frozenset()
    left_s = {
        record.attempt.task_name: settle_s - ages.age_s(record.attempt.at)
        if ages.is_right
        else math.inf
        for of_code in open_records.values()
        for record in of_code
    }
    ripe = deferred.union(name for name, wait_s in left_s.items() if wait_s <= 0)
    broken: list[Broken] = []
    for code, records in open_records.items():
        due = [record for record in records if record.attempt.task_name in ripe]
        found = await _ask(parts, ages, code, spread(due, SAMPLES))
        if found:
            # The code is false: whoever else it was believed for is told of now, not another day.
            known = {taken.name for taken in found}
            rest = [record for record in records if record.attempt.task_name not in known]
            found += await _ask(parts, ages, code, rest[:_ALL_MAX])
        broken += found
    unripe = [wait_s for wait_s in left_s.values() if 0 < wait_s < math.inf]
    return Watched(tuple(broken), min(unripe, default=None))


def _latest_of_deferred(parts: Parts) -> frozenset[TaskName]:
    waiting = parts.ledger.submissions(parts.run, frozenset({State.DEFERRED}))
    return frozenset(submission.task_name for submission in waiting if submission.task_name)


def _not_asked_yet(
    parts: Parts, is_axiom: Callable[[str], bool], settle_s: float
) -> Mapping[str, list[AttemptRecord]]:
    """Return by code the refused attempts, of codes of which too few were asked for so far."""
    questions = parts.ledger.questions(parts.run)
    asked = {question.task_name for question in questions if _counts(question, settle_s)}
    by_code: dict[str, list[AttemptRecord]] = {}
    done: dict[str, int] = {}
    for record in parts.ledger.attempts(parts.run):
        if record.event not in _TURNED_AWAY or not is_axiom(record.code):
            continue
        if record.attempt.task_name in asked:
            done[record.code] = done.get(record.code, 0) + 1
        else:
            by_code.setdefault(record.code, []).append(record)
    return {code: records for code, records in by_code.items() if done.get(code, 0) < SAMPLES}


def _counts(question: Question, settle_s: float) -> bool:
    """Tell whether a question about a refused attempt need not be put again."""
    if question.found > 0:
        return True
    meant_at = question.at if question.meant_at is None else question.meant_at
    return question.found == 0 and question.at - meant_at >= settle_s


async def _ask(
    parts: Parts, ages: Ages, code: str, records: Sequence[AttemptRecord]
) -> list[Broken]:
    known = {submission.place: submission for submission in parts.ledger.submissions(parts.run)}
    broken: list[Broken] = []
    for record in records:
        attempt = record.attempt
        submission = known.get(attempt.place)
        if submission is None or (kind := asked_of(parts, submission)) is Channel.LINKS_ONLY:
            continue
        inquiry = Inquiry(attempt.task_name, attempt.at, kind, submission)
        reply = await put_once(parts, ages, inquiry, parts.some_phones(submission)[:1])
        if ages.is_right or reply.matches:  # how late it was asked would not be known
            parts.writer.asked([reply.as_question(0)])
        if reply.matches:
            broken.append(_broken(parts, submission, reply, code))
    return broken


def _broken(parts: Parts, submission: Submission, reply: Reply, code: str) -> Broken:
    name, task_id = reply.inquiry.name, reply.matches[0].task_id
    # The account first: after a kill here the code is a doubt, and the name is asked for again.
    parts.store.doubt_code(code, name, parts.clock.now())
    parts.on_event("axiom.false", code=code, task_name=name, task_id=task_id)
    again = submission.state is not State.DEFERRED
    if not again:
        taken = Conclusion(
            *submission.place,
            Event.WAS_FOUND,
            parts.clock.now(),
            task_id=task_id,
            note=filled(
                "listed although {code} was believed to mean that nothing was taken", code=code
            ),
            task_name=name,
        )
        parts.writer.conclude([taken])
    return Broken(name, code, submission.messages, again=again)
