"""What a ledger does when a run is taken and sent."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.core.errors import Overtaken, RunHeld, UsageError
from pipeline.core.lifecycle import TABLE, Event, IllegalStep, State
from pipeline.core.model import Chunk, RunId, TaskId, TaskName
from pipeline.ports import Attempt, Conclusion, Ledger, RunWriter
from tests.support.ledgers import (
    PLAN,
    RUN,
    accept,
    an_attempt,
    concluding,
    items,
    name_of,
    planned,
    submission_at,
)


def test_a_planned_run_is_read_back_as_it_was_planned(ledger: Ledger) -> None:
    record = ledger.run(RUN)
    assert record is not None
    assert record.plan == PLAN
    assert (record.rows, record.recipients, record.chunks) == (9, 7, 2)
    assert (record.epoch, record.started_at, record.finished_at) == (0, None, None)


def test_an_unknown_run_is_none_and_asking_about_it_is_a_usage_error(ledger: Ledger) -> None:
    unknown = RunId("nowhere1")
    assert ledger.run(unknown) is None
    questions: list[Callable[[], object]] = [
        lambda: ledger.take(unknown),
        lambda: ledger.submissions(unknown),
        lambda: ledger.attempts(unknown),
        lambda: ledger.recipients(unknown, 0),
        lambda: ledger.books(unknown),
        lambda: list(ledger.outcomes(unknown)),
        lambda: list(ledger.rejects(unknown)),
        lambda: ledger.canary(unknown),
    ]
    for question in questions:
        with pytest.raises(UsageError, match="no run nowhere1"):
            question()


def test_runs_are_listed_latest_first_and_by_campaign(ledger: Ledger) -> None:
    ledger.plan(replace(PLAN, run=RunId("older"), planned_at=PLAN.planned_at - 9), [])
    ledger.plan(replace(PLAN, run=RunId("other"), campaign="other", previous=RUN), [])
    assert [r.plan.run for r in ledger.runs("members")] == [RUN, "older"]
    assert {r.plan.run for r in ledger.runs()} == {RUN, "older", "other"}
    assert ledger.runs("nothing") == ()


def test_recipients_come_back_as_they_were_planned(ledger: Ledger) -> None:
    for item in items():
        if isinstance(item, Chunk):
            stored = ledger.recipients(RUN, item.chunk)
            assert list(stored.rows) == list(item.recipients.rows)
            assert list(stored.phones) == list(item.recipients.phones)
            assert [list(v) for v in stored.values] == [list(v) for v in item.recipients.values]
    with pytest.raises(UsageError):
        ledger.recipients(RUN, 2)


def test_submissions_start_planned_in_source_order(ledger: Ledger) -> None:
    found = ledger.submissions(RUN)
    assert [(s.chunk, s.submission, s.start, s.stop) for s in found] == [
        (0, 0, 0, 2),
        (0, 1, 2, 4),
        (1, 0, 0, 2),
        (1, 1, 2, 3),
    ]
    assert {(s.state, s.attempts, s.task_name, s.task_id) for s in found} == {
        (State.PLANNED, 0, None, None)
    }


def test_a_run_has_one_writer_until_it_is_given_back(ledger: Ledger) -> None:
    first = ledger.take(RUN)
    with pytest.raises(RunHeld):
        ledger.take(RUN)
    first.close()
    first.close()
    second = ledger.take(RUN)
    record = ledger.run(RUN)
    assert record is not None
    assert record.epoch == 2
    second.close()


def test_a_writer_that_gave_the_run_back_can_record_nothing(ledger: Ledger) -> None:
    writer = ledger.take(RUN)
    writer.close()
    with pytest.raises(Overtaken):
        writer.begin([an_attempt()])
    assert submission_at(ledger).state is State.PLANNED
    assert ledger.attempts(RUN) == ()


def test_two_runs_have_their_writers_at_the_same_time(ledger: Ledger) -> None:
    other = RunId("run00002")
    planned(ledger, other)
    first, second = ledger.take(RUN), ledger.take(other)
    first.begin([an_attempt()])
    second.begin([an_attempt(run=other)])
    assert ledger.attempts(RUN)[0].attempt.task_name != ledger.attempts(other)[0].attempt.task_name
    first.close()
    second.close()


def test_an_intent_is_there_before_anything_is_known_of_it(
    ledger: Ledger, writer: RunWriter
) -> None:
    writer.begin([an_attempt(0, 1, at=100.0), an_attempt(1, 0, at=99.0)])
    sent = submission_at(ledger, 0, 1)
    assert (sent.state, sent.attempts, sent.attempted_at) == (State.IN_FLIGHT, 1, 100.0)
    assert sent.task_name == name_of(0, 1)
    record = ledger.run(RUN)
    assert record is not None
    assert record.started_at == 99.0
    assert [(a.attempt, a.event) for a in ledger.attempts(RUN)] == [
        (an_attempt(0, 1, at=100.0), None),
        (an_attempt(1, 0, at=99.0), None),
    ]


def test_a_task_name_is_used_once(ledger: Ledger, writer: RunWriter) -> None:
    writer.begin([an_attempt()])
    stolen = Attempt(0, 1, 0, name_of(0, 0), 100.0)
    with pytest.raises(IllegalStep, match="used before"):
        writer.begin([an_attempt(1, 0), stolen])
    assert submission_at(ledger, 1, 0).state is State.PLANNED
    assert submission_at(ledger, 0, 1).state is State.PLANNED


def test_a_begin_with_one_illegal_step_records_none(ledger: Ledger, writer: RunWriter) -> None:
    writer.begin([an_attempt(0, 0)])
    again = Attempt(0, 0, 1, TaskName("another-name"), 102.0)
    with pytest.raises(IllegalStep):
        writer.begin([an_attempt(0, 1), again])
    assert submission_at(ledger, 0, 1).state is State.PLANNED
    assert len(ledger.attempts(RUN)) == 1


def test_a_conclude_with_one_illegal_step_records_none(ledger: Ledger, writer: RunWriter) -> None:
    writer.begin([an_attempt(0, 0)])
    with pytest.raises(IllegalStep):
        writer.conclude([concluding(Event.WAS_ACCEPTED), concluding(Event.WAS_LOST, 1, 1)])
    assert submission_at(ledger).state is State.IN_FLIGHT


@pytest.mark.parametrize("event", [Event.WAS_ACCEPTED, Event.WAS_FOUND])
def test_nothing_is_accepted_without_a_task_id(
    ledger: Ledger, writer: RunWriter, event: Event
) -> None:
    writer.begin([an_attempt()])
    with pytest.raises(IllegalStep, match="task id"):
        writer.conclude([Conclusion(0, 0, event, 101.0)])
    assert submission_at(ledger).state is State.IN_FLIGHT


def test_a_submission_that_is_not_there_takes_no_step(writer: RunWriter) -> None:
    with pytest.raises(IllegalStep, match="chunk 7 has no submission 0"):
        writer.begin([an_attempt(7, 0)])
    with pytest.raises(IllegalStep):
        writer.conclude([concluding(Event.WAS_LOST, 0, 9)])


PATHS: dict[State, tuple[Event, ...]] = {
    State.PLANNED: (),
    State.IN_FLIGHT: (Event.ATTEMPTED,),
    State.ACCEPTED: (Event.ATTEMPTED, Event.WAS_ACCEPTED),
    State.REFUSED: (Event.ATTEMPTED, Event.WAS_REFUSED),
    State.DEFERRED: (Event.ATTEMPTED, Event.WAS_THROTTLED),
    State.IN_DOUBT: (Event.ATTEMPTED, Event.WAS_LOST),
    State.ABANDONED: (Event.WAS_ABANDONED,),
    State.SPLIT: (Event.ATTEMPTED, Event.WAS_SPLIT),
}


def _step(writer: RunWriter, event: Event, attempt: int) -> None:
    if event is Event.ATTEMPTED:
        writer.begin([an_attempt(attempt=attempt)])
    elif event is Event.WAS_SPLIT:
        writer.split(concluding(event), [[0], [1]])
    else:
        writer.conclude([concluding(event)])


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", list(Event))
def test_every_step_is_taken_or_refused_as_the_table_says(
    ledger: Ledger, writer: RunWriter, state: State, event: Event
) -> None:
    for number, earlier in enumerate(PATHS[state]):
        _step(writer, earlier, number)
    assert submission_at(ledger).state is state
    if event in TABLE[state]:
        _step(writer, event, 7)
        assert submission_at(ledger).state is TABLE[state][event]
    else:
        with pytest.raises(IllegalStep):
            _step(writer, event, 7)
        assert submission_at(ledger).state is state


def test_found_again_keeps_the_first_task(ledger: Ledger, writer: RunWriter) -> None:
    accept(writer)
    writer.conclude([concluding(Event.WAS_FOUND, task_id="another", at=200.0)])
    kept = submission_at(ledger)
    assert (kept.state, kept.task_id, kept.concluded_at) == (State.ACCEPTED, "task-0-0", 101.0)
    assert kept.task_id == TaskId("task-0-0")
