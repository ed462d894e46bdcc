"""List SMS applications, signatures and templates, and show each of them (ListAimMsgApp and such).

Ids of applications and signatures are derived from their names; nothing documents them.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime

from pipeline.emulator.http.codes import Code, RefusedError
from pipeline.emulator.http.fields import (
    Call,
    Span,
    is_within,
    on_page,
    open_span,
    page_in,
    query_choice,
    query_text,
)
from pipeline.emulator.state.emulation import Emulation, JsonObject, Operation
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

Row = dict[str, object]


def list_apps(emulation: Emulation, call: Call) -> JsonObject:
    """List applications; a name is searched for."""
    name = query_text(call, "app_name", _NAME_MAX)
    status = query_choice(call, "status", _APP_STATUSES)
    span = open_span(call, ("begin_time", "end_time"))
    rows = [
        _app(emulation, known, app)
        for known, app in emulation.world.sms_apps.items()
        if name in known and status in ("", app.status) and is_within(app.created_at, span)
    ]
    return _page(call, rows, (0, 10))


def show_app(emulation: Emulation, call: Call) -> JsonObject:
    """Show one application."""
    for name, app in emulation.world.sms_apps.items():
        if call.path["app_id"] == _id("app", name):
            return _app(emulation, name, app)
    raise RefusedError(Code.UNKNOWN_ID, "app_id")


def list_signatures(emulation: Emulation, call: Call) -> JsonObject:
    """List signatures; names are searched for, an id is exact."""
    app, name, wanted = (
        query_text(call, key) for key in ("app_name", "signature_name", "signature_id")
    )
    status = query_choice(call, "status", _SIGN_STATUSES)
    kind = query_choice(call, "signature_type", _TYPES)
    span = open_span(call, ("begin_time", "end_time"))
    rows = [
        _signature(emulation, known, sign)
        for known, sign in emulation.world.sms_signatures.items()
        if app in sign.app
        and name in known
        and wanted in ("", _id("signature", known))
        and status in ("", sign.status)
        and kind in ("", sign.type)
        and is_within(sign.created_at, span)
    ]
    return _page(call, rows, (0, 10))


def show_signature(emulation: Emulation, call: Call) -> JsonObject:
    """Show one signature."""
    for name, sign in emulation.world.sms_signatures.items():
        if call.path["signature_id"] == _id("signature", name):
            return _signature(emulation, name, sign)
    raise RefusedError(Code.UNKNOWN_ID, "signature_id")


def list_templates(emulation: Emulation, call: Call) -> JsonObject:
    """List templates, newest first, from the second one on unless an offset is given."""
    span = open_span(call, ("start_time", "end_time"))
    rows = [
        _template(emulation, tpl_id, template)
        for tpl_id, template in _found_templates(emulation, call, span)
    ]
    return _page(call, rows, _TEMPLATES_DEFAULT)


def show_template(emulation: Emulation, call: Call) -> JsonObject:
    """Show one template."""
    return _template(emulation, *_template_of(emulation, call))


def list_variables(emulation: Emulation, call: Call) -> JsonObject:
    """List a template's variables, the last first: nothing promises the order of their places."""
    tpl_id, template = _template_of(emulation, call)
    places = list(enumerate(template.variables, start=1))
    rows = [_variable(tpl_id, place, kind) for place, kind in reversed(places)]
    return {"results": rows, "total": len(rows)}


def _operation(name: str, path: str, handle: Callable[[Emulation, Call], JsonObject]) -> Operation:
    return Operation(name, "GET", path, handle, long_errors=False)


OPERATIONS = (
    _operation("ListAimMsgApp", "/v1/sms/apps", list_apps),
    _operation("ListAimMsgAppDetail", "/v1/sms/apps/{app_id}", show_app),
    _operation("ListAimMsgSignature", "/v1/sms/signatures", list_signatures),
    _operation("ListAimMsgSignatureDetail", "/v1/sms/signatures/{signature_id}", show_signature),
    _operation("ListAimMsgTemplate", "/v1/sms/templates", list_templates),
    _operation("ShowAimMsgTemplateDetail", "/v1/sms/templates/{template_id}", show_template),
    _operation(
        "ShowAimMsgTemplateVariable", "/v1/sms/templates/{template_id}/variable", list_variables
    ),
)


