import itertools

import pytest

from pipeline.core.answer import Accepted, Answer, Hindrance, Lost, Refused, Throttled, event_of
from pipeline.core.lifecycle import SENDABLE, TABLE, Event, IllegalStep, State, advance
from pipeline.core.model import TaskId

LEGAL = {
    (State.PLANNED, Event.ATTEMPTED): State.IN_FLIGHT,
    (State.PLANNED, Event.WAS_ABANDONED): State.ABANDONED,
    (State.IN_FLIGHT, Event.WAS_ACCEPTED): State.ACCEPTED,
    (State.IN_FLIGHT, Event.WAS_REFUSED): State.REFUSED,
    (State.IN_FLIGHT, Event.WAS_THROTTLED): State.DEFERRED,
    (State.IN_FLIGHT, Event.WAS_LOST): State.IN_DOUBT,
    (State.IN_FLIGHT, Event.WAS_FOUND): State.ACCEPTED,
    (State.IN_FLIGHT, Event.WAS_SPLIT): State.SPLIT,
    (State.DEFERRED, Event.ATTEMPTED): State.IN_FLIGHT,
    (State.DEFERRED, Event.WAS_FOUND): State.ACCEPTED,
    (State.DEFERRED, Event.WAS_ABANDONED): State.ABANDONED,
    (State.IN_DOUBT, Event.WAS_FOUND): State.ACCEPTED,
    (State.IN_DOUBT, Event.WAS_RELEASED): State.DEFERRED,
    (State.IN_DOUBT, Event.WAS_ABANDONED): State.ABANDONED,
    (State.ACCEPTED, Event.WAS_FOUND): State.ACCEPTED,
}
EVERY_STEP = list(itertools.product(State, Event))


def _reachable(start: State, without: Event) -> set[State]:
    seen: set[State] = set()
    open_ = {start}
    while open_:
        state = open_.pop()
        seen.add(state)
        open_ |= {after for event, after in TABLE[state].items() if event is not without} - seen
    return seen


@pytest.mark.parametrize(("state", "event"), EVERY_STEP)
def test_a_step_is_taken_as_the_design_says_or_refused(state: State, event: Event) -> None:
    expected = LEGAL.get((state, event))
    if expected is None:
        with pytest.raises(IllegalStep, match=f"{state} cannot be {event}"):
            advance(state, event)
    else:
        assert advance(state, event) is expected


def test_every_state_has_its_row_and_can_be_reached() -> None:
    assert set(TABLE) == set(State)
    assert _reachable(State.PLANNED, without=Event.ATTEMPTED) == {State.PLANNED, State.ABANDONED}
    assert {after for steps in TABLE.values() for after in steps.values()} | {State.PLANNED} == set(
        State
    )


def test_only_what_is_planned_or_proved_not_taken_is_sendable() -> None:
    assert {State.PLANNED, State.DEFERRED} == SENDABLE


def test_a_submission_in_doubt_is_sent_again_only_once_released() -> None:
    assert not SENDABLE & _reachable(State.IN_DOUBT, without=Event.WAS_RELEASED)


def test_nothing_leads_from_accepted_or_refused_back_to_an_attempt() -> None:
    for final in (State.ACCEPTED, State.REFUSED, State.ABANDONED):
        assert _reachable(final, without=Event.ATTEMPTED) == {final}


def test_whatever_is_in_flight_can_be_put_in_doubt_after_a_crash() -> None:
    assert advance(State.IN_FLIGHT, Event.WAS_LOST) is State.IN_DOUBT


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Accepted(TaskId("t")), State.ACCEPTED),
        (Refused("KM.1", "no"), State.REFUSED),
        (Refused("KM.1", "no", stops_run=True), State.REFUSED),
        *((Throttled(hindrance, "not now"), State.DEFERRED) for hindrance in Hindrance),
        (Lost("reset"), State.IN_DOUBT),
    ],
)
def test_each_answer_leads_from_an_attempt_to_the_state_it_proves(
    answer: Answer, state: State
) -> None:
    assert advance(State.IN_FLIGHT, event_of(answer)) is state
