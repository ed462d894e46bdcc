"""Read what people answered: AIM basic's uplink in JSON, the SMS leg's as a form."""

from collections.abc import Mapping
from urllib.parse import parse_qs, unquote_plus

from pipeline.core.opt_out import is_opt_out
from pipeline.koomessage.paging import Item
from pipeline.koomessage.reading import items, phone, task_id, text
from pipeline.ports import Reply

_FORM_FIELDS_MAX = 50
_SMS_REPLY = frozenset({"from", "body"})


def read_replies(rows: object) -> tuple[tuple[Reply, ...], int]:
    """Read an uplink's entries (AddVmsReplay), and count those without a number."""
    found = [_reply(row, text(row.get("rtime"))) for row in items(rows)]
    stated = len(rows) if isinstance(rows, list) else 1
    replies = tuple(reply for reply in found if reply is not None)
    return replies, stated - len(replies)


def is_sms_reply(fields: Mapping[str, object]) -> bool:
    """Tell whether an object is an SMS uplink: it says from whom, and what."""
    return fields.keys() >= _SMS_REPLY


def read_sms_reply(fields: Mapping[str, object]) -> Reply | None:
    """Read an SMS uplink, None without a number. No task stands in it: it names only the sender."""
    sender, said = phone(fields.get("from")), text(fields.get("body"))
    if not sender:
        return None
    # The SMS leg's own message id tells a repeated push from a repeated answer.
    at = text(fields.get("createTime")) or text(fields.get("smsMsgId"))
    return Reply(sender, said, at, "", is_opt_out(said))


def form_of(body: bytes) -> Mapping[str, object]:
    """Read a body as a form, the first value of each field; empty where it is none."""
    try:
        fields = parse_qs(
            body.decode(), keep_blank_values=True, max_num_fields=_FORM_FIELDS_MAX, errors="replace"
        )
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _reply(row: Item, at: str) -> Reply | None:
    sender = phone(row.get("mobile"))
    if not sender:
        return None
    said = unquote_plus(text(row.get("content")), errors="replace").strip()
    return Reply(sender, said, at, task_id(row.get("task_id")), is_opt_out(said))
