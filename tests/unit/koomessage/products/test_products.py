"""Answers and details of each product, in every spelling the documents use."""

import json

import pytest

from pipeline.core.answer import Accepted, FoundTask, Lost, News, NewsKind, Refused
from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Channel, Message, TaskId, TaskName
from pipeline.koomessage.decoding import Unreadable
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.products import aim, aim_basic, capability
from pipeline.koomessage.transport.calls import GatewayOptions
from tests.support.koomessage import AIM_BASIC_MESSAGE, AIM_MESSAGE, NAME, phones, recipients

PHONE = "13800000001"


@pytest.mark.parametrize(
    ("item", "news"),
    [
        (
            {"cust_flag": PHONE, "send_status": "success", "receive_time": "2022-07-19T14:57:31Z"},
            News(PHONE, NewsKind.DELIVERED, "", "2022-07-19T14:57:31Z"),
        ),
        (
            {"send_account": "+86" + PHONE, "send_status": "Success", "send_time": "x"},
            News(PHONE, NewsKind.DELIVERED, "", "x"),
        ),
        (
            {"cust_flag": PHONE, "send_status": "Deliverd", "result_code": "DELIVRD"},
            News(PHONE, NewsKind.DELIVERED, "DELIVRD"),
        ),
        (
            {"cust_flag": PHONE, "send_status": "fail", "result_code": "MB:1041"},
            News(PHONE, NewsKind.FAILED, "MB:1041"),
        ),
        ({"cust_flag": PHONE, "send_status": "fail"}, News(PHONE, NewsKind.FAILED, "fail")),
        ({"cust_flag": PHONE, "send_status": "sending"}, News(PHONE, NewsKind.UNDER_WAY)),
        ({"cust_flag": PHONE}, News(PHONE, NewsKind.UNDER_WAY)),
        ({"cust_flag": PHONE, "send_status": "1"}, News(PHONE, NewsKind.UNKNOWN_CODE, "1")),
        (
            {"cust_flag": PHONE, "send_status": "success", "result_code": "000000"},
            News(PHONE, NewsKind.DELIVERED, "000000"),
        ),
        (
            {"cust_flag": PHONE, "send_status": "success", "result_code": "MK:0001"},
            News(PHONE, NewsKind.UNKNOWN_CODE, "MK:0001 with status success"),
        ),
        (
            {"cust_flag": PHONE, "send_status": "fail", "result_code": "DELIVRD"},
            News(PHONE, NewsKind.UNKNOWN_CODE, "DELIVRD with status fail"),
        ),
        (
            {"cust_flag": PHONE, "send_status": "fail", "result_code": "UNKNOWN"},
            News(PHONE, NewsKind.UNKNOWN_CODE, "UNKNOWN with status fail"),
        ),
        ({"cust_flag": "somebody", "send_status": "success"}, None),
        ({}, None),
    ],
)
def test_a_send_detail_tells_of_one_number(item: dict[str, object], news: News | None) -> None:
    assert aim.delivery(item) == news


@pytest.mark.parametrize(
    ("item", "news"),
    [
        (
            {"cust_flag": "+86" + PHONE, "resolved_status": "success", "resolved_time": "t"},
            News(PHONE, NewsKind.RENDERED, "", "t"),
        ),
        (
            {"cust_flag": PHONE, "resolved_status": "fail", "result_code": "9"},
            News(PHONE, NewsKind.LINK_FAILED, "9"),
        ),
        (
            {"cust_flag": PHONE, "resolved_status": "unresolved", "result_code": "KM.1"},
            News(PHONE, NewsKind.LINK_FAILED, "KM.1"),
        ),
        ({"cust_flag": PHONE, "resolved_status": "unresolved", "result_code": "0"}, None),
        ({"cust_flag": PHONE, "resolved_status": "unresolved", "result_code": 0}, None),
        ({"send_account": PHONE, "resolved_status": "success"}, None),
    ],
)
def test_a_parse_detail_is_news_once_the_card_was_shown_or_cannot_be(
    item: dict[str, object], news: News | None
) -> None:
    assert aim.rendering(item) == news


def test_the_links_life_is_what_the_details_state() -> None:
    dates = {"generate_date": "2022-07-19T08:44:04Z", "expire_date": "2022-07-20 08:44:04"}
    rows = ({"cust_flag": PHONE}, {"cust_flag": PHONE, **dates})
    assert aim.renderings(rows).link_life_s == 86_400.0
    assert aim.renderings(rows[:1]).link_life_s is None
    assert aim.renderings(()).news == ()


