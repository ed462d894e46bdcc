"""Text messages: one content for all, or several (SendAimBatchMessages, …DifferentMessages)."""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from pipeline.emulator.codes import Code, RefusedError
from pipeline.emulator.emulation import Draft, Emulation, JsonObject, Operation
from pipeline.emulator.fields import Body, Call, body_of, loose_text, text
from pipeline.emulator.link_book import Link
from pipeline.emulator.segments import measure
from pipeline.emulator.sms_answers import Submission, answer
from pipeline.emulator.sms_rules import (
    RECEIVERS_MAX,
    SendStatus,
    Text,
    channel_of,
    lengths_of,
    link_in,
    receivers_of,
    template_objection,
    template_of,
    values_objection,
    values_of,
)
from pipeline.emulator.tasks import Product, SmsDetail

_CHANNEL_LENGTH_MAX = 21
_EXTEND_MAX = 128
_NAME_MAX = 30
_SIGN_MAX = 32
_ID_MAX, _ID_OF_SEVERAL_MAX = 32, 50

_encode = msgspec.json.Encoder().encode


def send_messages(emulation: Emulation, call: Call) -> JsonObject:
    """Take one content for up to 500 numbers; a value that breaks a rule refuses all of them."""
    body = body_of(call)
    head = _head(emulation, body, "SendAimBatchMessages", text(body, "task_name", (0, _NAME_MAX)))
    tpl_id, template = template_of(emulation.world, body, _ID_MAX, Code.SMS_TEMPLATE_NONE)
    text(body, "signature", (0, _SIGN_MAX))
    phones = receivers_of(body)
    one = Text(tpl_id, template, values_of(body, required=True))
    objection = values_objection(one)
    if objection is not None:
        raise RefusedError(objection, "template_params")
    channel = channel_of(emulation.world, template, _channel(body))
    signature = emulation.world.sms_signatures.get(template.signature)
    if signature is not None and signature.channel_number != channel:
        raise RefusedError(Code.CHANNEL_MISMATCH, "channel_num")
    status = template_objection(emulation.world, template, channel)
    return _submit(emulation, head, channel, [_Content(one, phones, status)])


def send_different_messages(emulation: Emulation, call: Call) -> JsonObject:
    """Take several contents; one whose values break a rule refuses its own numbers alone.

    How many numbers all of them may have is not documented: those past 500 are refused.
    """
    body = body_of(call)
    # The documents' own example writes taskName.
    name = text(body, "task_name", (0, _NAME_MAX)) or text(body, "taskName", (0, _NAME_MAX))
    head = _head(emulation, body, "SendAimBatchDifferentMessages", name)
    items = body.get("sms_content")
    if not isinstance(items, list) or not items:
        raise RefusedError(Code.COLLECTION_EMPTY, "sms_content")
    channel = _channel(body)
    if not channel:
        raise RefusedError(Code.CHANNEL_NUMBER_LENGTH, "channel_num")
    contents = [_content(emulation, item, channel) for item in items]
    return _submit(emulation, head, channel, contents)


OPERATIONS = (
    Operation(
        "SendAimBatchMessages", "POST", "/v1/aim/sms/messages", send_messages, long_errors=False
    ),
    Operation(
        "SendAimBatchDifferentMessages",
        "POST",
        "/v1/aim/sms/diff-messages",
        send_different_messages,
        long_errors=False,
    ),
)


@dataclass(frozen=True, slots=True)
class _Head:
    operation: str
    name: str
    extend: str


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


def _head(emulation: Emulation, body: Body, operation: str, name: str) -> _Head:
    if name and not name.strip():
        raise RefusedError(Code.PARAMETER, "task_name")
    extend = body.get("extend")
    if extend is not None:
        text(body, "extend", (0, _EXTEND_MAX), Code.EXTEND_LENGTH)
        if not extend or "{" in str(extend) or "}" in str(extend):
            raise RefusedError(Code.PARAMETER, "extend")
    shown = name or f"Task_{int(emulation.clock.now_s() * 1_000)}"
    return _Head(operation, shown, str(extend or ""))


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
    one = Text(tpl_id, template, values_of(item, required=False))
    status = template_objection(emulation.world, template, channel)
    if status is SendStatus.TAKEN:
        status = _values_status(one)
    return _Content(one, phones, status)


def _values_status(one: Text) -> SendStatus:
    match values_objection(one):
        case None:
            return SendStatus.TAKEN
        case Code.SMS_VALUES_COUNT | Code.SMS_VALUE_LENGTH:
            return SendStatus.VALUES
        case _:
            return SendStatus.VALUE_TYPE


def _submit(
    emulation: Emulation, head: _Head, channel: str, contents: Sequence[_Content]
) -> JsonObject:
    taken = _Taken()
    shown: Counter[str] = Counter()
    receivers: list[tuple[int, SendStatus]] = []
    for content, phones in _judged(contents):
        link = None
        if content.status is SendStatus.TAKEN:
            link = link_in(content.text, emulation.world.links, emulation.link_book)
            kept = [phone for phone, status in phones if status is SendStatus.TAKEN]
            _take(taken, head, channel, content.text, kept)
            taken.links += [_carried(emulation, link, phone, shown) for phone in kept]
        if link is not None:
            taken.last_s = max(taken.last_s, link.expires_s)
        receivers += phones
    submission = Submission(head.operation, channel, receivers)
    if not taken.phones:
        return answer(emulation, submission, None)
    return answer(emulation, submission, emulation.accept(_draft(emulation, head, channel, taken)))


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


def _take(taken: _Taken, head: _Head, channel: str, one: Text, phones: Sequence[int]) -> None:
    count = len(phones)
    template = one.template
    kept: JsonObject = {
        "template_id": one.tpl_id,
        "template_params": one.values,
        "channel_num": channel,
        "extend": head.extend,
    }
    length = measure(template.content, template.signature, len(one.values))
    taken.phones.extend(phones)
    taken.params += [_encode(kept)] * count
    taken.parts += [length.parts(lengths_of(one.values))] * count
    taken.tpl_ids += [one.tpl_id] * count
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


def _draft(emulation: Emulation, head: _Head, channel: str, taken: _Taken) -> Draft:
    detail = SmsDetail(
        channel_number=channel,
        extend=head.extend,
        different=head.operation != "SendAimBatchMessages",
        parts=taken.parts if max(taken.parts) > 1 else [],
        links=taken.links if any(taken.links) else [],
        tpl_ids=taken.tpl_ids if len(set(taken.tpl_ids)) > 1 else [],
        signs=taken.signs if len(set(taken.signs)) > 1 else [],
    )
    return Draft(
        operation=head.operation,
        product=Product.SMS,
        name=head.name,
        tpl_id=taken.tpl_ids[0],
        lifetime_s=max(taken.last_s - emulation.clock.now_s(), 0.0),
        phones=taken.phones,
        params=taken.params,
        sms_sign=taken.signs[0],
        sms=detail,
    )
