"""What became of each smart message (ListAimSendDetails, ListAimResolveDetails)."""

from collections.abc import Callable, Iterable, Sequence

from pipeline.emulator.aim import narrowed, recent, template_name
from pipeline.emulator.clock import DAY_S, utc_seconds
from pipeline.emulator.emulation import Emulation, JsonObject, Operation
from pipeline.emulator.fates import SILENT
from pipeline.emulator.fields import Call, phone_of, query_choice, query_span, query_text
from pipeline.emulator.paging import cut_rows, page_of
from pipeline.emulator.tasks import SendTask, derived_uuid

_RESOLVE_DEFAULT_S = DAY_S
_RESOLVED = frozenset(("success", "fail", "unresolved"))


def list_send_details(emulation: Emulation, call: Call) -> JsonObject:
    """List messages with whether they arrived; without times the last year counts."""
    page = page_of(call, required=True)
    task_id = query_text(call, "task_id", 36)
    tpl_id = query_text(call, "tpl_id", 9)
    sign = query_text(call, "sms_sign", 18)
    flag = query_text(call, "cust_flag", 64)
    now_s = emulation.clock.now_s()
    span = query_span(call, ("begin_time", "end_time")) or (0.0, now_s)
    tasks = _matching(narrowed(emulation, recent(emulation, span, 0.0), task_id, ""), tpl_id, sign)
    rows, total = cut_rows(tasks, page, _sent_to(flag))
    return {
        "send_details": [_sent(emulation, task, position) for task, position in rows],
        "page_info": page.info(total),
    }


def list_resolve_details(emulation: Emulation, call: Call) -> JsonObject:
    """List links with whether the handset showed the card; the last 24 h are the default."""
    page = page_of(call, required=True)
    task_id = query_text(call, "task_id", 36)
    name = query_text(call, "task_name", 30)
    tpl_id = query_text(call, "tpl_id", 9)
    tpl_name = query_text(call, "tpl_name", 100)
    sign = query_text(call, "sms_sign", 18)
    flag = query_text(call, "cust_flag", 64)
    url = query_text(call, "aim_url", 100)
    status = query_choice(call, "resolved_status", _RESOLVED)
    span = recent(emulation, query_span(call, ("begin_time", "end_time")), _RESOLVE_DEFAULT_S)
    tasks = [
        task
        for task in _matching(narrowed(emulation, span, task_id, name), tpl_id, sign)
        if not tpl_name or tpl_name in template_name(emulation, task)
    ]
    sent_to = _sent_to(flag)

    def rows_of(task: SendTask) -> Sequence[int]:
        positions = sent_to(task)
        if url:
            positions = [at for at in positions if task.aim_url(at) == url]
        if status:
            positions = [at for at in positions if _resolved(emulation, task, at)[0] == status]
        return positions

    rows, total = cut_rows(tasks, page, rows_of)
    return {
        "resolve_details": [_link(emulation, task, position) for task, position in rows],
        "page_info": page.info(total),
    }


OPERATIONS = (
    Operation("ListAimSendDetails", "GET", "/v1/aim/send-details", list_send_details),
    Operation("ListAimResolveDetails", "GET", "/v1/aim/resolve-details", list_resolve_details),
)


def _matching(tasks: Iterable[SendTask], tpl_id: str, sign: str) -> list[SendTask]:
    return [
        task
        for task in tasks
        if (not tpl_id or task.tpl_id == tpl_id) and (not sign or task.sms_sign == sign)
    ]


def _sent_to(flag: str) -> Callable[[SendTask], Sequence[int]]:
    if not flag:
        return lambda task: range(len(task.phones))
    phone = phone_of(flag)

    def rows_of(task: SendTask) -> Sequence[int]:
        if phone is None or phone not in task.phones:
            return ()
        return [at for at, other in enumerate(task.phones) if other == phone]

    return rows_of


def _sent(emulation: Emulation, task: SendTask, position: int) -> JsonObject:
    phone = str(task.phones[position])
    row: JsonObject = {
        "msg_id": task.msg_id(position),
        "task_id": task.task_id,
        "task_name": task.name,
        "tpl_id": task.tpl_id,
        "tpl_name": template_name(emulation, task),
        "cust_flag": phone,
        "send_account": phone,
        "send_time": utc_seconds(task.created_s),
    }
    age_s = emulation.clock.now_s() - task.created_s
    story = emulation.stories.of(task, position)
    report_s = emulation.report_timeout_s if story.report_s is None else story.report_s
    if age_s < report_s:
        return {**row, "send_status": "sending"}
    row["receive_time"] = utc_seconds(task.created_s + report_s)
    if story.delivered:
        return {**row, "send_status": "success"}
    return {**row, "send_status": "fail", "result_code": story.code or SILENT}


def _resolved(emulation: Emulation, task: SendTask, position: int) -> tuple[str, float | None]:
    age_s = emulation.clock.now_s() - task.created_s
    story = emulation.stories.of(task, position)
    if story.parsed_s is not None and story.parsed_s <= age_s:
        return "success", story.parsed_s
    if story.parse_failed_s is not None and story.parse_failed_s <= age_s:
        return "fail", story.parse_failed_s
    return "unresolved", None


def _link(emulation: Emulation, task: SendTask, position: int) -> JsonObject:
    status, resolved_s = _resolved(emulation, task, position)
    row: JsonObject = {
        "resolve_id": derived_uuid("link", f"{task.task_id}:{position}"),
        "task_id": task.task_id,
        "task_name": task.name,
        "send_account": emulation.world.account.user_name,
        "tpl_id": task.tpl_id,
        "tpl_name": template_name(emulation, task),
        "cust_flag": str(task.phones[position]),
        "aim_url": task.aim_url(position),
        "result_code": "0",
        "generate_date": utc_seconds(task.created_s),
        "expire_date": utc_seconds(task.created_s + task.lifetime_s),
        "resolved_status": status,
    }
    if resolved_s is not None:
        row["resolved_time"] = utc_seconds(task.created_s + resolved_s)
    return row
