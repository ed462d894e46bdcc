"""The suppression list and who was reached: the real ledger and its fake alike."""

from dataclasses import replace

import pytest

from pipeline.core.errors import UsageError
from pipeline.core.lifecycle import Event
from pipeline.core.model import RunId
from pipeline.core.outcome import Outcome, Standing
from pipeline.core.screening import SuppressionReason
from pipeline.ports import Ledger, RunWriter, Suppression
from tests.support.ledgers import (
    PLAN,
    RUN,
    MakeLedger,
    a_chunk,
    accept,
    an_attempt,
    concluding,
    phone_of,
)

ONE, TWO = "13800138001", "13800138002"
MANUAL, OPT_OUT = SuppressionReason.MANUAL, SuppressionReason.OPT_OUT
ACCOUNT = PLAN.account


def an_entry(phone: str = ONE, reason: SuppressionReason = MANUAL, at: float = 5.0) -> Suppression:
    return Suppression(phone, reason, at, "command line", "asked by mail")


def test_an_entry_is_counted_once_and_kept_as_it_was_said(ledger: Ledger) -> None:
    assert ledger.screening.suppress([an_entry(TWO), an_entry(ONE), an_entry(ONE, at=9.0)]) == 2
    assert ledger.screening.suppress([an_entry(ONE, at=11.0)]) == 0
    assert [known.suppression for known in ledger.screening.suppressions()] == [
        an_entry(ONE),
        an_entry(TWO),
    ]
    assert ledger.screening.suppressed()[MANUAL] == pytest.approx([int(ONE), int(TWO)])


def test_a_number_stands_there_once_for_each_reason(ledger: Ledger) -> None:
    assert ledger.screening.suppress([an_entry(), an_entry(reason=OPT_OUT)]) == 2
    assert [known.suppression.reason for known in ledger.screening.suppressions([ONE])] == [
        MANUAL,
        OPT_OUT,
    ]
    assert list(ledger.screening.suppressed()[OPT_OUT]) == [int(ONE)]


def test_what_is_no_number_is_refused_with_all_that_came_along(ledger: Ledger) -> None:
    with pytest.raises(UsageError):
        ledger.screening.suppress([an_entry(ONE), an_entry("010-12345678")])
    assert list(ledger.screening.suppressions()) == []


def test_a_number_taken_off_leaves_its_history(ledger: Ledger) -> None:
    ledger.screening.suppress([an_entry(), an_entry(reason=OPT_OUT), an_entry(TWO)])
    assert ledger.screening.unsuppress([ONE, ONE, "13800138009"], 20.0, "signed up again") == 1
    assert [known.suppression.phone for known in ledger.screening.suppressions()] == [TWO]
    assert list(ledger.screening.suppressed()[OPT_OUT]) == []
    removed = list(ledger.screening.suppressions([ONE], history=True))
    assert [(known.removed_at, known.removed_note) for known in removed] == [
        (20.0, "signed up again")
    ] * 2
    assert ledger.screening.unsuppress([ONE], 21.0, "again") == 0


def test_a_number_that_comes_back_gets_a_new_entry(ledger: Ledger) -> None:
    ledger.screening.suppress([an_entry()])
    ledger.screening.unsuppress([ONE], 20.0, "signed up again")
    assert ledger.screening.suppress([an_entry(at=30.0)]) == 1
    assert [
        known.suppression.at for known in ledger.screening.suppressions([ONE], history=True)
    ] == [5, 30]


def test_the_list_outlives_the_process(reopen: MakeLedger) -> None:
    first = reopen()
    first.screening.suppress([an_entry()])
    first.close()
    assert [known.suppression for known in reopen().screening.suppressions()] == [an_entry()]


def reached(ledger: Ledger, since: float = 0.0, account: str = ACCOUNT) -> list[str]:
    found = ledger.screening.reached([account], since)
    return [phone for one in found for phone in one.recipients.phones]


def test_whoever_was_taken_or_may_have_been_was_reached(ledger: Ledger, writer: RunWriter) -> None:
    accept(writer, 0, 0)
    writer.begin([an_attempt(0, 1), an_attempt(1, 0), an_attempt(1, 1)])
    writer.conclude([concluding(Event.WAS_LOST, 0, 1), concluding(Event.WAS_REFUSED, 1, 0)])
    # Chunk 0 holds rows 0 1 3 4, chunk 1 rows 6 7 8, two to a request.
    assert reached(ledger) == [phone_of(row) for row in (0, 1, 3, 4, 8)]


def test_what_is_planned_or_was_turned_away_reached_nobody(
    ledger: Ledger, writer: RunWriter
) -> None:
    writer.begin([an_attempt(0, 0)])
    writer.conclude([concluding(Event.WAS_THROTTLED, 0, 0)])
    assert reached(ledger) == []


def test_who_is_known_to_have_got_nothing_was_not_reached(
    ledger: Ledger, writer: RunWriter
) -> None:
    accept(writer, 0, 0)
    writer.settle({0: Standing(Outcome.UNDELIVERED, code="MK:0001", evidence="receipt:1")})
    assert reached(ledger) == [phone_of(1)]


def test_only_the_account_and_the_time_that_are_asked_for_count(
    ledger: Ledger, writer: RunWriter
) -> None:
    accept(writer, 0, 0)
    assert reached(ledger, since=100.0) == [phone_of(0), phone_of(1)]
    assert reached(ledger, since=100.5) == []
    assert reached(ledger, account="another") == []


def test_every_run_of_the_account_counts_under_its_own_name(
    ledger: Ledger, writer: RunWriter
) -> None:
    accept(writer, 0, 0)
    other = RunId("run00002")
    ledger.plan(replace(PLAN, run=other), [a_chunk(0, [0, 1])])
    second = ledger.take(other)
    second.begin([an_attempt(run=other)])
    found = {one.run: (one.at, one.message) for one in ledger.screening.reached([ACCOUNT], 0.0)}
    assert found == {RUN: (100.0, PLAN.message), other: (100.0, PLAN.message)}
    second.close()
