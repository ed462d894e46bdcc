"""What a text message may be: its template, its values, its receivers, and the links it carries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.emulator.codes import Code, RefusedError
from pipeline.emulator.fields import Body, loose_text, phone_of
from pipeline.emulator.link_book import Link, LinkBook
from pipeline.emulator.sms_channel import value_objection
from pipeline.emulator.world import Links, SmsTemplate, World

RECEIVERS_MAX = 500

_PHONE_LENGTH_MAX = 21
_VALUES_MAX = 20
_LINK_LENGTH_MAX = 99
_LINK = re.compile(r"(?:(?P<domain>[0-9A-Za-z.-]+)/)?(?P<code>[0-9A-Za-z]{3,20})")
_MARK = re.compile(r"\(KM:(?P<code>[0-9A-Za-z]{3,20})\)")


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
    if not tpl_id:
        raise RefusedError(Code.SMS_TEMPLATE_ABSENT, "template_id")
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
    numbers = item.get("to")
    if not isinstance(numbers, list) or not numbers:
        raise RefusedError(Code.PHONES_EMPTY, "to")
    if len(numbers) > RECEIVERS_MAX:
        raise RefusedError(Code.TOO_MANY_RECEIVERS, "to")
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


def lengths_of(values: Sequence[str]) -> list[int]:
    """Return how long each value is."""
    return [len(value) for value in values]


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
