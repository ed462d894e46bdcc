"""Which submissions carry the first recipients, and what became of those."""

from dataclasses import replace

import pytest

from pipeline.core.model import PlannedSubmission, Route, RunId
from pipeline.core.outcome import Outcome, Standing
from pipeline.ports import Ledger, RunRecord
from pipeline.runner.guards.canary import Portion, at_least, at_most, outcomes_of
from tests.support.ledgers import PLAN, a_chunk, accept
from tests.support.memory_ledger import MemoryLedger

RUN = RunId("portions")


def planned(*, route: Route = Route.MAIN) -> tuple[Ledger, RunRecord]:
    """Plan chunks of 4 and 6 recipients, in requests of 2 and 3."""
    ledger = MemoryLedger()
    first = tuple(PlannedSubmission(n, 2 * n, 2 * n + 2, route) for n in range(2))
    second = tuple(PlannedSubmission(n, 3 * n, 3 * n + 3, route) for n in range(2))
    record = ledger.plan(
        replace(PLAN, run=RUN),
        [
            replace(a_chunk(0, list(range(4))), submissions=first),
            replace(a_chunk(1, list(range(4, 10))), submissions=second),
        ],
    )
    return ledger, record


def held(ledger: Ledger, portion: Portion) -> list[tuple[int, int]]:
    return [(s.chunk, s.submission) for s in ledger.submissions(RUN) if portion.holds(s)]


@pytest.mark.parametrize(
    ("first", "most", "least"),
    [
        (1, 0, 1),
        (2, 1, 1),
        (3, 1, 2),
        (4, 2, 2),
        (5, 2, 3),
        (7, 3, 3),
        (9, 3, 4),
        (10, 4, 4),
        (99, 4, 4),
    ],
)
def test_at_most_holds_nobody_else_and_at_least_leaves_nobody_out(
    first: int, most: int, least: int
) -> None:
    ledger, record = planned()
    every = [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert held(ledger, at_most(ledger, record, first)) == every[:most]
    assert held(ledger, at_least(ledger, record, first)) == every[:least]


def test_links_are_made_for_the_whole_chunk_in_which_the_first_end() -> None:
    ledger, record = planned(route=Route.PARSE)
    assert held(ledger, at_most(ledger, record, 5)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert held(ledger, at_most(ledger, record, 4)) == [(0, 0), (0, 1)]
    assert at_least(ledger, record, 5) == Portion(2)


def test_only_the_outcomes_of_the_first_are_counted() -> None:
    ledger, record = planned()
    writer = ledger.take(RUN)
    for chunk, submission in ((0, 0), (1, 0)):
        accept(writer, chunk, submission)
    writer.settle({0: Standing(Outcome.CARD), 4: Standing(Outcome.UNDELIVERED)})
    first = outcomes_of(ledger, record, at_least(ledger, record, 3))
    assert first == {Outcome.CARD: 1, Outcome.SUBMITTED: 1, Outcome.PENDING: 2}
    every = outcomes_of(ledger, record, at_least(ledger, record, 10))
    assert every.total() == 10
    assert every[Outcome.UNDELIVERED] == 1
