import itertools

import pytest

from pipeline.core.times import Backoff, question_times_s


def test_waits_grow_by_the_factor_up_to_the_ceiling() -> None:
    backoff = Backoff(first_s=0.5, factor=2.0, max_s=30.0)
    waits = [backoff.wait_s(failures) for failures in range(1, 10)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


def test_very_many_failures_in_a_row_do_not_overflow() -> None:
    assert Backoff(factor=1e9).wait_s(10**9) == 30.0


@pytest.mark.parametrize("settle_s", [0.5, 2.0, 3.0, 60.0, 1200.0, 1201.5])
def test_the_last_question_falls_on_the_settling_time_because_only_it_may_prove_absence(
    settle_s: float,
) -> None:
    times = list(question_times_s(settle_s))
    assert times[-1] == settle_s
    assert times == sorted(set(times))
    assert all(0.0 < at <= settle_s for at in times)


def test_the_intervals_between_questions_grow() -> None:
    times = [0.0, *question_times_s(1200.0)]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times[:-1])]
    assert gaps == sorted(gaps)
    assert len(times) < 15
