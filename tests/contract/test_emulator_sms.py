"""Text messages as the official SDK sends them and reads each row of the answer."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from huaweicloudsdkkoomessage import v1 as sdk

from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import Sdk, phones, sdk_client
from tests.support.emulator_sms import (
    CHANNEL,
    LINKED,
    PLAIN,
    REVIEWING,
    VALUES,
    content,
    send_text,
    send_texts,
    statuses,
    text_request,
    texts_request,
)

WORLD = """
[sms_signatures."别家"]
app = "member-app"
channel_number = "10690000002"
status = "REVIEW_PASSED"
[sms_signatures."通知"]
app = "member-app"
channel_number = "10690000003"
status = "REVIEW_PASSED"
type = "NOTIFY_TYPE"
[sms_signatures."未过审"]
app = "member-app"
channel_number = "10690000004"
status = "PENDING_REVIEW"
[sms_templates.20000001]
app = "member-app"
signature = "别家"
variables = []
[sms_templates.20000002]
app = "member-app"
signature = "通知"
variables = []
[sms_templates.20000003]
app = "member-app"
signature = "未过审"
variables = []
[sms_templates.20000004]
app = "member-app"
signature = "云商城"
status = "Frozen"
variables = []
"""
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def taken(emulator: EmulatorProcess, answer: Sdk) -> list[dict[str, object]]:
    return [line for line in emulator.messages() if line["task_id"] == answer.task_id]


def alike(url: str) -> Sdk:
    return sdk_client(url).send_aim_batch_messages(text_request(phones(3), task_name="618大促"))


def different(url: str) -> Sdk:
    request = texts_request([content(phones(2)), content(["+8613800000002"])], task_name="618大促")
    return sdk_client(url).send_aim_batch_different_messages(request)


def alike_by_future(url: str) -> Sdk:
    request = text_request(phones(3), task_name="618大促")
    return sdk_client(url, is_async=True).send_aim_batch_messages_async(request).result()


def different_by_future(url: str) -> Sdk:
    request = texts_request([content(phones(3))], task_name="618大促")
    return sdk_client(url, is_async=True).send_aim_batch_different_messages_async(request).result()


@pytest.mark.parametrize(
    ("send", "written"),
    [
        (alike, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"),
        (different, r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"),
        (alike_by_future, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"),
        (different_by_future, r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"),
    ],
)
def test_each_receiver_has_a_row_and_each_message_a_line_in_the_journal(
    shared: EmulatorProcess, send: Callable[[str], Sdk], written: str
) -> None:
    answer = send(shared.url)
    assert answer.status == "Success"
    assert re.fullmatch(UUID, answer.task_id)
    assert [row.to for row in answer.result] == [f"+86{phone}" for phone in phones(3)]
    assert len({row.msg_id for row in answer.result}) == 3
    for row in answer.result:
        assert (row.channel_num, row.send_status) == (CHANNEL, "000000")
        assert re.fullmatch(UUID + r"_\d{9}", row.msg_id)
        assert re.fullmatch(written, row.create_time)
    lines = taken(shared, answer)
    assert [line["phone"] for line in lines] == phones(3)
    for line in lines:
        assert (line["channel"], line["task_name"]) == ("sms", "618大促")
        assert line["params"] == {
            "template_id": PLAIN,
            "template_params": VALUES,
            "channel_num": CHANNEL,
            "extend": "",
        }


def test_a_repeated_receiver_of_the_same_content_is_refused_in_a_row_of_its_own(
    shared_client: Sdk, shared: EmulatorProcess
) -> None:
    answer = send_text(shared_client, ["13800000001", "+8613800000001", "13800000002"])
    assert statuses(answer) == ["000000", "E200041", "000000"]
    assert len({row.msg_id for row in answer.result}) == 3
    assert [line["phone"] for line in taken(shared, answer)] == ["13800000001", "13800000002"]


def test_the_same_receiver_may_have_different_contents(shared_client: Sdk) -> None:
    other = content(phones(1), template_params=["李四", "1"])
    answer = send_texts(shared_client, [content(phones(1)), other, content(phones(1))])
    assert statuses(answer) == ["000000", "000000", "E200041"]


PART_REFUSED: dict[str, tuple[Sdk, str]] = {
    "too few values": (content(phones(2), template_params=["张三"]), "E200028"),
    "no values": (content(phones(2), template_params=None), "E200028"),
    "a value too long": (content(phones(2), template_params=["名" * 21, "1"]), "E200028"),
    "a value of another type": (content(phones(2), template_params=["张三", "1-2"]), "E200029"),
    "a template in review": (
        content(phones(2), template_id=REVIEWING, template_params=["a", "km2g.cn/abcdef"]),
        "E200030",
    ),
    "a frozen template": (
        content(phones(2), template_id="20000004", template_params=[]),
        "E200030",
    ),
    "a template of another channel": (
        content(phones(2), template_id="20000001", template_params=[]),
        "E200031",
    ),
}


@pytest.mark.parametrize("case", PART_REFUSED)
def test_one_bad_content_refuses_its_own_numbers_and_no_others(
    shared_client: Sdk, shared: EmulatorProcess, case: str
) -> None:
    bad, status = PART_REFUSED[case]
    answer = send_texts(shared_client, [bad, content(phones(2, 13_900_000_000))])
    assert answer.status == "Success"
    assert statuses(answer) == [status, status, "000000", "000000"]
    lines = taken(shared, answer)
    assert [line["phone"] for line in lines] == phones(2, 13_900_000_000)


@pytest.mark.parametrize(
    ("channel", "template", "status"),
    [
        ("10690000003", "20000002", "E200033"),
        ("10690000004", "20000003", "E200031"),
    ],
)
def test_an_answer_of_200_may_have_taken_nothing(
    shared_client: Sdk, shared: EmulatorProcess, channel: str, template: str, status: str
) -> None:
    before = shared.stats()["messages"]
    one = content(phones(2), template_id=template, template_params=[])
    answer = send_texts(shared_client, [one], channel_num=channel)
    assert (answer.status, statuses(answer)) == ("Failed", [status, status])
    assert answer.task_id
    assert shared.stats()["messages"] == before


def test_one_content_by_a_template_in_review_is_answered_with_200_and_takes_nothing(
    shared_client: Sdk,
) -> None:
    values = ["a", "km2g.cn/abcdef"]
    answer = send_text(shared_client, phones(2), template_id=REVIEWING, template_params=values)
    assert (answer.status, statuses(answer)) == ("Failed", ["E200030", "E200030"])


def test_numbers_past_500_of_several_contents_are_too_many(shared_client: Sdk) -> None:
    contents = [content(phones(300)), content(phones(300, 13_900_000_000))]
    assert statuses(send_texts(shared_client, contents)) == ["000000"] * 500 + ["E200015"] * 100


def test_a_text_without_a_name_is_named_by_its_time(
    shared_client: Sdk, shared: EmulatorProcess
) -> None:
    for name in (None, ""):
        answer = send_text(shared_client, phones(1), task_name=name)
        (line,) = taken(shared, answer)
        assert re.fullmatch(r"Task_\d{13}", str(line["task_name"]))


def test_texts_are_found_among_the_send_details(shared_client: Sdk) -> None:
    answer = send_texts(
        shared_client,
        [
            content(phones(2, 13_700_000_000)),
            content(
                phones(1, 13_700_000_000),
                template_id=LINKED,
                template_params=["张三", "km2g.cn/abcdef", "1"],
            ),
        ],
    )

    def listed(**filters: Sdk) -> list[Sdk]:
        request = sdk.ListAimSendDetailsRequest(
            task_id=answer.task_id, offset=0, limit=100, **filters
        )
        found: list[Sdk] = shared_client.list_aim_send_details(request).send_details
        return found

    rows = listed()
    assert [row.msg_id for row in rows] == [row.msg_id for row in answer.result]
    assert [row.tpl_id for row in rows] == [PLAIN, PLAIN, LINKED]
    assert {row.tpl_name for row in rows} == {"会员积分", "会员积分带链接"}
    assert [row.cust_flag for row in listed(tpl_id=LINKED)] == ["13700000000"]
    assert len(listed(sms_sign="云商城", cust_flag="13700000000")) == 2
    assert listed(sms_sign="别家") == []


def test_the_counts_tell_the_two_operations_apart(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        client = sdk_client(emulator.url)
        send_text(client, phones(3))
        send_texts(client, [content(phones(2))])
        stats = emulator.stats()
    assert stats["by_channel"] == {"sms": 5}
    assert stats["by_operation"] == {
        "SendAimBatchMessages": 3,
        "SendAimBatchDifferentMessages": 2,
    }
