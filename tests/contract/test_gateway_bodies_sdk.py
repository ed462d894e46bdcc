"""The bodies we send, read back through the official SDK's request models."""

import json
from dataclasses import replace
from typing import Any

import pytest
from huaweicloudsdkcore.utils.http_utils import sanitize_for_serialization
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.model import Channel, Message, Recipients, Route, ShortUrl, SmsLeg, Value
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.products import capability
from pipeline.koomessage.transport.calls import GatewayOptions
from tests.support.emulator_sdk import sdk_client
from tests.support.koomessage import AIM_BASIC_MESSAGE, AIM_MESSAGE, LEG, NAME, phones, recipients

NOWHERE = "http://127.0.0.1:9"
CLIENT = sdk_client(NOWHERE)
SMS_MESSAGE = Message(Channel.SMS, "", sms=LEG)
LINKS_MESSAGE = replace(AIM_MESSAGE, channel=Channel.LINKS_ONLY)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
COLUMNS = st.integers(1, 12).flatmap(
    lambda n: st.lists(st.lists(TEXTS, min_size=n, max_size=n), min_size=1, max_size=4)
)
FEW_VALUES = st.lists(st.tuples(*[st.sampled_from("ab")] * 2), min_size=1, max_size=30)


def sent_as(message: Message, who: Recipients, model: str) -> Any:  # noqa: ANN401 - the SDK is untyped
    """Encode a request, and read it as the SDK's model after proving that nothing is lost in it."""
    body = KooMessageGateway(GatewayOptions(NOWHERE)).prepare(message, NAME, who).body
    return read_as(body, model)


def read_as(body: bytes, model: str) -> Any:  # noqa: ANN401 - the SDK is untyped
    plain = json.loads(body)
    read = CLIENT._deserialize(plain, model)
    assert sanitize_for_serialization(read) == plain
    return read


def columns_of(columns: list[list[str]]) -> tuple[Recipients, tuple[Value, ...]]:
    count = len(columns[0])
    who = Recipients(range(count), phones(count), tuple(columns))
    return who, tuple(Value(field) for field in range(len(columns)))


def test_a_smart_message_says_everything_that_the_campaign_says() -> None:
    body = sent_as(AIM_MESSAGE, recipients(2), "CreateAimSendTaskRequestBody")
    assert body.task_name == NAME
    assert body.sms_channel.channel_number == LEG.channel_number
    assert body.sms_channel.sms_tpl_id == LEG.template
    assert body.sms_channel.sms_sign == LEG.signature
    assert body.sms_channel.sms_app_name == LEG.app
    assert body.resolve_task.tpl_id == AIM_MESSAGE.template
    assert body.resolve_task.aim_code_type == "individual"
    assert body.resolve_task.resolve_times == 1
    assert body.resolve_task.expiration_time == 7


@given(columns=COLUMNS)
@settings(max_examples=50, deadline=None)
def test_each_number_of_a_smart_message_bears_its_own_values(columns: list[list[str]]) -> None:
    who, values = columns_of(columns)
    names = [f"参数{n}" for n in range(len(values))]
    message = replace(
        AIM_MESSAGE,
        params=tuple(zip(names, values, strict=True)),
        sms=replace(LEG, params=values[::-1]),
    )
    body = sent_as(message, who, "CreateAimSendTaskRequestBody")
    rows = list(zip(*columns, strict=True))
    assert [link.cust_flag for link in body.resolve_task.params] == list(who.phones)
    shown = [link.dync_params for link in body.resolve_task.params]
    assert shown == [dict(zip(names, row, strict=True)) for row in rows]
    assert [tuple(link.sms_params) for link in body.resolve_task.params] == [
        row[::-1] for row in rows
    ]


def test_without_values_the_sms_list_is_empty_and_the_cards_is_left_out() -> None:
    message = replace(AIM_MESSAGE, params=(), sms=replace(LEG, params=()))
    body = sent_as(message, recipients(2), "CreateAimSendTaskRequestBody")
    assert [link.sms_params for link in body.resolve_task.params] == [[], []]
    assert [link.dync_params for link in body.resolve_task.params] == [None, None]


@given(rows=FEW_VALUES)
@settings(max_examples=50, deadline=None)
def test_each_number_of_a_video_message_bears_its_own_values(rows: list[tuple[str, str]]) -> None:
    who, _ = columns_of([list(column) for column in zip(*rows, strict=True)])
    body = sent_as(AIM_BASIC_MESSAGE, who, "CreateVmsSendTaskRequestBody")
    groups = body.individual_params or [body]
    told = {
        phone: tuple(param.content_detail for param in group.dync_params)
        for group in groups
        for phone in group.mobiles
    }
    assert told == dict(zip(who.phones, rows, strict=True))
    assert sum(len(group.mobiles) for group in groups) == len(who)
    assert len(groups) == len(set(rows))
    assert (body.mobiles is None) != (body.individual_params is None)
    firsts = [group.mobiles[0] for group in groups]
    assert firsts == sorted(firsts)


