"""Any interleaving of runs, crashes, pauses, lost answers, clocks, receipts and persons' words.

KOOSEND_MODEL=full tries many more and longer ones, other ones every time.
"""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from pipeline.core.errors import RunHeld
from pipeline.core.model import Channel
from pipeline.ports import ControlKind
from pipeline.reconciler.doubts.policy import DoubtPolicy
from tests.support.examples import FULL
from tests.support.sending import phone_of
from tests.support.world_model import Setting, World
from tests.support.world_model_process import Blow
from tests.support.world_model_provider import Course, Fate, Manners

SKEW_S_MAX = 30.0
LATE_S_MAX = 120.0

COURSES = st.builds(
    Course,
    st.sampled_from(Fate),
    connect_s=st.sampled_from([0.0, 0.0, 3.0]),
    answer_s=st.sampled_from([0.0, 1.0, 20.0]),
    late_s=st.floats(0.0, LATE_S_MAX),
)
LISTS = (
    Manners(),
    Manners(),
    Manners(empty_share=0.1),
    Manners(empty_share=0.4),
    Manners(span_s=600.0),
    Manners(span_s=1_500.0),
    Manners(span_s=5_000.0),
)
"""Lists that show what they should, and such as err. Whatever they do, nobody is sent to twice."""
SETTINGS = st.builds(
    Setting,
    disk=st.just(value=True),
    channel=st.sampled_from([Channel.AIM, Channel.AIM_BASIC]),
    chunks=st.integers(1, 2),
    submissions=st.integers(1, 3),
    size=st.integers(1, 3),
    concurrency=st.integers(1, 4),
    then=st.sampled_from([DoubtPolicy.AUTO, DoubtPolicy.AUTO, DoubtPolicy.HOLD]),
    manners=st.sampled_from(LISTS),
)
TURNS = st.integers(1, 60)
SECONDS = st.sampled_from([0.5, 5.0, 90.0, 1300.0, 4000.0, 100_000.0])


