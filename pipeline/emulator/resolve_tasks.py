"""Make short links that another channel will carry (CreateResolveTask).

What the request's own form allows is checked for the whole call; what depends on the world, such as
a code that is taken, fails link by link: a call may succeed in part.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from pipeline.emulator.aim import MESSAGES_MAX
from pipeline.emulator.aim_messages import card_values
from pipeline.emulator.clock import utc_seconds
from pipeline.emulator.codes import MESSAGES, Code, RefusedError
from pipeline.emulator.emulation import Emulation, JsonObject, Operation
from pipeline.emulator.failures import link_fails
from pipeline.emulator.fields import Body, Call, body_of, loose_text, text, whole
from pipeline.emulator.link_book import LinkTask
from pipeline.emulator.links import LinkPlan, check_link, link_plan
from pipeline.emulator.world import AimTemplate

SIGNS_MAX = 5

_SIGN_LENGTH_MAX = 18
_FLAG_LENGTH_MAX = 64
_CUSTOM_URL_MAX = 256
_RESOLVING_MAX = 10_000_000
_GROUP_RESOLVING_MIN = 2
_GROUP_DAYS_MAX, _PERSONAL_DAYS_MAX = 180, 7
_BRACKETS = re.compile(r"[【】\[\]]")
_TAKEN = Code.SHORT_CODE_TAKEN.value

_encode = msgspec.json.Encoder().encode


def create_resolve_task(emulation: Emulation, call: Call) -> JsonObject:
    """Check the call's form, then make each link that can be made."""
    body = body_of(call)
    tpl_id, template = _template(emulation, body)
    is_group = _is_group(body, template)
    times = whole(body.get("resolving_times"), "resolving_times", (1, _RESOLVING_MAX))
    if is_group and times < _GROUP_RESOLVING_MIN:
        raise RefusedError(Code.PARAMETER, "resolving_times")
    days_max = _GROUP_DAYS_MAX if is_group else _PERSONAL_DAYS_MAX
    days = whole(body.get("expiration_time"), "expiration_time", (1, days_max))
    signs = _signs(body)
    plan = link_plan(emulation.world.links, body)
    task_id = emulation.link_book.next_id()
    rules = _Rules(emulation, template, plan, task_id)
    items = [_form(plan, item) for item in _params(body, is_group=is_group)]
    task = LinkTask(
        task_id=task_id,
        name=emulation.link_book.next_name(),
        tpl_id=tpl_id,
        sms_signs=signs,
        resolving_times=times,
        is_group=is_group,
        days=days,
        domain=plan.domain,
        created_s=emulation.clock.now_s(),
        lifetime_s=emulation.link_lifetime_s(days),
        flags=tuple(str(item["cust_flag"]) for item in items),
        extras=tuple(msgspec.Raw(_encode(_extras(item))) for item in items),
        errors=tuple(_errors(rules, items)),
        codes=tuple(str(item["custom_short_code"]) for item in items) if plan.is_custom else (),
    )
    emulation.make_links(task)
    return _made(emulation, task)


OPERATIONS = (Operation("CreateResolveTask", "POST", "/v1/aim/resolve-tasks", create_resolve_task),)


def shown_link(emulation: Emulation, task: LinkTask, position: int) -> JsonObject:
    """Return what both operations tell of one link; a link that was not made has no address."""
    error = task.errors[position]
    extras: Mapping[str, object] = msgspec.json.decode(task.extras[position])
    return {
        "cust_flag": task.flags[position],
        "cust_id": emulation.world.account.domain_id,
        "dync_params": extras.get("dync_params"),
        "custom_url": extras.get("custom_url"),
        "aim_url": None if error else task.aim_url(position),
        "aim_code": None if error else task.aim_code(position),
        "result_code": error or "0",
    }


@dataclass(frozen=True, slots=True)
class _Rules:
    emulation: Emulation
    template: AimTemplate
    plan: LinkPlan
    task_id: str


