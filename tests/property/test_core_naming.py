"""Names and waits over all their arguments."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.names import ATTEMPTS_MAX, run_id, task_name
from pipeline.core.times import Backoff, question_times_s

WHERE = st.tuples(
    st.integers(0, 36**4 - 1), st.integers(0, 36**3 - 1), st.integers(1, ATTEMPTS_MAX)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MEANINGS = st.dictionaries(st.text(), JSON, max_size=4)


@given(st.text("0123456789abcdef", min_size=64, max_size=64), MEANINGS, WHERE, WHERE)
def test_names_are_short_ascii_and_equal_only_for_the_same_attempt(
    sha256: str,
    meaning: dict[str, object],
    one: tuple[int, int, int],
    other: tuple[int, int, int],
) -> None:
    run = run_id(sha256, meaning)
    assert len(run) == 8
    names = {task_name(run, *one), task_name(run, *other)}
    assert all(len(name) == 20 and name.isascii() for name in names)
    assert (len(names) == 1) is (one == other)


@given(MEANINGS)
def test_a_runs_id_does_not_depend_on_the_order_of_its_meaning(meaning: dict[str, object]) -> None:
    turned = dict(reversed(meaning.items()))
    assert run_id("0" * 64, meaning) == run_id("0" * 64, turned)


@given(st.floats(0.001, 100.0), st.floats(1.0, 10.0), st.floats(0.001, 1000.0))
def test_waits_never_shrink_and_never_pass_the_ceiling(
    first_s: float, factor: float, max_s: float
) -> None:
    backoff = Backoff(first_s, factor, max_s)
    waits = [backoff.wait_s(failures) for failures in range(1, 50)]
    assert waits == sorted(waits)
    assert max(waits) <= max_s


@given(st.floats(0.1, 100_000.0), st.floats(0.1, 60.0), st.floats(1.1, 10.0))
def test_questions_end_exactly_with_the_settling_time(
    settle_s: float, first_s: float, factor: float
) -> None:
    times = list(question_times_s(settle_s, first_s, factor))
    assert times[-1] == settle_s
    assert times == sorted(set(times))
