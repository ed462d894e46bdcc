"""The documented limits as tables: the last value that is taken and the first that is refused."""

from collections.abc import Callable

import pytest
from huaweicloudsdkkoomessage import v1 as sdk

from tests.support.emulator_process import EmulatorProcess
from tests.support.emulator_sdk import (
    CARD,
    Sdk,
    content,
    phones,
    refusal_of,
    send_basic,
    send_cards,
)

ONE = phones(1)
PARAMETER = "KM.EMULATOR.PARAMETER"
Send = Callable[[Sdk], object]


def cards(**changes: Sdk) -> Send:
    numbers = changes.pop("numbers", ONE)
    name = changes.pop("name", "limits")
    return lambda client: send_cards(client, name, numbers, **changes)


def basic(**changes: Sdk) -> Send:
    mobiles = changes.pop("mobiles", ONE)
    name = changes.pop("name", "limits")
    return lambda client: send_basic(client, name, mobiles, **changes)


def values(**changes: Sdk) -> Send:
    return basic(tpl_id="600000001", **changes)


def capability(mobiles: object, **more: object) -> Send:
    body = sdk.CheckMobileCapabilityRequestBody(mobiles=mobiles, **more)
    request = sdk.CheckMobileCapabilityRequest(body=body)
    return lambda client: client.check_mobile_capability(request)


def aim_list(**filters: object) -> Send:
    return lambda client: client.list_aim_send_tasks(sdk.ListAimSendTasksRequest(**filters))


def details(**filters: object) -> Send:
    return lambda client: client.list_aim_send_details(sdk.ListAimSendDetailsRequest(**filters))


def resolved(**filters: object) -> Send:
    return lambda client: client.list_aim_resolve_details(
        sdk.ListAimResolveDetailsRequest(**filters)
    )


def basic_list(**filters: object) -> Send:
    return lambda client: client.list_vms_send_tasks(sdk.ListVmsSendTasksRequest(**filters))


def callback(url_type: object, url: str) -> Send:
    body = sdk.AddVmsCallBackRequestBody(callback_url=url, url_type=url_type)
    return lambda client: client.add_vms_call_back(sdk.AddVmsCallBackRequest(body=body))


def individual(*counts: int) -> Send:
    groups = [
        sdk.IndividualParam(mobiles=phones(count), dync_params=content("a", "b"))
        for count in counts
    ]
    return values(mobiles=None, individual_params=groups)


LINK = "https://a.example.com/"

TAKEN: dict[str, Send] = {
    "100 messages": cards(numbers=phones(100)),
    "a link of 1 day": cards(expiration_time=1),
    "a link of 7 days": cards(expiration_time=7),
    "a link of '7' days": cards(expiration_time="7"),
    "most parses": cards(resolve_times=10_000_000),
    "a card value of 20": cards(dync_params={**CARD, "name": "名" * 20}),
    "an SMS value of 20": cards(sms_params=["名" * 20, "9" * 10]),
    "a jump address of 2048": cards(custom_url=LINK + "a" * (2_048 - len(LINK))),
    "a number with +86": cards(numbers=["+8613800000000"]),
    "a standard domain": cards(domain="km2g.cn"),
    "5000 mobiles": basic(mobiles=phones(5_000)),
    "5000 mobiles in two groups": individual(2_500, 2_500),
    "1 hour": basic(expiration_time=1),
    "72 hours": basic(expiration_time=72),
    "a name of 32": basic(name="n" * 32),
    "exdata of 256": basic(exdata="e" * 256),
    "a value of 256": values(dync_params=content("v" * 256, "")),
    "100 numbers to check": capability(phones(100)),
    "a digest of 40": capability(["a" * 40], encryption_alg="SHA1"),
    "a filter of 20": aim_list(task_name="n" * 20),
    "a page of 1": aim_list(limit=1),
    "a page of 100": aim_list(limit=100),
    "the last offset": aim_list(offset=1_000_000),
    "the last basic offset": basic_list(offset=2_147_483_647, limit=100),
    "a task id of 36": details(task_id="t" * 36, offset=0, limit=1),
    "a resolve name of 30": resolved(task_name="n" * 30, offset=0, limit=1),
    "a callback of 1000": callback(0, "http://127.0.0.1/" + "c" * 983),
}

