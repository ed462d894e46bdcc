"""Make short links that another channel will carry (CreateResolveTask).

What the request's own form allows is checked for the whole call; what depends on the world, such as
a code that is taken, fails link by link: a call may succeed in part.
"""

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from pipeline.emulator.clock import DAY_S, utc_seconds
from pipeline.emulator.http.codes import Code, RefusedError, message_of, refuse_if
from pipeline.emulator.http.fields import (
    Body,
    Call,
    JsonObject,
    body_of,
    entries,
    phone_of,
    query_choice,
    query_span,
    query_text,
    text,
    whole,
)
from pipeline.emulator.http.listing import created_s, is_made_within
from pipeline.emulator.http.operations import Operations
from pipeline.emulator.http.pages import page_of
from pipeline.emulator.products.aim import (
    card_name,
    card_values,
    link_params,
    narrowed,
    recent,
    sendable_template,
)
from pipeline.emulator.products.aim_reports import matching, sent_to
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.failures import link_fails
from pipeline.emulator.state.links import Link, LinkPlan, LinkTask, check_link, link_plan
from pipeline.emulator.state.tasks import SendTask, derived_uuid
from pipeline.emulator.state.world import AimTemplate

SIGNS_MAX = 5

_SIGN_LENGTH_MAX = 18
_FLAG_LENGTH_MAX = 64
_CUSTOM_URL_MAX = 256
_RESOLVING_MAX = 10_000_000
_GROUP_RESOLVING_MIN = 2
_GROUP_DAYS_MAX, _PERSONAL_DAYS_MAX = 180, 7
_BRACKETS = re.compile(r"[【】\[\]]")
_TAKEN = Code.SHORT_CODE_TAKEN.value

_DEFAULT_S = DAY_S
_RESOLVED = frozenset(("success", "fail", "unresolved"))
_TPL_ID = re.compile(r"[0-9]{9}")

LinkOwner = SendTask | LinkTask

_encode = msgspec.json.Encoder().encode

OPERATIONS = Operations()


@OPERATIONS.add("CreateResolveTask", "POST", "/v1/aim/resolve-tasks")
def create_resolve_task(emulation: Emulation, call: Call) -> JsonObject:
    """Check the call's form, then make each link that can be made."""
    body = body_of(call)
    tpl_id, template = sendable_template(emulation, body)
    is_group = _is_group(body, template)
    times = whole(body.get("resolving_times"), "resolving_times", (1, _RESOLVING_MAX))
    refuse_if(is_group and times < _GROUP_RESOLVING_MIN, Code.PARAMETER, "resolving_times")
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


def _is_group(body: Body, template: AimTemplate) -> bool:
    kind = body.get("aim_code_type")
    if kind not in ("group", "individual") or (kind == "group" and template.parameters):
        raise RefusedError(Code.PARAMETER, "aim_code_type")
    return kind == "group"


def _signs(body: Body) -> tuple[str, ...]:
    signs = entries(body, "sms_signs", Code.COLLECTION_EMPTY)
    refuse_if(len(signs) > SIGNS_MAX, Code.PARAMETER, "sms_signs")
    for sign in signs:
        is_plain = isinstance(sign, str) and not _BRACKETS.search(sign)
        refuse_if(not is_plain, Code.PARAMETER, "sms_signs")
        refuse_if(not 1 <= len(str(sign)) <= _SIGN_LENGTH_MAX, Code.SIGN_LENGTH, "sms_signs")
    return tuple(map(str, signs))


def _params(body: Body, *, is_group: bool) -> list[object]:
    params = link_params(body)
    refuse_if(is_group and len(params) > 1, Code.TOO_MANY_CODES, "params")
    return params


def _form(plan: LinkPlan, item: object) -> Body:
    if not isinstance(item, dict):
        raise RefusedError(Code.PARAMETER, "params")
    text(item, "cust_flag", (1, _FLAG_LENGTH_MAX))
    refuse_if(not isinstance(item.get("dync_params") or {}, dict), Code.PARAMETER, "dync_params")
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
        return {**row, "error_message": message_of(error)}
    row["generate_date"] = utc_seconds(task.created_s)
    row["expire_date"] = utc_seconds(task.created_s + task.lifetime_s)
    return row


@OPERATIONS.add("ListResolveTasks", "GET", "/v1/aim/resolve-tasks")
def list_resolve_tasks(emulation: Emulation, call: Call) -> JsonObject:
    """List resolve tasks, newest first, the last 24 h by default: one row per link.

    A row holds one link only, so a task of a hundred links stands there a hundred times.
    """
    page = page_of(call)
    wanted = _wanted(call, flag_max=100)
    refuse_if(wanted.tpl_id and not _TPL_ID.fullmatch(wanted.tpl_id), Code.PARAMETER, "tpl_id")
    span = recent(emulation, query_span(call, ("begin_time", "end_time")), _DEFAULT_S)
    return page.answer_messages(
        "resolve_tasks",
        _link_tasks(emulation, wanted, span),
        lambda task: _places(task, wanted),
        partial(_task_row, emulation),
    )


