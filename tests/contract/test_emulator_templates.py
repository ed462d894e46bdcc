"""The official SDK lists the default world's templates, in every way it may call."""

import json
from collections.abc import Callable

import pytest
from huaweicloudsdkkoomessage import v1 as sdk

from tests.support.emulator_clients import Call, caller
from tests.support.emulator_process import EmulatorProcess
from tests.support.emulator_sdk import Sdk, phones, refusal_of, sdk_client, send_basic

PARAMETER = "KM.EMULATOR.PARAMETER"
WORLD = """
[aim_templates.700000005]
name = "公共模板"
vendors = ["OPPO"]
public = true
audit_state = 1
created_at = 2026-03-01T00:00:00Z

[aim_basic_templates.600000001.carriers]
ctcc = 3

[aim_basic_templates.600000004]
name = "公共视频短信"
public = true
valid_until = 2026-02-01T00:00:00Z
created_at = 2026-01-10T00:00:00Z
"""
Ask = Callable[[Call], Sdk]


def cards(**filters: object) -> Ask:
    return lambda call: call("list_aim_templates", sdk.ListAimTemplatesRequest(**filters))


def basic(**filters: object) -> Ask:
    request = sdk.ListVmsTemplateStatusRequest(**filters)
    return lambda call: call("list_vms_template_status", request)


def card_ids(call: Call, **filters: object) -> list[str]:
    return [template.tpl_id for template in cards(**filters)(call).templates]


def basic_ids(call: Call, **filters: object) -> list[str]:
    return [template.tpl_id for template in basic(**filters)(call).data.templates]


ALL = ["700000005", "700000001", "700000002", "700000003", "700000004"]


def test_a_card_template_is_told_with_its_states_parameters_and_vendors(call: Call) -> None:
    found = cards(tpl_id="700000001")(call)
    (template,) = found.templates
    assert (template.tpl_name, template.scene) == ("会员积分提醒", "会员服务")
    assert (template.tpl_state, template.audit_state) == (1, 2)
    assert [(one.name, one.type, one.max_length) for one in template.params] == [
        ("name", "string", 20),
        ("points", "string", 20),
        ("shop", "string", 20),
    ]
    vendors = {one.factory_type: one.state for one in template.factory_info}
    assert vendors == dict.fromkeys(("HuaWei", "Honor", "XiaoMi", "OPPO", "VIVO"), 1)
    assert json.loads(template.pages)[0]["tag"] == "page1"
    assert template.creation_time == "2026-01-05T02:00:00Z"
    assert template.match_type == 1
    assert (found.page_info.offset, found.page_info.limit, found.page_info.total) == (0, 20, 1)


def test_templates_that_cannot_be_sent_say_why(call: Call) -> None:
    disabled = cards(tpl_id="700000003")(call).templates[0]
    assert (disabled.tpl_state, disabled.disable_desc) == (0, "停止使用")
    assert disabled.disable_time != "1970-01-01T00:00:00Z"
    reviewing = cards(tpl_id="700000005")(call).templates[0]
    assert (reviewing.audit_state, reviewing.audit_desc) == (1, "审核中")
    single = cards(tpl_id="700000004")(call).templates[0]
    assert {one.factory_type for one in single.factory_info if one.state == 1} == {"HuaWei"}


def test_a_list_of_states_leaves_pages_and_parameters_out(call: Call) -> None:
    short = cards(tpl_id="700000001", is_only_status=True)(call).templates[0]
    assert (short.pages, short.params, short.tpl_state) == (None, None, 1)


CARD_FILTERS: dict[str, tuple[dict[str, object], list[str]]] = {
    "nothing": ({}, ALL),
    "a part of the name": ({"tpl_name": "门店"}, ["700000002"]),
    "an unknown id": ({"tpl_id": "7000"}, []),
    "public": ({"tpl_type": "public"}, ["700000005"]),
    "private": ({"tpl_type": "private"}, ALL[1:]),
    "with parameters": ({"has_param": True}, ["700000001"]),
    "without parameters": ({"has_param": False}, [ALL[0], *ALL[2:]]),
    "one vendor": ({"factory_type": ["OPPO"]}, ALL[:4]),
    "several vendors": ({"factory_type": ["HUAWEI", "OPPO"]}, ALL),
    "a vendor nobody has": ({"factory_type": ["MEIZU"]}, []),
    "since": (
        {"begin_time": "2026-03-01T00:00:00Z", "end_time": "2026-03-02T00:00:00Z"},
        ["700000005"],
    ),
    "a page": ({"offset": 1, "limit": 2}, ALL[1:3]),
    "past the end": ({"offset": 1_000_000, "limit": 100}, []),
}


@pytest.mark.parametrize("case", CARD_FILTERS)
def test_card_templates_are_found_by_each_documented_filter(call: Call, case: str) -> None:
    filters, expected = CARD_FILTERS[case]
    assert card_ids(call, **filters) == expected


