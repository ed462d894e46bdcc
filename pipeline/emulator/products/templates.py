"""List card templates (ListAimTemplates)."""

import msgspec

from pipeline.emulator.clock import utc_seconds
from pipeline.emulator.http.codes import Code, refuse_if
from pipeline.emulator.http.fields import (
    Call,
    JsonObject,
    query_all,
    query_choice,
    query_flag,
    query_text,
    whole_span,
)
from pipeline.emulator.http.operations import Operations
from pipeline.emulator.http.pages import MILLION, Search, page_in
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.world import OWNERS, AimTemplate, CardParameter

FACTORIES = frozenset(("HUAWEI", "XIAOMI", "OPPO", "VIVO", "MEIZU", "SAMSUNG"))

_FACTORIES_MAX = 5
_AUDITS = ("", "审核中", "审核通过", "审核不通过")
_NEVER = "1970-01-01T00:00:00Z"
_ENABLED, _NOT_ENABLED = 1, 2


OPERATIONS = Operations()


@OPERATIONS.add("ListAimTemplates", "GET", "/v1/aim/templates")
def list_templates(emulation: Emulation, call: Call) -> JsonObject:
    """List templates, newest first; a name is searched for, an id is exact."""
    page = page_in(call.query, default=(0, 20), offset_max=MILLION)
    is_short = query_flag(call, "is_only_status") is True
    templates = Search(emulation.world.aim_templates)
    templates.newest_first(lambda template: template.created_at)
    templates.equal(query_text(call, "tpl_id", 36), lambda tpl_id, _: tpl_id)
    templates.part(query_text(call, "tpl_name", 100), lambda _, template: template.name)
    templates.equal(
        query_choice(call, "tpl_type", OWNERS), lambda _, template: OWNERS[template.public]
    )
    factories = _factories(call)
    if factories:
        templates.where(lambda _, card: not factories.isdisjoint(map(str.upper, card.vendors)))
    templates.equal(query_flag(call, "has_param"), lambda _, template: bool(template.parameters))
    span = whole_span(call, ("begin_time", "end_time"))
    templates.within(span, lambda template: template.created_at)
    vendors = tuple(emulation.world.numbers.vendors)

    def shown(found: tuple[str, AimTemplate]) -> JsonObject:
        return {**_status(*found, vendors), **({} if is_short else _content(found[1]))}

    return page.answer("templates", templates.found, shown)


def _factories(call: Call) -> frozenset[str]:
    given = frozenset(value.upper() for value in query_all(call, "factory_type", _FACTORIES_MAX))
    refuse_if(not given <= FACTORIES, Code.PARAMETER, "factory_type")
    return given


def _status(tpl_id: str, template: AimTemplate, vendors: tuple[str, ...]) -> JsonObject:
    created = utc_seconds(template.created_at.timestamp())
    is_disabled = template.tpl_state == 0
    return {
        "tpl_id": tpl_id,
        "tpl_name": template.name,
        "scene": template.scene,
        "tpl_state": template.tpl_state,
        "disable_desc": "停止使用" if is_disabled else "",
        "disable_time": created if is_disabled else _NEVER,
        "audit_state": template.audit_state,
        "audit_desc": _AUDITS[template.audit_state],
        "description": template.description,
        "creation_time": created,
        "update_time": created,
        "factory_info": [_factory(tpl_id, vendor, template) for vendor in vendors],
        "match_type": 1,
        "card_id": "com.hbm.redpacket",
        "sub_type": None,
        "preview_url": None,
    }


def _factory(tpl_id: str, vendor: str, template: AimTemplate) -> JsonObject:
    state = _ENABLED if vendor in template.vendors else _NOT_ENABLED
    return {"factory_type": vendor, "state": state, "version": None, "tpl_id": tpl_id}


def _content(template: AimTemplate) -> JsonObject:
    content = [
        {"type": "text", "content": text, "positionNumber": at}
        for at, text in enumerate(template.texts, start=1)
    ]
    page = {"typeIndex": 0, "label": "主页1", "tag": "page1", "content": content}
    return {
        "pages": msgspec.json.encode([page]).decode(),
        "params": [_param(name, limits) for name, limits in template.parameters.items()],
    }


def _param(name: str, limits: CardParameter) -> JsonObject:
    return {
        "type": limits.type,
        "name": name,
        "has_length": True,
        "fix_length": None,
        "length_restrict": True,
        "min_length": limits.min_length,
        "max_length": limits.max_length,
    }