class Model(RuleBasedStateMachine):
    """Everything that can happen around one run.

    In a world whose clock is wild nobody overtakes a process that lives: a machine whose time is
    set by an hour while one of its processes stands still is beyond what is promised.
    """

    world: World

    @initialize(setting=SETTINGS, lag_s=st.floats(0.0, 600.0), wild=st.booleans())
    def begin(self, setting: Setting, lag_s: float, wild: bool) -> None:  # noqa: FBT001 -- drawn
        self.wild = wild
        lag_s = min(lag_s, LATE_S_MAX) if wild else lag_s
        manners = replace(setting.manners, list_lag_s=lag_s, stranger=wild)
        self.world = World(replace(setting, manners=manners))

    @rule(courses=st.lists(COURSES, min_size=1, max_size=8))
    def the_wire_turns_bad(self, courses: list[Course]) -> None:
        self.world.provider.courses.extend(courses)

    @rule(row=st.integers(0, 17))
    def somebody_opts_out(self, row: int) -> None:
        self.world.referee.opts_out(phone_of(row), self.world.time.now())

    @rule(count=st.integers(1, 12))
    def questions_go_unanswered(self, count: int) -> None:
        self.world.provider.silences = count

    @rule(reconcile=st.booleans(), turns=TURNS)
    def a_process_starts(self, reconcile: bool, turns: int) -> None:  # noqa: FBT001 -- drawn
        if self.world.alive is not None:
            with pytest.raises(RunHeld):
                self.world.start()
            return
        if not self.wild:
            self.world.set_clock_right()
        self.world.start(reconcile=reconcile).turns(turns)

    @precondition(lambda self: self.world.alive)
    @rule(turns=TURNS)
    def it_goes_on_for_some_turns(self, turns: int) -> None:
        if self.world.alive is not None:
            self.world.alive.turns(turns)

    @precondition(lambda self: self.world.alive)
    @rule(seconds=SECONDS)
    def it_runs_on(self, seconds: float) -> None:
        if self.world.alive is not None:
            self.world.run_on(self.world.alive, seconds)

    @rule(seconds=SECONDS)
    def time_passes_and_everybody_stands_still(self, seconds: float) -> None:
        self.world.time.advance(seconds)

    @precondition(lambda self: self.world.alive)
    @rule()
    def it_is_killed(self) -> None:
        self.world.kill()
        self._correct_the_clock()

    @precondition(lambda self: self.world.alive)
    @rule(blow=st.sampled_from(Blow), after=st.integers(0, 6), seconds=SECONDS)
    def it_is_struck_at_a_write(self, blow: Blow, after: int, seconds: float) -> None:
        process = self.world.alive
        if process is not None:
            process.life.arm(blow, after)
            self.world.run_on(process, seconds)

    @precondition(lambda self: self.world.alive)
    @rule(times=st.integers(1, 2), seconds=SECONDS)
    def it_is_signalled(self, times: int, seconds: float) -> None:
        process = self.world.alive
        if process is not None:
            self.world.signal(times)
            self.world.run_on(process, seconds)

    @precondition(lambda self: not self.world.paused)
    @rule()
    def somebody_pauses_it(self) -> None:
        self.world.say(ControlKind.PAUSE)

    @precondition(lambda self: self.world.paused)
    @rule()
    def somebody_resumes_it(self) -> None:
        self.world.say(ControlKind.RESUME)

    @precondition(lambda self: not self.wild and self.world.alive)
    @rule(turns=TURNS, seconds=SECONDS)
    def it_is_overtaken_and_wakes_later(self, turns: int, seconds: float) -> None:
        stale = self.world.alive
        assert stale is not None
        self.world.run_on(self.world.overtake(), seconds)
        stale.turns(turns)

    @precondition(lambda self: self.world.stale)
    @rule(seconds=SECONDS)
    def those_that_were_overtaken_run_on(self, seconds: float) -> None:
        for process in self.world.stale:
            self.world.run_on(process, seconds)

    @rule(seconds=st.floats(-SKEW_S_MAX, SKEW_S_MAX))
    def the_clock_is_a_little_wrong(self, seconds: float) -> None:
        self.world.set_clock_right()
        self.world.time.jump(seconds)

    @precondition(lambda self: self.wild and self.world.alive)
    @rule(seconds=st.sampled_from([-3600.0, -700.0, 700.0, 3600.0]))
    def the_clock_jumps(self, seconds: float) -> None:
        self.world.time.jump(seconds)

    @precondition(lambda self: not self.world.alive and self.world.doubts())
    @rule(release=st.booleans(), which=st.integers(0, 5))
    def a_person_decides(self, release: bool, which: int) -> None:  # noqa: FBT001 -- drawn
        names = self.world.doubts()
        self.world.decide(release, [names[which % len(names)]])

    @rule(order=st.lists(st.integers(0, 7), max_size=8))
    def receipts_come_in(self, order: list[int]) -> None:
        self.world.push(order)

    @invariant()
    def what_must_be_true_is_true(self) -> None:
        if self.wild and self.world.alive is None:
            self._correct_the_clock()
        self.world.referee.judge()

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.end()
        finally:
            self.world.close()

    def end(self) -> None:
        """Let all that is left be done, and judge how it ended."""
        self.world.finish()
        self.world.referee.judge_end(holds=self.world.setting.then is DoubtPolicy.HOLD)
        self.world.referee.judge_folds()

    def _correct_the_clock(self) -> None:
        if abs(self.world.skew_s) > SKEW_S_MAX:
            self.world.set_clock_right()


class ModelInMemory(Model):
    """The same with the ledger that ships for tests."""

    @initialize(setting=SETTINGS, lag_s=st.floats(0.0, 600.0), wild=st.booleans())
    def begin(self, setting: Setting, lag_s: float, wild: bool) -> None:  # noqa: FBT001 -- drawn
        super().begin(replace(setting, disk=False), lag_s, wild)


def model_settings(examples: int, steps: int) -> settings:
    """Choose how much is tried: a repeatable part, or all of it."""
    return settings(
        max_examples=2000 if FULL else examples,
        stateful_step_count=50 if FULL else steps,
        derandomize=not FULL,
        phases=list(Phase) if FULL else [Phase.explicit, Phase.reuse, Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


TestModel = Model.TestCase
TestModel.settings = model_settings(60, 40)
TestModelInMemory = ModelInMemory.TestCase
TestModelInMemory.settings = model_settings(60, 40)