def _page(call: Call, rows: list[Row], default: tuple[int, int]) -> JsonObject:
    page = page_in(call.query, default=default)
    return {"result": list(on_page(rows, page)), "page_info": page.info(len(rows))}


def _app(emulation: Emulation, name: str, app: SmsApp) -> Row:
    return {
        "app_id": _id("app", name),
        "app_name": name,
        "status": app.status,
        "region": "cn",
        "create_time": emulation.forms.local(_at_s(app.created_at)),
        "up_link_addr": app.up_link_addr or None,
    }


def _signature(emulation: Emulation, name: str, sign: SmsSignature) -> Row:
    is_ready = sign.status == "REVIEW_PASSED"
    return {
        "signature_id": _id("signature", name),
        "signature_name": name,
        "signature_type": sign.type,
        "signature_source": sign.source,
        "app_id": _id("app", sign.app),
        "app_name": sign.app,
        "channel_num": sign.channel_number if is_ready else None,
        "status": sign.status,
        "create_time": emulation.forms.local(_at_s(sign.created_at)),
        "apply_desc": "",
        "review_desc": None,
        "file_id": _id("file", name),
        "is_involved_third": "no",
        "power_attorney_file_id": None,
        "source_title_content": "",
        "urge_desc": None,
        "urge_status": None,
        "urge_time": None,
    }


def _found_templates(
    emulation: Emulation, call: Call, span: Span
) -> Iterator[tuple[str, SmsTemplate]]:
    app, name = query_text(call, "app_name"), query_text(call, "template_name")
    wanted = query_text(call, "template_id")
    flow = query_choice(call, "flow_status", _FLOWS)
    kind = query_choice(call, "template_type", _TYPES)
    templates = emulation.world.sms_templates.items()
    for tpl_id, template in sorted(templates, key=lambda one: one[1].created_at, reverse=True):
        if wanted not in ("", tpl_id) or app not in template.app or name not in template.name:
            continue
        if flow not in ("", template.flow_status) or kind not in ("", template.type):
            continue
        if is_within(template.created_at, span):
            yield tpl_id, template


def _template_of(emulation: Emulation, call: Call) -> tuple[str, SmsTemplate]:
    tpl_id = call.path["template_id"]
    template = emulation.world.sms_templates.get(tpl_id)
    if template is None:
        raise RefusedError(Code.SMS_TEMPLATE_ID, "template_id")
    return tpl_id, template


def _template(emulation: Emulation, tpl_id: str, template: SmsTemplate) -> Row:
    return {
        "template_id": tpl_id,
        "template_name": template.name,
        "template_type": template.type,
        "template_content": template.content,
        "template_desc": "",
        "app_id": _id("app", template.app),
        "app_name": template.app,
        "signature_id": _id("signature", template.signature),
        "flow_status": template.flow_status,
        "status": template.status,
        "has_variable": "Yes" if template.variables else "No",
        "create_time": emulation.forms.local_spaced(_at_s(template.created_at)),
        "review_desc": None,
        "universal_template": None,
        "urge_desc": None,
        "urge_status": "NO",
        "urge_time": None,
    }


def _variable(tpl_id: str, place: int, kind: Variable) -> Row:
    digest = hashlib.blake2b(f"{tpl_id}:{place}".encode(), digest_size=3).digest()
    return {
        "id": 10_000_000 + int.from_bytes(digest, "big"),
        "variable_index": place,
        "variable_length": _LENGTHS.get(kind, _LENGTH),
        "variable_type": kind,
        "variable_desc": "",
    }


def _id(kind: str, name: str) -> str:
    return derived_uuid(kind, name)


def _at_s(moment: datetime) -> float:
    return moment.timestamp()
