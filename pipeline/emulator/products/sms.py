"""Text messages: one content for all, or several (SendAimBatchMessages, …DifferentMessages)."""

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import msgspec

from pipeline.emulator.clock import TimeForms
from pipeline.emulator.http.codes import Code, RefusedError, refuse_if
from pipeline.emulator.http.fields import (
    Body,
    Call,
    JsonObject,
    body_of,
    entries,
    loose_text,
    phone_of,
    text,
)
from pipeline.emulator.http.operations import Operations
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.links import Link, LinkBook
from pipeline.emulator.state.sms_channel import measure, value_objection
from pipeline.emulator.state.tasks import Product, SendTask, SmsDetail, derived_uuid
from pipeline.emulator.state.world import Links, SmsTemplate, World

RECEIVERS_MAX = 500

_PHONE_LENGTH_MAX = 21
_VALUES_MAX = 20
_LINK_LENGTH_MAX = 99
_LINK = re.compile(r"(?:(?P<domain>[0-9A-Za-z.-]+)/)?(?P<code>[0-9A-Za-z]{3,20})")
_MARK = re.compile(r"\(KM:(?P<code>[0-9A-Za-z]{3,20})\)")
# The documents call it UTC with a Z; their examples have neither the Z nor one form.
_UTC = TimeForms(0.0)
_FIRST_REFUSED = 900_000_001
_CHANNEL_LENGTH_MAX = 21
_EXTEND_MAX = 128
_NAME_MAX = 30
_SIGN_MAX = 32
_ID_MAX, _ID_OF_SEVERAL_MAX = 32, 50

_encode = msgspec.json.Encoder().encode

OPERATIONS = Operations(long_errors=False)


class SendStatus(StrEnum):
    """Name what becomes of one receiver at the submission (SmsDetailResponse.send_status)."""

    TAKEN = "000000"
    TOO_MANY = "E200015"
    VALUES = "E200028"
    VALUE_TYPE = "E200029"
    TEMPLATE_INACTIVE = "E200030"
    PROTOCOL = "E200031"
    TEMPLATE_TYPE = "E200033"
    DUPLICATE = "E200041"


@dataclass(frozen=True, slots=True)
class Text:
    """Hold a template that exists and the values for it, checked or not."""

    tpl_id: str
    template: SmsTemplate
    values: tuple[str, ...]


def template_of(world: World, item: Body, longest: int, unknown: Code) -> tuple[str, SmsTemplate]:
    """Return the id and the template that an item names; raise RefusedError."""
    tpl_id = loose_text(item, "template_id")
    refuse_if(not tpl_id, Code.SMS_TEMPLATE_ABSENT, "template_id")
    template = world.sms_templates.get(tpl_id)
    if len(tpl_id) > longest or template is None:
        raise RefusedError(unknown, "template_id")
    return tpl_id, template


def channel_of(world: World, template: SmsTemplate, given: str) -> str:
    """Return the channel number: the given one, or that of the template's signature."""
    signature = world.sms_signatures.get(template.signature)
    return given or (signature.channel_number if signature is not None else "")


def template_objection(world: World, template: SmsTemplate, channel: str) -> SendStatus:
    """Tell why nothing goes out by a template, if nothing does."""
    app = world.sms_apps.get(template.app)
    signature = world.sms_signatures.get(template.signature)
    if template.flow_status != "Adopted" or template.status != "Normal":
        return SendStatus.TEMPLATE_INACTIVE
    if app is None or app.status != "LAUNCHED":
        return SendStatus.PROTOCOL
    if signature is None or signature.status != "REVIEW_PASSED":
        return SendStatus.PROTOCOL
    if signature.channel_number != channel:
        return SendStatus.PROTOCOL
    return SendStatus.TAKEN if signature.type == template.type else SendStatus.TEMPLATE_TYPE