@pytest.mark.parametrize(
    "body",
    [
        b'{"status":"200","message":"success","data":{"task_id":"t-1"}}',
        b'{"status":200,"data":{"ret_code":"0","desc":"\xe4\xb8\x8b\xe5\x8f\x91","task_id":"t-1"}}',
    ],
)
def test_a_video_task_id_proves_acceptance(body: bytes) -> None:
    assert aim_basic.read_answer(body, NAME) == Accepted(TaskId("t-1"))


def test_a_failed_task_is_refused_and_keeps_its_id() -> None:
    body = b'{"task_id":"8113760C787C4C8782C81D27024FEF34","task_state":"Failed","send_count":0}'
    refused = aim.read_answer(body, NAME)
    assert isinstance(refused, Refused)
    assert refused.task_id == "8113760c-787c-4c87-82c8-1d27024fef34"


def test_how_many_numbers_an_answer_counts_as_taken_is_kept() -> None:
    body = b'{"task_id":"t-1","task_state":"Success","submission_count":50,"send_count":50}'
    accepted = aim.read_answer(body, NAME)
    assert accepted == Accepted(TaskId("t-1"), taken=50)


@pytest.mark.parametrize(("sent", "nothing"), [(0, True), ("0", True), (None, False), ("", False)])
def test_only_a_count_of_nought_says_that_a_failed_smart_task_sent_nothing(
    sent: object, *, nothing: bool
) -> None:
    item = {"task_id": "t-1", "task_name": NAME, "task_state": "Fail", "send_count": sent}
    task = aim.found_task(item)
    assert task is not None
    assert (task.failed_state, task.nothing_sent) == ("Fail", nothing)


def test_what_a_video_answer_says_beside_its_task_id_is_kept() -> None:
    body = b'{"status":"200","data":{"task_id":"t-1","ret_code":"20014","desc":"partly"}}'
    assert aim_basic.read_answer(body, NAME) == Accepted(TaskId("t-1"), said="20014 partly")


@pytest.mark.parametrize(
    ("state", "counts", "failed"),
    [
        ("submit_failed", {}, True),
        ("re_submit_failed", {"success_count": 0}, True),
        ("提交失败", {"total_count": 9, "success_count": 0, "failed_count": 0}, True),
        ("发送失败", {"timeout_count": "0"}, True),
        ("SENDING_FAILED", {}, True),
        ("submit_failed", {"success_count": 1}, False),
        ("sending_failed", {"failed_count": 9}, False),
        ("发送中", {}, False),
        ("submit_success", {}, False),
        ("re_processing", {}, False),
        ("发送完成", {}, False),
        ("scheduled", {}, False),
        ("定时", {}, False),
        ("whatever", {}, False),
    ],
)
def test_a_video_task_that_is_listed_as_failed_was_sent_to_nobody(
    state: str, counts: dict[str, object], *, failed: bool
) -> None:
    item = {"task_id": "t-1", "task_name": NAME, "task_state": state, **counts}
    task = aim_basic.found_task(item)
    assert task is not None
    assert task.nothing_sent is failed
    assert task.failed_state == (state if failed else "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"data":null}',
        b'{"data":[]}',
        b'{"data":{"task_id":null}}',
        b'{"data":{"ret_code":"7","desc":"13800000001"}}',
        b'{"task_id":"t-1"}',
        b'{"data":' + b'{"task_id":' * 100_000,
    ],
)
def test_without_a_video_task_id_nothing_is_proved(body: bytes) -> None:
    answer = aim_basic.read_answer(body, NAME)
    assert isinstance(answer, Lost)
    assert PHONE not in answer.why


def test_counts_of_a_listed_task_are_read_leniently() -> None:
    item = {
        "task_id": "t-1",
        "task_name": NAME,
        "task_state": "发送中",
        "total_count": "5",
        "success_count": 2,
        "failed_count": None,
    }
    assert aim_basic.found_task(item) == FoundTask(NAME, TaskId("t-1"), 5, 2, None, None)
    assert aim_basic.found_task({"task_name": NAME}) is None
    assert aim.found_task({"task_name": NAME}) is None
    named = aim.found_task({"task_id": 7, "submission_count": 3, "success_number": "1"})
    assert named == FoundTask(TaskName(""), TaskId("7"), 3, 1)