REFUSED: dict[str, tuple[Send, str]] = {
    "101 messages": (cards(numbers=phones(101)), "KM.90016403"),
    "no message": (cards(numbers=[]), "KM.90016415"),
    "a link of 0 days": (cards(expiration_time=0), PARAMETER),
    "a link of 8 days": (cards(expiration_time=8), PARAMETER),
    "no parse": (cards(resolve_times=0), PARAMETER),
    "a group link": (cards(aim_code_type="group"), PARAMETER),
    "a blank name": (cards(name="  "), PARAMETER),
    "no name": (cards(name=None), PARAMETER),
    "a card value of 21": (cards(dync_params={**CARD, "name": "名" * 21}), "KM.90016802"),
    "a card value that is a number": (cards(dync_params={**CARD, "points": 5}), "KM.90016802"),
    "a missing card value": (cards(dync_params={"name": "a", "points": "1"}), "KM.90016802"),
    "an unknown card value": (cards(dync_params={**CARD, "more": "1"}), "KM.90016802"),
    "an SMS value of 21": (cards(sms_params=["名" * 21, "1"]), "KM.00001375"),
    "an empty SMS value": (cards(sms_params=["", "1"]), "KM.00001375"),
    "too few SMS values": (cards(sms_params=["张三"]), "KM.00001376"),
    "too many SMS values": (cards(sms_params=["张三", "1", "2"]), "KM.00001376"),
    "an SMS number with a sign": (cards(sms_params=["张三", "1-2"]), "KM.00001404"),
    "an SMS text with a stop": (cards(sms_params=["张三。", "1"]), "KM.00001503"),
    "an SMS text with a phone": (cards(sms_params=["13800000000", "1"]), "KM.00001503"),
    "an unknown template": (cards(tpl_id="799999999"), "KM.90016405"),
    "a disabled template": (cards(tpl_id="700000003"), "KM.EMULATOR.TEMPLATE_STATE"),
    "a number that is none": (cards(numbers=["12345"]), "KM.00001502"),
    "no application": (cards(sms_app_name=""), "KM.00001124"),
    "another application": (cards(sms_app_name="other"), "KM.00001125"),
    "no signature": (cards(sms_sign=""), "KM.00001127"),
    "a signature of 19": (cards(sms_sign="签" * 19), "KM.00001076"),
    "another signature": (cards(sms_sign="别家"), "KM.00001128"),
    "no SMS template": (cards(sms_tpl_id=""), "KM.00001129"),
    "an SMS template of letters": (cards(sms_tpl_id="abc"), "KM.00001134"),
    "an unknown SMS template": (cards(sms_tpl_id="1"), "KM.00001135"),
    "an SMS template without link": (
        cards(sms_tpl_id="15010662", sms_params=["a", "1"]),
        "KM.00001377",
    ),
    "an SMS template in review": (
        cards(sms_tpl_id="15010663", sms_params=["a"]),
        "KM.EMULATOR.TEMPLATE_STATE",
    ),
    "no channel": (cards(channel_number=""), "KM.00001098"),
    "a channel of 22": (cards(channel_number="1" * 22), "KM.00001098"),
    "another channel": (cards(channel_number="10690000002"), "KM.EMULATOR.CHANNEL_MISMATCH"),
    "a jump address of 2049": (cards(custom_url=LINK + "a" * (2_049 - len(LINK))), PARAMETER),
    "a jump address without http": (cards(custom_url="ftp://a.example.com"), PARAMETER),
    "a custom code without domain": (cards(generation_type="2"), PARAMETER),
    "a custom code of 2": (
        cards(generation_type="2", domain="km2n.cn", custom_short_code="ab"),
        PARAMETER,
    ),
    "a domain that is not registered": (cards(domain="other.cn"), PARAMETER),
    "5001 mobiles": (basic(mobiles=phones(5_001)), "KM.90016301"),
    "5001 mobiles in two groups": (individual(5_000, 1), "KM.90016301"),
    "no mobiles": (basic(mobiles=[]), "KM.00001083"),
    "neither mobiles nor groups": (basic(mobiles=None), "KM.00001083"),
    "both mobiles and groups": (values(individual_params=[], dync_params=[]), PARAMETER),
    "no valid mobile": (basic(mobiles=["12345"]), "KM.EMULATOR.NO_VALID_PHONE"),
    "a mobile of 21": (basic(mobiles=["1" * 21]), PARAMETER),
    "0 hours": (basic(expiration_time=0), PARAMETER),
    "73 hours": (basic(expiration_time="73"), PARAMETER),
    "a name of 33": (basic(name="n" * 33), PARAMETER),
    "exdata of 257": (basic(exdata="e" * 257), PARAMETER),
    "a value of 257": (values(dync_params=content("v" * 257, "")), PARAMETER),
    "too few values": (values(dync_params=content("a")), PARAMETER),
    "values in another order": (values(dync_params=content("a", "b")[::-1]), PARAMETER),
    "values for a static template": (basic(dync_params=content("a")), PARAMETER),
    "an unknown basic template": (basic(tpl_id="699999999"), "KM.90016405"),
    "a rejected basic template": (basic(tpl_id="600000003"), "KM.EMULATOR.TEMPLATE_STATE"),
    "101 numbers to check": (capability(phones(101)), "KM.90016301"),
    "no number to check": (capability([]), "KM.00001083"),
    "a digest of 41": (capability(["a" * 41], encryption_alg="SHA1"), PARAMETER),
    "another digest": (capability(ONE, encryption_alg="MD5"), PARAMETER),
    "capability of no template": (capability(ONE, tpl_id="1"), "KM.90016405"),
    "a filter of 21": (aim_list(task_name="n" * 21), PARAMETER),
    "a page of 0": (aim_list(limit=0), PARAMETER),
    "a page of 101": (aim_list(limit=101), PARAMETER),
    "an offset below 0": (aim_list(offset=-1), PARAMETER),
    "an offset past a million": (aim_list(offset=1_000_001), PARAMETER),
    "an unknown state": (aim_list(task_status="Failed"), PARAMETER),
    "an unreadable time": (aim_list(begin_time="yesterday", end_time="today"), PARAMETER),
    "an unknown basic state": (basic_list(task_status="done"), PARAMETER),
    "details without limit": (details(offset=0), PARAMETER),
    "details without offset": (details(limit=1), PARAMETER),
    "a task id of 37": (details(task_id="t" * 37, offset=0, limit=1), PARAMETER),
    "a resolve name of 31": (resolved(task_name="n" * 31, offset=0, limit=1), PARAMETER),
    "an unknown parse state": (resolved(resolved_status="x", offset=0, limit=1), PARAMETER),
    "a callback of 1001": (callback(0, "http://127.0.0.1/" + "c" * 984), PARAMETER),
    "a callback to nowhere": (callback(0, "ftp://127.0.0.1/"), PARAMETER),
    "a callback of no type": (callback(2, "http://127.0.0.1/"), PARAMETER),
}


@pytest.mark.parametrize("case", TAKEN)
def test_a_value_on_the_edge_is_taken(shared_client: Sdk, case: str) -> None:
    TAKEN[case](shared_client)


@pytest.mark.parametrize("case", REFUSED)
def test_a_value_past_the_edge_is_refused_with_the_documented_code_and_nothing_is_taken(
    shared_client: Sdk, shared: EmulatorProcess, case: str
) -> None:
    send, code = REFUSED[case]
    before = shared.stats()["messages"]
    assert refusal_of(lambda: send(shared_client)) == (400, code)
    assert shared.stats()["messages"] == before
