"""Whether each smart message arrived (ListAimSendDetails)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from pipeline.emulator.clock import DAY_S, utc_seconds
from pipeline.emulator.http.codes import Code, RefusedError, refuse_if
from pipeline.emulator.http.fields import (
    Body,
    Call,
    JsonObject,
    Span,
    body_of,
    body_span,
    phone_of,
    query_span,
    query_text,
    text,
)
from pipeline.emulator.http.listing import created_s
from pipeline.emulator.http.operations import Operations, success
from pipeline.emulator.http.pages import WINDOW, page_in, page_of
from pipeline.emulator.products.aim import card_name, narrowed, recent
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.fates import SILENT
from pipeline.emulator.state.links import Link
from pipeline.emulator.state.tasks import Product, SendTask

TEMPLATES_MAX = 100
SPAN_MAX_S = 90 * DAY_S

_TIME_LENGTH_MAX = 30
_LONGEST_LINK_S = 7 * DAY_S
# A day's data can be seen from 16:00 of the next day on.
_SEEN_AFTER_S = DAY_S + 16 * 3_600.0
_FACTORIES = frozenset(("huawei", "vivo", "oppo", "xiaomi", "meizu", "samsung"))
_DAY, _MONTH = len("2022-07-15"), len("2022-07")
# Nothing says how often cards are looked at or clicked: every fifth is clicked once.
_LOOKS_MAX, _CLICKED_OF = 3, 5

Key = tuple[str, str]

OPERATIONS = Operations()


@OPERATIONS.add("ListAimSendDetails", "GET", "/v1/aim/send-details")
def list_send_details(emulation: Emulation, call: Call) -> JsonObject:
    """List messages with whether they arrived; without times the last year counts."""
    page = page_of(call, required=True)
    task_id = query_text(call, "task_id", 36)
    tpl_id = query_text(call, "tpl_id", 9)
    sign = query_text(call, "sms_sign", 18)
    flag = query_text(call, "cust_flag", 64)
    span = query_span(call, ("begin_time", "end_time")) or (0.0, emulation.clock.now_s())
    span = recent(emulation, span, 0.0)
    tasks = matching(narrowed(emulation, span, task_id, ""), tpl_id, sign)
    if emulation.world.sms.in_send_details:
        texts = list(narrowed(emulation, span, task_id, "", Product.SMS))
        tasks = sorted([*tasks, *texts], key=created_s, reverse=True) if texts else tasks
    positions_of = sent_to(flag)
    return page.answer_messages(
        "send_details",
        tasks,
        lambda task: _like(task, positions_of(task), tpl_id, sign),
        partial(_sent, emulation),
    )


def matching(tasks: Iterable[SendTask], tpl_id: str, sign: str) -> list[SendTask]:
    """Return the tasks of a template and a signature, each of them any when empty."""
    return [task for task in tasks if tpl_id in ("", task.tpl_id) and sign in ("", task.sms_sign)]


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


def _template_name(emulation: Emulation, task: SendTask, tpl_id: str) -> str:
    if task.product is not Product.SMS:
        return card_name(emulation, tpl_id)
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


@OPERATIONS.add("ListAimSendReports", "POST", "/v1/aim/send-reports")
def list_send_reports(emulation: Emulation, call: Call) -> JsonObject:
    """Count sends per template and day, or month; tasks of the API never count as supported."""
    body = body_of(call, may_be_empty=True)
    page = page_in(body, window=WINDOW)
    kind = text(body, "report_type", (0, 8)) or "1"
    refuse_if(kind not in ("1", "2"), Code.PARAMETER, "report_type")
    tpl_id, tpl_name = text(body, "tpl_id", (0, 9)), text(body, "tpl_name", (0, 100))
    span = _span(body)
    sums = _summed(emulation, span, _DAY if kind == "1" else _MONTH)
    found = [
        (key, counts)
        for key, counts in sorted(sums.items(), reverse=True)
        if tpl_id in ("", key[1]) and tpl_name in card_name(emulation, key[1])
    ]
    return success(data=page.answer("data_list", found, partial(_send_row, emulation)))


@OPERATIONS.add("ListAimTemplateReports", "POST", "/v1/aim/template-reports/query")
def list_template_reports(emulation: Emulation, call: Call) -> JsonObject:
    """Count what handsets showed of templates; unknown ones and too long spans give nothing."""
    body = body_of(call)
    page = page_in(body)
    span = _span(body)
    if span is None:
        raise RefusedError(Code.PARAMETER, "begin_time and end_time")
    wanted = _texts(body, "tpl_ids", TEMPLATES_MAX)
    refuse_if(not wanted, Code.COLLECTION_EMPTY, "tpl_ids")
    factories = frozenset(_texts(body, "factory_type", len(_FACTORIES)))
    refuse_if(not factories <= _FACTORIES, Code.PARAMETER, "factory_type")
    is_short = 0.0 <= span[1] - span[0] <= SPAN_MAX_S
    known = [tpl_id for tpl_id in wanted if is_short and tpl_id in emulation.world.aim_templates]
    shown = {tpl_id: _Shown() for tpl_id in known}
    for card in _cards(emulation, frozenset(known), span):
        if not factories or card.vendor.lower() in factories:
            shown[card.tpl_id] = shown[card.tpl_id].seen(card.phone)
    rows = [_template_row(tpl_id, counts, span) for tpl_id, counts in shown.items()]
    return page.answer("template_reports", rows, lambda row: row)


class _Sent(NamedTuple):
    submitted: int = 0
    succeeded: int = 0
    parsed: int = 0


class _Shown(NamedTuple):
    parsed: int = 0
    looks: int = 0
    clicked: int = 0

    def seen(self, phone: int) -> "_Shown":
        looks = 1 + phone % _LOOKS_MAX
        return _Shown(
            self.parsed + 1, self.looks + looks, self.clicked + (phone % _CLICKED_OF == 0)
        )


class _Card(NamedTuple):
    tpl_id: str
    phone: int
    vendor: str


def _span(body: Body) -> Span | None:
    for name in ("begin_time", "end_time"):
        text(body, name, (0, _TIME_LENGTH_MAX))
    return body_span(body, ("begin_time", "end_time"))


def _texts(body: Body, key: str, most: int) -> Sequence[str]:
    values = body.get(key)
    if values is None:
        return ()
    if not isinstance(values, list) or len(values) > most:
        raise RefusedError(Code.PARAMETER, key)
    refuse_if(not all(isinstance(value, str) and value for value in values), Code.PARAMETER, key)
    return tuple(dict.fromkeys(values))


def _summed(emulation: Emulation, span: Span | None, length: int) -> Mapping[Key, _Sent]:
    local = emulation.forms.local
    first, last = ("", "~") if span is None else (local(span[0]), local(span[1]))
    now_s = emulation.clock.now_s()
    sums: dict[Key, _Sent] = {}
    for task in emulation.tasks.between(Product.AIM, None):
        period = local(task.created_s)[:length]
        if not first[:length] <= period <= last[:length]:
            continue
        tally = emulation.stories.tally(task, now_s)
        before = sums.get((period, task.tpl_id), _Sent())
        sums[period, task.tpl_id] = _Sent(
            before.submitted + len(task.phones),
            before.succeeded + tally.success,
            before.parsed + tally.parsed,
        )
    return sums


def _send_row(emulation: Emulation, found: tuple[Key, _Sent]) -> JsonObject:
    (period, tpl_id), counts = found
    return {
        "report_time": period,
        "tpl_id": tpl_id,
        "tpl_name": card_name(emulation, tpl_id),
        "submission_count": counts.submitted,
        "support_resolve_count": 0,
        "send_count": counts.submitted,
        "send_success_count": counts.succeeded,
        "resolve_success_count": counts.parsed,
    }


def _template_row(tpl_id: str, counts: _Shown, span: Span) -> JsonObject:
    return {
        "tpl_id": tpl_id,
        "start_time": utc_seconds(span[0]),
        "end_time": utc_seconds(span[1]),
        "resolving_times": counts.parsed,
        "expose_pv": counts.looks,
        "expose_uv": counts.parsed,
        "click_pv": counts.clicked,
        "click_uv": counts.clicked,
    }


def _cards(emulation: Emulation, tpl_ids: frozenset[str], span: Span) -> Iterator[_Card]:
    for task in emulation.tasks.between(Product.AIM, (span[0] - _LONGEST_LINK_S, span[1])):
        if task.tpl_id in tpl_ids:
            yield from _sent_cards(emulation, task, span)
    now_s = emulation.clock.now_s()
    for made in emulation.link_book.between((float("-inf"), span[1])):
        if made.tpl_id in tpl_ids:
            for position, flag in enumerate(made.flags):
                phone = phone_of(flag) or 0
                vendor = emulation.fates.of(phone).vendor if phone else ""
                for moment_s in emulation.link_book.shown_s(Link(made, position), now_s):
                    if _is_counted(emulation, moment_s, span):
                        yield _Card(made.tpl_id, phone, vendor)


def _sent_cards(emulation: Emulation, task: SendTask, span: Span) -> Iterator[_Card]:
    stories = emulation.stories.all_of(task)
    for phone, story in zip(task.phones, stories, strict=True):
        if story.parsed_s is not None and _is_counted(
            emulation, task.created_s + story.parsed_s, span
        ):
            yield _Card(task.tpl_id, phone, emulation.fates.of(phone).vendor)


def _is_counted(emulation: Emulation, moment_s: float, span: Span) -> bool:
    offset_s = emulation.world.times.zoneless_utc_offset_h * 3_600.0
    midnight_s = (moment_s + offset_s) // DAY_S * DAY_S - offset_s
    is_seen = emulation.clock.now_s() >= midnight_s + _SEEN_AFTER_S
    return is_seen and span[0] <= moment_s <= span[1]
