"""What a receipt proves of an earlier attempt outweighs why another one would be made."""

from collections.abc import Callable

import pytest

from pipeline.audit.replay import check_steps
from pipeline.core.answer import Answer, Hindrance, Lost, Throttled
from pipeline.core.lifecycle import Event, State
from pipeline.core.model import TaskId, TaskName
from pipeline.core.names import task_name
from pipeline.ports import Conclusion, Prepared, PushedReceipt
from pipeline.sender import SenderOptions
from tests.support.fakes.gateway import accept_all
from tests.support.sending import RUN, Desk, desk_of, meddle_once

ONE_BY_ONE = SenderOptions(concurrency=1)
TASK = TaskId("task-of-the-first")
FIRST = task_name(RUN, 0, 0, 1)


def pushed(desk: Desk, name: TaskName, *tasks: TaskId) -> None:
    """Store a receipt for each task that bears an attempt's name."""
    desk.ledger.receipts.store_receipts(
        [PushedReceipt(9.0, "sms", b"{}", names=[(name, task)]) for task in tasks]
    )


def once(then: Callable[[Desk], Answer]) -> Desk:
    """Let the first request meet something, and all others be taken."""

    def answer(prepared: Prepared) -> Answer:
        return then(desk) if len(desk.gateway.submitted) == 1 else accept_all(prepared)

    desk = desk_of(answer, submissions=2, size=3)
    return desk


def released(desk: Desk) -> None:
    """Lose the first answer, and release it: because it was not listed, or on a person's word."""
    desk.run(ONE_BY_ONE)
    assert desk.states() == {State.IN_DOUBT: 1, State.ACCEPTED: 1}
    note = "release by somebody"
    desk.writer.conclude([Conclusion(0, 0, Event.WAS_RELEASED, desk.clock.now(), note=note)])


def test_what_was_released_and_is_then_proved_by_a_receipt_is_not_sent_again() -> None:
    desk = once(lambda _: Lost("no answer"))
    released(desk)
    pushed(desk, FIRST, TASK)
    result = desk.run(ONE_BY_ONE)
    assert len(desk.gateway.submitted) == 2
    assert set(desk.taken_phones().values()) == {1}
    first = desk.submissions()[0]
    assert (first.state, first.task_id, first.attempts) == (State.ACCEPTED, TASK, 1)
    assert (result.progress.messages, result.progress.messages_planned) == (3, 3)
    assert dict(desk.events)["doubt.found"] == {"task_name": FIRST, "task_id": TASK}
    record = desk.ledger.attempts(RUN)[0]
    assert (record.event, record.task_id) == (Event.WAS_FOUND, TASK)
    assert FIRST in record.note
    assert list(check_steps(desk.submissions(), desk.ledger.attempts(RUN))) == []


def test_without_such_a_receipt_what_was_released_is_sent_again() -> None:
    desk = once(lambda _: Lost("no answer"))
    released(desk)
    pushed(desk, task_name(RUN, 0, 1, 1), TASK)
    desk.run(ONE_BY_ONE)
    assert [prepared.task_name for prepared in desk.gateway.submitted][-1] == task_name(
        RUN, 0, 0, 2
    )


def test_a_receipt_that_comes_while_the_next_attempt_waits_for_its_turn_counts() -> None:
    desk = once(lambda _: Lost("no answer"))
    released(desk)
    asked = 0

    def may_send() -> None:
        nonlocal asked
        asked += 1
        pushed(desk, FIRST, TASK)

    desk.run(ONE_BY_ONE, may_send)
    assert asked == 1
    assert len(desk.gateway.submitted) == 2
    assert desk.states() == {State.ACCEPTED: 2}


def test_a_receipt_at_the_very_moment_when_the_next_intent_is_recorded_counts() -> None:
    desk = once(lambda _: Lost("no answer"))
    released(desk)
    meddle_once(desk, lambda: pushed(desk, FIRST, TASK))
    desk.run(ONE_BY_ONE)
    assert len(desk.gateway.submitted) == 2
    assert [one.attempts for one in desk.submissions()] == [1, 1]
    assert desk.states() == {State.ACCEPTED: 2}


def test_an_attempt_that_was_turned_away_and_is_proved_taken_is_not_made_again() -> None:
    def turned_away(desk: Desk) -> Answer:
        pushed(desk, FIRST, TASK)
        return Throttled(Hindrance.RATE, "too fast")

    desk = once(turned_away)
    desk.run(ONE_BY_ONE)
    assert [prepared.task_name for prepared in desk.gateway.submitted] == [
        FIRST,
        task_name(RUN, 0, 1, 1),
    ]
    assert desk.states() == {State.ACCEPTED: 2}


@pytest.mark.parametrize("earlier", [1, 2])
def test_every_earlier_attempt_is_looked_for(earlier: int) -> None:
    desk = once(lambda _: Throttled(Hindrance.RATE, "too fast"))
    inner = desk.gateway.answer

    def answer(prepared: Prepared) -> Answer:
        if prepared.task_name == task_name(RUN, 0, 0, 2):
            pushed(desk, task_name(RUN, 0, 0, earlier), TASK)
            return Throttled(Hindrance.RATE, "too fast")
        return inner(prepared)

    desk.gateway.answer = answer
    desk.run(ONE_BY_ONE)
    first = desk.submissions()[0]
    assert (first.state, first.task_id, first.attempts) == (State.ACCEPTED, TASK, 2)
    assert first.task_name == task_name(RUN, 0, 0, earlier)
    records = desk.ledger.attempts(RUN)
    assert [record.task_id for record in records if record.event is Event.WAS_FOUND] == [TASK]
    assert list(check_steps(desk.submissions(), records)) == []


def test_two_tasks_of_one_name_are_told() -> None:
    desk = once(lambda _: Lost("no answer"))
    released(desk)
    pushed(desk, FIRST, TaskId("a"), TaskId("b"))
    desk.run(ONE_BY_ONE)
    assert dict(desk.events)["doubt.found_twice"] == {"task_name": FIRST, "task_ids": ["a", "b"]}
