"""Every kind of receipt: segments, cards of links sent by text, replies, template states."""

import json
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import pytest
from huaweicloudsdkkoomessage import v1 as sdk

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_clients import Caller
from tests.support.emulator_links import make_links
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import (
    Sdk,
    phones,
    refusal_of,
    sdk_client,
    send_basic,
    send_cards,
)
from tests.support.emulator_sms import (
    LINKED,
    content,
    register_aim,
    register_basic,
    send_text,
    send_texts,
)
from tests.support.receivers import receiver

PERFECT = """
[numbers]
capable = 1.0
delivered = 1.0
silent = 0.0
parsed = 1.0
parse_failed = 0.0
deliver_delay_s = [0.0, 0.1]
"""
LONG = "长" * 60


def static_links(client: Sdk, flags: list[str], **changes: object) -> Sdk:
    call = Caller(client, is_async=False)
    return make_links(call, flags, None, tpl_id="700000002", dync_params={}, **changes)


def options(folder: Path, world: str, **more: Any) -> EmulatorOptions:  # noqa: ANN401 -- any option, by name
    path = folder / "world.toml"
    path.write_text(world, encoding="utf-8")
    return EmulatorOptions(world=path, **more)


def change_status(emulator: EmulatorProcess, **body: object) -> tuple[int, dict[str, Any]]:
    where = urlsplit(emulator.url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=240)
    try:
        connection.request("POST", "/_emulator/template-status", json.dumps(body))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_long_text_is_reported_for_each_of_its_segments(tmp_path: Path) -> None:
    # 【云商城】 and 60 characters are 65: values of 5 are still one segment, of 6 they are two.
    world = f'{PERFECT}[sms_templates.15010662]\ncontent = "{LONG}${{1}}${{2}}"\n'
    with running_emulator(tmp_path, options(tmp_path, world)) as emulator, receiver() as customer:
        client = sdk_client(emulator.url)
        register_aim(client, customer.url, 2)
        short = content(["13800000001"], template_params=["四个", "128"])
        long = content(["13800000002"], template_params=["六个字的", "12"])
        longest = content(["13800000003"], template_params=["名" * 20, "9" * 20])
        sent = send_texts(client, [short, long, longest], extend="chunk-7")
        news = customer.news("sms", 5)
        told = sorted(
            (one["cust_flag"], one["sequence"], one["total"], one["msg_id"]) for one in news
        )
        first, second, third = (row.msg_id for row in sent.result)
        assert told == [
            ("13800000001", "1", "1", first),
            ("13800000002", "1", "2", second),
            ("13800000002", "2", "2", second),
            ("13800000003", "1", "2", third),
            ("13800000003", "2", "2", third),
        ]
        assert {one["extend"] for one in news} == {"chunk-7"}
        assert {one["send_status"].upper() for one in news} <= {"DELIVRD", "DELIVERD"}
        assert {one["task_id"] for one in news} == {sent.task_id}


def test_a_long_smart_message_is_reported_for_each_of_its_segments(tmp_path: Path) -> None:
    world = f'{PERFECT}[sms_templates.15010661]\ncontent = "{LONG}${{1}}${{2}}${{3}}"\n'
    with running_emulator(tmp_path, options(tmp_path, world)) as emulator, receiver() as customer:
        client = sdk_client(emulator.url)
        register_aim(client, customer.url, 0)
        send_cards(client, "long", phones(3))
        news = customer.news("sms", 6)
        assert {(one["total"], one["sequence"]) for one in news} == {("2", "1"), ("2", "2")}
        assert len({one["msg_id"] for one in news}) == 3


def test_a_delivered_text_is_sometimes_written_as_the_documents_example_writes_it(
    tmp_path: Path,
) -> None:
    with running_emulator(tmp_path, options(tmp_path, PERFECT)) as emulator, receiver() as customer:
        client = sdk_client(emulator.url)
        register_aim(client, customer.url, 0)
        send_text(client, phones(100))
        codes = [one["send_status"] for one in customer.news("sms", 100)]
        assert 10 < codes.count("Deliverd") < 45
        assert set(codes) == {"Deliverd", "DELIVRD"}