def values_of(item: Body, *, required: bool) -> tuple[str, ...]:
    """Return `template_params`, at most 20 strings; raise RefusedError."""
    values = item.get("template_params")
    if values is None and not required:
        return ()
    if not isinstance(values, list) or len(values) > _VALUES_MAX:
        raise RefusedError(Code.SMS_VALUES_COUNT, "template_params")
    if not all(isinstance(value, str) for value in values):
        raise RefusedError(Code.SMS_VALUE_RULE, "template_params")
    return tuple(values)


def values_objection(text: Text) -> Code | None:
    """Tell which rule the values break, if any does; the short link is one of them here."""
    kinds = text.template.variables
    if len(kinds) != len(text.values):
        return Code.SMS_VALUES_COUNT
    for kind, value in zip(kinds, text.values, strict=True):
        code = _link_objection(value) if kind == "NEWTEXT" else value_objection(kind, value)
        if code is not None:
            return code
    return None


def receivers_of(item: Body) -> list[int]:
    """Return the numbers of `to` as 11 digits each, with those that repeat; raise RefusedError."""
    numbers = entries(item, "to", Code.PHONES_EMPTY)
    refuse_if(len(numbers) > RECEIVERS_MAX, Code.TOO_MANY_RECEIVERS, "to")
    return [_receiver(number) for number in numbers]


def link_in(text: Text, links: Links, book: LinkBook) -> Link | None:
    """Return the known link that a text carries: as an address, as its code alone, or as a mark.

    A handset shows the card only when the signatures are the same.
    """
    for kind, value in zip(text.template.variables, text.values, strict=True):
        if kind != "NEWTEXT":
            continue
        match = _LINK.fullmatch(value) or _MARK.fullmatch(value)
        given = match.groupdict().get("domain") if match is not None else None
        domains = [given] if given else [links.domain, *links.custom_domains]
        for domain in domains if match is not None else ():
            link = book.find(f"{domain}/{match['code']}") if match is not None else None
            if link is not None and text.template.signature in link.task.sms_signs:
                return link
    return None


def _receiver(number: object) -> int:
    phone = phone_of(number)
    if phone is None or not isinstance(number, str) or len(number) > _PHONE_LENGTH_MAX:
        raise RefusedError(Code.PHONE_FORMAT, "to")
    return phone


def _link_objection(value: str) -> Code | None:
    if not 1 <= len(value) <= _LINK_LENGTH_MAX:
        return Code.SMS_VALUE_LENGTH
    is_link = _LINK.fullmatch(value) or _MARK.fullmatch(value)
    return None if is_link else Code.SMS_VALUE_RULE


@OPERATIONS.add("SendAimBatchMessages", "POST", "/v1/aim/sms/messages")
def send_messages(emulation: Emulation, call: Call) -> JsonObject:
    """Take one content for up to 500 numbers; a value that breaks a rule refuses all of them."""
    body = body_of(call)
    head = _head(emulation, body, text(body, "task_name", (0, _NAME_MAX)), different=False)
    tpl_id, template = template_of(emulation.world, body, _ID_MAX, Code.SMS_TEMPLATE_NONE)
    text(body, "signature", (0, _SIGN_MAX))
    phones = receivers_of(body)
    content = Text(tpl_id, template, values_of(body, required=True))
    objection = values_objection(content)
    if objection is not None:
        raise RefusedError(objection, "template_params")
    channel = channel_of(emulation.world, template, _channel(body))
    signature = emulation.world.sms_signatures.get(template.signature)
    if signature is not None and signature.channel_number != channel:
        raise RefusedError(Code.CHANNEL_MISMATCH, "channel_num")
    status = template_objection(emulation.world, template, channel)
    return _submit(emulation, replace(head, channel=channel), [_Content(content, phones, status)])


