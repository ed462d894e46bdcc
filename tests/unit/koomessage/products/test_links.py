"""Links by themselves: what is asked for, and which of them an answer says were made."""

import json
from dataclasses import replace

import pytest

from pipeline.core.answer import Accepted, FoundTask, Lost
from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Channel, Message, ShortUrl, TaskId, TaskName, Value
from pipeline.koomessage.products import links
from tests.support.koomessage import LEG, NAME, phones, recipients

MESSAGE = Message(
    Channel.LINKS_ONLY,
    "700000001",
    (("name", Value(0)), ("points", Value(1))),
    signatures=("云商城",),
)
ONE, TWO = phones(2)


def answer(*made: dict[str, object], task_id: object = "t-1") -> bytes:
    return json.dumps({"task_id": task_id, "params": list(made)}).encode()


def link(who: str, **changes: object) -> dict[str, object]:
    return {"cust_flag": who, "aim_url": f"km2g.cn/{who[-4:]}", "result_code": "0", **changes}


LINK_ONE, LINK_TWO = (str(link(who)["aim_url"]) for who in (ONE, TWO))


@pytest.mark.parametrize(
    ("body", "made", "refused"),
    [
        (answer(link(ONE), link(TWO)), {ONE: LINK_ONE, TWO: LINK_TWO}, {}),
        (answer(link(ONE, result_code=0)), {ONE: LINK_ONE}, {}),
        (answer(link(ONE, result_code=None)), {ONE: LINK_ONE}, {}),
        (answer(link("+86" + ONE)), {ONE: LINK_ONE}, {}),
        (answer(link(ONE), link(TWO, result_code="KM.1")), {ONE: LINK_ONE}, {TWO: "KM.1"}),
        (answer(link(ONE, aim_url="")), {}, {ONE: "no_link"}),
        (answer(link(ONE, aim_url=None, result_code="9")), {}, {ONE: "9"}),
        (answer(), {}, {}),
        (b'{"task_id":"t-1"}', {}, {}),
        (b'{"task_id":"t-1","params":["x",7,{"aim_url":"km2g.cn/x"}]}', {}, {}),
    ],
)
def test_each_link_was_made_or_not_with_a_code(
    body: bytes, made: dict[str, str], refused: dict[str, str]
) -> None:
    assert links.read_answer(body, NAME) == Accepted(TaskId("t-1"), refused, made)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", answer(link(ONE), task_id=None), answer(link(ONE))[:-9]]
)
def test_without_a_task_id_nothing_is_proved(body: bytes) -> None:
    assert isinstance(links.read_answer(body, NAME), Lost)


def test_a_link_is_for_one_handset_and_shown_once() -> None:
    path, body = links.request(MESSAGE, NAME, recipients(2))
    said = json.loads(body)
    assert path == links.PATH
    assert (said["aim_code_type"], said["resolving_times"]) == ("individual", 1)
    assert said["params"] == [
        {"cust_flag": ONE, "dync_params": {"name": "会员0", "points": "0"}},
        {"cust_flag": TWO, "dync_params": {"name": "会员1", "points": "1"}},
    ]
    assert not said.keys() & {"generation_type", "domain"}


def test_the_signatures_are_the_campaigns_own_or_those_of_its_sms() -> None:
    several = replace(MESSAGE, signatures=("云商城", "商城"))
    assert json.loads(links.request(several, NAME, recipients(1))[1])["sms_signs"] == [
        "云商城",
        "商城",
    ]
    carried = replace(MESSAGE, signatures=(), sms=LEG)
    assert json.loads(links.request(carried, NAME, recipients(1))[1])["sms_signs"] == ["云商城"]
    with pytest.raises(CampaignInvalid, match=r"message\.signatures"):
        links.request(replace(MESSAGE, signatures=()), NAME, recipients(1))


@pytest.mark.parametrize(
    ("url", "kind", "entry"),
    [
        (ShortUrl(domain="km2g.cn"), None, {}),
        (ShortUrl("km2g.cn", custom_code=Value(0)), "2", {"custom_short_code": "会员0"}),
        (
            ShortUrl(custom_url=Value(literal="http://a.cn/x")),
            None,
            {"custom_url": "http://a.cn/x"},
        ),
    ],
)
def test_a_campaign_may_shape_its_links(
    url: ShortUrl, kind: str | None, entry: dict[str, str]
) -> None:
    message = replace(MESSAGE, params=(), short_url=url)
    said = json.loads(links.request(message, NAME, recipients(1))[1])
    assert said.get("generation_type") == kind
    assert said.get("domain", "") == url.domain
    assert said["params"] == [{"cust_flag": ONE, **entry}]


def test_a_parse_task_bears_no_name_that_could_be_asked_for() -> None:
    assert links.queries(NAME, [ONE]) == ()
    listed = b'{"resolve_tasks":[{"task_id":"t-1","task_name":"ZF1"}],"page_info":{"total":1}}'
    (row,) = links.read_tasks(listed).rows
    assert links.found_task(row) == FoundTask(TaskName("ZF1"), TaskId("t-1"))
    assert links.found_task({"task_name": "ZF1"}) is None
