"""Pushed receipts: every documented shape, every slip of the documents, and garbage."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.answer import News, NewsKind
from pipeline.core.model import TaskId
from pipeline.core.outcome import TIMED_OUT_CODE
from pipeline.koomessage.receipts import Receipt, ReceiptKind, read_receipt
from pipeline.ports import Reply

TASK = TaskId("8113760c-787c-4c87-82c8-1d27024fef34")
REPORT = {
    "task_id": TASK,
    "mobile": "13100000000",
    "status": 0,
    "code": "DELIVRD",
    "desc": "success",
    "stime": "2022-11-06 20:38:33",
    "rtime": "2022-11-06 20:38:35",
}
SMS = {
    "task_id": TASK,
    "cust_flag": "13100000000",
    "msg_id": "m_1",
    "send_time": "2022-06-01T09:00:40",
    "receive_time": "2022-06-01T09:00:49",
    "send_status": "DELIVRD",
    "total": "1",
    "sequence": "1",
}
CARD = {"task_id": TASK, "cust_flag": "13100000000", "aim_url": "km2g.cn/x", "status": 0}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def read(pushed: object) -> Receipt:
    return read_receipt(json.dumps(pushed).encode())


def video(*reports: object) -> dict[str, object]:
    return {"seq_id": "s-1", "reports": list(reports)}


def aim(kind: str, body: object) -> dict[str, object]:
    return {"request_id": "r-1", "domain_id": "d", "callback_type": kind, "body": body}


def news_of(receipt: Receipt) -> News:
    ((task, news),) = receipt.news
    assert task == TASK
    assert (receipt.left_out, receipt.why) == (0, "")
    return news


@pytest.mark.parametrize(
    ("changes", "kind", "code"),
    [
        ({}, NewsKind.DELIVERED, "DELIVRD"),
        ({"code": "Deliverd"}, NewsKind.DELIVERED, "Deliverd"),
        ({"code": "", "status": "0"}, NewsKind.DELIVERED, "DELIVRD"),
        ({"mobile": 13100000000, "status": "0"}, NewsKind.DELIVERED, "DELIVRD"),
        ({"mobile": "+8613100000000"}, NewsKind.DELIVERED, "DELIVRD"),
        ({"code": "MK:0001", "status": 1}, NewsKind.FAILED, "MK:0001"),
        ({"code": None, "status": 5}, NewsKind.FAILED, "fail"),
        ({"code": "mk:0001", "status": 1}, NewsKind.FAILED, "MK:0001"),
    ],
)
def test_a_video_report_tells_of_one_number(
    changes: dict[str, Any], kind: NewsKind, code: str
) -> None:
    receipt = read(video({**REPORT, **changes}))
    assert (receipt.kind, receipt.dedupe) == (ReceiptKind.AIM_BASIC, "s-1")
    assert news_of(receipt) == News("13100000000", kind, code, "2022-11-06 20:38:35")


@pytest.mark.parametrize("form", ["text of one", "text of several", "object", "list"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("DELIVRD", NewsKind.DELIVERED),
        ("Deliverd", NewsKind.DELIVERED),
        ("delivered", NewsKind.DELIVERED),
        ("MK:0001", NewsKind.FAILED),
        ("EXPIRED", NewsKind.FAILED),
    ],
)
def test_an_sms_receipt_tells_of_one_number(form: str, status: str, kind: NewsKind) -> None:
    entry = {**SMS, "send_status": status}
    bodies = {
        "text of one": json.dumps(entry),
        "text of several": json.dumps([entry]),
        "object": entry,
        "list": [entry],
    }
    receipt = read(aim("sms", bodies[form]))
    assert (receipt.kind, receipt.dedupe) == (ReceiptKind.SMS, "r-1")
    assert news_of(receipt) == News("13100000000", kind, status, "2022-06-01T09:00:49", 1)


@pytest.mark.parametrize("status", ["UNKNOWN", "000000", "ACCEPTED", "0", "MK:0000", "ZZ:1"])
def test_a_code_that_nobody_knows_is_news_that_proves_nothing(status: str) -> None:
    for pushed in (
        aim("sms", {**SMS, "send_status": status}),
        video({**REPORT, "code": status, "status": 1}),
    ):
        ((_, news),) = read(pushed).news
        assert news.kind is NewsKind.UNKNOWN_CODE
        assert news.code.startswith(status)


@pytest.mark.parametrize("status", ["", None])
def test_an_sms_receipt_without_a_status_is_counted_and_says_nothing(status: object) -> None:
    receipt = read(aim("sms", {**SMS, "send_status": status}))
    assert (receipt.news, receipt.left_out) == ((), 1)


@pytest.mark.parametrize(
    "code",
    [
        *("undeliv", "REJECTD", "DELETED", "SGIP:10", "MB:1041", "IA:0053", "ID:0076", "CA:0051"),
        *("CB:0010", "SM:92", "XA:0011", "DJ:0001", "M2:0045", "MN:0011", "E200015", "BLACK"),
    ],
)
def test_a_code_of_the_known_failures_is_a_failure_however_it_is_written(code: str) -> None:
    news = news_of(read(aim("sms", {**SMS, "send_status": code.lower()})))
    assert (news.kind, news.code) == (NewsKind.FAILED, code.upper())


def test_silence_of_the_carriers_is_known_however_it_is_written() -> None:
    news = news_of(read(aim("sms", {**SMS, "send_status": "Expired"})))
    assert (news.kind, news.code) == (NewsKind.FAILED, TIMED_OUT_CODE)


@pytest.mark.parametrize(
    ("status", "code"), [(0, "UNDELIV"), (0, "MK:0001"), (1, "DELIVRD"), (5, "0"), (0, "what")]
)
def test_a_video_report_that_contradicts_itself_proves_nothing_and_is_counted_as_odd(
    status: int, code: str
) -> None:
    receipt = read(video(REPORT, {**REPORT, "status": status, "code": code}))
    assert [news.kind for _, news in receipt.news] == [NewsKind.DELIVERED, NewsKind.UNKNOWN_CODE]
    assert (receipt.odd, receipt.left_out, receipt.whole) == (1, 0, False)
    assert receipt.why


@pytest.mark.parametrize(
    "written", [TASK.replace("-", ""), TASK.upper(), TASK.replace("-", "").upper(), f" {TASK} "]
)
def test_a_task_id_is_the_same_however_it_is_written(written: str) -> None:
    sms = read(aim("sms", {**SMS, "task_id": written, "extend": "run00001-0000001-01"}))
    assert sms.names == (("run00001-0000001-01", TASK),)
    video_ = read(video({**REPORT, "task_id": written}))
    card = read(aim("shortchain", {**CARD, "task_id": written}))
    for receipt in (sms, video_, card):
        assert [task for task, _ in receipt.news] == [TASK]
    reply = {"task_id": written, "mobile": "13100000000", "content": "x"}
    assert read({"seq_id": "s", "result": [reply]}).replies[0].task == TASK


@pytest.mark.parametrize(
    ("total", "parts"),
    [("3", 3), (2, 2), ("", 0), (None, 0), ("many", 0), ("0", 0), (-1, 0), ("1000", 0)],
)
def test_an_sms_receipt_tells_into_how_many_parts_it_was_cut(total: object, parts: int) -> None:
    assert news_of(read(aim("sms", {**SMS, "total": total}))).parts == parts


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (0, NewsKind.RENDERED, "0"),
        ("0", NewsKind.RENDERED, "0"),
        ("000000", NewsKind.RENDERED, "000000"),
        (3, NewsKind.LINK_FAILED, "3"),
        ("KM.1", NewsKind.LINK_FAILED, "KM.1"),
    ],
)
def test_a_card_receipt_tells_whether_the_card_was_shown(
    status: object, kind: NewsKind, code: str
) -> None:
    receipt = read(aim("ShortChain", json.dumps({**CARD, "status": status})))
    assert receipt.kind is ReceiptKind.CARD
    assert news_of(receipt) == News("13100000000", kind, code)


@pytest.mark.parametrize("status", ["sending", "ACCEPTD", "ENROUTE"])
def test_an_sms_still_under_way_is_no_news(status: str) -> None:
    receipt = read(aim("sms", json.dumps({**SMS, "send_status": status})))
    assert (receipt.news, receipt.left_out) == ((), 0)


BAD = [
    {},
    {**REPORT, "mobile": "131****0000"},
    {**REPORT, "task_id": ""},
    {**REPORT, "task_id": None},
    {**REPORT, "code": None, "status": None},
    "text",
    None,
]


def test_bad_entries_are_counted_and_spoil_no_others() -> None:
    good = [{**REPORT, "mobile": str(13100000000 + n)} for n in range(5000)]
    receipt = read(video(*good[:2500], *BAD, *good[2500:]))
    assert [news.phone for _, news in receipt.news] == [entry["mobile"] for entry in good]
    assert receipt.left_out == len(BAD)
    assert receipt.why


def test_a_reply_to_a_video_is_read_with_its_text_decoded() -> None:
    entry = {"task_id": TASK, "mobile": "13100000000", "rtime": "2022-11-06 20:38:35"}
    said = {"It%2Cs+late": ("It,s late", False), "%E9%80%80%E8%AE%A2": ("退订", True)}
    pushed = {"seq_id": "s", "result": [{**entry, "content": text} for text in said]}
    receipt = read(pushed)
    assert (receipt.kind, receipt.dedupe, receipt.whole) == (ReceiptKind.REPLY, "s", True)
    assert receipt.replies == tuple(
        Reply("13100000000", text, "2022-11-06 20:38:35", TASK, opts_out)
        for text, opts_out in said.values()
    )


def test_a_reply_without_a_number_is_counted_and_spoils_no_others() -> None:
    good = {"task_id": TASK, "mobile": "13100000000", "content": "T"}
    receipt = read({"seq_id": "s", "result": [good, {"content": "T"}, 5]})
    assert (len(receipt.replies), receipt.left_out, receipt.whole) == (1, 2, False)


FORM = (
    b"smsMsgId=m-1&from=%2B8613100000000&to=10690000001&body=%E5%9B%9ET"
    b"&createTime=2018-02-12T15%3A30%3A20Z"
)


def test_a_reply_to_an_sms_comes_as_a_form() -> None:
    receipt = read_receipt(FORM)
    reply = Reply("13100000000", "回T", "2018-02-12T15:30:20Z", "", opts_out=True)
    assert receipt == Receipt(ReceiptKind.REPLY, "m-1", replies=(reply,))


@pytest.mark.parametrize("form", [b"from=&body=T", b"from=12345&body=T", b"from=x&body=%ff%fe"])
def test_a_reply_to_an_sms_without_a_mobile_number_is_kept_as_not_understood(form: bytes) -> None:
    receipt = read_receipt(form)
    assert (receipt.kind, receipt.whole, receipt.replies) == (ReceiptKind.REPLY, False, ())


@pytest.mark.parametrize("body", [b"a=1&b=%zz", b"from=13100000000", b"&" * 1000])
def test_any_other_form_is_not_known(body: bytes) -> None:
    assert read_receipt(body).kind is ReceiptKind.UNKNOWN


def test_an_sms_of_no_task_is_known_by_its_own_id() -> None:
    receipt = read(aim("sms", json.dumps({**SMS, "task_id": ""})))
    assert [task for task, _ in receipt.news] == ["m_1"]


def test_a_templates_status_is_told() -> None:
    assert read({"tpl_id": 1, "audit_state": "0"}).kind is ReceiptKind.TEMPLATE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<html>",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"callback_type":"else","body":"{}"}',
        b'{"seq_id":1}',
    ],
)
def test_a_body_of_no_known_shape_is_told_so(body: bytes) -> None:
    receipt = read_receipt(body)
    assert (receipt.kind, receipt.news) == (ReceiptKind.UNKNOWN, ())
    assert receipt.why
    assert receipt.dedupe


@pytest.mark.parametrize("body", ["{", "[" * 100_000, 7, None])
def test_a_known_receipt_with_a_broken_body_is_told_so(body: object) -> None:
    receipt = read(aim("sms", body))
    assert (receipt.kind, receipt.news) == (ReceiptKind.SMS, ())
    assert receipt.left_out == 1
    assert receipt.why


def test_the_same_push_twice_is_known_by_its_id() -> None:
    first, again = read(video(REPORT)), read(video(REPORT, REPORT))
    assert first.dedupe == again.dedupe
    nameless = {"reports": [REPORT]}
    assert read(nameless).dedupe == read(nameless).dedupe
    assert read(nameless).dedupe != read({"reports": [REPORT, REPORT]}).dedupe


@given(st.binary() | st.text().map(str.encode))
def test_no_bytes_are_an_exception(body: bytes) -> None:
    assert read_receipt(body).dedupe


@given(JSON, st.sampled_from(["sms", "shortchain", "x"]), JSON)
def test_no_shape_is_an_exception(inner: object, kind: str, reports: object) -> None:
    for pushed in (
        inner,
        aim(kind, json.dumps(inner)),
        aim(kind, inner),
        {"reports": reports},
        {"result": reports},
    ):
        assert read(pushed).dedupe