@OPERATIONS.add("SendAimBatchDifferentMessages", "POST", "/v1/aim/sms/diff-messages")
def send_different_messages(emulation: Emulation, call: Call) -> JsonObject:
    """Take several contents; one whose values break a rule refuses its own numbers alone.

    How many numbers all of them may have is not documented: those past 500 are refused.
    """
    body = body_of(call)
    # The documents' own example writes taskName.
    name = text(body, "task_name", (0, _NAME_MAX)) or text(body, "taskName", (0, _NAME_MAX))
    head = _head(emulation, body, name, different=True)
    items = entries(body, "sms_content", Code.COLLECTION_EMPTY)
    channel = _channel(body)
    refuse_if(not channel, Code.CHANNEL_NUMBER_LENGTH, "channel_num")
    contents = [_content(emulation, item, channel) for item in items]
    return _submit(emulation, replace(head, channel=channel), contents)


@dataclass(frozen=True, slots=True)
class _Head:
    name: str
    extend: str
    different: bool
    channel: str = ""


@dataclass(frozen=True, slots=True)
class _Content:
    text: Text
    phones: Sequence[int]
    status: SendStatus


@dataclass(slots=True)
class _Taken:
    """Gather the messages that are taken, one entry in each list."""

    phones: "array[int]" = field(default_factory=lambda: array("Q"))
    params: list[bytes] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tpl_ids: list[str] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)
    last_s: float = 0.0


def _head(emulation: Emulation, body: Body, name: str, *, different: bool) -> _Head:
    refuse_if(name and not name.strip(), Code.PARAMETER, "task_name")
    extend = body.get("extend")
    if extend is not None:
        text(body, "extend", (0, _EXTEND_MAX), Code.EXTEND_LENGTH)
        refuse_if(not extend or "{" in str(extend) or "}" in str(extend), Code.PARAMETER, "extend")
    shown = name or f"Task_{int(emulation.clock.now_s() * 1_000)}"
    return _Head(shown, str(extend or ""), different)


def _channel(body: Body) -> str:
    given = loose_text(body, "channel_num")
    if body.get("channel_num") is not None and not 1 <= len(given) <= _CHANNEL_LENGTH_MAX:
        raise RefusedError(Code.CHANNEL_NUMBER_LENGTH, "channel_num")
    return given


def _content(emulation: Emulation, item: object, channel: str) -> _Content:
    if not isinstance(item, dict):
        raise RefusedError(Code.PARAMETER, "sms_content")
    tpl_id, template = template_of(
        emulation.world, item, _ID_OF_SEVERAL_MAX, Code.SMS_TEMPLATE_NONE_OF_SEVERAL
    )
    phones = receivers_of(item)
    content = Text(tpl_id, template, values_of(item, required=False))
    status = template_objection(emulation.world, template, channel)
    if status is SendStatus.TAKEN:
        status = _values_status(content)
    return _Content(content, phones, status)


def _values_status(content: Text) -> SendStatus:
    match values_objection(content):
        case None:
            return SendStatus.TAKEN
        case Code.SMS_VALUES_COUNT | Code.SMS_VALUE_LENGTH:
            return SendStatus.VALUES
        case _:
            return SendStatus.VALUE_TYPE


def _submit(emulation: Emulation, head: _Head, contents: Sequence[_Content]) -> JsonObject:
    taken = _Taken()
    shown: Counter[str] = Counter()
    receivers: list[tuple[int, SendStatus]] = []
    for content, phones in _judged(contents):
        link = None
        if content.status is SendStatus.TAKEN:
            link = link_in(content.text, emulation.world.links, emulation.link_book)
            kept = [phone for phone, status in phones if status is SendStatus.TAKEN]
            _take(taken, head, content.text, kept)
            taken.links += [_carried(emulation, link, phone, shown) for phone in kept]
        if link is not None:
            taken.last_s = max(taken.last_s, link.expires_s)
        receivers += phones
    task = _task(emulation, head, taken) if taken.phones else None
    if task is not None:
        emulation.accept(task, taken.params)
    return _answer(emulation, head, receivers, task)


