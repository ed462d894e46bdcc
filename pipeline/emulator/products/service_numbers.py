"""List service numbers, their ports, home pages and menus (ListPubInfos, ListPortInfos ...)."""

from collections.abc import Iterable, Iterator

import msgspec

from pipeline.emulator.clock import utc_seconds
from pipeline.emulator.http.fields import (
    INT_MAX,
    Call,
    is_within,
    on_page,
    open_span,
    page_in,
    query_number,
    query_text,
)
from pipeline.emulator.state.emulation import Emulation, JsonObject, Operation
from pipeline.emulator.state.tasks import derived_uuid
from pipeline.emulator.state.world import ServiceNumber, ServicePort

# The documents' figure, one digit short of the other lists'.
PUB_OFFSET_MAX = 214_748_364

_STATES = range(1, 5)
_APPROVALS = range(1, 4)
_INDUSTRIES = range(1, 12)
_PORT_TYPES = range(1, 6)
_BOUND = 1


def list_ports(emulation: Emulation, call: Call) -> JsonObject:
    """List ports (type 0, the default) or the bindings of ports to service numbers (type 1)."""
    page = page_in(call.query)
    is_bindings = query_number(call, "type", (0, 1)) == 1
    find = _bindings if is_bindings else _ports
    rows = list(find(emulation, call))
    return {"data": {"data": list(on_page(rows, page)), "page_info": page.info(len(rows))}}


def list_pubs(emulation: Emulation, call: Call) -> JsonObject:
    """List service numbers; a name is searched for."""
    page = page_in(call.query, offset_max=PUB_OFFSET_MAX)
    name = query_text(call, "pub_name", 15)
    state = query_number(call, "state", _STATES)
    approval = query_number(call, "approve_state", _APPROVALS)
    industry = query_number(call, "industry", _INDUSTRIES)
    span = open_span(call, ("start_time", "end_time"))
    rows = [
        _pub(emulation, pub_id, pub)
        for pub_id, pub in emulation.world.service_numbers.items()
        if name in pub.name
        and state in (None, pub.state)
        and approval in (None, pub.approve_state)
        and industry in (None, pub.industry)
        and is_within(pub.online_at, span)
    ]
    return {"data": {"data": list(on_page(rows, page)), "page_info": page.info(len(rows))}}


def list_portals(emulation: Emulation, call: Call) -> JsonObject:
    """List home pages, one for each service number."""
    page = page_in(call.query)
    name = query_text(call, "pub_name", 15)
    state = query_number(call, "state", _STATES)
    span = open_span(call, ("begin_time", "end_time"))
    rows = [
        _portal(emulation, pub_id, pub)
        for pub_id, pub in emulation.world.service_numbers.items()
        if name in pub.name and state in (None, pub.portal_state) and is_within(pub.online_at, span)
    ]
    return {"data": {"portals": list(on_page(rows, page)), "page_info": page.info(len(rows))}}


def list_menus(emulation: Emulation, call: Call) -> JsonObject:
    """List menus of the service numbers that have one."""
    page = page_in(call.query, offset_max=INT_MAX)
    menu_id, pub_id = query_text(call, "menu_id", 32), query_text(call, "pub_id", 32)
    names = query_text(call, "pub_name", 50), query_text(call, "menu_name", 50)
    state = query_number(call, "state", _STATES)
    span = open_span(call, ("online_begin_time", "online_end_time"))
    rows = [
        _menu(known, pub)
        for known, pub in emulation.world.service_numbers.items()
        if pub.menus
        and menu_id in ("", _id("menu", known))
        and pub_id in ("", known)
        and names[0] in pub.name
        and any(names[1] in menu for menu in pub.menus)
        and state in (None, pub.menu_state)
        and is_within(pub.online_at, span)
    ]
    return {"data": {"data": list(on_page(rows, page)), "page_info": page.info(len(rows))}}


OPERATIONS = (
    Operation("ListPortInfos", "GET", "/v1/aim-sa/ports", list_ports, long_errors=False),
    Operation("ListPubInfos", "GET", "/v1/aim-sa/pubs", list_pubs, long_errors=False),
    Operation("ListPortalInfos", "GET", "/v1/aim-sa/portals", list_portals, long_errors=False),
    Operation("ListMenus", "GET", "/v1/aim-sa/menus", list_menus, long_errors=False),
)


