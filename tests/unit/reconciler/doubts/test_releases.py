"""How often a policy may have the same people sent to again, and what the ledger counts of it."""

import pytest

from pipeline.core.lifecycle import Event
from pipeline.ports import Conclusion
from pipeline.reconciler.doubts.policy import may_release
from tests.support.ledgers import RUN, an_attempt, concluding, planned
from tests.support.memory_ledger import MemoryLedger


@pytest.mark.parametrize(
    ("released", "attempts_max", "may"),
    [(0, 2, True), (0, 1, False), (1, 2, False), (1, 9, False), (0, 9, True)],
)
def test_nobody_gets_more_than_that_without_a_word_and_nothing_is_released_twice(
    *, released: int, attempts_max: int, may: bool
) -> None:
    assert may_release(released, attempts_max) is may


def test_the_ledger_counts_releases_by_policy_and_not_those_of_a_person_or_of_links() -> None:
    ledger = planned(MemoryLedger())
    assert isinstance(ledger, MemoryLedger)
    writer = ledger.take(RUN)
    notes = ["policy auto: not listed", "release by somebody: not there", "links may be made again"]
    for attempt, note in enumerate([*notes, "policy resend: not listed"]):
        writer.begin([an_attempt(attempt=attempt)])
        writer.conclude([concluding(Event.WAS_LOST)])
        writer.conclude([Conclusion(0, 0, Event.WAS_RELEASED, 200.0, note=note)])
    assert ledger.releases(RUN) == {(0, 0): 2}
