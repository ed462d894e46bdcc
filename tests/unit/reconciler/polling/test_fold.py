from pipeline.core.answer import NewsKind
from pipeline.core.outcome import Fact, Outcome, Standing
from pipeline.reconciler.polling.cases import REVISIONS, Case, PollAnswer, Unsettled
from pipeline.reconciler.polling.fold import Folded, fold_rows
from tests.support.reconciling import World

FINAL = [outcome for outcome in Outcome if Standing(outcome).is_final]


def folded(standings: dict[int, Standing], heard: PollAnswer) -> Folded:
    """Fold rows of which all facts have been forgotten."""
    world = World()
    world.accept(0)
    case = Case(Unsettled(world.submission(0), standings), {}, {}, None)
    return fold_rows(world.parts, case, {}, heard)


def test_what_a_purge_has_forgotten_changes_no_closed_row() -> None:
    standings = {row: Standing(outcome, code="x") for row, outcome in enumerate(FINAL)}
    for link_expired in (False, True):
        for silent in (False, True):
            heard = PollAnswer(link_expired=link_expired, silent=silent)
            assert folded(standings, heard).changed == {}


def test_no_revision_leads_to_an_outcome_with_less_proof() -> None:
    for revised in REVISIONS.values():
        assert not revised & {Outcome.SUBMITTED, Outcome.PENDING, Outcome.IN_DOUBT}


def test_open_rows_are_counted_by_outcome() -> None:
    world = World()
    world.accept(0)
    standings = {0: Standing(Outcome.SUBMITTED), 1: Standing(Outcome.CARD)}
    case = Case(Unsettled(world.submission(0), standings), {}, {}, None)
    facts = {0: (Fact(NewsKind.DELIVERED, "", "", "page:1"),)}
    result = fold_rows(world.parts, case, facts, PollAnswer())
    assert result.open == {Outcome.DELIVERED: 1}
    assert result.closed == 0
