"""AIM basic: taking send tasks and listing them (CreateVmsSendTask, ListVmsSendTasks)."""

from array import array
from collections.abc import Sequence
from functools import partial

import msgspec

from pipeline.emulator.clock import utc_seconds
from pipeline.emulator.http.codes import Code, RefusedError, refuse_if
from pipeline.emulator.http.fields import (
    Body,
    Call,
    JsonObject,
    body_of,
    entries,
    found_or_refused,
    loose_text,
    phone_of,
    query_choice,
    query_flag,
    query_span,
    query_text,
    text,
    texts,
    whole,
    whole_span,
)
from pipeline.emulator.http.listing import created_s, is_made_within
from pipeline.emulator.http.operations import Operations, success
from pipeline.emulator.http.pages import MILLION, Search, page_in, page_of
from pipeline.emulator.products.aim import narrowed
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.failures import failed_tasks
from pipeline.emulator.state.tasks import FailedTask, Product, SendTask
from pipeline.emulator.state.world import OWNERS, AimBasicTemplate, Carrier

MOBILES_MAX = 5_000

_PARAMS_MAX = 100
_MOBILE_LENGTH_MAX = 20
_DETAIL_LENGTH_MAX = 256
_HOUR_S = 3_600.0
_OFFSET_MAX = 2_147_483_647
_SHOWN_STATES = {
    "processing": "发送中",
    "sending_complete": "发送完成",
    "sending_failed": "发送失败",
}
_STATUSES = frozenset(
    (
        "submit_success",
        "submit_failed",
        "processing",
        "sending_failed",
        "sending_complete",
        "re_submit_success",
        "re_submit_failed",
        "re_processing",
        "re_sending_complete",
        "scheduled",
    )
)

_STATES = ("正常可用", "审核中", "审核不通过", "模板已禁用", "模板不存在", "模板已过期")
_CARRIERS: tuple[Carrier, ...] = ("cmcc", "ctcc", "cucc")

_encode = msgspec.json.Encoder().encode

OPERATIONS = Operations(long_errors=False)


@OPERATIONS.add("CreateVmsSendTask", "POST", "/v1/aim-basic/send-tasks")
def create_send_task(emulation: Emulation, call: Call) -> JsonObject:
    """Check a send and take its valid numbers; invalid ones are dropped without a word.

    A number that stands twice is sent to twice: the documents promise no cleaning, so a client that
    counts on it is shown to be wrong.
    """
    body = body_of(call)
    name = text(body, "task_name", (1, 32))
    tpl_id = loose_text(body, "tpl_id")
    expected = _expected_params(emulation, tpl_id)
    given = body.get("expiration_time")
    hours = 24 if given is None else whole(given, "expiration_time", (1, 72))
    exdata = text(body, "exdata", (0, 256))
    phones: array[int] = array("Q")
    params: list[bytes] = []
    for mobiles, values in _groups(body):
        kept = _values(expected, values)
        valid = [phone for phone in map(phone_of, mobiles) if phone is not None]
        phones.extend(valid)
        params += [kept] * len(valid)
    refuse_if(not phones, Code.NO_VALID_PHONE, "mobiles")
    task = SendTask(
        task_id=emulation.tasks.next_id(),
        name=name,
        product=Product.AIM_BASIC,
        tpl_id=tpl_id,
        created_s=emulation.clock.now_s(),
        lifetime_s=hours * _HOUR_S,
        phones=phones,
        exdata=exdata,
    )
    emulation.accept(task, params)
    return success(data={"task_id": task.task_id})


