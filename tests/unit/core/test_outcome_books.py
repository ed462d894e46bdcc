import itertools

import pytest

from pipeline.core.lifecycle import State
from pipeline.core.outcome import OPEN, Books, Outcome, chunk_state

LEAST_SETTLED_FIRST = [
    (State.IN_DOUBT, "in_doubt"),
    (State.IN_FLIGHT, "in_flight"),
    (State.DEFERRED, "pending"),
    (State.PLANNED, "pending"),
    (State.REFUSED, "refused"),
    (State.ABANDONED, "abandoned"),
    (State.ACCEPTED, "accepted"),
    (State.SPLIT, "accepted"),
]


def _books(rows: int, outcomes: dict[Outcome, int]) -> Books:
    return Books(rows, outcomes, {}, {}, 0)


def test_books_balance_when_every_row_has_one_outcome() -> None:
    assert _books(5, {Outcome.CARD: 3, Outcome.INVALID: 2}).balance
    assert not _books(5, {Outcome.CARD: 3, Outcome.INVALID: 1}).balance
    assert not _books(5, {Outcome.CARD: 3, Outcome.INVALID: 3}).balance
    assert _books(0, {}).balance


def test_open_rows_are_those_that_later_evidence_may_change() -> None:
    books = _books(len(Outcome), dict.fromkeys(Outcome, 1))
    assert books.balance
    assert books.open_rows == len(OPEN) == 4


@pytest.mark.parametrize(
    "states",
    [
        frozenset(chosen)
        for n in range(1, len(State) + 1)
        for chosen in itertools.combinations(State, n)
    ],
)
def test_a_chunk_is_named_after_its_least_settled_submission(states: frozenset[State]) -> None:
    expected = next(word for state, word in LEAST_SETTLED_FIRST if state in states)
    assert chunk_state(states) == expected