def test_numbers_of_the_world_are_blacklisted_or_empty_by_their_receipts(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator, receiver() as customer:
        client = sdk_client(emulator.url)
        register_aim(client, customer.url, 0)
        answer = send_text(client, ["19900000001", "19900000002"])
        assert {row.send_status for row in answer.result} == {"000000"}
        news = customer.news("sms", 2)
        assert {one["cust_flag"]: one["send_status"] for one in news} == {
            "19900000001": "MBBLACK",
            "19900000002": "MK:0001",
        }
        assert {one["send_status_desc"] for one in news} == {"fail"}


def test_a_link_sent_by_text_shows_its_card_only_under_its_own_signature_and_once(
    tmp_path: Path,
) -> None:
    with running_emulator(tmp_path, options(tmp_path, PERFECT)) as emulator, receiver() as customer:
        client = sdk_client(emulator.url)
        register_aim(client, customer.url, 2)
        links = static_links(client, ["member-1", "member-2"])
        foreign = static_links(client, ["member-3"], sms_signs=["别家"])
        own, mark = links.params[0], f"(KM:{links.params[1].aim_code})"
        urls = [own.aim_url, own.aim_url, mark, foreign.params[0].aim_url, "fnafc.cc/kXfvIwzs"]
        contents = [
            content([phone], template_id=LINKED, template_params=["张三", url, "1"])
            for phone, url in zip(phones(5), urls, strict=True)
        ]
        sent = send_texts(client, contents)
        rendered = [line["truth"]["rendered"] for line in emulator.messages()]
        assert rendered == ["card", "text", "card", "text", "text"]
        assert len(customer.news("sms", 5)) == 5
        emulator.advance(7 * 86_400)
        cards = customer.news("shortchain", 2)
        assert {(one["task_id"], one["cust_flag"], one["aim_url"]) for one in cards} == {
            (links.task_id, "member-1", own.aim_url),
            (links.task_id, "member-2", links.params[1].aim_url),
        }
        assert sent.task_id != links.task_id
        request = sdk.ListAimResolveDetailsRequest(task_id=links.task_id, offset=0, limit=10)
        request.begin_time, request.end_time = "2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
        details = client.list_aim_resolve_details(request).resolve_details
        assert {row.resolved_status for row in details} == {"success"}


def test_an_expired_link_sent_by_text_stays_text(tmp_path: Path) -> None:
    with running_emulator(tmp_path, options(tmp_path, PERFECT)) as emulator:
        client = sdk_client(emulator.url)
        url = static_links(client, ["member-1"], expiration_time=1).params[0].aim_url
        emulator.advance(86_401)
        send_text(client, phones(1), template_id=LINKED, template_params=["张三", url, "1"])
        assert [line["truth"]["rendered"] for line in emulator.messages()] == ["text"]


def test_what_a_link_has_shown_is_known_after_a_restart(tmp_path: Path) -> None:
    chosen = options(tmp_path, PERFECT)
    with running_emulator(tmp_path, chosen) as emulator:
        client = sdk_client(emulator.url)
        url = static_links(client, ["member-1"]).params[0].aim_url
        send_text(client, phones(1), template_id=LINKED, template_params=["张三", url, "1"])
        emulator.kill()
    with running_emulator(tmp_path, chosen) as emulator:
        client = sdk_client(emulator.url)
        send_text(client, phones(1), template_id=LINKED, template_params=["张三", url, "1"])
        assert [line["truth"]["rendered"] for line in emulator.messages()] == ["card", "text"]


def test_replies_to_videos_are_pushed_form_encoded_to_their_own_address(tmp_path: Path) -> None:
    world = f"""{PERFECT}reply_delay_s = [60.0, 120.0]
[numbers.replies]
"R" = 0.2
"TD" = 0.0
"退订" = 0.2
"Thanks, see you at 5+" = 0.1
"""
    with (
        running_emulator(tmp_path, options(tmp_path, world)) as emulator,
        receiver() as status,
        receiver() as uplink,
    ):
        client = sdk_client(emulator.url)
        register_basic(client, status.url, 0)
        register_basic(client, uplink.url, 1)
        task_id = send_basic(client, "replies", phones(300)).data.task_id
        assert len(status.reports(300)) == 300
        assert uplink.is_quiet()
        emulator.advance(121)
        rows = uplink.until(lambda _: True)[0]["result"]
        texts = [unquote_plus(row["content"]) for row in rows]
        assert {row["task_id"] for row in rows} == {task_id}
        assert {"R", "退订", "Thanks, see you at 5+"} <= set(texts)
        assert "TD" not in texts
        assert "Thanks%2C+see+you+at+5%2B" in {row["content"] for row in rows}
        assert len({row["mobile"] for row in rows}) == len(rows)
        assert 100 < len(rows) < 200
        assert status.is_quiet()


def test_a_card_template_changes_on_request_is_pushed_and_sends_are_judged_by_it(
    tmp_path: Path,
) -> None:
    with running_emulator(tmp_path) as emulator, receiver() as customer:
        client = sdk_client(emulator.url)
        register_aim(client, customer.url, 1)
        answer = change_status(emulator, tpl_id="700000001", audit_state=3, audit_desc="含违禁词")
        assert answer == (
            200,
            {"tpl_id": "700000001", "product": "aim", "pushed_to": customer.url},
        )
        news = customer.next()
        assert (news["tpl_id"], news["audit_state"], news["audit_desc"]) == (
            "700000001",
            3,
            "含违禁词",
        )
        refused = refusal_of(lambda: send_cards(client, "off", phones(1)))
        assert refused == (400, "KM.EMULATOR.TEMPLATE_STATE")
        change_status(emulator, tpl_id="700000001", audit_state=2)
        send_cards(client, "on again", phones(1))


def test_a_video_template_tells_the_address_it_was_made_with_and_stays_changed(
    tmp_path: Path,
) -> None:
    with receiver() as customer:
        world = f'[aim_basic_templates.600000002]\ncallback_url = "{customer.url}"\n'
        chosen = options(tmp_path, world)
        with running_emulator(tmp_path, chosen) as emulator:
            assert change_status(emulator, tpl_id="600000002", audit_state=3)[0] == 200
            news = customer.next()
            assert (news["audit_state"], news["tpl_size"], news["valid_time"]) == ("3", "0", "0")
            assert {one["status"] for one in news["status_detail"]} == {"3"}
            emulator.kill()
        with running_emulator(tmp_path, chosen) as emulator:
            client = sdk_client(emulator.url)
            refused = refusal_of(lambda: send_basic(client, "off", phones(1)))
            assert refused == (400, "KM.EMULATOR.TEMPLATE_STATE")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"tpl_id": "1", "audit_state": 2},
        {"tpl_id": "700000001", "audit_state": 4},
        {"tpl_id": "700000001", "tpl_state": 2},
        {"tpl_id": "600000001"},
        {"tpl_id": "600000001", "audit_state": 6},
        {"tpl_id": "600000001", "audit_state": 1, "tpl_state": 0},
        {"tpl_id": "600000001", "audit_state": 1, "audit_desc": "d" * 1_025},
        {"tpl_id": "600000001", "audit_state": "1"},
    ],
)
def test_a_state_that_no_template_can_have_is_refused(tmp_path: Path, body: dict[str, Any]) -> None:
    with running_emulator(tmp_path) as emulator:
        assert change_status(emulator, **body)[0] == 400
