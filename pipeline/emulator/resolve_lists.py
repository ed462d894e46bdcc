"""What became of short links (ListResolveTasks, ListAimResolveDetails)."""

import heapq
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.emulator.aim import narrowed, recent, template_name
from pipeline.emulator.aim_details import matching, sent_to
from pipeline.emulator.clock import DAY_S, utc_seconds
from pipeline.emulator.codes import Code, RefusedError
from pipeline.emulator.emulation import Emulation, JsonObject, Operation
from pipeline.emulator.fields import Call, phone_of, query_choice, query_span, query_text
from pipeline.emulator.link_book import Link, LinkTask
from pipeline.emulator.paging import cut_rows, page_of
from pipeline.emulator.resolve_tasks import shown_link
from pipeline.emulator.tasks import SendTask, derived_uuid

_DEFAULT_S = DAY_S
_RESOLVED = frozenset(("success", "fail", "unresolved"))
_TPL_ID = re.compile(r"[0-9]{9}")

LinkOwner = SendTask | LinkTask


def list_resolve_tasks(emulation: Emulation, call: Call) -> JsonObject:
    """List resolve tasks, newest first, the last 24 h by default: one row per link.

    A row holds one link only, so a task of a hundred links stands there a hundred times.
    """
    page = page_of(call)
    wanted = _wanted(call, flag_max=100)
    if wanted.tpl_id and _TPL_ID.fullmatch(wanted.tpl_id) is None:
        raise RefusedError(Code.PARAMETER, "tpl_id")
    span = recent(emulation, query_span(call, ("begin_time", "end_time")), _DEFAULT_S)
    rows, total = cut_rows(
        _link_tasks(emulation, wanted, span), page, lambda task: _places(task, wanted)
    )
    return {
        "resolve_tasks": [_task_row(emulation, task, position) for task, position in rows],
        "page_info": page.info(total),
    }


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
        if wanted.tpl_name in template_name(emulation, task)
    ]
    links = [
        task
        for task in _link_tasks(emulation, wanted, span)
        if not task.is_group and (not sign or sign in task.sms_signs)
    ]

    def rows_of(task: LinkOwner) -> Sequence[int]:
        positions = _places(task, wanted)
        if status:
            positions = [at for at in positions if _resolved(emulation, task, at)[0] == status]
        return positions

    owners: Iterable[LinkOwner] = heapq.merge(sends, links, key=_created, reverse=True)
    rows, total = cut_rows(owners, page, rows_of)
    return {
        "resolve_details": [_detail_row(emulation, task, position) for task, position in rows],
        "page_info": page.info(total),
    }


OPERATIONS = (
    Operation("ListResolveTasks", "GET", "/v1/aim/resolve-tasks", list_resolve_tasks),
    Operation("ListAimResolveDetails", "GET", "/v1/aim/resolve-details", list_resolve_details),
)


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
        if span[0] <= task.created_s < span[1] + 1.0
        and book.listing.is_named(task.name, wanted.name)
        and wanted.tpl_id in ("", task.tpl_id)
        and wanted.tpl_name in _template_name(emulation, task)
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
        "tpl_name": _template_name(emulation, task),
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


def _template_name(emulation: Emulation, task: LinkOwner) -> str:
    template = emulation.world.aim_templates.get(task.tpl_id)
    return template.name if template is not None else ""


def _created(task: LinkOwner) -> float:
    return task.created_s
