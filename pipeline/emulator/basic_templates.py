"""List AIM basic templates with what each carrier says of them (ListVmsTemplateStatus)."""

from collections.abc import Iterator

from pipeline.emulator.clock import utc_seconds
from pipeline.emulator.emulation import Emulation, JsonObject, Operation
from pipeline.emulator.fields import Call, query_choice, query_text
from pipeline.emulator.filters import is_within, on_page, page_in, query_flag, whole_span
from pipeline.emulator.paging import MILLION
from pipeline.emulator.world import AimBasicTemplate, Carrier

_TYPES = frozenset(("public", "private"))
_STATES = ("正常可用", "审核中", "审核不通过", "模板已禁用", "模板不存在", "模板已过期")
_CARRIERS: tuple[Carrier, ...] = ("cmcc", "ctcc", "cucc")


def list_templates(emulation: Emulation, call: Call) -> JsonObject:
    """List templates, newest first; a name is searched for, an id is exact."""
    page = page_in(call.query, default=(0, 20), offset_max=MILLION)
    found = list(_wanted(emulation, call))
    now_s = emulation.clock.now_s()
    rows = [_shown(tpl_id, template, now_s) for tpl_id, template in on_page(found, page)]
    data = {"templates": rows, "page_info": page.info(len(found))}
    return {"status": "200", "message": "success", "data": data}


OPERATIONS = (
    Operation(
        "ListVmsTemplateStatus", "GET", "/v1/aim-basic/templates", list_templates, long_errors=False
    ),
)


def _wanted(emulation: Emulation, call: Call) -> Iterator[tuple[str, AimBasicTemplate]]:
    tpl_id, name = query_text(call, "tpl_id"), query_text(call, "tpl_name")
    kind = query_choice(call, "tpl_type", _TYPES)
    has_param = query_flag(call, "has_param")
    span = whole_span(call, ("begin_time", "end_time"))
    templates = emulation.world.aim_basic_templates.items()
    for known, template in sorted(templates, key=lambda one: one[1].created_at, reverse=True):
        if tpl_id not in ("", known) or name not in template.name:
            continue
        if kind and template.public != (kind == "public"):
            continue
        if has_param in (None, bool(template.parameters)) and is_within(template.created_at, span):
            yield known, template


def _shown(tpl_id: str, template: AimBasicTemplate, now_s: float) -> JsonObject:
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
