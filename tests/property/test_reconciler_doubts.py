"""No name that the provider took is ever released, whatever the lags and the silences."""

import asyncio
from dataclasses import dataclass
from enum import Enum

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.lifecycle import State
from pipeline.reconciler.doubts.policy import DoubtOptions, DoubtPolicy
from pipeline.reconciler.doubts.settle import settle_doubts
from tests.support.reconciling import World

SETTLE_S = 1200.0


class Fate(Enum):
    ACCEPTED = "accepted"
    TAKEN = "taken, its answer lost"
    NOT_TAKEN = "not taken, its answer lost"


@dataclass(frozen=True)
class Sent:
    fate: Fate
    pause_s: float
    commit_s: float


@dataclass(frozen=True)
class Call:
    pause_s: float
    silent_s: float
    wait: bool


SECONDS = st.floats(0.0, 3000.0)
SENT = st.builds(Sent, st.sampled_from(Fate), SECONDS, st.floats(0.0, SETTLE_S - 1.0))
CALLS = st.lists(
    st.builds(Call, st.floats(0.0, 90_000.0), SECONDS, st.booleans()), min_size=1, max_size=3
)


@settings(max_examples=300, deadline=None)
@given(
    sent=st.lists(SENT, min_size=1, max_size=6),
    lag_s=st.floats(0.0, 20_000.0),
    calls=CALLS,
    then=st.sampled_from([DoubtPolicy.AUTO, DoubtPolicy.HOLD]),
)
def test_what_was_taken_is_never_released(
    sent: list[Sent], lag_s: float, calls: list[Call], then: DoubtPolicy
) -> None:
    world = World(((1,) * len(sent),))
    for number, one in enumerate(sent):
        world.clock.advance(one.pause_s)
        if one.fate is Fate.ACCEPTED:
            world.accept(number, listed_after_s=lag_s)
            continue
        name = world.lose(number)
        if one.fate is Fate.TAKEN:
            world.take(name, listed_after_s=one.commit_s + lag_s)
    for call in calls:
        world.clock.advance(call.pause_s)
        world.gateway.silent_until = world.clock.monotonic() + call.silent_s
        before = doubts(world)
        result = asyncio.run(settle_doubts(world.parts, DoubtOptions(then=then), wait=call.wait))
        left = result.held + result.later + result.waiting
        assert result.found + result.released + left == before
        assert doubts(world) == left
        assert result.waiting == 0 or not call.wait
        world.gateway.silent_until = 0.0
    for number, one in enumerate(sent):
        state = world.submission(number).state
        if one.fate is Fate.NOT_TAKEN:
            assert state in {State.DEFERRED, State.IN_DOUBT}
        else:
            assert state in {State.ACCEPTED, State.IN_DOUBT}


@settings(max_examples=100, deadline=None)
@given(
    sent=st.lists(SENT, min_size=1, max_size=6).filter(
        lambda sent: sent[0].fate is Fate.ACCEPTED  # else no known name is as deep
    ),
    lag_s=st.floats(0.0, 100.0),
)
def test_with_a_list_that_works_every_doubt_is_settled_in_the_end(
    sent: list[Sent], lag_s: float
) -> None:
    world = World(((1,) * len(sent),))
    for number, one in enumerate(sent):
        world.clock.advance(one.pause_s)
        if one.fate is Fate.ACCEPTED:
            world.accept(number, listed_after_s=lag_s)
            continue
        name = world.lose(number)
        if one.fate is Fate.TAKEN:
            world.take(name, listed_after_s=one.commit_s + lag_s)
    for _ in range(2):
        asyncio.run(settle_doubts(world.parts, DoubtOptions(), wait=True))
        world.clock.advance(86_400.0)
    assert doubts(world) == 0


def doubts(world: World) -> int:
    states = [one.state for one in world.ledger.submissions(world.plan.run)]
    return states.count(State.IN_DOUBT)
