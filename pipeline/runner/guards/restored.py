"""`reconcile --restored`: ask for everything that an older ledger may have forgotten."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.answer import FoundTask
from pipeline.core.lifecycle import SENDABLE, State
from pipeline.core.lifecycle import Event as Step
from pipeline.core.model import Route, TaskName
from pipeline.core.names import place_of
from pipeline.language import Words, filled
from pipeline.logs import Event
from pipeline.ports import Attempt, Conclusion, Submission
from pipeline.runner.guards.current import ask_for, next_name, withdraw
from pipeline.runner.session.session import Session

AHEAD = 3
"""Names in a row that were not taken, after which no later one of a submission was used.

Those that were turned away are not known to KooMessage, so that one alone tells little.
"""

_AT_ONCE = 8
_LATER = Words("a later request shows that this one was not taken")
_UNKNOWN = Words("the ledger was put back; what became of it is not known")


@dataclass(frozen=True, slots=True)
class _Since:
    """What is known of one submission's requests since the ledger was copied.

    found: what KooMessage has of it, by attempt. last is the latest attempt that was made, 0 for
    none.
    """

    submission: Submission
    found: Mapping[int, FoundTask]
    last: int


async def ask_for_everything(session: Session) -> None:
    """Record what KooMessage took of the run since its ledger was copied; then it may go on."""
    hold = session.hold
    run = hold.record.plan.run
    meant = _meant(session)
    open_states = SENDABLE | {State.IN_DOUBT}
    queue = iter(hold.ledger.submissions(run, open_states))
    learned: list[_Since] = []

    async def work() -> None:
        for submission in queue:
            known = meant.get(submission.place, 0)
            learned.append(await _since(session, submission, known))

    hold.ui.note(Words("asking KooMessage for every request that may have been sent since"))
    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(work())
    for since in sorted(learned, key=lambda since: since.submission.place):
        _record(session, since)
    found = sum(bool(since.found) for since in learned)
    hold.writer.settle_intents()
    hold.writer.mark_restored(None)
    hold.events.emit(Event.LEDGER_RESTORED, asked=len(learned), found=found)
    hold.ui.note(
        filled(
            "of {learned} requests that were open, {found} had been sent since",
            learned=len(learned),
            found=found,
        )
    )


def _meant(session: Session) -> dict[tuple[int, int], int]:
    """Return the latest attempt of each submission that the run's folder knows of."""
    unknown = session.hold.writer.unknown_intents()
    latest: dict[tuple[int, int], int] = defaultdict(int)
    for name in (*unknown.earlier, *unknown.last):
        place = place_of(name)
        if place is not None:
            _, chunk, submission, attempt = place
            latest[chunk, submission] = max(latest[chunk, submission], attempt)
    return latest


async def _since(session: Session, submission: Submission, meant: int) -> _Since:
    """Ask for the names that follow, until some in a row were not taken."""
    found: dict[int, FoundTask] = {}
    if submission.route in {Route.PARSE, Route.SKIP}:
        return _Since(submission, found, meant)
    attempt, missed = submission.attempts, 0
    while missed < AHEAD or attempt < meant:
        attempt += 1
        name = next_name(session.hold.record.plan.run, submission, attempt)
        if name is None:
            break
        tasks = await ask_for(session, submission, name)
        missed = 0 if tasks else missed + 1
        if tasks:
            found[attempt] = tasks[0]
    return _Since(submission, found, max([meant, *found]))


def _record(session: Session, since: _Since) -> None:
    submission, writer = since.submission, session.hold.writer
    if since.last <= submission.attempts:
        return
    at = session.hold.clock.now()
    place = submission.place
    if submission.state is State.IN_DOUBT:
        writer.conclude([Conclusion(*place, Step.WAS_RELEASED, at, note=_LATER)])
    attempts = [
        Attempt(*place, number, _name(session, submission, number), at)
        for number in range(submission.attempts + 1, since.last + 1)
    ]
    for attempt in attempts[:-1]:
        withdraw(writer, attempt, _LATER)
    writer.begin(attempts[-1:])
    _conclude(session, since, attempts)


def _conclude(session: Session, since: _Since, attempts: Sequence[Attempt]) -> None:
    writer, last = session.hold.writer, attempts[-1]
    place = last.place
    if last.attempt in since.found:
        task = since.found[last.attempt].task_id
        writer.conclude([Conclusion(*place, Step.WAS_FOUND, last.at, task_id=task)])
    else:
        writer.conclude([Conclusion(*place, Step.WAS_LOST, last.at, message=_UNKNOWN)])
        if since.found:
            number, taken = max(since.found.items())
            name = _name(session, since.submission, number)
            found = Conclusion(
                *place, Step.WAS_FOUND, last.at, task_id=taken.task_id, task_name=name
            )
            writer.conclude([found])
    if len(since.found) > 1:
        names = [_name(session, since.submission, number) for number in since.found]
        session.hold.events.emit(Event.DOUBT_FOUND_TWICE, task_name=names[0], tasks=len(names))


def _name(session: Session, submission: Submission, attempt: int) -> TaskName:
    name = next_name(session.hold.record.plan.run, submission, attempt)
    if name is None:
        raise OverflowError(
            filled("submission {place} has no name left", place=str(submission.place))
        )
    return name
