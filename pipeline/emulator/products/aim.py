"""Smart messages: taking send tasks and listing them (CreateAimSendTask, ListAimSendTasks)."""

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

import msgspec

from pipeline.emulator.clock import DAY_S, utc_hundredths
from pipeline.emulator.http.codes import Code, RefusedError, refuse_if
from pipeline.emulator.http.fields import (
    Body,
    Call,
    JsonObject,
    Span,
    body_of,
    entries,
    found_or_refused,
    loose_text,
    phone_of,
    query_choice,
    query_span,
    query_text,
    section,
    text,
    whole,
)
from pipeline.emulator.http.listing import created_s, is_made_within
from pipeline.emulator.http.operations import Operations
from pipeline.emulator.http.pages import page_of
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.failures import fail_task, failed_tasks, link_fails
from pipeline.emulator.state.links import LinkPlan, check_link, failed_link, link_plan
from pipeline.emulator.state.sms_channel import (
    SmsLeg,
    are_surely_fine,
    check_channel,
    check_values,
    long_texts,
)
from pipeline.emulator.state.tasks import (
    NO_DETAIL,
    FailedTask,
    Product,
    SendTask,
    SmsDetail,
    sent_row,
)
from pipeline.emulator.state.world import AimTemplate, CardParameter

_CUST_FLAG_MAX = 64
_INTEGER = re.compile(r"[+-]?[0-9]+")
_PLAIN_PHONES = re.compile(r"(?:1[3-9][0-9]{9}\n)+").fullmatch
_PHONE_LENGTH = 11
_PLAIN_ITEM = itemgetter("cust_flag", "dync_params", "sms_params")
_PLAIN_ITEM_SIZE = 3

# Refuses what is no text, with a TypeError.
_join = "".join

MESSAGES_MAX = 100
TASK_NAME_FILTER_MAX = 20
YEAR_S = 365 * DAY_S

_LIST_DEFAULT_S = 7 * DAY_S
_STATUSES = frozenset(("Success", "Fail"))

_encoder = msgspec.json.Encoder()

OPERATIONS = Operations()


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


@OPERATIONS.add("CreateAimSendTask", "POST", "/v1/aim/send-tasks")
def create_send_task(emulation: Emulation, call: Call) -> JsonObject:
    """Check a send and take it whole: one bad message refuses all of them."""
    body = body_of(call)
    name = text(body, "task_name", (1, 1_000))
    refuse_if(not name.strip(), Code.PARAMETER, "task_name")
    channel = section(body, "sms_channel", Code.CHANNEL_EMPTY)
    leg = check_channel(emulation.world, channel)
    resolve = section(body, "resolve_task", Code.INPUT_EMPTY)
    tpl_id, template = sendable_template(emulation, resolve)
    days = _check_resolve(resolve)
    params = _params(resolve)
    plan = link_plan(emulation.world.links, resolve)
    rules = Rules(leg, template, plan)
    messages = checked(rules, params)
    asked_for = params
    params, without_link = _apart(emulation, asked_for)
    if not params:
        return fail_task(emulation, body, without_link)
    if without_link:
        messages = checked(rules, params)
    codes = _custom_codes(emulation, plan, params)
    task = SendTask(
        task_id=emulation.tasks.next_id(),
        name=name,
        product=Product.AIM,
        tpl_id=tpl_id,
        created_s=emulation.clock.now_s(),
        lifetime_s=emulation.link_lifetime_s(days),
        phones=messages.phones,
        sms_sign=leg.sign,
        domain=plan.domain,
        codes=codes,
        sms=_texts(leg, messages, params, plan.lengths(codes, len(params))),
    )
    emulation.accept(task, messages.params)
    return {
        "task_name": name,
        "sms_channel": channel,
        "resolve_task": {"generation_type": "1", **resolve},
        "task_id": task.task_id,
        "task_state": "Success",
        "creation_time": utc_hundredths(task.created_s),
        "submission_count": len(asked_for),
        "send_count": len(task.phones),
        "resolve_count": 0,
        "support_resolve_count": -1,
        "failed_short_chains": [failed_link(item) for item in without_link],
    }


@OPERATIONS.add("ListAimSendTasks", "GET", "/v1/aim/send-tasks")
def list_send_tasks(emulation: Emulation, call: Call) -> JsonObject:
    """List tasks, newest first; names are compared exactly, the last 7 days are the default."""
    page = page_of(call)
    name = query_text(call, "task_name", TASK_NAME_FILTER_MAX)
    task_id = query_text(call, "task_id")
    tpl_id, tpl_name = query_text(call, "tpl_id", 9), query_text(call, "tpl_name", 100)
    status = query_choice(call, "task_status", _STATUSES)
    span = recent(emulation, query_span(call, ("begin_time", "end_time")), _LIST_DEFAULT_S)
    found: list[SendTask | FailedTask] = []
    if status != "Fail":
        found += narrowed(emulation, span, task_id, name)
    if status != "Success":
        failed = [
            task
            for task in failed_tasks(emulation, Product.AIM, task_id, name)
            if is_made_within(task, span)
        ]
        found = sorted([*found, *failed], key=created_s, reverse=True) if failed else found
    found = [
        task
        for task in found
        if tpl_id in ("", task.tpl_id) and tpl_name in card_name(emulation, task.tpl_id)
    ]
    return page.answer("aim_send_tasks", found, partial(_listed, emulation))


