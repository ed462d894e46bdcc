"""List service numbers, their ports, home pages and menus (ListPubInfos, ListPortInfos ...)."""

from functools import partial

import msgspec

from pipeline.emulator.clock import utc_seconds
from pipeline.emulator.http.fields import Call, JsonObject, open_span, query_number, query_text
from pipeline.emulator.http.operations import Operations
from pipeline.emulator.http.pages import Search, page_in
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.tasks import derived_uuid
from pipeline.emulator.state.world import ServiceNumber, ServicePort

# The documents' figure, one digit short of the other lists'.
PUB_OFFSET_MAX = 214_748_364

_STATES = range(1, 5)
_APPROVALS = range(1, 4)
_INDUSTRIES = range(1, 12)
_PORT_TYPES = range(1, 6)
_BOUND = 1


OPERATIONS = Operations(long_errors=False)

Found = tuple[str, ServiceNumber]


@OPERATIONS.add("ListPortInfos", "GET", "/v1/aim-sa/ports")
def list_ports(emulation: Emulation, call: Call) -> JsonObject:
    """List ports (type 0, the default) or the bindings of ports to service numbers (type 1)."""
    page = page_in(call.query)
    is_bindings = query_number(call, "type", (0, 1)) == 1
    is_bound = None if is_bindings else query_number(call, "is_bind", (0, 1))
    name = query_text(call, "pub_name", 64) if is_bindings else ""
    ports = Search(emulation.world.service_ports)
    ports.equal(query_text(call, "port", 21), lambda number, _: number)
    ports.equal(query_number(call, "port_type", _PORT_TYPES), lambda _, port: port.port_type)
    sign = query_text(call, "sign_search", 18)
    ports.where(lambda _, port: any(sign in known for known in port.signs))
    ports.within(open_span(call, ("start_time", "end_time")), lambda port: port.created_at)
    pubs = emulation.world.service_numbers
    ports.equal(is_bound, lambda _, port: int(port.pub_id in pubs))
    if is_bindings:
        ports.where(lambda _, port: port.pub_id in pubs and name in pubs[port.pub_id].name)

    def row_of(found: tuple[str, ServicePort]) -> JsonObject:
        shown = _bound_port if is_bindings else _any_port
        return {**_port(*found), **shown(found[1], pubs.get(found[1].pub_id))}

    return {"data": page.answer("data", ports.found, row_of)}


@OPERATIONS.add("ListPubInfos", "GET", "/v1/aim-sa/pubs")
def list_pubs(emulation: Emulation, call: Call) -> JsonObject:
    """List service numbers; a name is searched for."""
    page = page_in(call.query, offset_max=PUB_OFFSET_MAX)
    pubs = Search(emulation.world.service_numbers)
    pubs.part(query_text(call, "pub_name", 15), lambda _, pub: pub.name)
    pubs.equal(query_number(call, "state", _STATES), lambda _, pub: pub.state)
    pubs.equal(query_number(call, "approve_state", _APPROVALS), lambda _, pub: pub.approve_state)
    pubs.equal(query_number(call, "industry", _INDUSTRIES), lambda _, pub: pub.industry)
    pubs.within(open_span(call, ("start_time", "end_time")), lambda pub: pub.online_at)
    return {"data": page.answer("data", pubs.found, partial(_pub, emulation))}


@OPERATIONS.add("ListPortalInfos", "GET", "/v1/aim-sa/portals")
def list_portals(emulation: Emulation, call: Call) -> JsonObject:
    """List home pages, one for each service number."""
    page = page_in(call.query)
    pubs = Search(emulation.world.service_numbers)
    pubs.part(query_text(call, "pub_name", 15), lambda _, pub: pub.name)
    pubs.equal(query_number(call, "state", _STATES), lambda _, pub: pub.portal_state)
    pubs.within(open_span(call, ("begin_time", "end_time")), lambda pub: pub.online_at)
    return {"data": page.answer("portals", pubs.found, partial(_portal, emulation))}


@OPERATIONS.add("ListMenus", "GET", "/v1/aim-sa/menus")
def list_menus(emulation: Emulation, call: Call) -> JsonObject:
    """List menus of the service numbers that have one."""
    page = page_in(call.query)
    pubs = Search(emulation.world.service_numbers)
    pubs.equal(query_text(call, "menu_id", 32), lambda pub_id, _: _id("menu", pub_id))
    pubs.equal(query_text(call, "pub_id", 32), lambda pub_id, _: pub_id)
    pubs.part(query_text(call, "pub_name", 50), lambda _, pub: pub.name)
    menu_name = query_text(call, "menu_name", 50)
    pubs.where(lambda _, pub: any(menu_name in menu for menu in pub.menus))
    pubs.equal(query_number(call, "state", _STATES), lambda _, pub: pub.menu_state)
    pubs.within(
        open_span(call, ("online_begin_time", "online_end_time")), lambda pub: pub.online_at
    )
    return {"data": page.answer("data", pubs.found, _menu)}


def _any_port(port: ServicePort, pub: ServiceNumber | None) -> JsonObject:
    bound = [] if pub is None else [{"pub_name": pub.name, "pub_reference": pub.abstract}]
    return {
        "is_bind": len(bound),
        "province": port.province if bound else None,
        "pub_id": None,
        "pub_name": None,
        "pub_list": bound,
    }


def _bound_port(port: ServicePort, pub: ServiceNumber | None) -> JsonObject:
    return {
        "is_bind": _BOUND,
        "province": port.province,
        "pub_id": port.pub_id,
        "pub_name": "" if pub is None else pub.name,
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


def _pub(emulation: Emulation, found: Found) -> JsonObject:
    pub_id, pub = found
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


def _portal(emulation: Emulation, found: Found) -> JsonObject:
    pub_id, pub = found
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


def _menu(found: Found) -> JsonObject:
    pub_id, pub = found
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
