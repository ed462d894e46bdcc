"""What a ledger refuses to plan, and how whole."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipeline.core.errors import KoosendError, RunHeld
from pipeline.core.model import Chunk, PlannedSubmission, RunId
from pipeline.ports import Ledger, Rejects
from tests.support.ledgers import PLAN, a_chunk, a_reject

TWO = a_chunk(0, [0, 1])


def test_planning_a_run_twice_is_refused_and_consumes_nothing(ledger: Ledger) -> None:
    stream = iter([a_chunk(0, [0])])
    with pytest.raises(RunHeld, match="planned already"):
        ledger.plan(PLAN, stream)
    assert next(stream).chunk == 0


def _breaking() -> Iterator[Chunk | Rejects]:
    yield a_chunk(0, [0, 1])
    raise LookupError("the source broke off")


def test_a_plan_whose_source_breaks_off_leaves_nothing(ledger: Ledger) -> None:
    plan = replace(PLAN, run=RunId("broken"))
    with pytest.raises(LookupError, match="broke off"):
        ledger.plan(plan, _breaking())
    assert ledger.run(plan.run) is None
    assert ledger.plan(plan, [a_chunk(0, [0, 1])]).rows == 2


@pytest.mark.parametrize(
    "wrong",
    [
        [a_chunk(0, [0, 1]), a_chunk(1, [1, 2])],
        [a_chunk(0, [0, 1]), a_chunk(0, [2, 3])],
        [a_chunk(0, [0, 1]), Rejects("", (), (a_reject(1),))],
        [replace(a_chunk(0, [0, 1, 2]), submissions=(PlannedSubmission(0, 0, 2),))],
        [replace(TWO, submissions=(PlannedSubmission(0, 1, 2),))],
        [
            replace(
                a_chunk(0, [0, 1, 2]),
                submissions=(PlannedSubmission(0, 0, 2), PlannedSubmission(1, 1, 3)),
            )
        ],
        [replace(TWO, submissions=(PlannedSubmission(0, 0, 3),))],
        [replace(TWO, submissions=())],
        [replace(TWO, submissions=(PlannedSubmission(0, 0, 1), PlannedSubmission(1, 0, 1)))],
        [replace(TWO, submissions=(PlannedSubmission(0, 0, 2), PlannedSubmission(1, 2, 2)))],
        [a_chunk(0, [])],
        [replace(TWO, lines=[2])],
        [replace(TWO, sheets=[""])],
    ],
    ids=[
        "row twice",
        "chunk twice",
        "row sent and rejected",
        "row unsent",
        "first row unsent",
        "row sent twice",
        "submission too long",
        "no submission",
        "one row twice, the other never",
        "empty submission",
        "empty chunk",
        "line missing",
        "sheet missing",
    ],
)
def test_a_plan_that_loses_or_doubles_a_row_is_refused_whole(
    ledger: Ledger, wrong: list[Chunk | Rejects]
) -> None:
    plan = replace(PLAN, run=RunId("wrong"))
    with pytest.raises(KoosendError):
        ledger.plan(plan, wrong)
    assert ledger.run(plan.run) is None
