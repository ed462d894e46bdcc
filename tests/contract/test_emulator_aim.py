"""The official SDK sends smart messages to the emulator and reads what became of them."""

from datetime import datetime, timedelta
from hashlib import sha1

from huaweicloudsdkkoomessage import v1 as sdk

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_process import EmulatorProcess
from tests.support.emulator_sdk import Sdk, phones, refusal_of, send_cards

ACCEPTED = 200
DAY_S = 86_400
OPTIONS = EmulatorOptions(link_lifetime_s=100_000.0)


def send_details(client: Sdk, **filters: Sdk) -> Sdk:
    wanted = {"offset": 0, "limit": 100, **filters}
    return client.list_aim_send_details(sdk.ListAimSendDetailsRequest(**wanted))


def resolve_details(client: Sdk, **filters: Sdk) -> Sdk:
    wanted = {"offset": 0, "limit": 100, **filters}
    return client.list_aim_resolve_details(sdk.ListAimResolveDetailsRequest(**wanted))


def tasks(client: Sdk, **filters: Sdk) -> Sdk:
    return client.list_aim_send_tasks(sdk.ListAimSendTasksRequest(**filters))


def test_a_send_is_answered_with_its_task_and_journaled_message_by_message(
    client: Sdk, emulator: EmulatorProcess
) -> None:
    answer = send_cards(client, "members-1", phones(3), sms_tpl_id=15010661)
    assert answer.status_code == ACCEPTED
    assert answer.task_state == "Success"
    assert (answer.submission_count, answer.send_count) == (3, 3)
    assert answer.support_resolve_count == -1
    assert answer.failed_short_chains == []
    assert answer.resolve_task.params[0].cust_flag == "13800000000"
    assert answer.resolve_task.generation_type == "1"
    lines = emulator.messages()
    assert [line["phone"] for line in lines] == phones(3)
    assert {line["task_id"] for line in lines} == {answer.task_id}
    assert {line["task_name"] for line in lines} == {"members-1"}
    assert {line["operation"] for line in lines} == {"CreateAimSendTask"}
    assert {line["channel"] for line in lines} == {"aim"}
    assert lines[0]["params"]["dync_params"]["points"] == "128"
    assert lines[0]["params"]["sms_params"] == ["张三", "128"]
    assert set(lines[0]["truth"]) == {
        "capable",
        "delivered",
        "rendered",
        "parse_failed",
        "code",
    }


def test_a_send_is_found_by_its_exact_name_and_its_success_number_grows(
    client: Sdk, emulator: EmulatorProcess
) -> None:
    sent = send_cards(client, "members-1", phones(100))
    send_cards(client, "members-11", phones(1, 13_900_000_000))
    found = tasks(client, task_name="members-1")
    assert [task.task_id for task in found.aim_send_tasks] == [sent.task_id]
    assert found.page_info.total == 1
    assert found.aim_send_tasks[0].submission_count == 100
    emulator.advance(10)
    delivered = sum(
        line["truth"]["delivered"]
        for line in emulator.messages()
        if line["task_id"] == sent.task_id
    )
    again = tasks(client, task_name="members-1", task_status="Success").aim_send_tasks[0]
    assert again.success_number == delivered
    assert again.sms_channel.sms_sign == "云商城"
    assert tasks(client, task_name="members-1", task_status="Fail").aim_send_tasks == []


