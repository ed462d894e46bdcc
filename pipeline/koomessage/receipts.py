"""Read pushed receipts and replies: lenient, never failing, no bad entry spoiling the others.

Receipts come unauthenticated, in any order, repeated, or before the answer to the send; what they
mean for a row is decided elsewhere. A body of no known shape is told so and kept by the caller.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from functools import lru_cache
from urllib.parse import parse_qs, unquote_plus

from pipeline.core.answer import News, NewsKind
from pipeline.core.model import TaskId, TaskName
from pipeline.core.names import TASK_NAME_MAX
from pipeline.core.replies.meaning import Meaning, judge
from pipeline.koomessage.decoding import (
    Unreadable,
    account_id,
    clean,
    items,
    mapping,
    number,
    parse,
    phone,
    task_id,
    text,
)
from pipeline.koomessage.lists import Item
from pipeline.koomessage.receipt_codes import news_of, news_of_code
from pipeline.language import Words
from pipeline.ports import Reply

_FORM_FIELDS_MAX = 50
_CODE_CHARS = 32
_PARTS_MAX = 99
_SMS_REPLY = frozenset({"from", "body"})
"""What tells an SMS uplink: it says from whom, and what."""
_NO_NUMBER = Words("a reply without a number")


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

    dedupe is the same for a repeated push. left_out counts entries that could not be read, odd
    those of a status and a code of which nothing can be concluded, which are kept as such news; why
    says what was wrong with the body, where something was. names are what SMS were sent under, with
    the task that each was taken as. account is the provider's id of the account that it says it is
    of (domain_id, UpdateAIMSendStatus); empty where it does not say.
    """

    kind: ReceiptKind
    dedupe: str
    news: tuple[Entry, ...] = ()
    replies: tuple[Reply, ...] = ()
    left_out: int = 0
    why: str = ""
    names: tuple[tuple[TaskName, TaskId], ...] = ()
    odd: int = 0
    account: str = ""

    @property
    def whole(self) -> bool:
        """Tell whether all of the body was understood."""
        return self.kind is not ReceiptKind.UNKNOWN and not self.left_out and not self.odd


def read_receipt(body: bytes) -> Receipt:
    """Understand a pushed body, whatever it is."""
    digest = hashlib.sha256(body).hexdigest()[:32]
    try:
        pushed = mapping(parse(body))
    except Unreadable as error:
        form = _form_of(body)
        if form.keys() >= _SMS_REPLY:
            return _named(_sms_reply(form, digest), form)
        return Receipt(ReceiptKind.UNKNOWN, digest, why=str(error))
    for shape, read in _SHAPES.items():
        if shape in pushed:
            return _named(read(pushed, digest), pushed)
    if pushed.keys() >= _SMS_REPLY:
        return _named(_sms_reply(pushed, digest), pushed)
    return Receipt(ReceiptKind.UNKNOWN, digest, why=Words("an object of no known shape"))


def _named(found: Receipt, pushed: Item) -> Receipt:
    """Say whose a receipt is, where it says so itself."""
    whose = account_id(pushed.get("domain_id"))
    return replace(found, account=whose) if whose else found


def _form_of(body: bytes) -> Mapping[str, object]:
    """Read a body as a form, the first value of each field; empty where it is none."""
    try:
        fields = parse_qs(
            body.decode(), keep_blank_values=True, max_num_fields=_FORM_FIELDS_MAX, errors="replace"
        )
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _video_push(pushed: Item, digest: str) -> Receipt:
    """Read a status push (UpdateVmsSendStatus)."""
    return _receipt(ReceiptKind.AIM_BASIC, text(pushed.get("seq_id")) or digest, pushed["reports"])


def _video_replies(pushed: Item, digest: str) -> Receipt:
    """Read an uplink push (AddVmsReplay): its array is called result, not reports."""
    rows = pushed["result"]
    replies = tuple(reply for reply in map(_reply, items(rows)) if reply is not None)
    bad = (len(rows) if isinstance(rows, list) else 1) - len(replies)
    dedupe = text(pushed.get("seq_id")) or digest
    return Receipt(ReceiptKind.REPLY, dedupe, (), replies, bad, _NO_NUMBER if bad else "")


def _reply(row: Item) -> Reply | None:
    sender = phone(row.get("mobile"))
    if not sender:
        return None
    said = unquote_plus(text(row.get("content")), errors="replace").strip()
    return _judged(sender, said, text(row.get("rtime")), task_id(row.get("task_id")))


def _judged(sender: str, said: str, at: str, task: str) -> Reply:
    judged = judge(said)
    opts_out = judged.meaning is Meaning.OPTS_OUT
    return Reply(sender, said, at, task, opts_out, judged.sign or "")


def _sms_reply(fields: Item, digest: str) -> Receipt:
    """Read an uplink of the SMS leg. No task stands in it: it names only the sender."""
    sender, said = phone(fields.get("from")), text(fields.get("body"))
    pushed_as = text(fields.get("smsMsgId"))
    if not sender:
        return Receipt(ReceiptKind.REPLY, pushed_as or digest, left_out=1, why=_NO_NUMBER)
    # The SMS leg's own message id tells a repeated push from a repeated answer.
    at = text(fields.get("createTime")) or pushed_as
    reply = _judged(sender, said, at, "")
    return Receipt(ReceiptKind.REPLY, pushed_as or digest, replies=(reply,))