def test_a_basic_template_is_told_with_what_each_carrier_says(call: Call) -> None:
    answer = basic(tpl_id="600000001")(call)
    assert (answer.status, answer.message) == ("200", "success")
    (template,) = answer.data.templates
    assert (template.audit_state, template.audit_desc) == (0, "正常可用")
    assert [(one.carrier, one.status) for one in template.status_detail] == [
        ("cmcc", 0),
        ("ctcc", 3),
        ("cucc", 0),
    ]
    assert [(one.name, one.type) for one in template.var_info] == [
        ("#p_1#", "txt"),
        ("#p_2#", "txt"),
    ]
    assert template.valid_time == "2099-12-31T23:59:59Z"
    assert (template.tpl_sign, template.restags) == ("云商城", "三网一般")
    assert template.tpl_size > 0


def test_a_basic_template_may_be_valid_for_ever_refused_or_expired(call: Call) -> None:
    static, refused, expired = (
        basic(tpl_id=tpl_id)(call).data.templates[0]
        for tpl_id in ("600000002", "600000003", "600000004")
    )
    assert (static.valid_time, static.var_info) == ("0", [])
    assert (refused.audit_state, refused.tpl_size) == (2, 0)
    assert {one.status for one in refused.status_detail} == {2}
    assert (expired.audit_state, expired.audit_desc) == (5, "模板已过期")


def test_nothing_is_sent_with_an_expired_basic_template(shared: EmulatorProcess) -> None:
    client = sdk_client(shared.url)
    refusal = refusal_of(lambda: send_basic(client, "late", phones(1), tpl_id="600000004"))
    assert refusal == (400, "KM.EMULATOR.TEMPLATE_STATE")
    assert shared.stats()["messages"] == 0


BASIC = ["600000004", "600000001", "600000002", "600000003"]
BASIC_FILTERS: dict[str, tuple[dict[str, object], list[str]]] = {
    "nothing": ({}, BASIC),
    "a part of the name": ({"tpl_name": "静态"}, ["600000002"]),
    "public": ({"tpl_type": "public"}, ["600000004"]),
    "private": ({"tpl_type": "private"}, BASIC[1:]),
    "with parameters": ({"has_param": True}, ["600000001"]),
    "without parameters": ({"has_param": False}, [BASIC[0], *BASIC[2:]]),
    "until": (
        {"begin_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-05T02:00:00Z"},
        BASIC[1:],
    ),
    "a page": ({"offset": 2, "limit": 1}, ["600000002"]),
}


@pytest.mark.parametrize("case", BASIC_FILTERS)
def test_basic_templates_are_found_by_each_documented_filter(call: Call, case: str) -> None:
    filters, expected = BASIC_FILTERS[case]
    assert basic_ids(call, **filters) == expected


DAY = {"begin_time": "2026-01-02T00:00:00Z", "end_time": "2026-01-02T00:00:00Z"}
TAKEN: dict[str, Ask] = {
    "an id of 36": cards(tpl_id="7" * 36),
    "a name of 100": cards(tpl_name="名" * 100),
    "5 vendors": cards(factory_type=["HUAWEI", "XIAOMI", "OPPO", "MEIZU", "VIVO"]),
    "a span of no length": cards(**DAY),
    "the last offset": cards(offset=1_000_000),
    "a page of 1": cards(limit=1),
    "a page of 100": cards(limit=100),
    "the last basic offset": basic(offset=1_000_000),
    "a basic page of 100": basic(limit=100),
}
REFUSED: dict[str, Ask] = {
    "an id of 37": cards(tpl_id="7" * 37),
    "a name of 101": cards(tpl_name="名" * 101),
    "6 vendors": cards(factory_type=["HUAWEI", "XIAOMI", "OPPO", "MEIZU", "VIVO", "SAMSUNG"]),
    "an unknown vendor": cards(factory_type=["NOKIA"]),
    "an unknown type": cards(tpl_type="mine"),
    "a begin without an end": cards(begin_time=DAY["begin_time"]),
    "an end without a begin": cards(end_time=DAY["end_time"]),
    "an end before its begin": cards(**DAY | {"end_time": "2026-01-01T00:00:00Z"}),
    "an unreadable time": cards(begin_time="then", end_time="now"),
    "no boolean": cards(has_param="perhaps"),
    "an offset below 0": cards(offset=-1),
    "an offset past a million": cards(offset=1_000_001),
    "a page of 0": cards(limit=0),
    "a page of 101": cards(limit=101),
    "an unknown basic type": basic(tpl_type="mine"),
    "a basic begin without an end": basic(begin_time=DAY["begin_time"]),
    "a basic offset past a million": basic(offset=1_000_001),
    "a basic page of 101": basic(limit=101),
}


@pytest.mark.parametrize("case", TAKEN)
def test_a_filter_on_the_edge_is_taken(shared: EmulatorProcess, case: str) -> None:
    TAKEN[case](caller(shared.url, "sync keys"))


@pytest.mark.parametrize("case", REFUSED)
def test_a_filter_past_the_edge_is_refused(shared: EmulatorProcess, case: str) -> None:
    call = caller(shared.url, "sync keys")
    assert refusal_of(lambda: REFUSED[case](call)) == (400, PARAMETER)
