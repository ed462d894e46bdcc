"""The name that an SMS was sent under, as its receipts repeat it."""

import json

import pytest

from pipeline.koomessage.receipts import ReceiptKind, read_receipt

ENTRY = {"task_id": "t-1", "cust_flag": "13100000000", "send_status": "DELIVRD"}
NAME = "run00001-0000000-001"


def names(*entries: object, kind: str = "sms") -> tuple[tuple[str, str], ...]:
    body = {"request_id": "r-1", "callback_type": kind, "body": json.dumps(list(entries))}
    return read_receipt(json.dumps(body).encode()).names


def test_each_name_is_told_once_with_each_task_that_bears_it() -> None:
    twice = {**ENTRY, "extend": NAME}
    other = {**ENTRY, "extend": NAME, "task_id": "t-2"}
    assert names(twice, {**twice, "cust_flag": "13100000001"}, other) == (
        (NAME, "t-1"),
        (NAME, "t-2"),
    )


@pytest.mark.parametrize("status", ["sending", "MK:0001", None])
def test_a_name_proves_that_the_sms_was_taken_whatever_became_of_it(status: str | None) -> None:
    assert names({**ENTRY, "send_status": status, "extend": NAME}) == ((NAME, "t-1"),)


@pytest.mark.parametrize(
    "entry",
    [
        ENTRY,
        {**ENTRY, "extend": ""},
        {**ENTRY, "extend": None},
        {**ENTRY, "extend": [NAME]},
        {**ENTRY, "extend": "a name of somebody else's making"},
        {**ENTRY, "extend": NAME, "task_id": ""},
        {"extend": NAME},
        "no entry",
    ],
)
def test_what_is_no_name_of_a_task_proves_nothing(entry: object) -> None:
    assert names(entry) == ()


def test_only_an_sms_bears_its_name() -> None:
    assert names({**ENTRY, "extend": NAME, "status": 0}, kind="shortchain") == ()
    video = {"seq_id": "s", "reports": [{**ENTRY, "mobile": "13100000000", "extend": NAME}]}
    read = read_receipt(json.dumps(video).encode())
    assert (read.kind, read.names) == (ReceiptKind.AIM_BASIC, ())
