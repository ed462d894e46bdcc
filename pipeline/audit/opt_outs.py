"""Prove that whoever answered that they want no more is kept from it, or that a person let them."""

from collections.abc import Iterable, Iterator, Sequence

from pipeline.audit.books import Finding, FindingCode
from pipeline.core.phones import mask
from pipeline.language import Words, filled
from pipeline.ports import KeptReply, SuppressionBook

_STANDS = float("inf")


def unkept(replies: Sequence[KeptReply], book: SuppressionBook) -> Sequence[KeptReply]:
    """Return the opt-outs that a list does not keep: no entry of the number stands or waits there.

    One that a person took off since the reply came is decided, and no longer asked for.
    """
    until: dict[str, float] = {entry.phone: _STANDS for entry in book.waiting(-1)}
    for record in book.suppressions([kept.reply.phone for kept in replies], history=True):
        phone, removed_at = record.suppression.phone, record.removed_at
        ends = _STANDS if removed_at is None else removed_at
        until[phone] = max(ends, until.get(phone, ends))
    return [kept for kept in replies if until.get(kept.reply.phone, -_STANDS) < kept.received_at]


def check_opt_outs(replies: Iterable[KeptReply]) -> Iterator[Finding]:
    """Yield a finding for each opt-out that no list keeps."""
    for kept in replies:
        wish = "want" if kept.reply.opts_out else Words("may want")
        sentence = filled(
            "{phone} answered that they {wish} no more messages, and is not on the "
            "account's suppression list, nor did a person take it off since: koosend "
            "suppress add puts it there",
            phone=mask(kept.reply.phone),
            wish=wish,
        )
        yield Finding(
            FindingCode.OPT_OUT_LOST,
            sentence,
            filled("receipt {receipt}", receipt=str(kept.receipt)),
        )
