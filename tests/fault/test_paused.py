"""What a person says of a run from another shell while a process sends it, or before one does."""

import asyncio
import itertools
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.core.answer import Answer
from pipeline.core.errors import DecisionNeeded, Exit, Interrupted, WindowClosed
from pipeline.core.lifecycle import State
from pipeline.ledger import SqliteLedger
from pipeline.ports import ControlKind, ControlRecord, Prepared
from pipeline.runner.commands.run import _send_until_settled
from pipeline.runner.control.obeying import LOOK_S, heed_before, obeying
from pipeline.runner.session.marks import Answerers
from pipeline.runner.session.place import Place
from pipeline.runner.session.session import Provider, Session, Signals
from pipeline.sender import LimiterOptions, SpacedLimiter
from tests.fault.test_clock import Scene, scene
from tests.support.fakes import ManualClock
from tests.support.fakes.gateway import accept_all
from tests.support.planning import Silent

NOON = "2026-11-23T12:00:00"
ALL_DAY = "00:00-24:00"
SOON_OVER = "10:00-12:03"


def say(here: Scene, kind: ControlKind, messages_per_s: float = 0.0) -> float:
    """Say something from another shell, and return when."""
    at = here.clock.now()
    word = ControlRecord(at, kind, "ann", "the text is wrong", messages_per_s)
    with closing(SqliteLedger(here.hold.state)) as other:
        other.record_control(here.hold.record.plan.run, word)
    return at


def send(here: Scene, beside: Callable[[], object] = asyncio.Event) -> None:
    """Do what one process does; beside is what happens meanwhile, where it is a coroutine."""
    own = here.hold.campaign.limits
    limits = LimiterOptions(messages_per_s=own.messages_per_s, calls_per_s=own.calls_per_s)
    provider = Provider(
        here.gateway, SpacedLimiter(limits, here.clock), Answerers(here.clock, Silent())
    )

    async def work() -> None:
        session = Session(here.hold, provider, Signals(Silent()))
        happens = beside()
        meanwhile = asyncio.create_task(happens) if asyncio.iscoroutine(happens) else None
        async with obeying(session) as obedience:
            await _send_until_settled(obedience)
        if meanwhile is not None:
            await meanwhile

    asyncio.run(work())


def everybody_once(here: Scene) -> bool:
    return here.states() == {State.ACCEPTED} and len(here.names()) == len(set(here.names())) == 9


def test_a_pause_is_heeded_within_a_look_and_a_resume_goes_on_to_the_end(tmp_path: Path) -> None:
    with scene(tmp_path, NOON, window=ALL_DAY) as here:
        said: list[float] = []

        async def meanwhile() -> None:
            await here.clock.sleep(5.3)
            said.append(say(here, ControlKind.PAUSE))
            await here.clock.sleep(600.0)
            said.append(say(here, ControlKind.RESUME))

        send(here, meanwhile)
        paused_at, resumed_at = said
        before = [at for at in here.sent_at if at <= paused_at + LOOK_S]
        after = [at for at in here.sent_at if at > paused_at + LOOK_S]
        assert before
        assert resumed_at <= min(after) <= resumed_at + 10.0
        assert everybody_once(here)


def test_a_window_that_closes_while_the_run_is_paused_ends_it_as_ever(tmp_path: Path) -> None:
    with scene(tmp_path, NOON, window=SOON_OVER) as here:

        async def meanwhile() -> None:
            await here.clock.sleep(5.3)
            say(here, ControlKind.PAUSE)

        with pytest.raises(WindowClosed, match="paused by ann"):
            send(here, meanwhile)
        assert here.states() == {State.ACCEPTED, State.PLANNED}


@pytest.mark.parametrize("paused_first", [False, True])
def test_a_stop_ends_the_process_as_sigterm_does_also_one_that_is_paused(
    tmp_path: Path, *, paused_first: bool
) -> None:
    with scene(tmp_path, NOON, window=ALL_DAY) as here:
        said: list[float] = []

        async def meanwhile() -> None:
            await here.clock.sleep(5.3)
            if paused_first:
                say(here, ControlKind.PAUSE)
                await here.clock.sleep(60.0)
            said.append(say(here, ControlKind.STOP))

        with pytest.raises(Interrupted, match=r"stopped by ann at .*the text is wrong") as ended:
            send(here, meanwhile)
        assert ended.value.exit_code is Exit.TERMINATED
        assert here.clock.now() - said[0] <= 2 * LOOK_S
        assert here.states() == {State.ACCEPTED, State.PLANNED}


