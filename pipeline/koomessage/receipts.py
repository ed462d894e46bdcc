"""Read pushed receipts: lenient, never failing, one bad entry not spoiling the others.

Receipts come unauthenticated, in any order, repeated, or before the answer to the send; what they
mean for a row is decided elsewhere. A body of no known shape is told so and kept by the caller.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from pipeline.core.answer import News, NewsKind
from pipeline.core.model import TaskId
from pipeline.koomessage.paging import Item
from pipeline.koomessage.reading import Unreadable, clean, items, mapping, parse, phone, text

_DELIVERED = frozenset({"delivrd", "deliverd", "delivered", "success"})
_UNDER_WAY = frozenset({"sending", "acceptd", "enroute"})


class ReceiptKind(StrEnum):
    """What a receipt speaks of."""

    AIM_BASIC = "aim_basic"
    SMS = "sms"
    CARD = "card"
    REPLY = "reply"
    TEMPLATE = "template"
    UNKNOWN = "unknown"


Entry = tuple[TaskId, News]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as understood.

    dedupe is the same for a repeated push. left_out counts entries that could not be read, and
    why says what was wrong with the body, where something was.
    """

    kind: ReceiptKind
    dedupe: str
    news: tuple[Entry, ...] = ()
    left_out: int = 0
    why: str = ""


def read_receipt(body: bytes) -> Receipt:
    """Understand a pushed body, whatever it is."""
    digest = hashlib.sha256(body).hexdigest()[:32]
    try:
        pushed = mapping(parse(body))
    except Unreadable as error:
        return Receipt(ReceiptKind.UNKNOWN, digest, why=str(error))
    dedupe = text(pushed.get("seq_id")) or text(pushed.get("request_id")) or digest
    if "reports" in pushed:
        return _receipt(ReceiptKind.AIM_BASIC, dedupe, pushed["reports"])
    if "callback_type" in pushed:
        return _aim(pushed, dedupe)
    if "result" in pushed:
        return Receipt(ReceiptKind.REPLY, dedupe)
    if "audit_state" in pushed:
        return Receipt(ReceiptKind.TEMPLATE, digest)
    return Receipt(ReceiptKind.UNKNOWN, dedupe, why="an object of no known shape")


def _aim(pushed: Item, dedupe: str) -> Receipt:
    """Read a receipt of sending or parsing: its body is JSON text of one object or several."""
    kind = _AIM_KINDS.get(text(pushed["callback_type"]).casefold())
    if kind is None:
        return Receipt(ReceiptKind.UNKNOWN, dedupe, why="a callback_type that is not known")
    body = pushed.get("body")
    try:
        rows = parse(body) if isinstance(body, str) else body
    except Unreadable as error:
        return Receipt(kind, dedupe, left_out=1, why=str(error))
    return _receipt(kind, dedupe, rows)


def _receipt(kind: ReceiptKind, dedupe: str, rows: object) -> Receipt:
    read = _READERS[kind]
    entries = [read(row) for row in items(rows)]
    stated = len(rows) if isinstance(rows, list) else 1
    bad = entries.count(_BAD) + stated - len(entries)
    return Receipt(
        kind,
        dedupe,
        tuple(entry for entry in entries if isinstance(entry, tuple)),
        bad,
        "entries without task, number or status" if bad else "",
    )


class _Nothing(Enum):
    """What an entry may be instead of news."""

    BAD = "bad"
    UNDER_WAY = "under way"


_BAD = _Nothing.BAD


def _video(row: Item) -> Entry | _Nothing:
    """Read one report (UpdateVmsSendStatus): the code decides, the status where there is none."""
    code = clean(row.get("code")) or {"0": "DELIVRD", "": ""}.get(text(row.get("status")), "fail")
    return _entry(row.get("mobile"), row, _sent(code), code, text(row.get("rtime")))


def _sms(row: Item) -> Entry | _Nothing:
    """Read one SMS receipt (UpdateAIMSendStatus). A long SMS brings one for each segment."""
    code = clean(row.get("send_status"))
    at = text(row.get("receive_time")) or text(row.get("send_time"))
    return _entry(row.get("cust_flag"), row, _sent(code), code, at)


def _card(row: Item) -> Entry | _Nothing:
    """Read one parse receipt (UpdateAIMSendStatus): pushed only when the card was shown."""
    code = clean(row.get("status"))
    kind = NewsKind.RENDERED if code == "0" else NewsKind.LINK_FAILED
    return _entry(row.get("cust_flag"), row, kind if code else _BAD, code, "")


def _sent(code: str) -> NewsKind | _Nothing:
    if not code:
        return _BAD
    if code.casefold() in _UNDER_WAY:
        return _Nothing.UNDER_WAY
    return NewsKind.DELIVERED if code.casefold() in _DELIVERED else NewsKind.FAILED


def _entry(
    who: object, row: Item, kind: NewsKind | _Nothing, code: str, at: str
) -> Entry | _Nothing:
    number, task = phone(who), text(row.get("task_id"))
    if not number or not task:
        return _BAD
    return kind if isinstance(kind, _Nothing) else (TaskId(task), News(number, kind, code, at))


_AIM_KINDS = {"sms": ReceiptKind.SMS, "shortchain": ReceiptKind.CARD}
_READERS: Mapping[ReceiptKind, Callable[[Item], Entry | _Nothing]] = {
    ReceiptKind.AIM_BASIC: _video,
    ReceiptKind.SMS: _sms,
    ReceiptKind.CARD: _card,
}
