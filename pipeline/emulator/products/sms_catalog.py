"""List SMS applications, signatures and templates, and show each of them (ListAimMsgApp and such).

Ids of applications and signatures are derived from their names; nothing documents them.
"""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import TypeVar

from pipeline.emulator.http.codes import Code, RefusedError
from pipeline.emulator.http.fields import (
    Call,
    JsonObject,
    found_or_refused,
    open_span,
    query_choice,
    query_text,
)
from pipeline.emulator.http.operations import Operations
from pipeline.emulator.http.pages import Search, page_in
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.tasks import derived_uuid
from pipeline.emulator.state.world import SmsApp, SmsSignature, SmsTemplate, Variable

_APP_STATUSES = frozenset(("CREATED", "SUSPENDED", "LAUNCHED"))
_SIGN_STATUSES = frozenset(
    (
        "PENDING_REVIEW",
        "PROCESSING",
        "REVIEW_PASSED",
        "REVIEW_NOT_PASS",
        "TO_BE_ACTIVATED",
        "PENDING_ACTIVATE",
    )
)
_FLOWS = frozenset(("Adopted", "Reviewing", "Reject"))
_TYPES = frozenset(("PROMOTION_TYPE", "NOTIFY_TYPE"))
_NAME_MAX = 30
_LENGTHS: dict[Variable, int] = {"NEWTEXT": 99, "PHONE": 15}
_LENGTH = 20
# Other lists begin at 0; this one, when nothing is asked for, leaves its first row out.
_TEMPLATES_DEFAULT = (1, 10)

Thing = TypeVar("Thing")


OPERATIONS = Operations(long_errors=False)


@OPERATIONS.add("ListAimMsgApp", "GET", "/v1/sms/apps")
def list_apps(emulation: Emulation, call: Call) -> JsonObject:
    """List applications; a name is searched for."""
    apps = Search(emulation.world.sms_apps)
    apps.part(query_text(call, "app_name", _NAME_MAX), lambda name, _: name)
    apps.equal(query_choice(call, "status", _APP_STATUSES), lambda _, app: app.status)
    apps.within(open_span(call, ("begin_time", "end_time")), lambda app: app.created_at)
    return page_in(call.query).answer("result", apps.found, partial(_app, emulation))


@OPERATIONS.add("ListAimMsgAppDetail", "GET", "/v1/sms/apps/{app_id}")
def show_app(emulation: Emulation, call: Call) -> JsonObject:
    """Show one application."""
    apps = emulation.world.sms_apps
    return _app(emulation, _by_id("app", apps, call.path["app_id"]))


@OPERATIONS.add("ListAimMsgSignature", "GET", "/v1/sms/signatures")
def list_signatures(emulation: Emulation, call: Call) -> JsonObject:
    """List signatures; names are searched for, an id is exact."""
    signs = Search(emulation.world.sms_signatures)
    signs.part(query_text(call, "app_name"), lambda _, sign: sign.app)
    signs.part(query_text(call, "signature_name"), lambda name, _: name)
    signs.equal(query_text(call, "signature_id"), lambda name, _: derived_uuid("signature", name))
    signs.equal(query_choice(call, "status", _SIGN_STATUSES), lambda _, sign: sign.status)
    signs.equal(query_choice(call, "signature_type", _TYPES), lambda _, sign: sign.type)
    signs.within(open_span(call, ("begin_time", "end_time")), lambda sign: sign.created_at)
    return page_in(call.query).answer("result", signs.found, partial(_signature, emulation))


@OPERATIONS.add("ListAimMsgSignatureDetail", "GET", "/v1/sms/signatures/{signature_id}")
def show_signature(emulation: Emulation, call: Call) -> JsonObject:
    """Show one signature."""
    signs = emulation.world.sms_signatures
    return _signature(emulation, _by_id("signature", signs, call.path["signature_id"]))


