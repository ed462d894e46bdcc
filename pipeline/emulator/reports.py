"""Counts per template (ListAimSendReports, ListAimTemplateReports)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.emulator.clock import DAY_S, utc_seconds
from pipeline.emulator.codes import Code, RefusedError
from pipeline.emulator.emulation import Emulation, JsonObject, Operation
from pipeline.emulator.fields import Body, Call, body_of, phone_of, text
from pipeline.emulator.filters import Span, body_span, on_page, page_in
from pipeline.emulator.link_book import Link
from pipeline.emulator.paging import WINDOW
from pipeline.emulator.tasks import Product, SendTask

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


def list_send_reports(emulation: Emulation, call: Call) -> JsonObject:
    """Count sends per template and day, or month; tasks of the API never count as supported."""
    body = body_of(call, may_be_empty=True)
    page = page_in(body, window=WINDOW)
    kind = text(body, "report_type", (0, 8)) or "1"
    if kind not in ("1", "2"):
        raise RefusedError(Code.PARAMETER, "report_type")
    tpl_id, tpl_name = text(body, "tpl_id", (0, 9)), text(body, "tpl_name", (0, 100))
    span = _span(body)
    sums = _summed(emulation, span, _DAY if kind == "1" else _MONTH)
    rows = [
        _send_row(emulation, key, counts)
        for key, counts in sorted(sums.items(), reverse=True)
        if tpl_id in ("", key[1]) and tpl_name in _template_name(emulation, key[1])
    ]
    data = {"data_list": list(on_page(rows, page)), "page_info": page.info(len(rows))}
    return {"status": "200", "message": "success", "data": data}


def list_template_reports(emulation: Emulation, call: Call) -> JsonObject:
    """Count what handsets showed of templates; unknown ones and too long spans give nothing."""
    body = body_of(call)
    page = page_in(body)
    span = _span(body)
    if span is None:
        raise RefusedError(Code.PARAMETER, "begin_time and end_time")
    wanted = _texts(body, "tpl_ids", TEMPLATES_MAX)
    if not wanted:
        raise RefusedError(Code.COLLECTION_EMPTY, "tpl_ids")
    factories = frozenset(_texts(body, "factory_type", len(_FACTORIES)))
    if not factories <= _FACTORIES:
        raise RefusedError(Code.PARAMETER, "factory_type")
    is_short = 0.0 <= span[1] - span[0] <= SPAN_MAX_S
    known = [tpl_id for tpl_id in wanted if is_short and tpl_id in emulation.world.aim_templates]
    shown = {tpl_id: _Shown() for tpl_id in known}
    for card in _cards(emulation, frozenset(known), span):
        if not factories or card.vendor.lower() in factories:
            shown[card.tpl_id] = shown[card.tpl_id].seen(card.phone)
    rows = [_template_row(tpl_id, counts, span) for tpl_id, counts in shown.items()]
    return {"template_reports": list(on_page(rows, page)), "page_info": page.info(len(rows))}


OPERATIONS = (
    Operation("ListAimSendReports", "POST", "/v1/aim/send-reports", list_send_reports),
    Operation(
        "ListAimTemplateReports", "POST", "/v1/aim/template-reports/query", list_template_reports
    ),
)


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
    if not all(isinstance(value, str) and value for value in values):
        raise RefusedError(Code.PARAMETER, key)
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


def _send_row(emulation: Emulation, key: Key, counts: _Sent) -> JsonObject:
    period, tpl_id = key
    return {
        "report_time": period,
        "tpl_id": tpl_id,
        "tpl_name": _template_name(emulation, tpl_id),
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


def _template_name(emulation: Emulation, tpl_id: str) -> str:
    template = emulation.world.aim_templates.get(tpl_id)
    return template.name if template is not None else ""