def _found_ports(emulation: Emulation, call: Call) -> Iterator[tuple[str, ServicePort]]:
    number = query_text(call, "port", 21)
    port_type = query_number(call, "port_type", _PORT_TYPES)
    sign = query_text(call, "sign_search", 18)
    span = open_span(call, ("start_time", "end_time"))
    for known, port in emulation.world.service_ports.items():
        if number not in ("", known) or port_type not in (None, port.port_type):
            continue
        if any(sign in one for one in port.signs) and is_within(port.created_at, span):
            yield known, port


def _ports(emulation: Emulation, call: Call) -> Iterable[JsonObject]:
    is_bound = query_number(call, "is_bind", (0, 1))
    for number, port in _found_ports(emulation, call):
        pub = emulation.world.service_numbers.get(port.pub_id)
        if is_bound not in (None, int(pub is not None)):
            continue
        bound = [] if pub is None else [{"pub_name": pub.name, "pub_reference": pub.abstract}]
        yield {
            **_port(number, port),
            "is_bind": len(bound),
            "province": port.province if bound else None,
            "pub_id": None,
            "pub_name": None,
            "pub_list": bound,
        }


def _bindings(emulation: Emulation, call: Call) -> Iterable[JsonObject]:
    name = query_text(call, "pub_name", 64)
    for number, port in _found_ports(emulation, call):
        pub = emulation.world.service_numbers.get(port.pub_id)
        if pub is not None and name in pub.name:
            yield {
                **_port(number, port),
                "is_bind": _BOUND,
                "province": port.province,
                "pub_id": port.pub_id,
                "pub_name": pub.name,
            }


def _port(number: str, port: ServicePort) -> JsonObject:
    return {
        "id": _id("port", number),
        "port": number,
        "port_type": port.port_type,
        "sign": list(port.signs),
        "sign_check": port.sign_check,
        "create_time": utc_seconds(port.created_at.timestamp()),
        "authorization_files": {},
    }


def _pub(emulation: Emulation, pub_id: str, pub: ServiceNumber) -> JsonObject:
    online = utc_seconds(pub.online_at.timestamp())
    return {
        "pub_id": pub_id,
        "pub_name": pub.name,
        "pub_abstract": pub.abstract,
        "pub_remark": "",
        "state": pub.state,
        "approve_state": pub.approve_state,
        "industry": pub.industry,
        "company_id": emulation.world.account.domain_id,
        "company_name": pub.company,
        "logo_img": _id("logo", pub_id),
        "logo_url": f"AimSauploadService/{_id('logo', pub_id)}.png",
        "auto_get_port": 0,
        "areas_for_auto_get_port": [],
        "signs_for_auto_get_port": [],
        "authorization_files": {},
        "online_time": online,
        "oper_time": online,
    }


def _portal(emulation: Emulation, pub_id: str, pub: ServiceNumber) -> JsonObject:
    online = utc_seconds(pub.online_at.timestamp())
    tels = [{"usage": "官方服务电话", "tel": "400-800-8800"}]
    return {
        "portal_id": _id("portal", pub_id),
        "pub_id": pub_id,
        "pub_name": pub.name,
        "state": pub.portal_state,
        "approve_state": pub.approve_state,
        "summary": pub.abstract,
        "background_img": _id("background", pub_id),
        "background_img_url": f"AimSauploadService/{_id('background', pub_id)}.jpg",
        "company_id": emulation.world.account.domain_id,
        "company_name": pub.company,
        "creator": emulation.world.account.user_name,
        "change_reason": "",
        "create_time": online,
        "online_time": online,
        "fastapps": "[]",
        "tels": msgspec.json.encode(tels).decode(),
    }


def _menu(pub_id: str, pub: ServiceNumber) -> JsonObject:
    online = utc_seconds(pub.online_at.timestamp())
    return {
        "menu_id": _id("menu", pub_id),
        "menu_name": pub.menus[0],
        "pub_id": pub_id,
        "pub_name": pub.name,
        "menu_state": pub.menu_state,
        "approve_state": pub.approve_state,
        "company_name": pub.company,
        "logo_img": _id("logo", pub_id),
        "logo_url": f"AimSauploadService/{_id('logo', pub_id)}.png",
        "menu": {"menu_items": [_menu_item(name) for name in pub.menus]},
        "online_time": online,
        "oper_time": online,
    }


def _menu_item(name: str) -> JsonObject:
    return {
        "name": name,
        "action_type": "OPEN_URL",
        "content": "https://www.example.com",
        "ext_msg": {"open_in_browser": "0", "web_title": name},
        "sub_menu_items": [],
    }


def _id(kind: str, name: str) -> str:
    return derived_uuid(kind, name).replace("-", "")