def _template(emulation: Emulation, body: Body) -> tuple[str, AimTemplate]:
    tpl_id = loose_text(body, "tpl_id")
    template = emulation.world.aim_templates.get(tpl_id)
    if template is None:
        raise RefusedError(Code.TEMPLATE_UNKNOWN, "tpl_id")
    if not template.sendable:
        raise RefusedError(Code.TEMPLATE_STATE, "tpl_id")
    return tpl_id, template


def _is_group(body: Body, template: AimTemplate) -> bool:
    kind = body.get("aim_code_type")
    if kind not in ("group", "individual") or (kind == "group" and template.parameters):
        raise RefusedError(Code.PARAMETER, "aim_code_type")
    return kind == "group"


def _signs(body: Body) -> tuple[str, ...]:
    signs = body.get("sms_signs")
    if not isinstance(signs, list) or not signs:
        raise RefusedError(Code.COLLECTION_EMPTY, "sms_signs")
    if len(signs) > SIGNS_MAX:
        raise RefusedError(Code.PARAMETER, "sms_signs")
    for sign in signs:
        if not isinstance(sign, str) or _BRACKETS.search(sign):
            raise RefusedError(Code.PARAMETER, "sms_signs")
        if not 1 <= len(sign) <= _SIGN_LENGTH_MAX:
            raise RefusedError(Code.SIGN_LENGTH, "sms_signs")
    return tuple(signs)


def _params(body: Body, *, is_group: bool) -> list[object]:
    params = body.get("params")
    if not isinstance(params, list) or not params:
        raise RefusedError(Code.COLLECTION_EMPTY, "params")
    if len(params) > MESSAGES_MAX:
        raise RefusedError(Code.TOO_MANY_LINKS, "params")
    if is_group and len(params) > 1:
        raise RefusedError(Code.TOO_MANY_CODES, "params")
    return params


def _form(plan: LinkPlan, item: object) -> Body:
    if not isinstance(item, dict):
        raise RefusedError(Code.PARAMETER, "params")
    text(item, "cust_flag", (1, _FLAG_LENGTH_MAX))
    if not isinstance(item.get("dync_params") or {}, dict):
        raise RefusedError(Code.PARAMETER, "dync_params")
    text(item, "custom_url", (0, _CUSTOM_URL_MAX))
    check_link(LinkPlan(plan.domain, plan.is_custom, ()), item)
    return item


def _extras(item: Body) -> JsonObject:
    return {key: item[key] for key in ("dync_params", "custom_url") if item.get(key)}


def _errors(rules: _Rules, items: list[Body]) -> Iterator[str]:
    asked_for: set[object] = set()
    for item in items:
        code = item.get("custom_short_code") if rules.plan.is_custom else None
        yield _TAKEN if code and code in asked_for else _error(rules, item)
        asked_for.add(code)


def _error(rules: _Rules, item: Body) -> str:
    plan, taken = rules.plan, rules.emulation.taken_codes
    try:
        card_values(rules.template, item.get("dync_params"))
        check_link(plan, item)
    except RefusedError as refused:
        return refused.code.value
    if plan.is_custom and f"{plan.domain}/{item['custom_short_code']}" in taken:
        return _TAKEN
    is_failed = link_fails(rules.emulation, rules.task_id, item["cust_flag"])
    return Code.LINK_FAILED.value if is_failed else ""


def _made(emulation: Emulation, task: LinkTask) -> JsonObject:
    return {
        "task_id": task.task_id,
        "tpl_id": task.tpl_id,
        "sms_signs": list(task.sms_signs),
        "resolving_times": task.resolving_times,
        "aim_code_type": "group" if task.is_group else "individual",
        "domain": task.domain,
        "expiration_time": task.days,
        "params": [_made_link(emulation, task, at) for at in range(len(task.flags))],
    }


def _made_link(emulation: Emulation, task: LinkTask, position: int) -> JsonObject:
    row = shown_link(emulation, task, position)
    row["custom_short_code"] = task.codes[position] if task.codes else None
    error = task.errors[position]
    if error:
        return {**row, "error_message": MESSAGES[Code(error)]}
    row["generate_date"] = utc_seconds(task.created_s)
    row["expire_date"] = utc_seconds(task.created_s + task.lifetime_s)
    return row