@OPERATIONS.add("ListAimResolveDetails", "GET", "/v1/aim/resolve-details")
def list_resolve_details(emulation: Emulation, call: Call) -> JsonObject:
    """List personal links with whether the handset showed the card; 24 h are the default."""
    page = page_of(call, required=True)
    wanted = _wanted(call, flag_max=64)
    sign = query_text(call, "sms_sign", 18)
    status = query_choice(call, "resolved_status", _RESOLVED)
    span = recent(emulation, query_span(call, ("begin_time", "end_time")), _DEFAULT_S)
    sends = [
        task
        for task in matching(
            narrowed(emulation, span, wanted.task_id, wanted.name), wanted.tpl_id, sign
        )
        if wanted.tpl_name in card_name(emulation, task.tpl_id)
    ]
    links = [
        task
        for task in _link_tasks(emulation, wanted, span)
        if not task.is_group and (not sign or sign in task.sms_signs)
    ]

    def positions_of(task: LinkOwner) -> Sequence[int]:
        positions = _places(task, wanted)
        if status:
            positions = [at for at in positions if _resolved(emulation, task, at)[0] == status]
        return positions

    owners: Iterable[LinkOwner] = heapq.merge(sends, links, key=created_s, reverse=True)
    row_of = partial(_detail_row, emulation)
    return page.answer_messages("resolve_details", owners, positions_of, row_of)


@dataclass(frozen=True, slots=True)
class _Wanted:
    task_id: str
    name: str
    tpl_id: str
    tpl_name: str
    flag: str
    url: str


def _wanted(call: Call, *, flag_max: int) -> _Wanted:
    return _Wanted(
        task_id=query_text(call, "task_id", 36),
        name=query_text(call, "task_name", 30),
        tpl_id=query_text(call, "tpl_id", 9),
        tpl_name=query_text(call, "tpl_name", 100),
        flag=query_text(call, "cust_flag", flag_max),
        url=query_text(call, "aim_url", 100),
    )


def _link_tasks(emulation: Emulation, wanted: _Wanted, span: tuple[float, float]) -> list[LinkTask]:
    book = emulation.link_book
    found = book.by_id(wanted.task_id) if wanted.task_id else book.between(span)
    return [
        task
        for task in found
        if is_made_within(task, span)
        and book.listing.is_named(task.name, wanted.name)
        and wanted.tpl_id in ("", task.tpl_id)
        and wanted.tpl_name in card_name(emulation, task.tpl_id)
    ]


def _places(task: LinkOwner, wanted: _Wanted) -> Sequence[int]:
    if isinstance(task, SendTask):
        positions = sent_to(wanted.flag)(task)
    else:
        positions = _flagged(task, wanted.flag)
    if not wanted.url:
        return positions
    return [at for at in positions if _url(task, at) == wanted.url]


def _flagged(task: LinkTask, flag: str) -> Sequence[int]:
    if not flag:
        return range(len(task.flags))
    phone = phone_of(flag)
    return [
        at
        for at, other in enumerate(task.flags)
        if other == flag or (phone is not None and phone_of(other) == phone)
    ]


def _url(task: LinkOwner, position: int) -> str | None:
    is_made = isinstance(task, SendTask) or not task.errors[position]
    return task.aim_url(position) if is_made else None


def _resolved(emulation: Emulation, task: LinkOwner, position: int) -> tuple[str, float | None]:
    now_s = emulation.clock.now_s()
    if isinstance(task, LinkTask):
        link = Link(task, position)
        for status, moments in (
            ("success", emulation.link_book.shown_s(link, now_s)),
            ("fail", emulation.link_book.failed_s(link, now_s)),
        ):
            if moments:
                return status, moments[0]
        return "unresolved", None
    story = emulation.stories.of(task, position)
    age_s = now_s - task.created_s
    for status, moment_s in (("success", story.parsed_s), ("fail", story.parse_failed_s)):
        if moment_s is not None and moment_s <= age_s:
            return status, task.created_s + moment_s
    return "unresolved", None


def _task_row(emulation: Emulation, task: LinkTask, position: int) -> JsonObject:
    moments = emulation.link_book.shown_s(Link(task, position), emulation.clock.now_s())
    local = emulation.forms.local
    link: JsonObject = {
        **shown_link(emulation, task, position),
        "error_message": "-",
        "generate_date": local(task.created_s),
        "expire_date": local(task.created_s + task.lifetime_s),
        "resolved_times": len(moments),
    }
    if moments:
        link["resolved_date"] = local(moments[0])
    return {
        "task_id": task.task_id,
        "task_name": task.name,
        "tpl_id": task.tpl_id,
        "sms_signs": list(task.sms_signs),
        "resolving_times": task.resolving_times,
        "resolved_times": len(moments),
        "aim_code_type": "group" if task.is_group else "individual",
        "domain": task.domain,
        "expiration_time": task.days,
        "params": [link],
    }


def _detail_row(emulation: Emulation, task: LinkOwner, position: int) -> JsonObject:
    status, resolved_s = _resolved(emulation, task, position)
    flag, error = _flag_and_error(task, position)
    row: JsonObject = {
        "resolve_id": derived_uuid("link", f"{task.task_id}:{position}"),
        "task_id": task.task_id,
        "task_name": task.name,
        "send_account": emulation.world.account.user_name,
        "tpl_id": task.tpl_id,
        "tpl_name": card_name(emulation, task.tpl_id),
        "cust_flag": flag,
        "aim_url": _url(task, position),
        "result_code": error or "0",
        "generate_date": utc_seconds(task.created_s),
        "expire_date": utc_seconds(task.created_s + task.lifetime_s),
        "resolved_status": status,
    }
    if resolved_s is not None:
        row["resolved_time"] = utc_seconds(resolved_s)
    return row


def _flag_and_error(task: LinkOwner, position: int) -> tuple[str, str]:
    if isinstance(task, SendTask):
        return str(task.phones[position]), ""
    return task.flags[position], task.errors[position]