def test_tasks_older_than_a_week_are_listed_only_when_asked_for(
    client: Sdk, emulator: EmulatorProcess
) -> None:
    sent = send_cards(client, "old", phones(1))
    emulator.advance(8 * DAY_S)
    assert tasks(client, task_name="old").aim_send_tasks == []
    created: datetime = sent.creation_time
    span = {
        "begin_time": (created - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "end_time": (created + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.522Z"),
    }
    assert tasks(client, task_name="old", **span).page_info.total == 1
    assert tasks(client, task_name="old", begin_time=span["begin_time"]).page_info.total == 0


def test_pages_are_twenty_long_newest_first_and_empty_past_ten_thousand(client: Sdk) -> None:
    for index in range(21):
        send_cards(client, f"page-{index}", phones(1))
    first = tasks(client)
    assert [task.task_name for task in first.aim_send_tasks][:2] == ["page-20", "page-19"]
    assert (len(first.aim_send_tasks), first.page_info.total) == (20, 21)
    rest = tasks(client, offset=20, limit=100)
    assert [task.task_name for task in rest.aim_send_tasks] == ["page-0"]
    past = tasks(client, offset=9_901, limit=100)
    assert (past.aim_send_tasks, past.page_info.total) == ([], 21)


def test_send_details_say_sending_until_the_report_and_then_tell_the_truth(
    client: Sdk, emulator: EmulatorProcess
) -> None:
    sent = send_cards(client, "details", phones(100))
    truths = {line["phone"]: line["truth"] for line in emulator.messages()}
    before = send_details(client, task_id=sent.task_id, limit=1).send_details[0]
    assert before.send_status in {"sending", "success", "fail"}
    emulator.advance(10)
    rows = send_details(client, task_id=sent.task_id).send_details
    assert [row.cust_flag for row in rows] == phones(100)
    assert len({row.msg_id for row in rows}) == 100
    for row in rows:
        truth = truths[row.send_account]
        if truth["code"] == "EXPIRED":
            assert row.send_status == "sending"
        elif truth["delivered"]:
            assert (row.send_status, row.result_code) == ("success", None)
            assert row.receive_time >= row.send_time
        else:
            assert (row.send_status, row.result_code) == ("fail", truth["code"])


def test_a_message_without_a_report_has_failed_after_72_hours(
    client: Sdk, emulator: EmulatorProcess
) -> None:
    for index in range(10):
        send_cards(client, f"silent-{index}", phones(100, 13_700_000_000 + index * 100))
    silent = [line for line in emulator.messages() if line["truth"]["code"] == "EXPIRED"]
    assert silent, "the default world has a few silent numbers in a thousand"
    phone, task_id = silent[0]["phone"], silent[0]["task_id"]
    emulator.advance(72 * 3_600 - 60)
    waiting = send_details(client, task_id=task_id, cust_flag=phone).send_details[0]
    assert waiting.send_status == "sending"
    emulator.advance(120)
    failed = send_details(client, task_id=task_id, cust_flag=phone).send_details[0]
    assert (failed.send_status, failed.result_code) == ("fail", "EXPIRED")


def test_resolve_details_tell_who_saw_the_card_within_the_links_life(
    client: Sdk, emulator: EmulatorProcess
) -> None:
    sent = send_cards(client, "cards", phones(100))
    truths = {line["phone"]: line["truth"] for line in emulator.messages()}
    emulator.advance(80_000)
    rows = resolve_details(client, task_id=sent.task_id).resolve_details
    cards = {phone for phone, truth in truths.items() if truth["rendered"] == "card"}
    assert {row.cust_flag for row in rows if row.resolved_status == "success"} == cards
    assert 50 < len(cards) < 90
    for row in rows:
        generated = datetime.fromisoformat(row.generate_date)
        assert (datetime.fromisoformat(row.expire_date) - generated).total_seconds() == 100_000
        assert row.result_code == "0"
        assert (row.resolved_time is not None) == (row.resolved_status in {"success", "fail"})
    some = resolve_details(client, task_name="cards", resolved_status="unresolved", limit=5)
    assert {row.resolved_status for row in some.resolve_details} == {"unresolved"}
    by_url = resolve_details(client, aim_url=rows[7].aim_url)
    assert [row.cust_flag for row in by_url.resolve_details] == [phones(100)[7]]
    emulator.advance(2 * DAY_S)
    assert resolve_details(client, task_id=sent.task_id).page_info.total == 0


def test_details_are_filtered_by_phone_template_and_signature(client: Sdk) -> None:
    first = send_cards(client, "one", phones(5))
    second = send_cards(client, "two", phones(5), tpl_id="700000002", dync_params={})
    both = send_details(client, cust_flag=phones(5)[2])
    assert [row.task_id for row in both.send_details] == [second.task_id, first.task_id]
    assert send_details(client, tpl_id="700000002").page_info.total == 5
    assert send_details(client, sms_sign="云商城").page_info.total == 10
    assert send_details(client, sms_sign="别家").page_info.total == 0
    crossing = send_details(client, offset=3, limit=4)
    assert [row.task_name for row in crossing.send_details] == ["two", "two", "one", "one"]


def test_capability_is_the_same_in_every_form_of_a_number(client: Sdk) -> None:
    plain = phones(100)

    def supported(mobiles: list[str], **more: str) -> list[str]:
        body = sdk.CheckMobileCapabilityRequestBody(mobiles=mobiles, **more)
        request = sdk.CheckMobileCapabilityRequest(body=body)
        answer = client.check_mobile_capability(request)
        assert sorted(answer.supported_mobiles + answer.unsupported_mobiles) == sorted(mobiles)
        return list(answer.supported_mobiles)

    capable = supported(plain)
    assert 60 < len(capable) < 95
    assert supported(["86" + phone for phone in plain]) == ["86" + phone for phone in capable]
    assert supported(["0086" + phone for phone in plain]) == ["0086" + phone for phone in capable]

    def digest(phone: str) -> str:
        return sha1(f"86{phone}".encode(), usedforsecurity=False).hexdigest()

    hashed = supported([digest(phone) for phone in plain], encryption_alg="SHA1")
    assert hashed == [digest(phone) for phone in capable]
    assert set(supported(plain, tpl_id="700000004")) < set(supported(plain, tpl_id="700000001"))
    assert supported(["12345"]) == []


def test_the_journals_truth_agrees_with_the_capability_check(
    client: Sdk, emulator: EmulatorProcess
) -> None:
    send_cards(client, "one-vendor", phones(100), tpl_id="700000004", dync_params={})
    body = sdk.CheckMobileCapabilityRequestBody(mobiles=phones(100), tpl_id="700000004")
    answer = client.check_mobile_capability(sdk.CheckMobileCapabilityRequest(body=body))
    capable = [line["phone"] for line in emulator.messages() if line["truth"]["capable"]]
    assert answer.supported_mobiles == capable
    assert answer.tpl_id == "700000004"


def test_custom_short_codes_are_taken_once(client: Sdk) -> None:
    custom = {"generation_type": "2", "domain": "km2n.cn", "custom_short_code": "aDC123"}
    sent = send_cards(client, "custom", phones(1), **custom)
    row = resolve_details(client, task_id=sent.task_id).resolve_details[0]
    assert row.aim_url == "km2n.cn/aDC123"
    repeated = refusal_of(lambda: send_cards(client, "custom", phones(1), **custom))
    assert repeated == (400, "KM.90016482")
