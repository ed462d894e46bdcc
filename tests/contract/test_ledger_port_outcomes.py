"""How a ledger tells every row of a run with its outcome."""

from dataclasses import replace

import pytest

from pipeline.core.errors import KoosendError, LedgerUnwritable
from pipeline.core.lifecycle import Event, State
from pipeline.core.model import Rejection, RunId
from pipeline.core.outcome import FallbackReason, Outcome, Standing
from pipeline.ports import Conclusion, Ledger, OutcomeBlock, Rejects, RunWriter
from tests.support.ledgers import (
    PLAN,
    RUN,
    a_chunk,
    a_reject,
    accept,
    an_attempt,
    name_of,
    phone_of,
    planned,
    submission_at,
)
from tests.support.memory_ledger import MemoryLedger


def _columns(blocks: list[OutcomeBlock]) -> list[tuple[int, str, int, str, State | None]]:
    return [
        (row, sheet, line, phone, None if index < 0 else block.table[index].state)
        for block in blocks
        for row, sheet, line, phone, index in zip(
            block.rows, block.sheets, block.lines, block.phones, block.submissions, strict=True
        )
    ]


def test_rows_come_in_source_order_with_place_number_and_submission(
    ledger: Ledger, writer: RunWriter
) -> None:
    accept(writer, 0, 1)
    expected: list[tuple[int, str, int, str, State | None]] = [
        (row, "", row + 2, phone_of(row), State.PLANNED) for row in range(9)
    ]
    expected[2] = (2, "", 4, "", None)
    expected[5] = (5, "", 7, phone_of(0), None)
    for row in (3, 4):
        expected[row] = (row, "", row + 2, phone_of(row), State.ACCEPTED)
    assert _columns(list(ledger.outcomes(RUN))) == expected


FALLBACK = Standing(
    Outcome.FALLBACK_SMS, FallbackReason.LINK_FAILED, "7", "2026-11-01", "", "page:1"
)


def _settle_some(writer: RunWriter) -> None:
    accept(writer, 0, 0)
    writer.begin([an_attempt(0, 1)])
    writer.conclude([Conclusion(0, 1, Event.WAS_REFUSED, 101.0, code="AIM.0001")])
    writer.conclude([Conclusion(1, 0, Event.WAS_ABANDONED, 101.0, code="max_cost")])
    writer.settle({0: Standing(Outcome.CARD, "", "", "d", "r", "page:1")})
    writer.settle({0: FALLBACK})


def test_a_row_stands_as_settled_else_as_its_submission(ledger: Ledger, writer: RunWriter) -> None:
    _settle_some(writer)
    standings = [s for block in ledger.outcomes(RUN) for s in block.standings]
    refused = Standing(Outcome.REFUSED, code="AIM.0001", evidence=f"attempt:{name_of(0, 1)}")
    skipped = Standing(Outcome.SKIPPED, reason="max_cost")
    assert standings == [
        FALLBACK,
        Standing(Outcome.SUBMITTED),
        Standing(Outcome.INVALID, reason="phone_empty", evidence="source"),
        refused,
        refused,
        Standing(Outcome.DUPLICATE, reason="duplicate_number", evidence="source"),
        skipped,
        skipped,
        Standing(Outcome.PENDING),
    ]


def test_every_row_has_one_outcome_and_the_books_balance(ledger: Ledger, writer: RunWriter) -> None:
    assert ledger.books(RUN).outcomes == {
        Outcome.PENDING: 7,
        Outcome.INVALID: 1,
        Outcome.DUPLICATE: 1,
    }
    _settle_some(writer)
    books = ledger.books(RUN)
    assert books.balance
    assert books.rows == 9
    assert books.outcomes == {
        Outcome.FALLBACK_SMS: 1,
        Outcome.SUBMITTED: 1,
        Outcome.REFUSED: 2,
        Outcome.SKIPPED: 2,
        Outcome.PENDING: 1,
        Outcome.INVALID: 1,
        Outcome.DUPLICATE: 1,
    }
    assert books.submissions == {
        State.ACCEPTED: 1,
        State.REFUSED: 1,
        State.ABANDONED: 1,
        State.PLANNED: 1,
    }
    assert books.chunks == {"refused": 1, "pending": 1}
    assert books.messages == 2


def test_whom_koomessage_refused_inside_a_taken_request_was_sent_no_message(
    ledger: Ledger, writer: RunWriter
) -> None:
    accept(writer, 0, 0)
    writer.settle({0: Standing(Outcome.CARD), 1: Standing(Outcome.REFUSED, code="AIM.0002")})
    books = ledger.books(RUN)
    assert (books.submissions[State.ACCEPTED], books.messages) == (1, 1)
    writer.begin([an_attempt(0, 1)])
    writer.conclude([Conclusion(0, 1, Event.WAS_REFUSED, 101.0, code="AIM.0001")])
    writer.settle({3: Standing(Outcome.REFUSED, code="AIM.0001")})
    assert ledger.books(RUN).messages == 1