def _judged(
    contents: Sequence[_Content],
) -> Iterator[tuple[_Content, list[tuple[int, SendStatus]]]]:
    """Yield each content with its receivers and what becomes of each of them."""
    seen: set[tuple[int, str, tuple[str, ...]]] = set()
    count = 0
    for content in contents:
        phones = []
        for phone in content.phones:
            count += 1
            message = phone, content.text.tpl_id, content.text.values
            status = content.status
            if status is SendStatus.TAKEN and count > RECEIVERS_MAX:
                status = SendStatus.TOO_MANY
            elif status is SendStatus.TAKEN and message in seen:
                status = SendStatus.DUPLICATE
            seen.add(message)
            phones.append((phone, status))
        yield content, phones


def _take(taken: _Taken, head: _Head, content: Text, phones: Sequence[int]) -> None:
    count = len(phones)
    template = content.template
    kept: JsonObject = {
        "template_id": content.tpl_id,
        "template_params": content.values,
        "channel_num": head.channel,
        "extend": head.extend,
    }
    length = measure(template.content, template.signature, len(content.values))
    taken.phones.extend(phones)
    taken.params += [_encode(kept)] * count
    taken.parts += [length.parts(list(map(len, content.values)))] * count
    taken.tpl_ids += [content.tpl_id] * count
    taken.signs += [template.signature] * count


def _carried(emulation: Emulation, link: Link | None, phone: int, shown: Counter[str]) -> str:
    """Return the link as far as it still shows a card: each link does so only so often."""
    if link is None:
        return ""
    url = link.task.aim_url(link.position)
    if emulation.stories.shows(link, phone, emulation.clock.now_s()):
        before = len(emulation.link_book.shown_s(link, float("inf")))
        if before + shown[url] >= link.task.parses_max:
            return ""
        shown[url] += 1
    return url


def _task(emulation: Emulation, head: _Head, taken: _Taken) -> SendTask:
    detail = SmsDetail(
        channel_number=head.channel,
        extend=head.extend,
        different=head.different,
        parts=taken.parts if max(taken.parts) > 1 else [],
        links=taken.links if any(taken.links) else [],
        tpl_ids=taken.tpl_ids if len(set(taken.tpl_ids)) > 1 else [],
        signs=taken.signs if len(set(taken.signs)) > 1 else [],
    )
    now_s = emulation.clock.now_s()
    return SendTask(
        task_id=emulation.tasks.next_id(),
        name=head.name,
        product=Product.SMS,
        tpl_id=taken.tpl_ids[0],
        created_s=now_s,
        lifetime_s=max(taken.last_s - now_s, 0.0),
        phones=taken.phones,
        sms_sign=taken.signs[0],
        sms=detail,
    )


def _answer(
    emulation: Emulation,
    head: _Head,
    receivers: Sequence[tuple[int, SendStatus]],
    task: SendTask | None,
) -> JsonObject:
    """Return task id, status, and a row for each receiver; without a task nothing was taken."""
    created_s = emulation.clock.now_s() if task is None else task.created_s
    created = _UTC.local_spaced(created_s) if head.different else _UTC.local(created_s)
    nothing = derived_uuid("nothing taken", f"{emulation.options.seed}:{created_s}")
    task_id = nothing if task is None else task.task_id
    rows: list[JsonObject] = []
    position = 0
    for index, (phone, status) in enumerate(receivers):
        if task is not None and status is SendStatus.TAKEN:
            msg_id = task.msg_id(position)
            position += 1
        else:
            msg_id = f"{derived_uuid('message', task_id)}_{_FIRST_REFUSED + index}"
        rows.append(
            {
                "to": f"+86{phone}",
                "channel_num": head.channel,
                "msg_id": msg_id,
                "send_status": status.value,
                "create_time": created,
            }
        )
    return {
        "task_id": task_id,
        "status": "Failed" if task is None else "Success",
        "result": rows,
    }