def _template(_pushed: Item, digest: str) -> Receipt:
    """Take notice of a template's status (UpdateVMSTemplateStatus); its types vary, and no id."""
    return Receipt(ReceiptKind.TEMPLATE, digest)


def _aim(pushed: Item, digest: str) -> Receipt:
    """Read a receipt of sending or parsing: its body is JSON text of one object or several."""
    dedupe = text(pushed.get("request_id")) or digest
    kind = _AIM_KINDS.get(text(pushed["callback_type"]).casefold())
    if kind is None:
        return Receipt(ReceiptKind.UNKNOWN, dedupe, why=Words("a callback_type that is not known"))
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
    news = tuple(entry for entry in entries if isinstance(entry, tuple))
    odd = kind is ReceiptKind.AIM_BASIC and _count_unclear(news)
    why = Words("entries without task, number or status") if bad else ""
    return Receipt(
        kind,
        dedupe,
        news,
        left_out=bad,
        why=why or (Words("a status and a code that together prove nothing") if odd else ""),
        names=tuple(_names(rows)) if kind is ReceiptKind.SMS else (),
        odd=odd,
    )


def _count_unclear(entries: Iterable[Entry]) -> int:
    return sum(news.kind is NewsKind.UNKNOWN_CODE for _, news in entries)


def _names(rows: object) -> Iterable[tuple[TaskName, TaskId]]:
    """Read the name that an SMS was given as extend, which its receipts repeat."""
    pairs = ((text(row.get("extend")), task_id(row.get("task_id"))) for row in items(rows))
    found = (
        (TaskName(name), TaskId(task))
        for name, task in pairs
        if 0 < len(name) <= TASK_NAME_MAX and task
    )
    return dict.fromkeys(found)


class _Nothing(Enum):
    """What an entry may be instead of news."""

    BAD = "bad"
    UNDER_WAY = Words("under way")


_BAD = _Nothing.BAD


def _video(row: Item) -> Entry | _Nothing:
    """Read one report (UpdateVmsSendStatus): its status and its code must agree."""
    code, status = _code(row.get("code")), _code(row.get("status"))
    if not code and not status:
        return _BAD
    stated = number(status)
    said = status if stated is None else "fail" if stated else "success"
    kind, shown = news_of(said, code or ("DELIVRD" if said == "success" else ""))
    return _entry(row.get("mobile"), row, (kind, shown), text(row.get("rtime")))


def _sms(row: Item) -> Entry | _Nothing:
    """Read one SMS receipt (UpdateAIMSendStatus). A long SMS brings one for each segment."""
    code = _code(row.get("send_status"))
    at = text(row.get("receive_time")) or text(row.get("send_time"))
    return _entry(row.get("cust_flag"), row, news_of_code(code), at) if code else _BAD


def _card(row: Item) -> Entry | _Nothing:
    """Read one parse receipt (UpdateAIMSendStatus): pushed only when the card was shown."""
    code = _code(row.get("status"))
    # Noughts say that it went well, however many: elsewhere the success of a send is 000000.
    kind = NewsKind.LINK_FAILED if code.strip("0") else NewsKind.RENDERED
    return _entry(row.get("cust_flag"), row, (kind, code), "") if code else _BAD


def _code(value: object) -> str:
    """Clean a code; a run's million receipts bear a handful of them."""
    shown = text(value)
    return _known_code(shown) if len(shown) <= _CODE_CHARS else clean(shown)


@lru_cache(maxsize=4096)
def _known_code(value: str) -> str:
    return clean(value)


def _entry(who: object, row: Item, said: tuple[NewsKind, str], at: str) -> Entry | _Nothing:
    # A plain text message belongs to no task; its own id is what its answer named.
    whom, task = phone(who), task_id(row.get("task_id")) or text(row.get("msg_id"))
    if not whom or not task:
        return _BAD
    if said[0] is NewsKind.UNDER_WAY:
        return _Nothing.UNDER_WAY
    return TaskId(task), News(whom, *said, at, _parts(row.get("total")))


def _parts(stated: object) -> int:
    """Read the parts of an SMS (UpdateAIMSendStatus: total, a text)."""
    parts = number(stated)
    return parts if parts is not None and 0 < parts <= _PARTS_MAX else 0


_SHAPES: Mapping[str, Callable[[Item, str], Receipt]] = {
    "reports": _video_push,
    "callback_type": _aim,
    "result": _video_replies,
    "audit_state": _template,
}
_AIM_KINDS = {"sms": ReceiptKind.SMS, "shortchain": ReceiptKind.CARD}
_READERS: Mapping[ReceiptKind, Callable[[Item], Entry | _Nothing]] = {
    ReceiptKind.AIM_BASIC: _video,
    ReceiptKind.SMS: _sms,
    ReceiptKind.CARD: _card,
}
