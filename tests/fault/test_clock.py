"""The time of day decides when a run may send, and no change of it makes a run send wrongly."""

import asyncio
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.core.answer import Answer, Hindrance, Lost
from pipeline.core.errors import WorkLeft
from pipeline.core.lifecycle import State
from pipeline.core.times import Window, parse_window
from pipeline.ledger import SqliteLedger
from pipeline.ports import Attempt, Prepared
from pipeline.runner.commands.run import _send_until_settled
from pipeline.runner.control.obeying import Obedience
from pipeline.runner.session.marks import Answerers
from pipeline.runner.session.place import Place
from pipeline.runner.session.session import Provider, RunLease, Session, Signals, lease_run
from pipeline.sender import LimiterOptions, SpacedLimiter
from pipeline.settings import load_campaign
from tests.support.command import Desk
from tests.support.fakes import ManualClock, ScriptedGateway
from tests.support.fakes.gateway import accept_all
from tests.support.members import write_members
from tests.support.planning import Silent, plan_run

HOUR = 3600.0
CHINA_S = 8 * HOUR
NIGHT = "22:00-02:00"


def china(text: str) -> float:
    """Return a moment that is written as China's clocks show it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() - CHINA_S


@dataclass(frozen=True, slots=True)
class Scene:
    """A planned run of nine requests with a clock that is moved by hand. sent_at is wall time."""

    hold: RunLease
    clock: ManualClock
    gateway: ScriptedGateway
    sent_at: list[float]

    def send(self) -> None:
        limiter = SpacedLimiter(
            LimiterOptions(calls_per_s=self.hold.campaign.limits.calls_per_s), self.clock
        )
        provider = Provider(self.gateway, limiter, Answerers(self.clock, Silent()))
        session = Session(self.hold, provider, Signals(Silent()))

        async def work() -> None:
            await _send_until_settled(Obedience(session))

        asyncio.run(work())

    def states(self) -> set[State]:
        run = self.hold.record.plan.run
        return {one.state for one in self.hold.ledger.submissions(run)}

    def names(self) -> list[str]:
        return [prepared.task_name for prepared in self.gateway.submitted]


@contextmanager
def scene(
    folder: Path,
    began: str,
    *,
    window: str = NIGHT,
    outside: str = "stop",
    answer: Callable[[Prepared, ManualClock], Answer] = lambda prepared, _: accept_all(prepared),
) -> Iterator[Scene]:
    """Plan a run at a moment. One request leaves a second."""
    desk = Desk(folder)
    write_members(folder / "members.csv", 900, seed=71)
    text = desk.write_campaign(calls_per_s=1, settle_s=1200).read_text(encoding="utf-8")
    limits = f'[limits]\nwindow = "{window}"\noutside_window = "{outside}"'
    desk.campaign.write_text(text.replace("[limits]", limits), encoding="utf-8")
    clock = ManualClock(china(began))
    campaign = load_campaign(desk.campaign, clock.now())
    ledger = SqliteLedger(campaign.state)
    sent_at: list[float] = []

    def noted(prepared: Prepared) -> Answer:
        sent_at.append(clock.now())
        return answer(prepared, clock)

    planned = plan_run(campaign, ledger, clock, again=False, progress=lambda _: None)
    place = Place(campaign.state, ledger, campaign, planned.record)
    try:
        with lease_run(campaign, place, planned.record, clock, Silent()) as hold:
            yield Scene(hold, clock, ScriptedGateway(noted), sent_at)
    finally:
        ledger.close()


def within(sent_at: list[float], window: str) -> bool:
    span = parse_window(window)
    assert isinstance(span, Window)
    return all(span.is_open(at) for at in sent_at)


def test_a_window_over_midnight_is_open_on_both_sides_of_it(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-11-22T23:59:55") as here:
        here.send()
        assert here.states() == {State.ACCEPTED}
        assert min(here.sent_at) < china("2026-11-23T00:00:00") < max(here.sent_at)


@pytest.mark.parametrize("began", ["2026-11-23T02:00:00", "2026-11-23T11:00:00"])
def test_a_run_that_starts_hours_late_notices_that_the_window_has_closed(
    tmp_path: Path, began: str
) -> None:
    with scene(tmp_path, began) as here:
        with pytest.raises(WorkLeft, match="window is closed"):
            here.send()
        assert here.sent_at == []
        assert here.states() == {State.PLANNED}


def test_a_window_that_closes_during_the_run_stops_it_in_between_two_requests(
    tmp_path: Path,
) -> None:
    with scene(tmp_path, "2026-11-23T01:59:54") as here:
        # Three questions leave before the first request, a second each.
        with pytest.raises(WorkLeft, match="window is closed"):
            here.send()
        assert 2 <= len(here.sent_at) <= 4
        assert within(here.sent_at, NIGHT)
        assert here.states() == {State.ACCEPTED, State.PLANNED}


def test_a_run_that_may_wait_goes_on_the_next_evening_and_sends_everybody_once(
    tmp_path: Path,
) -> None:
    with scene(tmp_path, "2026-11-23T01:59:57", outside="wait") as here:
        here.send()
        assert here.states() == {State.ACCEPTED}
        assert within(here.sent_at, NIGHT)
        assert max(here.sent_at) >= china("2026-11-23T22:00:00")
        assert len(here.names()) == len(set(here.names())) == 9


@dataclass(slots=True)
class Suspended:
    """A machine that is suspended during the first sleep: its time goes on, its sleep does not."""

    inner: ManualClock
    suspended_s: float
    slept_s: float = 0.0

    def now(self) -> float:
        return self.inner.now()

    def monotonic(self) -> float:
        return self.inner.monotonic()

    async def sleep(self, seconds: float) -> None:
        self.inner.jump(self.suspended_s)
        self.suspended_s = 0.0
        self.slept_s += seconds
        await self.inner.sleep(seconds)


def test_a_machine_that_was_suspended_while_waiting_does_not_oversleep_the_window(
    tmp_path: Path,
) -> None:
    with scene(tmp_path, "2026-11-22T10:00:00", outside="wait") as here:
        clock = Suspended(here.clock, 13 * HOUR)
        hold = replace(here.hold, clock=clock)
        Scene(hold, here.clock, here.gateway, here.sent_at).send()
        assert min(here.sent_at) < china("2026-11-22T23:02:00")
        assert within(here.sent_at, NIGHT)


JUMPS = [HOUR, -HOUR, 0.5 * HOUR, -0.5 * HOUR, 600.0, -600.0, 120.0, -120.0, 0.0]


@pytest.mark.parametrize("order", [JUMPS, JUMPS[::-1], [-jump for jump in JUMPS]])
def test_jumps_of_the_time_during_a_run_repeat_nobody_and_lose_nobody(
    tmp_path: Path, order: list[float]
) -> None:
    jumps = itertools.chain(order, itertools.repeat(0.0))

    def answer(prepared: Prepared, clock: ManualClock) -> Answer:
        clock.jump(next(jumps))
        return accept_all(prepared)

    with scene(tmp_path, "2026-11-22T12:00:00", window="", answer=answer) as here:
        here.send()
        assert here.states() == {State.ACCEPTED}
        assert len(here.names()) == len(set(here.names())) == 9


@pytest.mark.parametrize("jump_s", [2 * HOUR, -2 * HOUR])
def test_a_jump_does_not_make_the_settling_time_pass_any_sooner(
    tmp_path: Path, jump_s: float
) -> None:
    lost_at: list[float] = []
    sent_again_at: list[float] = []

    def answer(prepared: Prepared, clock: ManualClock) -> Answer:
        if prepared.task_name.endswith("-001"):
            if prepared.task_name.endswith("0004-001"):
                lost_at.append(clock.monotonic())
                return Lost("the connection broke")
        else:
            sent_again_at.append(clock.monotonic())
        return accept_all(prepared)

    with scene(tmp_path, "2026-11-22T12:00:00", window="", answer=answer) as here:
        ask = here.gateway.find
        asked: list[float] = []

        class Jumping(ScriptedGateway):
            """Set the machine's time at the first question."""

            async def find(self, *args: object) -> object:  # type: ignore[override]  # hands all on
                if not asked:
                    here.clock.jump(jump_s)
                asked.append(here.clock.monotonic())
                return await ask(*args)  # type: ignore[arg-type]  # hands all on

        jumping = Jumping(here.gateway.answer)
        jumping.taken = here.gateway.taken
        Scene(here.hold, here.clock, jumping, here.sent_at).send()
        assert here.states() == {State.ACCEPTED}
        assert len(sent_again_at) == 1
        assert sent_again_at[0] - lost_at[0] >= 1200.0


