"""Whom a run reached, as later lists are held against it."""

from itertools import product

import pytest

from pipeline.core.lifecycle import Event
from pipeline.ports import Ledger, RunWriter, Withholding
from tests.support.ledgers import RUN, a_chunk, an_attempt, concluding

ROWS = (0, 1, 3, 4)
"""Of chunk 0, two to a submission."""

# What happened to a submission: which of its two people it reached at 100, at 200, or may yet.
FATES = {
    "planned": ((), (), (0, 1)),
    "throttled": ((), (), (0, 1)),
    "refused": ((), (), ()),
    "lost": ((0, 1), (), ()),
    "accepted": ((0, 1), (), ()),
    "accepted later": ((), (0, 1), ()),
    "one withheld, accepted": ((1,), (), ()),
    "one withheld": ((), (), (1,)),
}
EVENTS = {
    "throttled": Event.WAS_THROTTLED,
    "refused": Event.WAS_REFUSED,
    "lost": Event.WAS_LOST,
    "accepted": Event.WAS_ACCEPTED,
    "accepted later": Event.WAS_ACCEPTED,
    "one withheld, accepted": Event.WAS_ACCEPTED,
}


def meet(writer: RunWriter, submission: int, fate: str) -> None:
    if "withheld" in fate:
        out = {ROWS[2 * submission]: "opted_out"}
        writer.withhold(Withholding(0, submission, 50.0, out))
    if fate in EVENTS:
        writer.begin([an_attempt(0, submission, at=200.0 if "later" in fate else 100.0)])
        writer.conclude([concluding(EVENTS[fate], 0, submission)])


@pytest.mark.parametrize("fates", list(product(FATES, repeat=2)))
def test_each_person_counts_by_what_became_of_their_own_request(
    ledger: Ledger, writer: RunWriter, fates: tuple[str, str]
) -> None:
    for submission, fate in enumerate(fates):
        meet(writer, submission, fate)
    for since, also_open in product((0.0, 150.0), (False, True)):
        expected = []
        for submission, fate in enumerate(fates):
            early, late, still = FATES[fate]
            some = {*(early if since <= 100 else ()), *late, *(still if also_open else ())}
            expected += [2 * submission + at for at in sorted(some)]
        found = ledger.people.reached(RUN, since, also_open=also_open)
        positions = [at for one in found if one.chunk == 0 for at in one.positions]
        assert positions == expected, (since, also_open)


def test_a_chunk_of_many_requests_alike_is_told_as_one_span(
    ledger: Ledger, writer: RunWriter
) -> None:
    for submission in range(2):
        meet(writer, submission, "accepted")
    (only,) = ledger.people.reached(RUN)
    assert only.positions == range(4)
    assert len(a_chunk(0, ROWS).submissions) == 2