@pytest.mark.parametrize("row", [2, 5, 9, 1000])
def test_only_a_recipients_row_is_settled_and_all_or_none(
    ledger: Ledger, writer: RunWriter, row: int
) -> None:
    with pytest.raises(KoosendError, match="no recipient"):
        writer.settle({0: Standing(Outcome.CARD), row: Standing(Outcome.CARD)})
    assert Outcome.CARD not in ledger.books(RUN).outcomes


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_can_be_settled_and_is_counted(
    ledger: Ledger, writer: RunWriter, outcome: Outcome
) -> None:
    before = ledger.books(RUN).outcomes.get(outcome, 0)
    writer.settle({8: Standing(outcome)})
    writer.settle({})
    assert ledger.books(RUN).outcomes[outcome] == max(before, 1) + (
        0 if outcome is Outcome.PENDING else before
    )
    assert ledger.books(RUN).balance


def test_rejected_rows_come_back_as_they_stood_in_the_file(ledger: Ledger) -> None:
    empty, duplicate = a_reject(2), a_reject(5, Rejection.DUPLICATE_NUMBER)
    header = ("手机号", "姓名", "积分")
    assert list(ledger.rejects(RUN)) == [Rejects("", header, (empty, duplicate))]
    rejected = {Outcome.INVALID, Outcome.DUPLICATE}
    tally = ledger.reporting.tally(RUN).items()
    assert {said: count for said, count in tally if said[0] in rejected} == {
        (Outcome.INVALID, "phone_empty", ""): 1,
        (Outcome.DUPLICATE, "duplicate_number", ""): 1,
    }


def test_sheets_keep_their_names_headers_and_order(ledger: Ledger) -> None:
    run = RunId("sheets")
    last = a_reject(4, Rejection.PHONE_TOO_LONG, sheet="乙")
    ledger.plan(
        replace(PLAN, run=run),
        [
            a_chunk(0, [0, 2, 3], per_submission=3, sheets=["甲", "乙", "乙"]),
            Rejects("甲", ("电话",), (a_reject(1, sheet="甲"),)),
            Rejects("乙", ("手机", "名"), (last,)),
            Rejects("空", (), (a_reject(5, sheet="空"),)),
        ],
    )
    assert [(r.sheet, r.header, [x.row for x in r.rows]) for r in ledger.rejects(run)] == [
        ("甲", ("电话",), [1]),
        ("乙", ("手机", "名"), [4]),
        ("空", (), [5]),
    ]
    sheets = [sheet for block in ledger.outcomes(run) for sheet in block.sheets]
    assert sheets == ["甲", "甲", "乙", "乙", "乙", "空"]


def test_many_rows_come_in_blocks_that_leave_none_out(ledger: Ledger) -> None:
    run = RunId("many")
    chunks = [a_chunk(k, range(k * 4000, k * 4000 + 4000), 100) for k in range(4)]
    rejects = Rejects("", (), tuple(a_reject(row) for row in range(16000, 22001)))
    ledger.plan(replace(PLAN, run=run), [*chunks, rejects])
    blocks = list(ledger.outcomes(run))
    assert max(len(block.rows) for block in blocks) <= 5000
    assert [row for block in blocks for row in block.rows] == list(range(22001))
    assert [row.row for r in ledger.rejects(run) for row in r.rows] == list(range(16000, 22001))
    phones = [phone for block in blocks for phone in block.phones]
    assert phones[:16000] == [phone_of(row) for row in range(16000)]
    assert ledger.books(run).balance


def test_a_run_without_rows_has_empty_books_that_balance(ledger: Ledger) -> None:
    run = RunId("empty")
    assert ledger.plan(replace(PLAN, run=run), []).rows == 0
    books = ledger.books(run)
    assert (books.balance, books.rows, books.outcomes, books.chunks) == (True, 0, {}, {})
    assert list(ledger.outcomes(run)) == []


def test_the_fake_fails_from_the_write_it_was_told_to_and_records_nothing() -> None:
    ledger = MemoryLedger()
    writer = planned(ledger).take(RUN)
    ledger.fail_from = ledger.writes + 2
    writer.begin([an_attempt(0, 0)])
    with pytest.raises(LedgerUnwritable):
        writer.begin([an_attempt(0, 1)])
    assert submission_at(ledger, 0, 0).state is State.IN_FLIGHT
    assert submission_at(ledger, 0, 1).state is State.PLANNED