@dataclass(slots=True)
class SlowDisk:
    """Let time pass whenever an intent is written: only the steady clock, or both."""

    scene: Scene
    by_s: float
    back_s: float

    def begin(self, attempts: Sequence[Attempt], listed_to: int) -> None:
        self.scene.hold.writer.begin(attempts, listed_to)
        self.scene.clock.advance(self.by_s)
        self.scene.clock.jump(-self.back_s)
        self.by_s = self.back_s = 0.0

    def __getattr__(self, name: str) -> object:
        return getattr(self.scene.hold.writer, name)


@pytest.mark.parametrize("back_s", [0.0, 61.0], ids=["time goes on", "and is then set back"])
def test_an_intent_that_is_old_when_its_request_would_leave_is_given_up_and_made_anew(
    tmp_path: Path, back_s: float
) -> None:
    with scene(tmp_path, "2026-11-22T12:00:00", window="") as here:
        slow = SlowDisk(here, 61.0, back_s)
        hold = replace(here.hold, writer=slow)  # type: ignore[arg-type]  # passes the rest on
        Scene(hold, here.clock, here.gateway, here.sent_at).send()
        assert here.states() == {State.ACCEPTED}
        (first, *_) = here.hold.ledger.attempts(here.hold.record.plan.run)
        assert first.code in {"withdrawn", Hindrance.UNREACHABLE.value}
        assert first.attempt.task_name not in here.names()
        assert len(here.names()) == len(set(here.names())) == 9