@OPERATIONS.add("ListVmsSendTasks", "GET", "/v1/aim-basic/send-tasks")
def list_send_tasks(emulation: Emulation, call: Call) -> JsonObject:
    """List tasks, newest first; names are compared exactly and there is no default span."""
    page = page_of(call, highest_offset=_OFFSET_MAX)
    wanted = {key: query_text(call, key) for key in ("task_name", "task_id", "tpl_id", "operator")}
    tpl_name = query_text(call, "tpl_name")
    status = query_choice(call, "task_status", _STATUSES)
    spans = [query_span(call, ("begin_time", "end_time"))]
    spans.append(query_span(call, ("send_begin_time", "send_end_time")))
    is_ours = wanted["operator"] in ("", emulation.world.account.user_name)
    found = [
        task
        for task in _narrowed(emulation, wanted["task_id"], wanted["task_name"])
        if is_ours
        and wanted["tpl_id"] in ("", task.tpl_id)
        and tpl_name in _template_name(emulation, task)
        and all(is_made_within(task, span) for span in spans)
        and status in ("", _status(emulation, task))
    ]
    return success(data=page.answer("aim_basic_send_tasks", found, partial(_listed, emulation)))


def _expected_params(emulation: Emulation, tpl_id: str) -> Sequence[str]:
    templates = emulation.world.aim_basic_templates
    template = found_or_refused(templates, tpl_id, Code.TEMPLATE_UNKNOWN, "tpl_id")
    refuse_if(template.state_at(emulation.clock.now_s()) != 0, Code.TEMPLATE_STATE, "tpl_id")
    return template.parameters


def _groups(body: Body) -> list[tuple[list[str], object]]:
    mobiles, individual = body.get("mobiles"), body.get("individual_params")
    if mobiles is not None and individual is not None:
        raise RefusedError(Code.PARAMETER, "mobiles and individual_params")
    if mobiles is not None:
        groups = [(_mobiles(body), body.get("dync_params"))]
    elif isinstance(individual, list) and individual:
        groups = [_group(item) for item in individual]
    else:
        raise RefusedError(Code.PHONES_EMPTY, "mobiles")
    # Whether the limit is per entry or for all of them is not documented: the strict reading.
    if sum(len(numbers) for numbers, _ in groups) > MOBILES_MAX:
        raise RefusedError(Code.TOO_MANY_PHONES, "mobiles")
    return groups


def _group(item: object) -> tuple[list[str], object]:
    if not isinstance(item, dict) or "dync_params" not in item:
        raise RefusedError(Code.PARAMETER, "individual_params")
    return _mobiles(item), item["dync_params"]


def _mobiles(holder: Body) -> list[str]:
    return texts(entries(holder, "mobiles", Code.PHONES_EMPTY), "mobiles", _MOBILE_LENGTH_MAX)


def _values(expected: Sequence[str], values: object) -> bytes:
    if values is None:
        values = []
    if not isinstance(values, list) or len(values) > _PARAMS_MAX or len(values) != len(expected):
        raise RefusedError(Code.PARAMETER, "dync_params")
    kept: JsonObject = {}
    for name, item in zip(expected, values, strict=True):
        kept[name] = _value(name, item)
    return _encode({"dync_params": kept})


def _value(name: str, item: object) -> str:
    if not isinstance(item, dict):
        raise RefusedError(Code.PARAMETER, "dync_params")
    if item.get("content_type") != "txt" or item.get("content_source") != "txt":
        raise RefusedError(Code.PARAMETER, f"dync_params.{name}")
    # Placeholders are written #p_1#, parameters in the documents' example p_1: both are taken.
    if text(item, "param_name", (1, 64)).strip("#") != name or "content_detail" not in item:
        raise RefusedError(Code.PARAMETER, f"dync_params.{name}")
    return text(item, "content_detail", (0, _DETAIL_LENGTH_MAX))


def _narrowed(emulation: Emulation, task_id: str, name: str) -> Sequence[SendTask | FailedTask]:
    taken = list(narrowed(emulation, None, task_id, name, Product.AIM_BASIC))
    failed = failed_tasks(emulation, Product.AIM_BASIC, task_id, name)
    return sorted([*taken, *failed], key=created_s, reverse=True) if failed else taken


def _template_name(emulation: Emulation, task: SendTask | FailedTask) -> str:
    template = emulation.world.aim_basic_templates.get(task.tpl_id)
    return template.name if template is not None else ""


def _status(emulation: Emulation, task: SendTask | FailedTask) -> object:
    if isinstance(task, FailedTask):
        return task.state
    return emulation.tasks.mark_of(task.task_id).state or _counts(emulation, task)["status"]