def recent(emulation: Emulation, span: Span | None, default_s: float) -> Span:
    """Return the span asked for within the last year, or the default one up to now."""
    now_s = emulation.clock.now_s()
    begin_s, end_s = span or (now_s - default_s, now_s)
    return max(begin_s, now_s - YEAR_S), end_s


def narrowed(
    emulation: Emulation,
    span: Span | None,
    task_id: str,
    name: str,
    product: Product = Product.AIM,
) -> Iterable[SendTask]:
    """Return the product's tasks of a span, newest first, by the quickest filter there is."""
    tasks = emulation.tasks
    if not task_id and not name:
        return reversed(tasks.between(product, span))
    some = tasks.by_id(product, task_id) if task_id else tasks.by_name(product, name)
    return [
        task
        for task in reversed(some)
        if is_made_within(task, span) and tasks.listing.is_named(task.name, name)
    ]


def card_name(emulation: Emulation, tpl_id: str) -> str:
    """Return the name of a card template, empty when there is none of that id."""
    template = emulation.world.aim_templates.get(tpl_id)
    return "" if template is None else template.name


def sendable_template(emulation: Emulation, body: Body) -> tuple[str, AimTemplate]:
    """Return the id and the card template that a body names; raise RefusedError."""
    tpl_id = loose_text(body, "tpl_id")
    template = found_or_refused(
        emulation.world.aim_templates, tpl_id, Code.TEMPLATE_UNKNOWN, "tpl_id"
    )
    refuse_if(not template.sendable, Code.TEMPLATE_STATE, "tpl_id")
    return tpl_id, template


def link_params(body: Body) -> list[object]:
    """Return the `params` of a body, one for each link, at most 100; raise RefusedError."""
    params = entries(body, "params", Code.COLLECTION_EMPTY)
    refuse_if(len(params) > MESSAGES_MAX, Code.TOO_MANY_LINKS, "params")
    return params


def _check_resolve(resolve: Body) -> int:
    refuse_if(resolve.get("aim_code_type") != "individual", Code.PARAMETER, "aim_code_type")
    whole(resolve.get("resolve_times"), "resolve_times", (1, 10_000_000))
    return whole(resolve.get("expiration_time"), "expiration_time", (1, 7))


def _params(resolve: Body) -> list[Body]:
    params = link_params(resolve)
    items: list[Body] = [item for item in params if isinstance(item, dict)]
    refuse_if(len(items) < len(params), Code.PARAMETER, "params")
    return items


def _texts(
    leg: SmsLeg, messages: Checked, params: Sequence[Body], link_lengths: Sequence[int]
) -> SmsDetail:
    if leg.is_surely_short(messages.text_length, max(link_lengths)):
        return NO_DETAIL
    pairs = zip(params, link_lengths, strict=True)
    return long_texts([leg.parts(item.get("sms_params"), length) for item, length in pairs])


def _custom_codes(emulation: Emulation, plan: LinkPlan, params: list[Body]) -> tuple[str, ...]:
    if not plan.is_custom:
        return ()
    codes = tuple(str(item["custom_short_code"]) for item in params)
    taken = emulation.taken_codes
    if len(set(codes)) < len(codes) or any(f"{plan.domain}/{code}" in taken for code in codes):
        raise RefusedError(Code.SHORT_CODE_TAKEN, "custom_short_code")
    return codes


def _apart(emulation: Emulation, params: list[Body]) -> tuple[list[Body], list[Body]]:
    """Set those apart whose links cannot be made."""
    if not emulation.world.links.failed:
        return params, []
    task_id = emulation.tasks.next_id()
    fails = [link_fails(emulation, task_id, item.get("cust_flag")) for item in params]
    made = [item for item, failed in zip(params, fails, strict=True) if not failed]
    return made, [item for item, failed in zip(params, fails, strict=True) if failed]


def _listed(emulation: Emulation, task: SendTask | FailedTask) -> JsonObject:
    if isinstance(task, FailedTask):
        return sent_row(task, task.state, messages=task.messages)
    tally = emulation.stories.tally(task, emulation.clock.now_s())
    mark = emulation.tasks.mark_of(task.task_id)
    sent = len(task.phones) - mark.untold
    counts = {"parsed": tally.parsed, "success": tally.success}
    return sent_row(task, mark.state or "Success", messages=sent, sent=sent, **counts)
