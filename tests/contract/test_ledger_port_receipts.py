"""What a ledger keeps of what is pushed."""

from collections.abc import Sequence

from pipeline.core.answer import News, NewsKind
from pipeline.core.model import TaskId
from pipeline.core.screening import SuppressionReason
from pipeline.ports import Ledger, PushedReceipt, ReceiptTally, Reply
from tests.support.ledgers import RUN, accept, phone_of, submission_at


def a_reply(phone: str = "13000000001", text: str = "回T", *, opts_out: bool = True) -> Reply:
    return Reply(phone, text, "2026-11-01 12:00:00", "task", opts_out)


def replied(*replies: Reply, at: float = 50.0) -> PushedReceipt:
    return PushedReceipt(at, "reply", b"{}", replies=replies)


def suppressed(ledger: Ledger) -> Sequence[str]:
    return [record.suppression.phone for record in ledger.screening.suppressions()]


def test_receipts_are_appended_together_and_numbered_in_order(ledger: Ledger) -> None:
    some = [PushedReceipt(float(n), "sms", b"raw") for n in range(3)]
    first = ledger.receipts.store_receipts(some)
    assert list(first) == list(range(first[0], first[0] + 3))
    assert ledger.receipts.store_receipts(some)[0] == first[-1] + 1
    assert list(ledger.receipts.store_receipts([])) == []


def test_news_of_receipts_stored_together_is_found_for_its_row(ledger: Ledger) -> None:
    writer = ledger.take(RUN)
    accept(writer)
    writer.close()
    news = News(phone_of(1), NewsKind.DELIVERED, "DELIVRD", "t")
    (number,) = ledger.receipts.store_receipts(
        [PushedReceipt(1.0, "sms", b"", [(TaskId("task-0-0"), news)])]
    )
    ((row, (fact,)),) = ledger.facts(RUN, submission_at(ledger)).items()
    assert (row, fact.kind, fact.evidence) == (1, NewsKind.DELIVERED, f"receipt:{number}")


def test_receipts_are_counted_by_kind_and_recent_and_odd_ones_apart(ledger: Ledger) -> None:
    ledger.receipts.store_receipts(
        [
            PushedReceipt(10.0, "sms", b"1"),
            PushedReceipt(20.0, "sms", b"2", whole=False),
            PushedReceipt(15.0, "unknown", b"3", whole=False),
        ]
    )
    assert list(ledger.receipts.receipt_tallies(15.0)) == [
        ReceiptTally("sms", 2, 1, 1, 20.0),
        ReceiptTally("unknown", 1, 1, 1, 15.0),
    ]


def test_what_was_not_understood_is_shown_from_its_beginning(ledger: Ledger) -> None:
    assert list(ledger.receipts.odd_receipts(9)) == []
    ledger.receipts.store_receipts(
        [
            PushedReceipt(1.0, "unknown", b"\xffodd" * 1000, whole=False),
            PushedReceipt(2.0, "sms", b"fine"),
            PushedReceipt(3.0, "sms", b"half", whole=False),
        ]
    )
    latest, first = ledger.receipts.odd_receipts(9)
    assert (latest.at, latest.kind, latest.begin) == (3.0, "sms", b"half")
    assert first.begin == (b"\xffodd" * 1000)[:400]
    assert list(ledger.receipts.odd_receipts(1)) == [latest]


def test_replies_are_kept_and_listed_the_latest_first(ledger: Ledger) -> None:
    thanks = a_reply(text="好的", opts_out=False)
    first, second = ledger.receipts.store_receipts(
        [replied(thanks), replied(a_reply("13000000002"))]
    )
    latest, earlier = ledger.receipts.replies(9)
    assert (latest.receipt, latest.received_at, latest.reply.phone) == (second, 50.0, "13000000002")
    assert (earlier.receipt, earlier.reply) == (first, thanks)
    assert list(ledger.receipts.opt_outs()) == [latest]
    assert ledger.receipts.count_replies() == (2, 1)


def test_a_reply_that_opts_out_suppresses_its_number_with_its_evidence(ledger: Ledger) -> None:
    (number,) = ledger.receipts.store_receipts(
        [replied(a_reply(), a_reply("13000000002", "谢谢", opts_out=False), at=77.0)]
    )
    (record,) = ledger.screening.suppressions()
    entry = record.suppression
    assert (entry.phone, entry.reason) == ("13000000001", SuppressionReason.OPT_OUT)
    assert (entry.at, entry.source, entry.note) == (77.0, f"receipt:{number}", "回T")


def test_a_reply_pushed_again_is_one_reply_and_undoes_no_persons_decision(ledger: Ledger) -> None:
    ledger.receipts.store_receipts([replied(a_reply()), replied(a_reply())])
    assert ledger.receipts.count_replies() == (1, 1)
    ledger.screening.unsuppress(["13000000001"], 60.0, "asked to be let back in")
    ledger.receipts.store_receipts([replied(a_reply())])
    assert suppressed(ledger) == []
    again = Reply("13000000001", "T", "2026-11-02 12:00:00", "", opts_out=True)
    ledger.receipts.store_receipts([replied(again)])
    assert suppressed(ledger) == ["13000000001"]
