"""Whether each smart message arrived (ListAimSendDetails)."""

from collections.abc import Callable, Iterable, Sequence

from pipeline.emulator.aim import narrowed, recent, template_name
from pipeline.emulator.clock import utc_seconds
from pipeline.emulator.emulation import Emulation, JsonObject, Operation
from pipeline.emulator.fates import SILENT
from pipeline.emulator.fields import Call, phone_of, query_span, query_text
from pipeline.emulator.paging import cut_rows, page_of
from pipeline.emulator.tasks import Product, SendTask


def list_send_details(emulation: Emulation, call: Call) -> JsonObject:
    """List messages with whether they arrived; without times the last year counts."""
    page = page_of(call, required=True)
    task_id = query_text(call, "task_id", 36)
    tpl_id = query_text(call, "tpl_id", 9)
    sign = query_text(call, "sms_sign", 18)
    flag = query_text(call, "cust_flag", 64)
    now_s = emulation.clock.now_s()
    span = query_span(call, ("begin_time", "end_time")) or (0.0, now_s)
    span = recent(emulation, span, 0.0)
    tasks = matching(narrowed(emulation, span, task_id, ""), tpl_id, sign)
    if emulation.world.sms.in_send_details:
        texts = list(narrowed(emulation, span, task_id, "", Product.SMS))
        tasks = sorted([*tasks, *texts], key=_created, reverse=True) if texts else tasks
    rows_of = sent_to(flag)
    rows, total = cut_rows(tasks, page, lambda task: _like(task, rows_of(task), tpl_id, sign))
    return {
        "send_details": [_sent(emulation, task, position) for task, position in rows],
        "page_info": page.info(total),
    }


OPERATIONS = (Operation("ListAimSendDetails", "GET", "/v1/aim/send-details", list_send_details),)


def matching(tasks: Iterable[SendTask], tpl_id: str, sign: str) -> list[SendTask]:
    """Return the tasks of a template and a signature, each of them any when empty."""
    return [
        task
        for task in tasks
        if (not tpl_id or task.tpl_id == tpl_id) and (not sign or task.sms_sign == sign)
    ]


def sent_to(flag: str) -> Callable[[SendTask], Sequence[int]]:
    """Return what tells a task's positions that went to the number, to any when empty."""
    if not flag:
        return lambda task: range(len(task.phones))
    phone = phone_of(flag)

    def rows_of(task: SendTask) -> Sequence[int]:
        if phone is None or phone not in task.phones:
            return ()
        return [at for at, other in enumerate(task.phones) if other == phone]

    return rows_of


def _like(task: SendTask, positions: Sequence[int], tpl_id: str, sign: str) -> Sequence[int]:
    if task.product is not Product.SMS or not (tpl_id or sign):
        return positions
    return [
        at
        for at in positions
        if tpl_id in ("", task.template_at(at)) and sign in ("", task.sign_at(at))
    ]


def _created(task: SendTask) -> float:
    return task.created_s


def _template_name(emulation: Emulation, task: SendTask, tpl_id: str) -> str:
    if task.product is not Product.SMS:
        return template_name(emulation, task)
    template = emulation.world.sms_templates.get(tpl_id)
    return template.name if template is not None else ""


def _sent(emulation: Emulation, task: SendTask, position: int) -> JsonObject:
    phone = str(task.phones[position])
    tpl_id = task.template_at(position)
    row: JsonObject = {
        "msg_id": task.msg_id(position),
        "task_id": task.task_id,
        "task_name": task.name,
        "tpl_id": tpl_id,
        "tpl_name": _template_name(emulation, task, tpl_id),
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
