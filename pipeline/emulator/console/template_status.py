"""Change a template's state on request and push the receipt that the provider would push.

The address is asked for by `POST /_emulator/template-status`: reviews are made by people there.
"""

import msgspec

from pipeline.emulator.clock import utc_seconds
from pipeline.emulator.http.fields import JsonObject
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.journal import TemplateChange
from pipeline.emulator.state.tasks import Product
from pipeline.emulator.state.world import AimBasicTemplate, AimTemplate, Carrier

_TEMPLATE_STATUS = 1
_AIM_STATES = range(4)
_BASIC_STATES = range(6)
_DESC_MAX = 1_024
_CARRIERS: tuple[Carrier, ...] = ("cmcc", "ctcc", "cucc")


class _Wanted(msgspec.Struct, forbid_unknown_fields=True):
    tpl_id: str
    audit_state: int | None = None
    tpl_state: int | None = None
    audit_desc: str = ""


def change_status(emulation: Emulation, body: bytes) -> JsonObject | None:
    """Change a template as the body says and push it; None for a body that says nothing sound.

    From then on sends are judged by the new state; `pushed_to` is empty when nobody registered.
    """
    try:
        wanted = msgspec.json.decode(body, type=_Wanted)
    except msgspec.DecodeError:
        return None
    change = _change_of(emulation, wanted)
    if change is None:
        return None
    emulation.change_template(change)
    url, news, owner = _letter(emulation, change, wanted.audit_desc)
    if url:
        emulation.outboxes[owner].send(url, news)
    return {"tpl_id": change.tpl_id, "product": change.product.value, "pushed_to": url}


def _change_of(emulation: Emulation, wanted: _Wanted) -> TemplateChange | None:
    world = emulation.world
    if len(wanted.audit_desc) > _DESC_MAX:
        return None
    aim = world.aim_templates.get(wanted.tpl_id)
    if aim is not None:
        audit = aim.audit_state if wanted.audit_state is None else wanted.audit_state
        enabled = aim.tpl_state if wanted.tpl_state is None else wanted.tpl_state
        if audit not in _AIM_STATES or enabled not in (0, 1):
            return None
        return TemplateChange(Product.AIM, wanted.tpl_id, audit, enabled)
    basic = world.aim_basic_templates.get(wanted.tpl_id)
    state = wanted.audit_state
    if basic is None or state is None or wanted.tpl_state is not None:
        return None
    if state not in _BASIC_STATES:
        return None
    return TemplateChange(Product.AIM_BASIC, wanted.tpl_id, state)


def _letter(
    emulation: Emulation, change: TemplateChange, desc: str
) -> tuple[str, JsonObject, Product]:
    if change.product is Product.AIM:
        callback = emulation.callbacks.get((Product.AIM, _TEMPLATE_STATUS))
        aim = emulation.world.aim_templates[change.tpl_id]
        url = callback.callback_url if callback is not None else ""
        return url, _aim_news(emulation, change.tpl_id, aim, desc), Product.AIM
    basic = emulation.world.aim_basic_templates[change.tpl_id]
    return basic.callback_url, _basic_news(change.tpl_id, basic, desc), Product.AIM_BASIC


def _aim_news(emulation: Emulation, tpl_id: str, template: AimTemplate, desc: str) -> JsonObject:
    """Say what the documents only promise: their page has no list of fields."""
    return {
        "tpl_id": tpl_id,
        "tpl_name": template.name,
        "tpl_state": template.tpl_state,
        "audit_state": template.audit_state,
        "audit_desc": desc,
        "factory_info": [
            {"factory_type": vendor, "state": int(vendor in template.vendors)}
            for vendor in emulation.world.numbers.vendors
        ],
    }


def _basic_news(tpl_id: str, template: AimBasicTemplate, desc: str) -> JsonObject:
    """Write numbers as the table does, as strings: the list answers with numbers."""
    state = template.audit_state
    until = template.valid_until
    carriers = [(carrier, str(template.carriers.get(carrier, state))) for carrier in _CARRIERS]
    return {
        "tpl_id": tpl_id,
        "tpl_size": str(template.size if state == 0 else 0),
        "valid_time": "0" if until is None else utc_seconds(until.timestamp()),
        "audit_state": str(state),
        "audit_desc": desc,
        "status_detail": [
            {"carrier": carrier, "status": status, "desc": desc} for carrier, status in carriers
        ],
        "preview_url": f"https://preview.example.com/{tpl_id}.html",
        "tpl_name": template.name,
        "title": template.title,
        "tpl_sign": template.signature,
        "create_time": utc_seconds(template.created_at.timestamp()),
        "var_info": [{"name": f"#{name}#", "type": "txt"} for name in template.parameters],
        "restags": "三网一般",
    }
