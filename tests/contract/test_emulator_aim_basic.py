"""The official SDK sends AIM basic messages to the emulator and registers callbacks."""

from huaweicloudsdkkoomessage import v1 as sdk

from tests.support.emulator_process import EmulatorProcess
from tests.support.emulator_sdk import Sdk, content, phones, send_basic


def tasks(client: Sdk, **filters: Sdk) -> Sdk:
    return client.list_vms_send_tasks(sdk.ListVmsSendTasksRequest(**filters)).data


def test_a_group_send_is_answered_in_the_envelope_and_journaled(
    client: Sdk, emulator: EmulatorProcess
) -> None:
    answer = send_basic(
        client,
        "night-1",
        phones(3),
        tpl_id="600000001",
        dync_params=content("会员", "2022-02-03"),
        expiration_time="72",
        exdata="first",
    )
    assert (answer.status, answer.message) == ("200", "success")
    assert answer.data.ret_code is None
    lines = emulator.messages()
    assert [line["phone"] for line in lines] == phones(3)
    assert {line["task_id"] for line in lines} == {answer.data.task_id}
    assert {line["channel"] for line in lines} == {"aim_basic"}
    assert lines[2]["params"] == {"dync_params": {"p_1": "会员", "p_2": "2022-02-03"}}
    assert tasks(client, task_name="night-1").aim_basic_send_tasks[0].exdata == "first"


def test_an_individual_send_gives_each_group_its_own_values(
    client: Sdk, emulator: EmulatorProcess
) -> None:
    groups = [
        sdk.IndividualParam(mobiles=phones(2), dync_params=content("甲", "1")),
        sdk.IndividualParam(mobiles=phones(1, 13_900_000_000), dync_params=content("乙", "2")),
    ]
    send_basic(client, "each", None, tpl_id="600000001", individual_params=groups)
    values = [line["params"]["dync_params"]["p_1"] for line in emulator.messages()]
    assert values == ["甲", "甲", "乙"]


def test_invalid_numbers_are_dropped_and_repeated_ones_are_sent_twice(
    client: Sdk, emulator: EmulatorProcess
) -> None:
    mobiles = ["13800000001", "12345", "8613800000002", "13800000001", "23800000003"]
    send_basic(client, "dirty", mobiles)
    assert tasks(client, task_name="dirty").aim_basic_send_tasks[0].total_count == 3
    taken = [line["phone"] for line in emulator.messages()]
    assert taken == ["13800000001", "13800000002", "13800000001"]
    stats = emulator.stats()
    assert (stats["messages"], stats["distinct_numbers"], stats["repeated_numbers"]) == (3, 2, 1)


def test_the_list_counts_what_became_of_a_task_and_names_its_state_in_chinese(
    client: Sdk, emulator: EmulatorProcess
) -> None:
    send_basic(client, "counted", phones(2_000))
    codes = [line["truth"]["code"] for line in emulator.messages()]
    emulator.advance(10)
    early = tasks(client, task_name="counted").aim_basic_send_tasks[0]
    assert early.total_count == 2_000
    assert early.success_count == codes.count("DELIVRD")
    assert early.failed_count == 2_000 - codes.count("DELIVRD") - codes.count("EXPIRED")
    assert early.timeout_count == 0
    assert early.task_state == "发送中"
    assert "T" in early.create_time
    assert not early.create_time.endswith("Z")
    emulator.advance(72 * 3_600)
    late = tasks(client, task_name="counted", task_status="sending_complete")
    assert late.aim_basic_send_tasks[0].timeout_count == codes.count("EXPIRED") > 0
    assert late.aim_basic_send_tasks[0].task_state == "发送完成"
    assert tasks(client, task_status="processing").page_info.total == 0


def test_tasks_are_filtered_and_names_compared_exactly(client: Sdk) -> None:
    first = send_basic(client, "same", phones(1)).data.task_id
    second = send_basic(client, "same", phones(1)).data.task_id
    send_basic(client, "same-not", phones(1))
    found = tasks(client, task_name="same")
    assert [task.task_id for task in found.aim_basic_send_tasks] == [second, first]
    assert tasks(client, task_id=first).page_info.total == 1
    assert tasks(client, task_id=first, task_name="other").page_info.total == 0
    assert tasks(client, tpl_name="静态").page_info.total == 3
    assert tasks(client, operator="somebody").page_info.total == 0
    long_ago = {"begin_time": "2019-10-12T07:20:50Z", "end_time": "2019-10-13T07:20:50Z"}
    assert tasks(client, **long_ago).page_info.total == 0
    assert tasks(client, limit=2, offset=2).page_info.total == 3


def test_callbacks_are_registered_listed_and_replaced(client: Sdk) -> None:
    def add_basic(url_type: int, url: str, remark: str) -> Sdk:
        body = sdk.AddVmsCallBackRequestBody(callback_url=url, url_type=url_type, remark=remark)
        return client.add_vms_call_back(sdk.AddVmsCallBackRequest(body=body))

    def add_aim(url_type: int, url: str) -> Sdk:
        body = sdk.AddCallbackRequestBody(callback_url=url, url_type=url_type)
        return client.add_call_back(sdk.AddCallBackRequest(body=body))

    assert add_basic(0, "http://127.0.0.1:9/a", "send").status == "200"
    add_basic(1, "http://127.0.0.1:9/r", "reply")
    add_basic(0, "http://127.0.0.1:9/b", "send again")
    listed = client.list_vms_callbacks(sdk.ListVmsCallbacksRequest()).data.callbacks
    assert [(one.url_type, one.callback_url, one.remark) for one in listed] == [
        (0, "http://127.0.0.1:9/b", "send again"),
        (1, "http://127.0.0.1:9/r", "reply"),
    ]
    added = add_aim(2, "http://127.0.0.1:9/batch").data
    add_aim(0, "http://127.0.0.1:9/single")
    shown = client.list_aim_callbacks(sdk.ListAimCallbacksRequest()).data
    assert [(one.url_type, one.callback_url) for one in shown] == [
        (0, "http://127.0.0.1:9/single"),
        (2, "http://127.0.0.1:9/batch"),
    ]
    assert added.id == shown[1].id
