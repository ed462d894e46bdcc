"""A storm of rate refusals: everything for a minute, then three in ten, then none."""

from collections import Counter

import pytest

from pipeline.core.answer import Answer, Hindrance, Throttled
from pipeline.core.lifecycle import State
from pipeline.core.names import task_name
from pipeline.ports import Prepared
from tests.support.fakes.gateway import accept_all
from tests.support.sending import RUN, desk_of

RATE = 20.0
STORM_S = 60.0
DRIZZLE_S = 120.0
SUBMISSIONS = 1500


class Storm:
    """Refuse by time, and note when each attempt came. now returns the monotonic time."""

    def __init__(self, wait_s: float | None) -> None:
        self.wait_s = wait_s
        self.at: list[float] = []
        self.names: list[str] = []

    def answer(self, prepared: Prepared, since_start: float) -> Answer:
        self.at.append(since_start)
        self.names.append(prepared.task_name)
        drizzle = since_start < DRIZZLE_S and len(self.at) % 10 < 3
        if since_start < STORM_S or drizzle:
            return Throttled(Hindrance.RATE, "threshold reached", wait_s=self.wait_s)
        return accept_all(prepared)

    def attempts_within(self, start: float, stop: float) -> int:
        return sum(1 for at in self.at if start <= at < stop)


@pytest.mark.parametrize("wait_s", [None, 2.0, 1e9, -1.0])
def test_in_a_storm_the_attempts_get_few_and_at_its_end_everything_is_accepted(
    wait_s: float | None,
) -> None:
    storm = Storm(wait_s)
    desk = desk_of(chunks=1, submissions=SUBMISSIONS, size=1, calls_per_s=RATE)
    start = desk.clock.monotonic()
    desk.gateway.answer = lambda prepared: storm.answer(prepared, desk.clock.monotonic() - start)
    desk.run()

    assert desk.states() == {State.ACCEPTED: SUBMISSIONS}
    assert set(desk.taken_phones().values()) == {1}
    assert storm.attempts_within(0.0, STORM_S) <= 2.0 * STORM_S
    assert storm.attempts_within(10.0, STORM_S) <= 1.0 * STORM_S
    after = DRIZZLE_S + 59.0
    assert storm.attempts_within(after, after + 10.0) >= 0.9 * RATE * 10.0
    per_second = Counter(int(at) for at in storm.at)
    assert max(per_second.values()) <= RATE


def test_in_a_storm_every_attempt_has_a_name_of_its_own_counted_on_from_the_last() -> None:
    storm = Storm(None)
    desk = desk_of(chunks=1, submissions=30, size=1, calls_per_s=RATE)
    start = desk.clock.monotonic()
    desk.gateway.answer = lambda prepared: storm.answer(prepared, desk.clock.monotonic() - start)
    desk.run()
    expected = {
        task_name(RUN, s.chunk, s.submission, attempt)
        for s in desk.submissions()
        for attempt in range(1, s.attempts + 1)
    }
    assert len(storm.names) == len(expected)
    assert set(storm.names) == expected
