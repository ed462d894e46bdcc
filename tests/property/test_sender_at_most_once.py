"""Whatever the provider answers, nobody is taken twice and every row is explained."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.answer import Accepted, Answer, Hindrance, Lost, Refused, Throttled
from pipeline.core.errors import KoosendError
from pipeline.core.lifecycle import State
from pipeline.core.model import TaskId, TaskName
from pipeline.ports import Prepared
from pipeline.sender import SenderOptions
from tests.support.sending import Desk, desk_of, phone_of

WAITS = st.none() | st.floats()
ANSWERS = st.one_of(
    st.just("accepted"),
    st.just("partly"),
    st.just("lost after"),
    st.just("lost before"),
    st.builds(Refused, st.just("KM.1"), st.just("no"), st.booleans()),
    st.builds(Throttled, st.sampled_from(Hindrance), st.just("not now"), WAITS, WAITS),
)


@dataclass(slots=True)
class Referee:
    """A provider with its own record of what it took, and from which names."""

    script: Sequence[str | Refused | Throttled]
    names: list[TaskName] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    possible: set[TaskName] = field(default_factory=set)

    def __call__(self, prepared: Prepared) -> Answer:
        word = self.script[len(self.names)] if len(self.names) < len(self.script) else "accepted"
        self.names.append(prepared.task_name)
        if not isinstance(word, str):
            return word
        if word == "lost before":
            return Lost("reset")
        phones = prepared.body.decode().split("\n")
        self.taken.update(phones)
        self.possible.add(prepared.task_name)
        if word == "lost after":
            return Lost("timed out")
        left_out = {phones[0]: "KM.2"} if word == "partly" else {}
        return Accepted(TaskId(f"id-{prepared.task_name}"), left_out)


def _explained(desk: Desk, referee: Referee) -> None:
    for submission in desk.submissions():
        assert submission.state is not State.IN_FLIGHT
        if submission.task_name in referee.possible:
            assert submission.state in {State.ACCEPTED, State.IN_DOUBT}
        if submission.state is State.ACCEPTED:
            assert submission.task_name in referee.possible


@settings(max_examples=200, deadline=None)
@given(
    st.lists(ANSWERS, max_size=60),
    st.integers(1, 9),
    st.sampled_from([0.0, 5.0, 20.0]),
)
def test_nobody_is_taken_twice_over_any_answers_and_any_number_of_runs(
    script: list[str | Refused | Throttled], concurrency: int, calls_per_s: float
) -> None:
    referee = Referee(script)
    desk = desk_of(referee, chunks=3, submissions=5, size=2, calls_per_s=calls_per_s)
    for _ in range(4):
        try:
            desk.run(SenderOptions(concurrency=concurrency))
        except KoosendError:
            _explained(desk, referee)
    _explained(desk, referee)
    assert len(referee.names) == len(set(referee.names))
    assert set(referee.taken.values()) <= {1}
    assert set(referee.taken) <= {phone_of(row) for row in range(30)}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["accepted", "partly", "busy"]), max_size=80), st.integers(1, 9))
def test_everybody_is_taken_once_where_nothing_is_lost_or_refused(
    script: list[str], concurrency: int
) -> None:
    busy = Throttled(Hindrance.RATE, "busy")
    referee = Referee([busy if word == "busy" else word for word in script])
    desk = desk_of(referee, chunks=2, submissions=10, size=2)
    result = desk.run(SenderOptions(concurrency=concurrency))
    assert referee.taken == {phone_of(row): 1 for row in range(40)}
    assert desk.states() == {State.ACCEPTED: 20}
    assert result.progress.throttled == sum(isinstance(word, Throttled) for word in referee.script)
