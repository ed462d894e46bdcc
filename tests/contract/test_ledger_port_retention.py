"""What a purge forgets and what it keeps; the real ledger and its fake alike."""

from dataclasses import replace

import pytest

from pipeline.core.answer import News, NewsKind
from pipeline.core.errors import UsageError
from pipeline.core.lifecycle import Event
from pipeline.core.model import RunId, TaskId
from pipeline.core.outcome import Outcome, Standing
from pipeline.core.screening import SuppressionReason
from pipeline.ports import (
    Forgotten,
    Ledger,
    PushedReceipt,
    Reply,
    RunWriter,
    Suppression,
)
from tests.support.ledgers import (
    PLAN,
    RUN,
    accept,
    an_attempt,
    concluding,
    items,
    phone_of,
    submission_at,
)

OTHER = RunId("other")
TEMPLATE = PLAN.message.template
OURS, THEIRS = TaskId("task-0-0"), TaskId("task-of-other")


def pushed(at: float, *tasks: TaskId, reply: TaskId | None = None) -> PushedReceipt:
    news = tuple((task, News(phone_of(0), NewsKind.DELIVERED, "", "t")) for task in tasks)
    replies = () if reply is None else (Reply(phone_of(0), "T", f"{at}", reply, opts_out=True),)
    return PushedReceipt(at, "sms", b"139...", news, replies)


def another_run(ledger: Ledger) -> None:
    ledger.plan(replace(PLAN, run=OTHER), items())
    writer = ledger.take(OTHER)
    writer.begin([an_attempt(run=OTHER)])
    writer.conclude([concluding(Event.WAS_ACCEPTED, task_id=THEIRS)])
    writer.close()


def test_a_purged_run_has_no_numbers_and_its_books_balance_as_before(
    ledger: Ledger, writer: RunWriter
) -> None:
    accept(writer)
    writer.settle({0: Standing(Outcome.CARD, evidence="renderings:1")})
    before, tally = ledger.books(RUN), ledger.reporting.tally(RUN)
    told = writer.purge(500.0)
    assert told == Forgotten(recipients=7, rejected=2)
    assert ledger.books(RUN) == before
    assert ledger.books(RUN).balance
    assert ledger.reporting.tally(RUN) == tally
    found = ledger.run(RUN)
    assert found is not None
    assert (found.purged_at, found.rows, found.recipients) == (500.0, 9, 7)
    blocks = list(ledger.outcomes(RUN))
    assert {phone for block in blocks for phone in block.phones} == {""}
    assert [row for block in blocks for row in block.rows] == list(range(9))
    assert {cell for part in ledger.rejects(RUN) for row in part.rows for cell in row.cells} == (
        set()
    )
    with pytest.raises(UsageError, match="purged"):
        ledger.recipients(RUN, 0)
    assert list(ledger.screening.reached([PLAN.account], 0.0)) == []


def test_a_second_purge_forgets_nothing_more_and_keeps_the_first_time(
    ledger: Ledger, writer: RunWriter
) -> None:
    writer.purge(500.0)
    assert writer.purge(600.0) == Forgotten()
    found = ledger.run(RUN)
    assert found is not None
    assert found.purged_at == pytest.approx(500.0)


def test_what_was_pushed_about_a_purged_run_goes_with_it_and_other_runs_keep_theirs(
    ledger: Ledger, writer: RunWriter
) -> None:
    accept(writer)
    another_run(ledger)
    ledger.receipts.store_receipts(
        [pushed(1.0, OURS), pushed(2.0, OURS, THEIRS), pushed(3.0, THEIRS, reply=OURS)]
    )
    assert 0 in ledger.facts(RUN, submission_at(ledger))
    (theirs,) = (one for one in ledger.submissions(OTHER) if one.task_id == THEIRS)
    evidence = ledger.facts(OTHER, theirs)
    assert len(evidence[0]) == 2
    told = writer.purge(500.0)
    assert (told.receipts, told.replies) == (3, 1)
    assert ledger.facts(RUN, submission_at(ledger)) == {}
    assert ledger.facts(OTHER, theirs) == evidence
    assert ledger.receipts.count_replies() == (0, 0, 0)
    (tally,) = ledger.receipts.receipt_tallies(0.0)
    assert tally.count == 3


def test_what_handsets_of_a_purged_run_can_show_is_forgotten(
    ledger: Ledger, writer: RunWriter
) -> None:
    known = {phone_of(0): NewsKind.SUPPORTED, phone_of(99): NewsKind.SUPPORTED}
    ledger.routes.remember_capabilities(TEMPLATE, 5.0, known)
    assert writer.purge(500.0).handsets == 1
    assert ledger.routes.capabilities(TEMPLATE, list(known), 0.0) == {
        phone_of(99): NewsKind.SUPPORTED
    }


def test_old_receipts_are_forgotten_unless_a_run_that_stays_rests_on_them(
    ledger: Ledger, writer: RunWriter
) -> None:
    accept(writer)
    ledger.receipts.store_receipts(
        [
            pushed(1.0, OURS),
            pushed(2.0, TaskId("of-nobody"), reply=TaskId("")),
            pushed(50.0, TaskId("of-nobody"), reply=TaskId("")),
        ]
    )
    ledger.routes.remember_capabilities(TEMPLATE, 5.0, {phone_of(1): NewsKind.SUPPORTED})
    ledger.routes.remember_capabilities(TEMPLATE, 50.0, {phone_of(2): NewsKind.SUPPORTED})
    assert ledger.retention.purge_pushed(10.0) == Forgotten(receipts=1, replies=1, handsets=1)
    assert 0 in ledger.facts(RUN, submission_at(ledger))
    assert ledger.receipts.count_replies() == (1, 1, 0)
    assert ledger.retention.purge_pushed(10.0) == Forgotten()
    assert ledger.retention.purge_pushed(100.0) == Forgotten(receipts=1, replies=1, handsets=1)
    writer.purge(500.0)
    assert ledger.retention.purge_pushed(600.0) == Forgotten()
    assert ledger.retention.compact()


def test_the_suppression_list_outlives_a_purge(ledger: Ledger, writer: RunWriter) -> None:
    entry = Suppression(phone_of(0), SuppressionReason.OPT_OUT, 1.0, "receipt:1", "T")
    ledger.screening.suppress([entry])
    writer.purge(500.0)
    ledger.retention.purge_pushed(600.0)
    assert [known.suppression for known in ledger.screening.suppressions()] == [entry]