def test_a_video_messages_values_are_named_as_its_placeholders() -> None:
    body = sent_as(AIM_BASIC_MESSAGE, recipients(3, alike=True), "CreateVmsSendTaskRequestBody")
    assert (body.task_name, body.tpl_id, body.expiration_time) == (NAME, "600000001", 48)
    assert [param.param_name for param in body.dync_params] == ["p_1", "p_2"]
    assert {param.content_type for param in body.dync_params} == {"txt"}
    assert {param.content_source for param in body.dync_params} == {"txt"}
    assert body.mobiles == phones(3)


def test_a_video_message_without_values_has_numbers_only() -> None:
    message = Message(Channel.AIM_BASIC, "600000002")
    body = sent_as(message, recipients(3), "CreateVmsSendTaskRequestBody")
    assert (body.mobiles, body.dync_params, body.individual_params) == (phones(3), None, None)


@pytest.mark.parametrize("template", ["", "700000001"])
def test_a_question_about_handsets_is_the_sdks(template: str) -> None:
    asked = capability.encode(phones(3), template)
    body = read_as(asked, "CheckMobileCapabilityRequestBody")
    assert body.mobiles == phones(3)
    assert body.tpl_id == (template or None)


def test_a_template_with_leading_zeros_stays_text() -> None:
    sms = SmsLeg("10690000001", "00150", "云商城", "member-app")
    message = replace(AIM_MESSAGE, template="000000001", sms=sms)
    body = sent_as(message, recipients(1), "CreateAimSendTaskRequestBody")
    assert (body.resolve_task.tpl_id, body.sms_channel.sms_tpl_id) == ("000000001", "00150")


def test_an_sms_of_equal_values_is_the_sdks() -> None:
    body = sent_as(SMS_MESSAGE, recipients(3, alike=True), "SmsTaskReq")
    assert (body.channel_num, body.template_id) == (LEG.channel_number, LEG.template)
    assert (body.task_name, body.extend, body.to) == (NAME, NAME, phones(3))
    assert body.template_params == ["张三", "100"]


@given(rows=FEW_VALUES)
@settings(max_examples=50, deadline=None)
def test_each_number_of_an_sms_bears_its_own_values(rows: list[tuple[str, str]]) -> None:
    who, _ = columns_of([list(column) for column in zip(*rows, strict=True)])
    if len(set(rows)) == 1:
        assert tuple(sent_as(SMS_MESSAGE, who, "SmsTaskReq").template_params) == rows[0]
        return
    body = sent_as(SMS_MESSAGE, who, "SmsMultiTemplateTaskRequestBody")
    told = {to: tuple(one.template_params) for one in body.sms_content for to in one.to}
    assert told == dict(zip(who.phones, rows, strict=True))
    assert sum(len(one.to) for one in body.sms_content) == len(who)
    assert {one.template_id for one in body.sms_content} == {LEG.template}
    assert (body.channel_num, body.task_name, body.extend) == (LEG.channel_number, NAME, NAME)


@given(columns=COLUMNS)
@settings(max_examples=50, deadline=None)
def test_each_link_bears_its_own_values(columns: list[list[str]]) -> None:
    who, values = columns_of(columns)
    names = [f"参数{n}" for n in range(len(values))]
    message = replace(LINKS_MESSAGE, params=tuple(zip(names, values, strict=True)))
    body = sent_as(message, who, "CreateResolveTaskRequestBody")
    assert (body.tpl_id, body.sms_signs, body.expiration_time) == ("700000001", ["云商城"], 7)
    assert (body.aim_code_type, body.resolving_times) == ("individual", 1)
    assert [link.cust_flag for link in body.params] == list(who.phones)
    rows = zip(*columns, strict=True)
    assert [link.dync_params for link in body.params] == [
        dict(zip(names, row, strict=True)) for row in rows
    ]


@pytest.mark.parametrize(
    "url", [ShortUrl("km2g.cn", custom_code=Value(0)), ShortUrl(custom_url=Value(1)), ShortUrl()]
)
def test_links_may_have_a_form_of_their_own_by_themselves_and_in_a_smart_message(
    url: ShortUrl,
) -> None:
    who = recipients(2)
    alone = replace(LINKS_MESSAGE, short_url=url)
    links = sent_as(alone, who, "CreateResolveTaskRequestBody")
    smart = sent_as(replace(AIM_MESSAGE, short_url=url), who, "CreateAimSendTaskRequestBody")
    for body in (links, smart.resolve_task):
        assert body.domain == (url.domain or None)
        assert body.generation_type == ("2" if url.custom_code else None)
        codes = [one.custom_short_code for one in body.params]
        urls = [one.custom_url for one in body.params]
        assert codes == (list(who.values[0]) if url.custom_code else [None] * 2)
        assert urls == (list(who.values[1]) if url.custom_url else [None] * 2)


def test_an_sms_with_its_link_bears_it_at_its_place() -> None:
    who = recipients(2)
    linked = replace(who, values=(*who.values, ["km2g.cn/a", "km2g.cn/b"]))
    links = replace(AIM_MESSAGE, channel=Channel.AIM_LINKS, fields=("姓名", "积分"))
    assert links.sms is not None
    message = replace(links, sms=replace(links.sms, link_position=2)).by(Route.LINKED)
    body = sent_as(message, linked, "SmsMultiTemplateTaskRequestBody")
    assert [one.template_params for one in body.sms_content] == [
        ["会员0", "km2g.cn/a", "0"],
        ["会员1", "km2g.cn/b", "1"],
    ]
