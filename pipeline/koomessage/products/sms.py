"""Plain SMS through KooMessage, and the SMS that carries a link we made before.

There is no list of SMS tasks by name. The name travels in task_name and in extend, which the
receipts repeat, and the send details of a number show the task's name.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from pipeline.core.answer import Accepted, Answer, Lost, Refused
from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Message, Recipients, TaskId, TaskName
from pipeline.koomessage.decoding import UNREADABLE, clean, items, phone, task_id, text
from pipeline.koomessage.lists import Page, named_task, read_page
from pipeline.koomessage.products.json_rows import PLACE, fixed, quoted, rows
from pipeline.koomessage.transport.signing import Query
from pipeline.language import Words, filled

PATH: Final = "/v1/aim/sms/messages"
DIFFERENT_PATH: Final = "/v1/aim/sms/diff-messages"
LIST_PATH: Final = "/v1/aim/send-details"

RECIPIENTS_MAX: Final = 500
"""Numbers per request (SendAimBatchMessages, SendAimBatchDifferentMessages)."""

_TAKEN: Final = "000000"
_FAILED: Final = frozenset({"fail", "failed", "失败", "提交失败"})
_ROW_CODES: Final = frozenset({"E200028", "E200041"})
"""Codes about values and numbers: the next request's are others."""
_TEMPLATE_CODES: Final = frozenset({"E200029", "E200030", "E200033"})


class _Alike(msgspec.Struct):
    channel_num: str
    template_id: str
    task_name: str
    extend: str
    to: list[str]
    template_params: list[str]


class _Different(msgspec.Struct):
    channel_num: str
    task_name: str
    extend: str
    sms_content: msgspec.Raw


class _Answer(msgspec.Struct):
    task_id: object = None
    status: object = None
    result: object = None


_UNPROVED: Final = Lost(Words("HTTP 200 that says failed, with results that cannot all be read"))

found_task = named_task

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Answer).decode


def request(message: Message, name: TaskName, recipients: Recipients) -> tuple[str, bytes]:
    """Return path and body of a send: one content where all values are equal, else several.

    Values stand in the template's order, the link's among them (SendAimBatchMessages,
    SendAimBatchDifferentMessages).
    """
    sms = message.sms
    if sms is None:
        raise CampaignInvalid(Words("message.sms: a plain SMS needs its template"), "KS7812")
    columns = [value.of(recipients) for value in sms.params]
    phones = recipients.phones
    if all(len(set(column)) == 1 for column in columns):
        params = [column[0] for column in columns]
        alike = _Alike(sms.channel_number, sms.template, name, name, list(phones), params)
        return PATH, _encode(alike)
    content = _contents(sms.template, phones, columns)
    return DIFFERENT_PATH, _encode(_Different(sms.channel_number, name, name, content))


def _contents(
    template: str, phones: Sequence[str], columns: Sequence[Sequence[str]]
) -> msgspec.Raw:
    shape = (
        f'{{"to":["{PLACE}"],"template_id":{fixed(template)},'
        f'"template_params":[{",".join([PLACE] * len(columns))}]}}'
    )
    groups: dict[tuple[str, ...], list[str]] = {}
    for who, values in zip(phones, zip(*columns, strict=True), strict=True):
        groups.setdefault(values, []).append(who)
    receivers = map('","'.join, groups.values())
    return rows(shape, [receivers, *map(quoted, zip(*groups, strict=True))])


def read_answer(body: bytes, name: TaskName) -> Answer:
    """Judge the body of a 200: the only send whose answer tells of each number.

    Where nobody's SMS was taken, and for one and the same reason, the whole request is refused.
    """
    del name
    try:
        answer = _decode(body)
    except UNREADABLE as error:
        return Lost(filled("HTTP 200 with no readable JSON ({kind})", kind=type(error).__name__))
    codes = {
        who: clean(item.get("send_status"))
        for item in items(answer.result)
        if (who := phone(item.get("to")))
    }
    refused = {who: code for who, code in codes.items() if code not in ("", _TAKEN)}
    failed = text(answer.status).casefold() in _FAILED
    task = task_id(answer.task_id)
    if failed and len(refused) == len(codes):
        return _refusal(refused, task) if _is_readable(answer.result) else _UNPROVED
    if not task:
        return Lost(Words("HTTP 200 without a task id"))
    return Accepted(TaskId(task), refused, named=frozenset(codes))


def _is_readable(result: object) -> bool:
    """Tell whether a result names a number in every entry, or is not there at all."""
    entries = result if isinstance(result, list) else [] if result is None else [result]
    return all(isinstance(entry, dict) and phone(entry.get("to")) for entry in entries)


def _refusal(refused: Mapping[str, str], task: str) -> Answer:
    codes = sorted(set(refused.values()))
    code = codes[0] if codes else "status Failed"
    every = f", codes {', '.join(codes)}" if len(codes) > 1 else ""
    return Refused(
        code,
        f"KooMessage took none of the SMS{every}",
        stops_run=bool(codes) and set(codes) <= _TEMPLATE_CODES,
        about_rows=bool(codes) and set(codes) <= _ROW_CODES,
        task_id=TaskId(task) if task else None,
    )


def queries(name: TaskName, phones: Sequence[str]) -> tuple[Query, ...]:
    """Return the questions whose answers show the task's name: the details of each number.

    The details of one number tell nothing of those that the same request left out.
    """
    del name
    return tuple((("cust_flag", who),) for who in phones)


def read_tasks(body: bytes) -> Page:
    """Read a page of send details (ListAimSendDetails)."""
    return read_page(body, "send_details")