def _counts(emulation: Emulation, task: SendTask) -> JsonObject:
    now_s = emulation.clock.now_s()
    tally = emulation.stories.tally(task, now_s)
    is_over = now_s - task.created_s >= emulation.report_timeout_s
    timeout = tally.silent if is_over else 0
    pending = len(task.phones) - tally.success - tally.failed - timeout
    ended = "sending_complete" if tally.success else "sending_failed"
    return {
        "status": "processing" if pending else ended,
        "success_count": tally.success,
        "failed_count": tally.failed,
        "timeout_count": timeout,
    }


def _listed(emulation: Emulation, task: SendTask | FailedTask) -> JsonObject:
    if isinstance(task, FailedTask):
        nothing = dict.fromkeys(("success_count", "failed_count", "timeout_count"), 0)
        return _row(emulation, task, task.state, {"total_count": task.messages, **nothing})
    counts = _counts(emulation, task)
    shown = _SHOWN_STATES[str(counts.pop("status"))]
    mark = emulation.tasks.mark_of(task.task_id)
    total = {"total_count": len(task.phones) - mark.untold}
    return _row(emulation, task, mark.state or shown, total | counts)


def _row(
    emulation: Emulation, task: SendTask | FailedTask, state: str, counts: JsonObject
) -> JsonObject:
    created = emulation.forms.local(task.created_s)
    return {
        "task_id": task.task_id,
        "task_name": task.name,
        "task_state": state,
        "tpl_id": task.tpl_id,
        "tpl_name": _template_name(emulation, task),
        "operator": emulation.world.account.user_name,
        "create_time": created,
        "send_time": created,
        **counts,
        "exdata": task.exdata,
    }


@OPERATIONS.add("ListVmsTemplateStatus", "GET", "/v1/aim-basic/templates")
def list_templates(emulation: Emulation, call: Call) -> JsonObject:
    """List templates, newest first; a name is searched for, an id is exact."""
    page = page_in(call.query, default=(0, 20), offset_max=MILLION)
    templates = Search(emulation.world.aim_basic_templates)
    templates.newest_first(lambda template: template.created_at)
    templates.equal(query_text(call, "tpl_id"), lambda tpl_id, _: tpl_id)
    templates.part(query_text(call, "tpl_name"), lambda _, template: template.name)
    templates.equal(
        query_choice(call, "tpl_type", OWNERS), lambda _, template: OWNERS[template.public]
    )
    templates.equal(query_flag(call, "has_param"), lambda _, template: bool(template.parameters))
    span = whole_span(call, ("begin_time", "end_time"))
    templates.within(span, lambda template: template.created_at)
    shown = partial(_shown, now_s=emulation.clock.now_s())
    return success(data=page.answer("templates", templates.found, shown))


def _shown(found: tuple[str, AimBasicTemplate], now_s: float) -> JsonObject:
    tpl_id, template = found
    state = template.state_at(now_s)
    until = template.valid_until
    return {
        "tpl_id": tpl_id,
        "tpl_name": template.name,
        "title": template.title,
        "tpl_sign": template.signature,
        "tpl_size": template.size if state == 0 else 0,
        "valid_time": "0" if until is None else utc_seconds(until.timestamp()),
        "audit_state": state,
        "audit_desc": _STATES[state],
        "status_detail": [_carrier(template, carrier, state) for carrier in _CARRIERS],
        "preview_url": f"https://preview.example.com/{tpl_id}.html",
        "create_time": utc_seconds(template.created_at.timestamp()),
        "var_info": [{"name": f"#{name}#", "type": "txt"} for name in template.parameters],
        "restags": "三网一般",
    }


def _carrier(template: AimBasicTemplate, carrier: Carrier, state: int) -> JsonObject:
    # A carrier may still take what is refused as a whole, and refuse what is usable as a whole.
    status = template.carriers.get(carrier, state)
    return {"carrier": carrier, "status": status, "desc": _STATES[status]}
