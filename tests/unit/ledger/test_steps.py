"""Random lives of submissions: both ledgers take exactly the steps of the lifecycle table."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.lifecycle import TABLE, Event, IllegalStep, State
from pipeline.ledger import SqliteLedger
from pipeline.ports import Ledger, RunWriter
from tests.support.ledgers import RUN, an_attempt, concluding, planned
from tests.support.memory_ledger import MemoryLedger

KEYS = [(0, 0), (0, 1), (1, 0), (1, 1)]
PARTS = {(0, 0): [[0], [1]], (0, 1): [[3], [4]], (1, 0): [[6], [7]]}
"""The rows of the submissions that can be split."""
RESTART = "restart"

LIVES = st.lists(
    st.tuples(st.sampled_from(KEYS), st.sampled_from([*Event, RESTART])), min_size=5, max_size=40
)


class _Life:
    """A ledger under test beside the plain table that it must agree with."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = planned(ledger)
        self.writer: RunWriter = ledger.take(RUN)
        self.expected: dict[tuple[int, int], State] = dict.fromkeys(KEYS, State.PLANNED)
        self.attempts = 0

    def step(self, key: tuple[int, int], event: Event) -> None:
        state = self.expected[key]
        if event is Event.WAS_SPLIT and key not in PARTS:
            return
        if event in TABLE[state]:
            self._take(key, event)
            self.expected[key] = TABLE[state][event]
        else:
            with pytest.raises(IllegalStep):
                self._take(key, event)

    def restart(self) -> None:
        self.writer.close()
        self.writer = self.ledger.take(RUN)
        in_flight = [k for k, state in self.expected.items() if state is State.IN_FLIGHT]
        assert self.writer.sweep(999.0) == len(in_flight)
        self.expected.update(dict.fromkeys(in_flight, State.IN_DOUBT))

    def check(self) -> None:
        found = self.ledger.submissions(RUN)
        assert {(s.chunk, s.submission): s.state for s in found} == self.expected
        assert sum(s.attempts for s in found) == len(self.ledger.attempts(RUN))
        books = self.ledger.books(RUN)
        assert books.balance
        assert dict(books.submissions) == _count(self.expected)

    def _take(self, key: tuple[int, int], event: Event) -> None:
        if event is Event.ATTEMPTED:
            self.attempts += 1
            self.writer.begin([an_attempt(*key, attempt=self.attempts)])
        elif event is Event.WAS_SPLIT:
            parts = self.writer.split(concluding(event, *key), PARTS[key])
            self.expected.update(((one.chunk, one.submission), State.PLANNED) for one in parts)
        else:
            self.writer.conclude([concluding(event, *key)])


def _count(states: Mapping[tuple[int, int], State]) -> dict[State, int]:
    found = list(states.values())
    return {state: found.count(state) for state in found}


def _live(ledger: Ledger, life: list[tuple[tuple[int, int], Event | str]]) -> None:
    lived = _Life(ledger)
    for key, event in life:
        if isinstance(event, Event):
            lived.step(key, event)
        else:
            lived.restart()
        lived.check()
    lived.writer.close()
    ledger.close()


@given(LIVES)
@settings(max_examples=60, deadline=None)
def test_the_file_agrees_with_the_table(life: list[tuple[tuple[int, int], Event | str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _live(SqliteLedger(Path(folder)), life)


@given(LIVES)
@settings(max_examples=100, deadline=None)
def test_the_fake_agrees_with_the_table(life: list[tuple[tuple[int, int], Event | str]]) -> None:
    _live(MemoryLedger(), life)