@OPERATIONS.add("ListAimMsgTemplate", "GET", "/v1/sms/templates")
def list_templates(emulation: Emulation, call: Call) -> JsonObject:
    """List templates, newest first, from the second one on unless an offset is given."""
    span = open_span(call, ("start_time", "end_time"))
    templates = Search(emulation.world.sms_templates)
    templates.newest_first(lambda template: template.created_at)
    templates.part(query_text(call, "app_name"), lambda _, template: template.app)
    templates.part(query_text(call, "template_name"), lambda _, template: template.name)
    templates.equal(query_text(call, "template_id"), lambda tpl_id, _: tpl_id)
    templates.equal(query_choice(call, "flow_status", _FLOWS), lambda _, found: found.flow_status)
    templates.equal(query_choice(call, "template_type", _TYPES), lambda _, found: found.type)
    templates.within(span, lambda template: template.created_at)
    page = page_in(call.query, default=_TEMPLATES_DEFAULT)
    return page.answer("result", templates.found, partial(_template, emulation))


@OPERATIONS.add("ShowAimMsgTemplateDetail", "GET", "/v1/sms/templates/{template_id}")
def show_template(emulation: Emulation, call: Call) -> JsonObject:
    """Show one template."""
    return _template(emulation, _template_of(emulation, call))


@OPERATIONS.add("ShowAimMsgTemplateVariable", "GET", "/v1/sms/templates/{template_id}/variable")
def list_variables(emulation: Emulation, call: Call) -> JsonObject:
    """List a template's variables, the last first: nothing promises the order of their places."""
    tpl_id, template = _template_of(emulation, call)
    places = list(enumerate(template.variables, start=1))
    rows = [_variable(tpl_id, place, kind) for place, kind in reversed(places)]
    return {"results": rows, "total": len(rows)}


def _by_id(kind: str, things: Mapping[str, Thing], wanted: str) -> tuple[str, Thing]:
    for name, thing in things.items():
        if derived_uuid(kind, name) == wanted:
            return name, thing
    raise RefusedError(Code.UNKNOWN_ID, f"{kind}_id")


def _app(emulation: Emulation, found: tuple[str, SmsApp]) -> JsonObject:
    name, app = found
    return {
        "app_id": derived_uuid("app", name),
        "app_name": name,
        "status": app.status,
        "region": "cn",
        "create_time": emulation.forms.local(app.created_at.timestamp()),
        "up_link_addr": app.up_link_addr or None,
    }


def _signature(emulation: Emulation, found: tuple[str, SmsSignature]) -> JsonObject:
    name, sign = found
    is_ready = sign.status == "REVIEW_PASSED"
    return {
        "signature_id": derived_uuid("signature", name),
        "signature_name": name,
        "signature_type": sign.type,
        "signature_source": sign.source,
        "app_id": derived_uuid("app", sign.app),
        "app_name": sign.app,
        "channel_num": sign.channel_number if is_ready else None,
        "status": sign.status,
        "create_time": emulation.forms.local(sign.created_at.timestamp()),
        "apply_desc": "",
        "review_desc": None,
        "file_id": derived_uuid("file", name),
        "is_involved_third": "no",
        "power_attorney_file_id": None,
        "source_title_content": "",
        "urge_desc": None,
        "urge_status": None,
        "urge_time": None,
    }


def _template_of(emulation: Emulation, call: Call) -> tuple[str, SmsTemplate]:
    tpl_id = call.path["template_id"]
    templates = emulation.world.sms_templates
    return tpl_id, found_or_refused(templates, tpl_id, Code.SMS_TEMPLATE_NONE, "template_id")


def _template(emulation: Emulation, found: tuple[str, SmsTemplate]) -> JsonObject:
    tpl_id, template = found
    return {
        "template_id": tpl_id,
        "template_name": template.name,
        "template_type": template.type,
        "template_content": template.content,
        "template_desc": "",
        "app_id": derived_uuid("app", template.app),
        "app_name": template.app,
        "signature_id": derived_uuid("signature", template.signature),
        "flow_status": template.flow_status,
        "status": template.status,
        "has_variable": "Yes" if template.variables else "No",
        "create_time": emulation.forms.local_spaced(template.created_at.timestamp()),
        "review_desc": None,
        "universal_template": None,
        "urge_desc": None,
        "urge_status": "NO",
        "urge_time": None,
    }


def _variable(tpl_id: str, place: int, kind: Variable) -> JsonObject:
    digest = hashlib.blake2b(f"{tpl_id}:{place}".encode(), digest_size=3).digest()
    return {
        "id": 10_000_000 + int.from_bytes(digest, "big"),
        "variable_index": place,
        "variable_length": _LENGTHS.get(kind, _LENGTH),
        "variable_type": kind,
        "variable_desc": "",
    }
