"""Check the messages of a smart send: their numbers, their cards' values, their texts' values.

A hundred of them stand in every call, so all are looked at together first. What that glance cannot
vouch for is looked at one by one, by the rules as they are written.
"""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import msgspec

from pipeline.emulator.codes import Code, RefusedError
from pipeline.emulator.emulation import JsonObject
from pipeline.emulator.fields import Body, phone_of
from pipeline.emulator.links import LinkPlan, check_link
from pipeline.emulator.sms_channel import SmsLeg, are_surely_fine, check_values
from pipeline.emulator.world import AimTemplate, CardParameter

_CUST_FLAG_MAX = 64
_INTEGER = re.compile(r"[+-]?[0-9]+")
_PLAIN_PHONES = re.compile(r"(?:1[3-9][0-9]{9}\n)+").fullmatch
_PHONE_LENGTH = 11
_PLAIN_ITEM = itemgetter("cust_flag", "dync_params", "sms_params")
_PLAIN_ITEM_SIZE = 3

# Refuses what is no text, with a TypeError.
_join = "".join

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Rules:
    """Hold what the messages of one send are judged by."""

    leg: SmsLeg
    template: AimTemplate
    plan: LinkPlan


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold the messages of a send that is fine: `params` is the JSON of each one's values.

    `text_length` is the most characters that the values of any one text have together.
    """

    phones: "array[int]"
    params: list[bytes]
    text_length: int


def checked(rules: Rules, items: Sequence[Body]) -> Checked:
    """Check every message; raise RefusedError for the first that breaks a rule."""
    found = _at_a_glance(rules, items)
    if found is not None:
        return found
    messages = [_message(rules, item) for item in items]
    phones = array("Q", (phone for phone, _, _ in messages))
    return Checked(
        phones, [params for _, params, _ in messages], max(length for _, _, length in messages)
    )


def card_values(template: AimTemplate, values: object) -> Body:
    """Check a card's values against its template and return them; raise RefusedError."""
    if values is None:
        values = {}
    expected = template.parameters
    if not isinstance(values, dict) or values.keys() != expected.keys():
        raise RefusedError(Code.CARD_PARAMS, "dync_params")
    for name, value in values.items():
        if not isinstance(value, str) or not _is_fitting(expected[name], value):
            raise RefusedError(Code.CARD_PARAMS, f"dync_params.{name}")
    return values


def _at_a_glance(rules: Rules, items: Sequence[Body]) -> Checked | None:
    """Return the messages when all of them are plain and surely fine."""
    if rules.plan.is_custom or set(map(len, items)) != {_PLAIN_ITEM_SIZE}:
        return None
    try:
        flags, cards, texts = zip(*map(_PLAIN_ITEM, items), strict=True)
        columns = list(zip(*texts, strict=True))
        phones = _phones(flags)
        is_fine = (
            set(map(type, texts)) == {list}
            and _are_cards(rules.template, cards)
            and are_surely_fine(rules.leg, columns)
        )
    except (KeyError, TypeError, ValueError):
        # Something is absent, or not of the type that it should be.
        return None
    if phones is None or not is_fine:
        return None
    kept = [
        {"dync_params": card, "sms_params": text} for card, text in zip(cards, texts, strict=True)
    ]
    params = _encoder.encode_lines(kept).splitlines()
    return Checked(phones, params, sum(max(map(len, column)) for column in columns))


def _phones(flags: Sequence[str]) -> "array[int] | None":
    joined = "\n".join((*flags, ""))
    if len(joined) != len(flags) * (_PHONE_LENGTH + 1) or _PLAIN_PHONES(joined) is None:
        return None
    return array("Q", map(int, flags))


def _are_cards(template: AimTemplate, cards: Sequence[Body]) -> bool:
    expected = template.parameters
    if set(map(type, cards)) != {dict} or set(map(len, cards)) != {len(expected)}:
        return False
    return all(
        _are_fitting(parameter, list(map(itemgetter(name), cards)))
        for name, parameter in expected.items()
    )


def _are_fitting(parameter: CardParameter, column: list[str]) -> bool:
    _join(column)
    lengths = set(map(len, column))
    if min(lengths) < parameter.min_length or max(lengths) > parameter.max_length:
        return False
    return parameter.type == "string" or all(map(_INTEGER.fullmatch, column))


def _is_fitting(parameter: CardParameter, value: str) -> bool:
    if not parameter.min_length <= len(value) <= parameter.max_length:
        return False
    return parameter.type == "string" or _INTEGER.fullmatch(value) is not None


def _message(rules: Rules, item: Body) -> tuple[int, bytes, int]:
    flag = item.get("cust_flag")
    phone = phone_of(flag)
    if phone is None or not isinstance(flag, str) or len(flag) > _CUST_FLAG_MAX:
        raise RefusedError(Code.PHONE_FORMAT, "cust_flag")
    card = card_values(rules.template, item.get("dync_params"))
    values = check_values(rules.leg, item.get("sms_params"))
    kept: JsonObject = {"dync_params": card, "sms_params": values}
    if rules.plan.is_custom or "custom_url" in item:
        kept.update(check_link(rules.plan, item))
    return phone, _encoder.encode(kept), sum(map(len, values))
