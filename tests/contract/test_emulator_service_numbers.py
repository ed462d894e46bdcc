"""The official SDK lists service numbers, their ports, home pages and menus."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from huaweicloudsdkkoomessage import v1 as sdk

from tests.support.emulator_clients import Call, caller
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import Sdk, refusal_of

PARAMETER = "KM.EMULATOR.PARAMETER"
PUB = "0e00000000000000000000000000b0b0"
OTHER = "0e00000000000000000000000000b0b1"
WORLD = f"""
[service_numbers.{OTHER}]
name = "另一个服务号"
state = 4
approve_state = 3
industry = 11
portal_state = 3
online_at = 2026-06-01T00:00:00Z

[service_ports.10690000002]
signs = ["别家", "云商城二店"]
port_type = 3
created_at = 2026-06-01T00:00:00Z
"""
Ask = Callable[[Call], Sdk]


def ports(**filters: object) -> Ask:
    return lambda call: call("list_port_infos", sdk.ListPortInfosRequest(**filters)).data


def pubs(**filters: object) -> Ask:
    return lambda call: call("list_pub_infos", sdk.ListPubInfosRequest(**filters)).data


def portals(**filters: object) -> Ask:
    return lambda call: call("list_portal_infos", sdk.ListPortalInfosRequest(**filters)).data


def menus(**filters: object) -> Ask:
    return lambda call: call("list_menus", sdk.ListMenusRequest(**filters)).data


def test_the_default_world_has_one_service_number_bound_to_the_campaigns_signature(
    tmp_path: Path,
) -> None:
    with running_emulator(tmp_path) as emulator:
        call = caller(emulator.url, "sync keys")
        (binding,) = ports(type=1)(call).data
        (pub,) = pubs()(call).data
        (portal,) = portals()(call).portals
        (menu,) = menus()(call).data
    assert (binding.port, binding.sign, binding.is_bind) == ("10690000001", ["云商城"], 1)
    assert binding.pub_id == pub.pub_id == portal.pub_id == menu.pub_id == PUB
    assert binding.pub_name == pub.pub_name == "云商城服务号"
    assert {pub.state, portal.state, menu.menu_state} == {2}
    assert {pub.approve_state, portal.approve_state, menu.approve_state} == {2}


def test_ports_are_listed_without_their_service_number_and_bindings_with_it(call: Call) -> None:
    page = ports()(call)
    bound, free = page.data
    assert (page.page_info.offset, page.page_info.limit, page.page_info.total) == (0, 10, 2)
    assert (bound.port, bound.port_type, bound.sign_check) == ("10690000001", 1, 1)
    assert (bound.is_bind, bound.pub_id, bound.pub_name) == (1, None, None)
    assert [one.pub_name for one in bound.pub_list] == ["云商城服务号"]
    assert bound.province == "全国"
    assert (free.port, free.is_bind, free.province, free.pub_list) == ("10690000002", 0, None, [])
    assert [one.port for one in ports(type=1)(call).data] == ["10690000001"]


BOTH = ["10690000001", "10690000002"]
SINCE = datetime(2026, 5, 1, tzinfo=UTC)
PORT_FILTERS: dict[str, tuple[dict[str, object], list[str]]] = {
    "the number": ({"port": "10690000002"}, BOTH[1:]),
    "the type": ({"port_type": 3}, BOTH[1:]),
    "a part of a signature": ({"sign_search": "云商城"}, BOTH),
    "a part of the second signature": ({"sign_search": "二店"}, BOTH[1:]),
    "bound": ({"is_bind": 1}, BOTH[:1]),
    "free": ({"is_bind": 0}, BOTH[1:]),
    "bindings whatever is_bind says": ({"type": 1, "is_bind": 0}, BOTH[:1]),
    "ports whatever pub_name says": ({"type": 0, "pub_name": "无"}, BOTH),
    "bindings of a name": ({"type": 1, "pub_name": "云商城"}, BOTH[:1]),
    "bindings of another name": ({"type": 1, "pub_name": "无"}, []),
    "since": ({"start_time": SINCE}, BOTH[1:]),
    "until": ({"end_time": SINCE}, BOTH[:1]),
    "a page": ({"offset": 1, "limit": 1}, BOTH[1:]),
}


@pytest.mark.parametrize("case", PORT_FILTERS)
def test_ports_are_found_by_each_documented_filter(call: Call, case: str) -> None:
    filters, expected = PORT_FILTERS[case]
    assert [one.port for one in ports(**filters)(call).data] == expected


PUB_FILTERS: dict[str, tuple[dict[str, object], list[str]]] = {
    "nothing": ({}, [PUB, OTHER]),
    "a part of the name": ({"pub_name": "另一个"}, [OTHER]),
    "in effect": ({"state": 2}, [PUB]),
    "frozen": ({"state": 4}, [OTHER]),
    "refused": ({"approve_state": 3}, [OTHER]),
    "the industry": ({"industry": "5"}, [PUB]),
    "since": ({"start_time": SINCE}, [OTHER]),
    "a page": ({"offset": 1, "limit": 100}, [OTHER]),
}


@pytest.mark.parametrize("case", PUB_FILTERS)
def test_service_numbers_are_found_by_each_documented_filter(call: Call, case: str) -> None:
    filters, expected = PUB_FILTERS[case]
    assert [one.pub_id for one in pubs(**filters)(call).data] == expected


def test_home_pages_are_told_with_hot_lines_and_found_by_filters(call: Call) -> None:
    first, second = portals()(call).portals
    assert (first.pub_name, first.company_name) == ("云商城服务号", "云商城")
    assert json.loads(first.tels)[0]["tel"] == "400-800-8800"
    assert json.loads(first.fastapps) == []
    assert second.state == 3
    assert [one.pub_id for one in portals(state=3)(call).portals] == [OTHER]
    assert [one.pub_id for one in portals(pub_name="云商城")(call).portals] == [PUB]
    assert [one.pub_id for one in portals(begin_time=SINCE)(call).portals] == [OTHER]
    assert portals(offset=1, limit=1)(call).page_info.total == 2


def test_menus_are_told_with_their_items_and_found_by_filters(call: Call) -> None:
    answer = call("list_menus", sdk.ListMenusRequest())
    (menu,) = answer.data.data
    assert json.loads(answer.raw_content)["data"]["data"][0]["menu_name"] == "会员中心"
    assert [item.name for item in menu.menu.menu_items] == ["会员中心", "积分查询", "联系我们"]
    assert {item.action_type for item in menu.menu.menu_items} == {"OPEN_URL"}
    for filters, count in (
        ({"menu_id": menu.menu_id, "pub_id": PUB, "pub_name": "云", "state": 2}, 1),
        ({"menu_name": "积分"}, 1),
        ({"menu_name": "退订"}, 0),
        ({"pub_id": OTHER}, 0),
        ({"online_begin_time": "2026-05-01T00:00:00Z"}, 0),
        ({"online_end_time": "2026-05-01T00:00:00Z"}, 1),
    ):
        assert menus(**filters)(call).page_info.total == count


TAKEN: dict[str, Ask] = {
    "a port of 21": ports(port="1" * 21),
    "a signature of 18": ports(sign_search="签" * 18),
    "a port type of 5": ports(port_type=5),
    "the last port offset": ports(offset=2_147_483_647, limit=100),
    "a service name of 64": ports(type=1, pub_name="名" * 64),
    "a name of 15": pubs(pub_name="名" * 15),
    "the last industry": pubs(industry="11"),
    "the last service offset": pubs(offset=214_748_364),
    "the last home page offset": portals(offset=2_147_483_647),
    "a menu id of 32": menus(menu_id="m" * 32),
    "a menu name of 50": menus(menu_name="名" * 50),
}
REFUSED: dict[str, Ask] = {
    "a port of 22": ports(port="1" * 22),
    "a signature of 19": ports(sign_search="签" * 19),
    "a port type of 0": ports(port_type=0),
    "a port type of 6": ports(port_type=6),
    "a kind of 2": ports(type=2),
    "a binding of 2": ports(is_bind=2),
    "a port page of 0": ports(limit=0),
    "a port page of 101": ports(limit=101),
    "a port offset below 0": ports(offset=-1),
    "a service name of 65": ports(type=1, pub_name="名" * 65),
    "a name of 16": pubs(pub_name="名" * 16),
    "a state of 0": pubs(state=0),
    "a state of 5": pubs(state=5),
    "an approval of 4": pubs(approve_state=4),
    "an industry of 12": pubs(industry="12"),
    "a service offset past the last": pubs(offset=214_748_365),
    "a home page name of 16": portals(pub_name="名" * 16),
    "a home page state of 5": portals(state=5),
    "a home page of 101": portals(limit=101),
    "a menu id of 33": menus(menu_id="m" * 33),
    "a menu name of 51": menus(menu_name="名" * 51),
    "an unreadable time": menus(online_begin_time="then"),
}


@pytest.mark.parametrize("case", TAKEN)
def test_a_filter_on_the_edge_is_taken(shared: EmulatorProcess, case: str) -> None:
    TAKEN[case](caller(shared.url, "sync keys"))


@pytest.mark.parametrize("case", REFUSED)
def test_a_filter_past_the_edge_is_refused(shared: EmulatorProcess, case: str) -> None:
    call = caller(shared.url, "sync keys")
    assert refusal_of(lambda: REFUSED[case](call)) == (400, PARAMETER)
