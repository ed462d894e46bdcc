"""Rows that a submission leaves out before it leaves; the real ledger and its fake alike."""

from dataclasses import replace

import pytest

from pipeline.core.answer import NewsKind
from pipeline.core.errors import KoosendError, Outdated
from pipeline.core.lifecycle import Event, IllegalStep, State
from pipeline.core.model import Channel, PlannedSubmission, Recipients, Route, RunId
from pipeline.core.outcome import Outcome
from pipeline.core.screening import SuppressionReason
from pipeline.ports import Continuation, Ledger, RunWriter, Suppression, Withholding
from tests.support.ledgers import (
    PLAN,
    RUN,
    MakeLedger,
    a_chunk,
    accept,
    an_attempt,
    concluding,
    phone_of,
    submission_at,
)

OPT_OUT, MANUAL = SuppressionReason.OPT_OUT, SuppressionReason.MANUAL
LINKS = RunId("links")


def out(*rows: int, chunk: int = 0, submission: int = 0, why: str = "opted_out") -> Withholding:
    return Withholding(chunk, submission, 50.0, dict.fromkeys(rows, why))


def standings(ledger: Ledger, run: RunId = RUN) -> dict[int, tuple[Outcome, str]]:
    return {
        row: (standing.outcome, standing.reason)
        for block in ledger.outcomes(run)
        for row, standing in zip(block.rows, block.standings, strict=True)
    }


def test_a_withheld_row_is_in_no_request_and_settled_as_suppressed(
    ledger: Ledger, writer: RunWriter
) -> None:
    left = writer.withhold(out(1))
    assert left == submission_at(ledger)
    assert (left.withheld, left.recipients, left.carried, left.messages) == ((1,), 2, 1, 1)
    assert list(left.part(ledger.recipients(RUN, 0)).rows) == [0]
    assert left.state is State.PLANNED
    assert standings(ledger)[1] == (Outcome.SUPPRESSED, "opted_out")
    accept(writer)
    assert standings(ledger)[0] == (Outcome.SUBMITTED, "")
    assert standings(ledger)[1] == (Outcome.SUPPRESSED, "opted_out")
    books = ledger.books(RUN)
    assert (books.balance, books.messages) == (True, 1)


def test_the_evidence_of_a_withheld_row_says_why(ledger: Ledger, writer: RunWriter) -> None:
    left = writer.withhold(out(0, why="on_suppression_list"))
    (fact,) = ledger.facts(RUN, left)[0]
    assert (fact.kind, fact.code) == (NewsKind.WITHHELD, "on_suppression_list")
    (block, *_) = ledger.outcomes(RUN)
    assert block.standings[0].evidence == fact.evidence
    assert fact.evidence.startswith("suppression:")


def test_who_is_withheld_stays_so_and_others_may_join_before_the_next_attempt(
    reopen: MakeLedger, ledger: Ledger, writer: RunWriter
) -> None:
    writer.withhold(out(6, chunk=1))
    writer.begin([an_attempt(1)])
    writer.conclude([concluding(Event.WAS_THROTTLED, 1)])
    again = writer.withhold(out(6, chunk=1, why="on_suppression_list"))
    assert again.withheld == (6,)
    assert standings(ledger)[6] == (Outcome.SUPPRESSED, "opted_out")
    writer.close()
    reopened = reopen()
    writer = reopened.take(RUN)
    assert submission_at(reopened, 1).withheld == (6,)
    joined = writer.withhold(out(6, 7, chunk=1))
    assert (joined.withheld, joined.state) == ((6, 7), State.ABANDONED)
    writer.close()
    reopened.close()


def test_a_submission_that_carries_nobody_any_more_is_given_up(
    ledger: Ledger, writer: RunWriter
) -> None:
    left = writer.withhold(out(0, 1))
    assert (left.state, left.code, left.attempts) == (State.ABANDONED, "opted_out", 0)
    assert standings(ledger)[0] == standings(ledger)[1] == (Outcome.SUPPRESSED, "opted_out")
    assert ledger.books(RUN).balance
    with pytest.raises(IllegalStep):
        writer.begin([an_attempt()])


@pytest.mark.parametrize(
    "event", [None, Event.WAS_ACCEPTED, Event.WAS_REFUSED, Event.WAS_LOST], ids=str
)
def test_nobody_is_withheld_from_what_has_left(
    ledger: Ledger, writer: RunWriter, event: Event | None
) -> None:
    writer.begin([an_attempt()])
    if event is not None:
        writer.conclude([concluding(event)])
    before = submission_at(ledger)
    with pytest.raises(IllegalStep):
        writer.withhold(out(1))
    assert submission_at(ledger) == before
    assert standings(ledger)[1][0] is not Outcome.SUPPRESSED


