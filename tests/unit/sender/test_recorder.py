import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field

import pytest

from pipeline.core.errors import LedgerUnwritable, Outdated
from pipeline.core.lifecycle import Event, IllegalStep, State
from pipeline.core.model import TaskId
from pipeline.core.names import task_name
from pipeline.core.screening import SuppressionReason
from pipeline.ports import Attempt, Conclusion, Suppression
from pipeline.sender.recorder import Recorder
from tests.support.sending import RUN, Desk, desk_of, phone_of


def _attempt(submission: int) -> Attempt:
    return Attempt(0, submission, 1, task_name(RUN, 0, submission, 1), 1_790_000_000.0)


def _accepted(submission: int) -> Conclusion:
    task = TaskId(f"t{submission}")
    return Conclusion(0, submission, Event.WAS_ACCEPTED, 1_790_000_001.0, task_id=task)


@dataclass(slots=True)
class Rig:
    """A recorder over a planned run. kept gathers what each wait raised, None for nothing."""

    desk: Desk = field(default_factory=lambda: desk_of(submissions=8))
    kept: Sequence[BaseException | None] = ()

    def recorder(self) -> Recorder:
        return Recorder(self.desk.writer, self.desk.clock)

    def together(self, *waits: Coroutine[object, object, None]) -> None:
        async def all_of_them() -> None:
            self.kept = await asyncio.gather(*waits, return_exceptions=True)

        asyncio.run(all_of_them())


def test_what_is_ready_in_one_turn_is_one_transaction_for_each_kind() -> None:
    rig = Rig()
    recorder = rig.recorder()
    before = rig.desk.ledger.writes
    rig.together(*(recorder.begin(_attempt(n), 0) for n in range(6)))
    assert rig.desk.ledger.writes == before + 1
    rig.together(
        *(recorder.conclude(_accepted(n)) for n in range(6)),
        *(recorder.begin(_attempt(n), 0) for n in (6, 7)),
    )
    assert rig.desk.ledger.writes == before + 3
    assert rig.desk.states() == {State.ACCEPTED: 6, State.IN_FLIGHT: 2}


def test_a_failed_transaction_is_told_to_everybody_who_waited_for_it() -> None:
    rig = Rig()
    recorder = rig.recorder()
    rig.desk.ledger.fail_from = rig.desk.ledger.writes + 1
    rig.together(*(recorder.begin(_attempt(n), 0) for n in range(3)))
    assert [type(kept) for kept in rig.kept] == [LedgerUnwritable] * 3
    assert rig.desk.states() == {State.PLANNED: 8}


def test_where_an_answer_cannot_be_recorded_no_intent_is_recorded_with_it() -> None:
    rig = Rig()
    recorder = rig.recorder()
    rig.together(recorder.begin(_attempt(0), 0))
    ledger = rig.desk.ledger
    ledger.fail_from = failed = ledger.writes + 1
    rig.together(recorder.conclude(_accepted(0)), recorder.begin(_attempt(1), 0))
    assert [type(kept) for kept in rig.kept] == [LedgerUnwritable] * 2
    assert ledger.writes == failed


def test_after_a_failure_answers_are_still_tried_but_intents_no_longer() -> None:
    rig = Rig()
    recorder = rig.recorder()
    rig.together(recorder.begin(_attempt(0), 0), recorder.begin(_attempt(1), 0))
    rig.desk.ledger.fail_from = rig.desk.ledger.writes + 1
    rig.together(recorder.conclude(_accepted(0)))
    rig.desk.ledger.fail_from = None
    rig.together(recorder.conclude(_accepted(1)), recorder.begin(_attempt(2), 0))
    assert [type(kept) for kept in rig.kept] == [type(None), LedgerUnwritable]
    assert rig.desk.states() == {State.IN_FLIGHT: 1, State.ACCEPTED: 1, State.PLANNED: 6}


def test_one_illegal_step_does_not_take_the_others_answers_along() -> None:
    rig = Rig()
    recorder = rig.recorder()
    rig.together(*(recorder.begin(_attempt(n), 0) for n in (0, 1)))
    rig.together(*(recorder.conclude(_accepted(n)) for n in (0, 5, 1)))
    assert [type(kept) for kept in rig.kept] == [type(None), IllegalStep, type(None)]
    assert rig.desk.states() == {State.ACCEPTED: 2, State.PLANNED: 6}


def test_one_outdated_intent_does_not_hold_up_the_others() -> None:
    rig = Rig()
    recorder = rig.recorder()
    rig.desk.ledger.screening.suppress([Suppression(phone_of(0), SuppressionReason.OPT_OUT, 1.0)])
    end = rig.desk.ledger.screening.suppressions_end()
    listed_to = (end, end - 1, end)
    rig.together(*(recorder.begin(_attempt(n), to) for n, to in enumerate(listed_to)))
    assert [type(kept) for kept in rig.kept] == [type(None), Outdated, type(None)]
    assert rig.desk.states() == {State.IN_FLIGHT: 2, State.PLANNED: 6}
    assert recorder.failure is None


async def _cancelled_after(turns: int, wait: Coroutine[object, object, None]) -> None:
    waiting = asyncio.create_task(wait)
    for _ in range(turns):
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def test_an_intent_cancelled_before_it_is_written_is_never_written() -> None:
    rig = Rig()
    before = rig.desk.ledger.writes
    asyncio.run(_cancelled_after(1, rig.recorder().begin(_attempt(0), 0)))
    assert rig.desk.ledger.writes == before
    assert rig.desk.states() == {State.PLANNED: 8}


def test_an_intent_cancelled_right_after_it_was_written_is_withdrawn() -> None:
    rig = Rig()
    asyncio.run(_cancelled_after(2, rig.recorder().begin(_attempt(0), 0)))
    (deferred,) = rig.desk.ledger.submissions(RUN, frozenset({State.DEFERRED}))
    assert (deferred.code, deferred.attempts) == ("withdrawn", 1)


@pytest.mark.parametrize("turns", [1, 2])
def test_an_answer_is_written_although_its_wait_is_cancelled(turns: int) -> None:
    rig = Rig()
    recorder = rig.recorder()
    rig.together(recorder.begin(_attempt(0), 0))
    asyncio.run(_cancelled_after(turns, recorder.conclude(_accepted(0))))
    assert rig.desk.states() == {State.ACCEPTED: 1, State.PLANNED: 7}
