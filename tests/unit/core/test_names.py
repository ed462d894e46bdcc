import itertools

import pytest

from pipeline.core.model import RunId
from pipeline.core.names import ATTEMPTS_MAX, TASK_NAME_MAX, run_id, task_name

RUN = RunId("abcd1234")
MEANING = {"name": "members", "channel": "aim", "params": [["name", "姓名"]]}


def test_a_task_name_is_plain_and_short_enough_for_every_list_filter() -> None:
    for chunk, submission, attempt in itertools.product(
        (0, 1, 35, 36, 36**4 - 1), (0, 1, 49, 36**3 - 1), (1, 2, ATTEMPTS_MAX)
    ):
        name = task_name(RUN, chunk, submission, attempt)
        assert len(name) == 20 <= TASK_NAME_MAX
        assert name.isascii()
        assert name == name.lower()
        assert name.startswith(f"{RUN}-")


def test_no_two_attempts_share_a_name() -> None:
    everything = itertools.product(range(40), range(50), range(1, 11))
    names = [task_name(RUN, *where) for where in everything]
    assert len(set(names)) == len(names) == 20_000


def test_no_name_is_the_beginning_of_another() -> None:
    names = sorted(task_name(RUN, 0, s, a) for s in range(40) for a in range(1, 40))
    assert not any(b.startswith(a) for a, b in itertools.pairwise(names))


@pytest.mark.parametrize(
    "where", [(36**4, 0, 1), (0, 36**3, 1), (0, 0, ATTEMPTS_MAX + 1), (-1, 0, 1), (0, 0, -1)]
)
def test_what_would_not_fit_is_an_error_and_never_another_ones_name(
    where: tuple[int, int, int],
) -> None:
    with pytest.raises(OverflowError):
        task_name(RUN, *where)


def test_the_same_input_is_the_same_run() -> None:
    assert run_id("0" * 64, MEANING) == run_id("0" * 64, dict(reversed(MEANING.items())))


def test_another_source_meaning_or_repetition_is_another_run() -> None:
    ids = {
        run_id("0" * 64, MEANING),
        run_id("1" * 64, MEANING),
        run_id("0" * 64, {**MEANING, "channel": "sms"}),
        run_id("0" * 64, MEANING, again=1),
        run_id("0" * 64, MEANING, again=2),
    }
    assert len(ids) == 5
    assert all(len(run) == 8 and run.isascii() and run.isalnum() for run in ids)