def test_a_limit_counts_from_the_next_look_on_and_so_does_its_end(tmp_path: Path) -> None:
    with scene(tmp_path, NOON, window=ALL_DAY) as here:

        async def meanwhile() -> None:
            await here.clock.sleep(4.3)
            say(here, ControlKind.LIMIT, 10.0)
            await here.clock.sleep(60.0)
            say(here, ControlKind.LIMIT)

        send(here, meanwhile)
        sent = [round(at - here.sent_at[0], 1) for at in here.sent_at]
        slow = [later - at for at, later in itertools.pairwise(sent)]
        assert any(9.9 <= step <= 12.0 for step in slow), slow
        assert max(slow) <= 12.0
        assert slow[-1] <= 2.0
        assert everybody_once(here)


def test_a_limit_of_before_the_start_holds_for_it(tmp_path: Path) -> None:
    with scene(tmp_path, NOON, window=ALL_DAY) as here:
        say(here, ControlKind.LIMIT, 50.0)
        send(here)
        assert here.sent_at[-1] - here.sent_at[0] >= 8 * 2.0
        assert everybody_once(here)


def place_of(here: Scene, *, by_id: bool) -> Place:
    campaign = None if by_id else here.hold.campaign
    record = here.hold.record if by_id else None
    return Place(here.hold.state, here.hold.ledger, campaign, record)


@pytest.mark.parametrize("by_id", [False, True])
def test_a_paused_run_that_is_started_anew_waits_for_nobody_and_sends_nothing(
    tmp_path: Path, *, by_id: bool
) -> None:
    with scene(tmp_path, NOON, window=ALL_DAY) as here:
        heed_before(here.hold, place_of(here, by_id=by_id))
        say(here, ControlKind.PAUSE)
        with pytest.raises(DecisionNeeded, match=r"paused by ann at 2026-11-23 12:00:00 .*resume"):
            heed_before(here.hold, place_of(here, by_id=by_id))
        say(here, ControlKind.RESUME)
        heed_before(here.hold, place_of(here, by_id=by_id))


def test_a_stopped_run_goes_on_by_its_own_id_and_not_by_its_campaign(tmp_path: Path) -> None:
    with scene(tmp_path, NOON, window=ALL_DAY) as here:
        say(here, ControlKind.STOP)
        for campaigns in range(2):
            with pytest.raises(DecisionNeeded, match=r"koosend run .* or koosend resume"):
                heed_before(here.hold, place_of(here, by_id=False))
            assert len(here.hold.ledger.controls(here.hold.record.plan.run)) == 1, campaigns
        heed_before(here.hold, place_of(here, by_id=True))
        heed_before(here.hold, place_of(here, by_id=False))


def test_a_stopped_run_that_is_paused_as_well_does_not_go_on_by_its_id(tmp_path: Path) -> None:
    with scene(tmp_path, NOON, window=ALL_DAY) as here:
        say(here, ControlKind.STOP)
        say(here, ControlKind.PAUSE)
        with pytest.raises(DecisionNeeded, match="paused by ann"):
            heed_before(here.hold, place_of(here, by_id=True))


def test_a_pause_that_comes_while_a_request_waits_for_its_answer_leaves_no_doubt(
    tmp_path: Path,
) -> None:
    paused: list[bool] = []

    def answer(prepared: Prepared, _clock: ManualClock) -> Answer:
        if not paused:
            paused.append(True)
            say(current[0], ControlKind.PAUSE)
        return accept_all(prepared)

    current: list[Scene] = []
    with scene(tmp_path, NOON, window=SOON_OVER, answer=answer) as here:
        current.append(here)
        with pytest.raises(WindowClosed):
            send(here)
        assert here.states() == {State.ACCEPTED, State.PLANNED}
        intents = here.hold.ledger.attempts(here.hold.record.plan.run)
        assert len(intents) == len(here.names()) <= 2
        assert all(record.event is not None for record in intents)
