"""Plain SMS: what is sent, and what every answer proves of each number."""

import json
from dataclasses import replace

import pytest

from pipeline.core.answer import Accepted, FoundTask, Lost, Refused
from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Channel, Message, SmsLeg, TaskId, Value
from pipeline.koomessage.decoding import Unreadable
from pipeline.koomessage.products import sms
from tests.support.koomessage import LEG, NAME, phones, recipients

MESSAGE = Message(Channel.SMS, "", sms=LEG)
ONE, TWO, THREE = phones(3)
TASK = TaskId("t-1")


def answer(status: object, *results: tuple[str, object], task_id: object = "t-1") -> bytes:
    rows = [
        {"to": f"+86{to}", "send_status": code, "msg_id": f"m_{at}", "channel_num": "1069"}
        for at, (to, code) in enumerate(results)
    ]
    return json.dumps({"task_id": task_id, "status": status, "result": rows}).encode()


GOOD = (ONE, "000000"), (TWO, "000000")


def test_an_answer_tells_whom_it_names_and_a_refusal_of_which_task() -> None:
    accepted = sms.read_answer(answer("Success", (ONE, "000000")), NAME)
    assert accepted == Accepted(TASK, named=frozenset({ONE}))
    refused = sms.read_answer(answer("Failed", (ONE, "E200028"), (TWO, "E200028")), NAME)
    assert isinstance(refused, Refused)
    assert refused.task_id == TASK


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (answer("Success", *GOOD), {}),
        (answer("success", (ONE, "000000"), (TWO, "E200028")), {TWO: "E200028"}),
        (answer("Success", (ONE, "E200041"), (TWO, "E200015")), {ONE: "E200041", TWO: "E200015"}),
        (answer("Failed", (ONE, "000000"), (TWO, "E200031")), {TWO: "E200031"}),
        (answer("Success", (ONE, ""), (TWO, None)), {}),
        (answer(None, *GOOD), {}),
        (b'{"task_id":"t-1","status":"Success"}', {}),
        (b'{"task_id":"t-1","status":"Success","result":null}', {}),
        (b'{"task_id":"t-1","status":"Success","result":"none"}', {}),
        (b'{"task_id":"t-1","result":[7,null,{"to":7},{"send_status":"E200028"}]}', {}),
    ],
)
def test_a_task_id_proves_acceptance_and_each_number_tells_of_itself(
    body: bytes, refused: dict[str, str]
) -> None:
    accepted = sms.read_answer(body, NAME)
    assert isinstance(accepted, Accepted)
    assert (accepted.task_id, accepted.refused) == (TASK, refused)


@pytest.mark.parametrize(
    ("body", "code", "stops_run"),
    [
        (answer("Failed", (ONE, "E200030"), (TWO, "E200030")), "E200030", True),
        (answer("Failed", (ONE, "E200029"), (TWO, "E200033")), "E200029", True),
        (answer("Failed", (ONE, "E200028"), (TWO, "E200028")), "E200028", False),
        (answer("Failed", (ONE, "E200030"), (TWO, "E200041")), "E200030", False),
        (answer("fail", (ONE, "E200041"), task_id=None), "E200041", False),
        (b'{"status":"Failed"}', "status Failed", False),
        (b'{"status":"FAILED","task_id":"t-1"}', "status Failed", False),
        (answer("Failed", (ONE, "E200041"), (ONE, "E200041")), "E200041", False),
    ],
)
def test_a_failed_submission_of_which_nobody_was_taken_is_refused(
    body: bytes, code: str, *, stops_run: bool
) -> None:
    refusal = sms.read_answer(body, NAME)
    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.stops_run) == (code, stops_run)
    assert ONE not in refusal.message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b"{}",
        b'{"task_id":null,"status":"Success"}',
        b'{"task_id":"","status":"Success","result":[]}',
        b'{"task_id":{},"status":["Success"]}',
        answer("Success", *GOOD, task_id=None),
        answer("Success", *GOOD)[:-20],
        b'{"task_id":"t-1\xff"}',
        b'{"task_id":' * 100_000,
    ],
)
def test_without_a_task_id_nothing_is_proved(body: bytes) -> None:
    assert isinstance(sms.read_answer(body, NAME), Lost)


@pytest.mark.parametrize("entry", ['"x"', "null", "{}", '{"to":"nobody","send_status":"E200028"}'])
def test_a_failed_submission_whose_results_cannot_all_be_read_proves_nothing(entry: str) -> None:
    readable = f'{{"to":"{ONE}","send_status":"E200028"}}'
    for result in (entry, f"[{entry}]", f"[{readable},{entry}]"):
        if result != "null":  # then it has no results at all
            body = f'{{"task_id":"t-1","status":"Failed","result":{result}}}'
            assert isinstance(sms.read_answer(body.encode(), NAME), Lost), body


@pytest.mark.parametrize("alike", [True, False])
def test_the_name_goes_where_details_and_receipts_will_show_it(*, alike: bool) -> None:
    _, body = sms.request(MESSAGE, NAME, recipients(3, alike=alike))
    said = json.loads(body)
    assert (said["task_name"], said["extend"]) == (NAME, NAME)


def test_equal_values_go_in_one_content_and_different_ones_by_group() -> None:
    path, body = sms.request(MESSAGE, NAME, recipients(2, alike=True))
    assert (path, json.loads(body)["template_params"]) == (sms.PATH, ["张三", "100"])
    who = replace(recipients(3), values=(["a", "b", "a"], ["1", "2", "1"]))
    path, body = sms.request(MESSAGE, NAME, who)
    groups = json.loads(body)["sms_content"]
    assert path == sms.DIFFERENT_PATH
    assert [(group["to"], group["template_params"]) for group in groups] == [
        ([ONE, THREE], ["a", "1"]),
        ([TWO], ["b", "2"]),
    ]


def test_a_link_stands_at_its_place_among_the_values() -> None:
    leg = replace(LEG, link_position=2).with_link(Value(literal="km2g.cn/x"))
    _, body = sms.request(replace(MESSAGE, sms=leg), NAME, recipients(1))
    assert json.loads(body)["template_params"] == ["会员0", "km2g.cn/x", "0"]


def test_a_template_without_values_has_an_empty_list() -> None:
    bare = SmsLeg("10690000001", "15010662", "云商城", "member-app")
    path, body = sms.request(replace(MESSAGE, sms=bare), NAME, recipients(3))
    assert (path, json.loads(body)["template_params"]) == (sms.PATH, [])


def test_without_its_template_nothing_is_encoded() -> None:
    with pytest.raises(CampaignInvalid, match=r"message\.sms"):
        sms.request(replace(MESSAGE, sms=None), NAME, recipients(1))


def test_every_number_given_is_asked_for() -> None:
    assert sms.queries(NAME, [ONE, TWO]) == ((("cust_flag", ONE),), (("cust_flag", TWO),))
    assert sms.queries(NAME, []) == ()


def test_details_show_the_name_beside_a_number() -> None:
    page = sms.read_tasks(
        json.dumps(
            {
                "send_details": [{"task_id": "t-1", "task_name": NAME}, {"task_name": "other"}],
                "page_info": {"total": 2},
            }
        ).encode()
    )
    assert [sms.found_task(row) for row in page.rows] == [FoundTask(NAME, TASK), None]
    with pytest.raises(Unreadable):
        sms.read_tasks(b'{"page_info":{"total":2}}')
