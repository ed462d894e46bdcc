"""What a ledger counts for reports."""

from collections import Counter
from dataclasses import replace

from pipeline.core.answer import News, NewsKind
from pipeline.core.lifecycle import Event
from pipeline.core.model import RunId, TaskId
from pipeline.core.outcome import Outcome, Standing
from pipeline.core.templates import SmsTemplate, Templates, Variable, VariableKind
from pipeline.ports import Ledger, PushedReceipt, Reply, RunWriter
from tests.support.ledgers import PLAN, RUN, a_chunk, accept, an_attempt, concluding, store_receipt

TASK, OTHER = TaskId("task-1"), TaskId("task-2")
PHONE = "13800138000"


def test_the_tally_counts_every_row_as_its_outcome_says(ledger: Ledger, writer: RunWriter) -> None:
    accept(writer, 0, 0)
    writer.begin([an_attempt(1, 0), an_attempt(1, 1)])
    writer.conclude([concluding(Event.WAS_REFUSED, 1, 0), concluding(Event.WAS_LOST, 1, 1)])
    writer.settle({0: Standing(Outcome.UNDELIVERED, code="MK:0010")})
    counted = Counter(
        (one.outcome, one.reason, one.code)
        for block in ledger.outcomes(RUN)
        for one in block.standings
    )
    assert ledger.reporting.tally(RUN) == counted
    assert counted[Outcome.UNDELIVERED, "", "MK:0010"] == 1
    assert sum(counted.values()) == sum(len(block.rows) for block in ledger.outcomes(RUN))


def test_a_run_that_is_not_there_counts_nothing(ledger: Ledger) -> None:
    plan = replace(PLAN, run=RunId("empty"))
    ledger.plan(plan, [])
    assert not ledger.reporting.tally(plan.run)


def test_rows_are_read_on_from_where_somebody_wants_them(ledger: Ledger) -> None:
    rows = [row for block in ledger.outcomes(RUN) for row in block.rows]
    for after in (-1, rows[0], rows[3], rows[-1]):
        read = [row for block in ledger.outcomes(RUN, after) for row in block.rows]
        assert read == [row for row in rows if row > after]


def test_the_parts_of_an_sms_are_the_most_that_any_receipt_says(ledger: Ledger) -> None:
    def news(parts: int, kind: NewsKind = NewsKind.DELIVERED) -> News:
        return News(PHONE, kind, "DELIVRD", "", parts)

    told = ((TASK, news(2)), (TASK, news(3, NewsKind.FAILED)), (OTHER, news(4)))
    ledger.receipts.store_receipts([PushedReceipt(1.0, "sms", b"{}", told)])
    assert ledger.reporting.parts_told([TASK]) == {(TASK, PHONE): 3}
    assert ledger.reporting.parts_told([TASK, OTHER]) == {(TASK, PHONE): 3, (OTHER, PHONE): 4}
    assert not ledger.reporting.parts_told([])


def test_receipts_that_tell_no_parts_are_left_out(ledger: Ledger) -> None:
    store_receipt(ledger.receipts, 1.0, "sms", b"{}", [(TASK, News(PHONE, NewsKind.DELIVERED))])
    assert not ledger.reporting.parts_told([TASK])


def test_replies_are_listed_from_a_moment_on_in_their_order(ledger: Ledger) -> None:
    for at in (10.0, 20.0, 30.0):
        reply = Reply(PHONE, f"said {at}", "", "", opts_out=at > 20)
        ledger.receipts.store_receipts([PushedReceipt(at, "reply", b"{}", (), (reply,))])
    since = ledger.reporting.replies_since(20.0)
    assert [(one.received_at, one.reply.opts_out) for one in since] == [(20.0, False), (30.0, True)]


def test_what_was_told_of_the_templates_stays_with_the_run(ledger: Ledger) -> None:
    variable = Variable("1", VariableKind.TEXT, 1, 20)
    templates = Templates(
        card=(variable,),
        sms=SmsTemplate("15010661", "${1} 您好", (variable,)),
        card_vendors=(("HuaWei", True), ("OPPO", False)),
    )
    plan = replace(PLAN, run=RunId("told"), templates=templates)
    ledger.plan(plan, [a_chunk(0, [0, 1])])
    found = ledger.run(plan.run)
    assert found is not None
    assert found.plan == plan