def test_a_row_of_another_submission_is_not_withheld(ledger: Ledger, writer: RunWriter) -> None:
    with pytest.raises(KoosendError, match="outside"):
        writer.withhold(out(1, 3))
    assert submission_at(ledger).withheld == ()
    assert standings(ledger)[1] == (Outcome.PENDING, "")


def test_a_withheld_row_was_not_reached(ledger: Ledger, writer: RunWriter) -> None:
    writer.withhold(out(1))
    accept(writer)
    (reached,) = ledger.screening.reached([PLAN.account], 0.0)
    assert list(reached.recipients.rows) == [0]


def test_what_was_assumed_to_be_sent_counts_as_reached(ledger: Ledger, writer: RunWriter) -> None:
    writer.begin([an_attempt(), an_attempt(1)])
    writer.conclude([concluding(Event.WAS_LOST), concluding(Event.WAS_LOST, 1)])
    assumed = replace(concluding(Event.WAS_ABANDONED), code="assumed_sent")
    writer.conclude([assumed, replace(concluding(Event.WAS_RELEASED, 1), note="by a person")])
    assert [list(one.recipients.rows) for one in ledger.screening.reached([PLAN.account], 0.0)] == [
        [0, 1]
    ]


def test_a_row_withheld_before_its_link_was_made_goes_on_to_no_message(ledger: Ledger) -> None:
    message = replace(PLAN.message, channel=Channel.AIM_LINKS)
    made = (PlannedSubmission(0, 0, 2, Route.PARSE),)
    chunk = replace(a_chunk(0, [0, 1]), submissions=made)
    ledger.plan(replace(PLAN, run=LINKS, message=message), [chunk])
    writer = ledger.take(LINKS)
    left = writer.withhold(out(1))
    assert (left.withheld, left.carried, left.messages) == ((1,), 1, 0)
    writer.begin([an_attempt(run=LINKS)])
    writer.conclude([replace(concluding(Event.WAS_ACCEPTED), links={0: "l0"})])
    known = ledger.recipients(LINKS, 0)
    with_links = Recipients(known.rows, known.phones, (*known.values, ["l0", ""]))
    going = (
        PlannedSubmission(1, 0, 1, Route.LINKED),
        PlannedSubmission(2, 1, 2, Route.SKIP, None, "opted_out"),
    )
    writer.continue_chunk(Continuation(0, 60.0, with_links, going, {1: ("withheld", "opted_out")}))
    skipped = ledger.submissions(LINKS)[2]
    (fact,) = ledger.facts(LINKS, skipped)[1]
    assert (fact.kind, fact.evidence.split(":")[0]) == (NewsKind.WITHHELD, "suppression")
    assert standings(ledger, LINKS)[1] == (Outcome.SUPPRESSED, "opted_out")
    assert ledger.books(LINKS).balance
    writer.close()


def test_the_list_tells_who_came_on_it_behind_a_place(ledger: Ledger) -> None:
    assert ledger.screening.suppressions_end() == 0
    ledger.screening.suppress([Suppression(phone_of(1), OPT_OUT, 1.0)])
    first = ledger.screening.suppressions_end()
    assert first > 0
    ledger.screening.suppress(
        [Suppression(phone_of(2), MANUAL, 2.0), Suppression(phone_of(2), OPT_OUT, 2.0)]
    )
    ledger.screening.suppress([Suppression(phone_of(3), MANUAL, 3.0)])
    assert ledger.screening.suppressions_end() > first
    assert ledger.screening.suppressed_since(first) == {phone_of(2): OPT_OUT, phone_of(3): MANUAL}
    end = ledger.screening.suppressions_end()
    ledger.screening.unsuppress([phone_of(3)], 4.0, "back")
    assert ledger.screening.suppressions_end() == end
    assert ledger.screening.suppressed_since(first) == {phone_of(2): OPT_OUT}
    assert ledger.screening.suppressed_since(end) == {}


def test_no_intent_is_recorded_where_the_list_has_grown_since_it_was_looked_at(
    ledger: Ledger, writer: RunWriter
) -> None:
    looked_at = ledger.screening.suppressions_end()
    ledger.screening.suppress([Suppression(phone_of(0), OPT_OUT, 1.0)])
    with pytest.raises(Outdated):
        writer.begin([an_attempt()], looked_at)
    assert submission_at(ledger).state is State.PLANNED
    ledger.screening.unsuppress([phone_of(0)], 2.0, "back")
    writer.begin([an_attempt()], ledger.screening.suppressions_end())
    assert submission_at(ledger).state is State.IN_FLIGHT


def test_a_run_remembers_how_far_the_list_was_read_when_it_was_planned(ledger: Ledger) -> None:
    later = replace(PLAN, run=RunId("later"), screened_to=7)
    ledger.plan(later, [a_chunk(0, [0, 1])])
    found = ledger.run(RunId("later"))
    assert found is not None
    assert found.plan == later
