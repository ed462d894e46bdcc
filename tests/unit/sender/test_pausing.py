"""While a person wants nothing to leave, nothing does, and no intent is recorded."""

import asyncio

import pytest

from pipeline.core.answer import Answer
from pipeline.core.errors import Paused, WindowClosed
from pipeline.core.lifecycle import State
from pipeline.ports import Prepared
from pipeline.sender import Hooks, Sender, SenderOptions, SenderParts, StopSignal
from tests.support.fakes.gateway import accept_all
from tests.support.sending import Desk, desk_of

WHO = "paused by ann"
FOUR_AT_ONCE = SenderOptions(concurrency=4, width_at_start=4)


def send(desk: Desk, hooks: Hooks, options: SenderOptions = FOUR_AT_ONCE) -> None:
    parts = SenderParts(
        desk.ledger, desk.writer, desk.gateway, desk.limiter, desk.clock, desk.store
    )
    asyncio.run(Sender(desk.plan, parts, options, hooks).run(StopSignal()))


def test_a_run_that_is_paused_from_the_start_records_no_intent() -> None:
    desk = desk_of(submissions=4)
    with pytest.raises(Paused, match=WHO):
        send(desk, Hooks(paused=lambda: WHO))
    assert desk.gateway.submitted == []
    assert desk.states() == {State.PLANNED: 4}
    assert {one.attempts for one in desk.submissions()} == {0}


def test_what_was_under_way_when_the_pause_came_is_recorded_and_the_rest_stays_planned() -> None:
    desk = desk_of(submissions=20)

    def paused() -> str | None:
        return WHO if len(desk.gateway.submitted) >= 4 else None

    with pytest.raises(Paused):
        send(desk, Hooks(paused=paused))
    states = desk.states()
    assert set(states) == {State.ACCEPTED, State.PLANNED}
    assert states[State.ACCEPTED] == len(desk.gateway.submitted) == len(desk.gateway.taken)
    assert states[State.ACCEPTED] < 20


def test_the_pause_is_asked_about_after_the_waiting_not_before() -> None:
    desk = desk_of(submissions=10, calls_per_s=1.0)
    paused_at = desk.clock.now() + 3.5
    left: list[float] = []

    def noted(prepared: Prepared) -> Answer:
        left.append(desk.clock.now())
        return accept_all(prepared)

    desk.gateway.answer = noted
    with pytest.raises(Paused):
        send(desk, Hooks(paused=lambda: WHO if desk.clock.now() > paused_at else None))
    assert len(left) == 4
    assert max(left) <= paused_at


def test_the_next_sender_goes_on_where_the_paused_one_left_and_nobody_gets_it_twice() -> None:
    desk = desk_of(submissions=6)
    with pytest.raises(Paused):
        send(desk, Hooks(paused=lambda: WHO if len(desk.gateway.submitted) >= 2 else None))
    send(desk, Hooks())
    assert desk.states() == {State.ACCEPTED: 6}
    assert set(desk.taken_phones().values()) == {1}


def test_a_window_that_closed_outweighs_a_pause() -> None:
    desk = desk_of()
    with pytest.raises(WindowClosed):
        send(desk, Hooks(may_send=lambda: "closed", paused=lambda: WHO))


def test_a_pause_is_told_as_one_and_not_as_an_end() -> None:
    desk = desk_of()
    told: list[tuple[str, object]] = []

    def note(name: str, /, **fields: object) -> None:
        told.append((name, fields.get("why")))

    with pytest.raises(Paused):
        send(desk, Hooks(on_event=note, paused=lambda: WHO))
    assert told == [("sending.paused", WHO)]