@pytest.mark.parametrize(
    ("item", "failed"),
    [
        ({"task_state": "Failed", "send_count": 0, "success_number": 0}, "Failed"),
        ({"task_state": "提交失败"}, "提交失败"),
        ({"task_state": "Failed", "send_count": 2}, ""),
        ({"task_state": "Failed", "send_count": "some"}, ""),
        ({"task_state": "Failed", "send_count": [0]}, ""),
        ({"task_state": "Failed", "send_count": ""}, "Failed"),
        ({"task_state": "Failed", "success_number": 1}, ""),
        ({"task_state": "Success", "send_count": 0}, ""),
        ({"task_state": 7}, ""),
        ({}, ""),
    ],
)
def test_a_listed_task_failed_where_its_state_says_so_and_no_count_contradicts(
    item: dict[str, object], failed: str
) -> None:
    found = aim.found_task({"task_id": "t-1", "task_name": NAME, **item})
    assert found is not None
    assert found.failed_state == failed


def test_handsets_are_told_apart_in_whatever_form_the_numbers_come_back() -> None:
    first, second, third, fourth = phones(4)
    this_card = capability.read(
        json.dumps({"supported_mobiles": ["86" + first], "unsupported_mobiles": None}).encode()
    )
    any_card = capability.read(
        json.dumps(
            {"supported_mobiles": ["+86" + second, 7], "unsupported_mobiles": ["0086" + third]}
        ).encode()
    )
    assert capability.news([first, second, third, fourth], this_card, any_card) == (
        News(first, NewsKind.SUPPORTED),
        News(second, NewsKind.TEMPLATE_INACTIVE),
        News(third, NewsKind.UNSUPPORTED),
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"supported_mobiles":"x"}'])
def test_an_answer_about_handsets_that_names_no_list_is_none(body: bytes) -> None:
    with pytest.raises(Unreadable):
        capability.read(body)


def gateway() -> KooMessageGateway:
    return KooMessageGateway(GatewayOptions("https://koomessage.myhuaweicloud.cn"))


@pytest.mark.parametrize(("message", "most"), [(AIM_MESSAGE, 100), (AIM_BASIC_MESSAGE, 5000)])
def test_a_request_takes_as_many_numbers_as_the_provider_allows(
    message: Message, most: int
) -> None:
    assert gateway().prepare(message, NAME, recipients(most)).messages == most
    for count in (0, most + 1):
        with pytest.raises(ValueError, match="do not go in one request"):
            gateway().prepare(message, NAME, recipients(count))


def test_a_smart_message_without_its_sms_is_refused_by_name_of_the_key() -> None:
    with pytest.raises(CampaignInvalid, match=r"message\.sms"):
        gateway().prepare(Message(Channel.AIM, "700000001"), NAME, recipients(1))


@pytest.mark.parametrize(
    ("channel", "key"),
    [
        (Channel.SMS, r"message\.sms"),
        (Channel.AIM_LINKS, r"message\.sms"),
        (Channel.LINKS_ONLY, r"message\.signatures"),
    ],
)
def test_a_message_without_what_carries_it_is_refused_by_name_of_the_key(
    channel: Channel, key: str
) -> None:
    with pytest.raises(CampaignInvalid, match=key):
        gateway().prepare(Message(channel, "1"), NAME, recipients(1))


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://koomessage.myhuaweicloud.cn",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "koomessage.myhuaweicloud.cn",
        "https://user@koomessage.myhuaweicloud.cn",
        "https://koomessage.myhuaweicloud.cn/v1",
        "https://koomessage.myhuaweicloud.cn?x=1",
        "https://",
        "",
    ],
)
def test_an_endpoint_in_the_clear_or_of_odd_shape_is_refused(endpoint: str) -> None:
    with pytest.raises(CampaignInvalid, match=r"account\.endpoint"):
        GatewayOptions(endpoint)


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("https://koomessage.myhuaweicloud.cn", "koomessage.myhuaweicloud.cn"),
        ("https://koomessage.myhuaweicloud.cn:8443/", "koomessage.myhuaweicloud.cn:8443"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://[::1]:8080", "[::1]:8080"),
    ],
)
def test_an_endpoint_gives_the_host_that_is_signed(endpoint: str, host: str) -> None:
    assert GatewayOptions(endpoint).host == host


def test_options_do_not_show_their_secrets() -> None:
    shown = repr(GatewayOptions("http://127.0.0.1", "access", "sesame", "open"))
    assert "sesame" not in shown
    assert "open" not in shown
