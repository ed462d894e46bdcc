"""Short links that a capable handset shows as a card (AIM+): made here, sent by an SMS.

Making a link sends nothing and costs nothing until a handset parses it, so that it may be repeated.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from pipeline.core.answer import Accepted, Answer, Lost
from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Message, Recipients, TaskId, TaskName, Value
from pipeline.koomessage.decoding import UNREADABLE, clean, items, phone, task_id, text
from pipeline.koomessage.lists import Page, named_task, read_page
from pipeline.koomessage.products.json_rows import PLACE, fixed, quoted, rows
from pipeline.koomessage.transport.signing import Query
from pipeline.language import Words, filled

PATH: Final = "/v1/aim/resolve-tasks"
LIST_PATH: Final = PATH

RECIPIENTS_MAX: Final = 100
"""Links per request (CreateResolveTask)."""

_MADE: Final = frozenset({"", "0"})


class _Body(msgspec.Struct, omit_defaults=True):
    tpl_id: str
    sms_signs: list[str]
    resolving_times: int
    aim_code_type: str
    expiration_time: int
    params: msgspec.Raw
    generation_type: str = ""
    domain: str = ""


class _Taken(msgspec.Struct):
    task_id: object = None
    params: object = None


found_task = named_task

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Taken).decode


def request(message: Message, name: TaskName, recipients: Recipients) -> tuple[str, bytes]:
    """Return path and body of a parse task (CreateResolveTask), which bears no name of ours."""
    del name
    signatures = list(message.signatures) or ([message.sms.signature] if message.sms else [])
    if not signatures:
        raise CampaignInvalid(
            Words("message.signatures: links need the signatures of their SMS"), "KS7812"
        )
    body = _Body(
        message.template,
        signatures,
        1,
        "individual",
        message.expires_days,
        link_params(message, None, recipients),
        generation_type="2" if message.short_url.custom_code else "",
        domain=message.short_url.domain,
    )
    return PATH, _encode(body)


def read_answer(body: bytes, name: TaskName) -> Answer:
    """Judge the body of a 200 (CreateResolveTask): each link was made, or not with a code."""
    del name
    try:
        taken = _decode(body)
    except UNREADABLE as error:
        return Lost(filled("HTTP 200 with no readable JSON ({kind})", kind=type(error).__name__))
    task = task_id(taken.task_id)
    if not task:
        return Lost(Words("HTTP 200 without a task id"))
    refused: dict[str, str] = {}
    links: dict[str, str] = {}
    for item in items(taken.params):
        who = phone(item.get("cust_flag"))
        code, link = clean(item.get("result_code")), text(item.get("aim_url"))
        if who and link and code in _MADE:
            links[who] = link
        elif who:
            refused[who] = code if code not in _MADE else "no_link"
    return Accepted(TaskId(task), refused, links)


def queries(name: TaskName, phones: Sequence[str]) -> tuple[Query, ...]:
    """Return no question: a parse task bears no name by which it could be found."""
    del name, phones
    return ()


def read_tasks(body: bytes) -> Page:
    """Read a page of parse tasks (ListResolveTasks)."""
    return read_page(body, "resolve_tasks")


def link_params(
    message: Message, sms: Sequence[Value] | None, recipients: Recipients
) -> msgspec.Raw:
    """Write one entry for each link: number, card parameters, and the SMS's values where given.

    sms is None for links by themselves, which go out in somebody else's SMS.
    """
    url = message.short_url
    shape = [f'"cust_flag":"{PLACE}"']
    values: list[Value] = []
    if sms is not None:
        shape.append(f'"sms_params":[{",".join([PLACE] * len(sms))}]')
        values += sms
    if message.params:
        card = ",".join(f"{fixed(name)}:{PLACE}" for name, _ in message.params)
        shape.append(f'"dync_params":{{{card}}}')
        values += [value for _, value in message.params]
    for key, value in (("custom_short_code", url.custom_code), ("custom_url", url.custom_url)):
        if value is not None:
            shape.append(f'"{key}":{PLACE}')
            values.append(value)
    # Card and SMS mostly show the same fields: each is written once.
    columns = {value: quoted(value.of(recipients)) for value in set(values)}
    return rows(
        f"{{{','.join(shape)}}}", [recipients.phones, *(columns[value] for value in values)]
    )
