"""Opt-outs that no list keeps are found, and those that a person let back in are not."""

from collections.abc import Sequence

from pipeline.audit.books import FindingCode
from pipeline.audit.opt_outs import check_opt_outs, unkept
from pipeline.core.screening import SuppressionReason
from pipeline.ports import KeptReply, Reply, Suppression
from tests.support.memory_ledger import MemoryLedger

WHO, OTHER = "13900000001", "13900000002"


def reply(phone: str, at: float, receipt: int = 7) -> KeptReply:
    return KeptReply(receipt, at, Reply(phone, "T", "2026-11-02 12:00:00", "", opts_out=True))


def listed(*phones: str, at: float = 10.0) -> MemoryLedger:
    ledger = MemoryLedger()
    entries = [Suppression(phone, SuppressionReason.MANUAL, at) for phone in phones]
    ledger.screening.suppress(entries)
    return ledger


def missed(ledger: MemoryLedger, *replies: KeptReply) -> Sequence[str]:
    return [kept.reply.phone for kept in unkept(replies, ledger.screening)]


def test_an_opt_out_must_stand_on_the_list_for_whatever_reason() -> None:
    assert missed(listed(WHO), reply(WHO, 20.0), reply(OTHER, 20.0)) == [OTHER]


def test_who_was_taken_off_counts_as_let_back_in_only_if_it_was_after_the_reply() -> None:
    ledger = listed(WHO)
    ledger.screening.unsuppress([WHO], 30.0, "asked")
    assert missed(ledger, reply(WHO, 20.0)) == []
    assert missed(ledger, reply(WHO, 40.0)) == [WHO]
    entry = Suppression(WHO, SuppressionReason.OPT_OUT, 50.0)
    ledger.screening.suppress([entry])
    assert missed(ledger, reply(WHO, 40.0)) == []


def test_a_finding_names_the_receipt_and_no_whole_number() -> None:
    (found,) = check_opt_outs([reply(WHO, 1.0)])
    assert (found.code, found.where) == (FindingCode.OPT_OUT_LOST, "receipt 7")
    assert "139****0001" in found.sentence
    assert WHO not in found.sentence
