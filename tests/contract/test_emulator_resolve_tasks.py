"""The official SDK makes short links for another channel and asks what became of them."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from huaweicloudsdkkoomessage import v1 as sdk

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_clients import WAYS, Call, caller
from tests.support.emulator_links import asked, link, make_links
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import CARD, Sdk, phones, sdk_client, send_cards
from tests.support.emulator_sms import LINKED, content, texts_request

DAY_S = 86_400


@pytest.fixture
def call(emulator: EmulatorProcess) -> Call:
    return caller(emulator.url, "sync keys")


def listed(call: Call, **filters: object) -> Sdk:
    return call("list_resolve_tasks", sdk.ListResolveTasksRequest(**filters))


def details(call: Call, **filters: object) -> Sdk:
    wanted = {"offset": 0, "limit": 100, **filters}
    return call("list_aim_resolve_details", sdk.ListAimResolveDetailsRequest(**wanted))


@pytest.mark.parametrize("way", WAYS)
def test_personal_links_are_made_one_for_each_recipient(
    emulator: EmulatorProcess, way: str
) -> None:
    made = make_links(caller(emulator.url, way), phones(3), custom_url="https://a.example.com/x")
    assert made.tpl_id == "700000001"
    assert (made.aim_code_type, made.domain, made.expiration_time) == ("individual", "km2g.cn", 7)
    assert (made.sms_signs, made.resolving_times) == (["云商城"], 1)
    assert [one.cust_flag for one in made.params] == phones(3)
    assert len({one.aim_url for one in made.params}) == 3
    for one in made.params:
        assert one.aim_url == f"km2g.cn/{one.aim_code}"
        assert (one.result_code, one.custom_short_code) == ("0", None)
        assert (one.dync_params, one.custom_url) == (CARD, "https://a.example.com/x")
        generated, expires = map(datetime.fromisoformat, (one.generate_date, one.expire_date))
        assert expires - generated == timedelta(days=7)
    assert emulator.stats()["messages"] == 0
    assert emulator.messages() == []


def test_a_group_link_is_one_for_all_and_lives_longer(call: Call) -> None:
    made = make_links(
        call,
        ["everybody"],
        tpl_id="700000002",
        aim_code_type="group",
        resolving_times=1_000,
        expiration_time=180,
        dync_params=None,
    )
    (one,) = made.params
    assert (made.aim_code_type, made.resolving_times) == ("group", 1_000)
    generated, expires = map(datetime.fromisoformat, (one.generate_date, one.expire_date))
    assert expires - generated == timedelta(days=180)
    assert details(call, task_id=made.task_id).page_info.total == 0
    assert listed(call, task_id=made.task_id).page_info.total == 1


def test_custom_codes_are_taken_once_and_fail_one_by_one(call: Call) -> None:
    custom = {"generation_type": "2", "domain": "km2n.cn"}
    flags = ["a", "b", "c"]
    codes = ["aDC123", "aDC124", "aDC123"]
    made = make_links(call, flags, codes=codes, **custom)
    assert [one.result_code for one in made.params] == ["0", "0", "KM.90016482"]
    assert [one.aim_url for one in made.params] == ["km2n.cn/aDC123", "km2n.cn/aDC124", None]
    assert made.params[2].error_message
    assert [one.custom_short_code for one in made.params] == codes
    again = make_links(call, ["d", "e"], codes=["aDC124", "aDC125"], **custom)
    assert [one.result_code for one in again.params] == ["KM.90016482", "0"]


def test_a_send_cannot_take_a_code_that_a_link_has(emulator: EmulatorProcess, call: Call) -> None:
    custom = {"generation_type": "2", "domain": "km2n.cn"}
    make_links(call, ["a"], codes=["taken1"], **custom)
    with pytest.raises(Exception, match=r"KM\.90016482"):
        send_cards(
            sdk_client(emulator.url), "custom", phones(1), custom_short_code="taken1", **custom
        )


def test_one_wrong_value_fails_one_link_and_the_call_succeeds_in_part(call: Call) -> None:
    params = [
        link("1"),
        link("2", dync_params={**CARD, "name": "名" * 21}),
        link("3", dync_params={"name": "a"}),
        link("4", dync_params={**CARD, "more": "1"}),
        link("5"),
    ]
    made = call("create_resolve_task", asked(params=params))
    codes = [one.result_code for one in made.params]
    assert codes == ["0", "KM.90016802", "KM.90016802", "KM.90016802", "0"]
    for one in made.params[1:4]:
        assert (one.aim_url, one.aim_code, one.generate_date) == (None, None, None)
    rows = details(call, task_id=made.task_id).resolve_details
    assert [(row.cust_flag, row.result_code) for row in rows] == list(
        zip("12345", codes, strict=True)
    )
    assert [row.aim_url is None for row in rows] == [False, True, True, True, False]


def test_jump_addresses_outside_the_filed_domains_fail_their_links(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    world.write_text('[links]\njump_domains = ["a.example.com"]\n', "utf-8")
    with running_emulator(tmp_path, EmulatorOptions(world=world)) as emulator:
        urls = ["https://a.example.com/x", "https://b.example.com/x"]
        params = [link(url[8], custom_url=url) for url in urls]
        made = caller(emulator.url, "sync keys")("create_resolve_task", asked(params=params))
        assert [one.result_code for one in made.params] == ["0", "KM.EMULATOR.PARAMETER"]


def test_a_share_of_links_fails_when_the_world_says_so(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    world.write_text("[links]\nfailed = 0.3\n", "utf-8")
    with running_emulator(tmp_path, EmulatorOptions(world=world)) as emulator:
        made = make_links(caller(emulator.url, "sync keys"), phones(100))
        failed = [one for one in made.params if one.result_code != "0"]
        assert 10 < len(failed) < 50
        assert {one.result_code for one in failed} == {"KM.90011001"}
        assert {one.aim_url for one in failed} == {None}


def test_the_list_has_a_row_for_each_link_and_times_without_zone(call: Call) -> None:
    made = make_links(call, phones(3))
    found = listed(call, task_id=made.task_id)
    assert found.page_info.total == 3
    assert {row.task_id for row in found.resolve_tasks} == {made.task_id}
    assert {row.task_name for row in found.resolve_tasks} == {"ZF1"}
    assert [len(row.params) for row in found.resolve_tasks] == [1, 1, 1]
    assert [row.params[0].cust_flag for row in found.resolve_tasks] == phones(3)
    first = found.resolve_tasks[0]
    assert (first.sms_signs, first.resolved_times, first.domain) == (["云商城"], 0, "km2g.cn")
    assert first.params[0].dync_params == CARD
    assert first.params[0].error_message == "-"
    raw = json.loads(found.raw_content)["resolve_tasks"][0]["params"][0]
    zoneless = datetime.fromisoformat(raw["generate_date"])
    assert zoneless.tzinfo is None
    created = datetime.fromisoformat(made.params[0].generate_date).replace(tzinfo=None)
    assert zoneless - created == timedelta(hours=8)


def test_links_are_found_by_each_documented_filter(call: Call) -> None:
    first = make_links(call, phones(2))
    second = make_links(call, ["any id"], tpl_id="700000002", dync_params=None)
    url = first.params[1].aim_url
    for find in (listed, details):
        assert find(call).page_info.total == 3
        assert find(call, task_id=first.task_id).page_info.total == 2
        assert find(call, task_name="ZF2").page_info.total == 1
        assert find(call, task_name="ZF").page_info.total == 0
        assert find(call, tpl_id="700000002").page_info.total == 1
        assert find(call, tpl_name="积分").page_info.total == 2
        assert find(call, cust_flag="any id").page_info.total == 1
        assert find(call, cust_flag=phones(2)[1]).page_info.total == 1
        assert find(call, aim_url=url).page_info.total == 1
        assert find(call, offset=2, limit=1).page_info.total == 3
    newest = listed(call, limit=1).resolve_tasks[0]
    assert newest.task_id == second.task_id
    assert details(call, sms_sign="云商城").page_info.total == 3
    assert details(call, sms_sign="别家").page_info.total == 0


def test_links_and_sends_stand_in_one_list_of_details_newest_first(
    emulator: EmulatorProcess, call: Call
) -> None:
    make_links(call, ["13900000001"])
    sent = send_cards(sdk_client(emulator.url), "between", phones(1))
    make_links(call, ["13900000002"])
    rows = details(call).resolve_details
    flags = [row.cust_flag for row in rows]
    assert flags == ["13900000002", phones(1)[0], "13900000001"]
    assert rows[1].task_id == sent.task_id
    assert {row.resolved_status for row in rows if row.task_id != sent.task_id} == {"unresolved"}
    only = details(call, task_id=sent.task_id).resolve_details
    assert [row.task_name for row in only] == ["between"]


def test_links_older_than_a_day_are_listed_only_when_asked_for(
    emulator: EmulatorProcess, call: Call
) -> None:
    made = make_links(call, phones(1))
    emulator.advance(DAY_S + 60)
    created = datetime.fromisoformat(made.params[0].generate_date)
    span = {
        "begin_time": (created - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "end_time": (created + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    for find in (listed, details):
        assert find(call, task_id=made.task_id).page_info.total == 0
        assert find(call, task_id=made.task_id, **span).page_info.total == 1
        assert find(call, begin_time=span["begin_time"]).page_info.total == 0
    emulator.advance(366 * DAY_S)
    assert listed(call, **span).page_info.total == 0


def test_a_page_past_ten_thousand_is_empty(call: Call) -> None:
    make_links(call, phones(2))
    past = listed(call, offset=9_901, limit=100)
    assert (past.resolve_tasks, past.page_info.total) == ([], 2)


def test_links_are_known_again_after_a_restart(tmp_path: Path) -> None:
    custom = {"generation_type": "2", "domain": "km2n.cn"}
    with running_emulator(tmp_path) as emulator:
        call = caller(emulator.url, "sync keys")
        made = make_links(call, phones(2))
        make_links(call, ["a"], codes=["again1"], **custom)
        before = json.loads(listed(call).raw_content)
    with running_emulator(tmp_path) as emulator:
        call = caller(emulator.url, "sync keys")
        assert json.loads(listed(call).raw_content) == before
        repeated = make_links(call, ["b"], codes=["again1"], **custom)
        assert repeated.params[0].result_code == "KM.90016482"
        assert repeated.task_id != made.task_id


def test_a_link_that_a_text_message_carried_is_resolved_where_the_card_was_shown(
    emulator: EmulatorProcess, call: Call
) -> None:
    made = make_links(call, phones(50))
    contents = [
        content([one.cust_flag], template_id=LINKED, template_params=["张三", one.aim_url, "128"])
        for one in made.params
    ]
    call("send_aim_batch_different_messages", texts_request(contents))
    cards = {line["phone"] for line in emulator.messages() if line["truth"]["rendered"] == "card"}
    assert 10 < len(cards) < 50
    emulator.advance(6 * DAY_S)
    sent = datetime.fromisoformat(made.params[0].generate_date)
    span = {
        "begin_time": (sent - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "end_time": (sent + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    rows = details(call, task_id=made.task_id, **span).resolve_details
    assert {row.cust_flag for row in rows if row.resolved_status == "success"} == cards
    assert all((row.resolved_time is None) == (row.resolved_status == "unresolved") for row in rows)
    some = details(call, resolved_status="success", **span)
    assert some.page_info.total == len(cards)
    listed_rows = listed(call, task_id=made.task_id, limit=100, **span).resolve_tasks
    assert {row.params[0].cust_flag for row in listed_rows if row.resolved_times == 1} == cards
