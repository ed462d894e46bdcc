"""Each body that the reference describes, byte by byte as it is pushed, good and quirky."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from pipeline.koomessage.receipts import ReceiptKind, read_receipt

TASK = "8113760c-787c-4c87-82c8-1d27024fef34"


@dataclass(frozen=True, slots=True)
class Golden:
    """A body, and what it is read as: its kind, its id, and of each entry number, news and code."""

    body: str
    kind: ReceiptKind
    dedupe: str
    news: Sequence[tuple[str, str, str]] = ()
    replies: Sequence[tuple[str, str, bool]] = ()
    left_out: int = 0


def sms(total: str, sequence: str, number: str = "13100000000", status: str = "DELIVRD") -> str:
    """Write a whole SmsCallback, its quotes escaped as within a JSON text."""
    plain = (
        f'{{"task_id":"{TASK}","cust_flag":"{number}","msg_id":"m_{sequence}","tpl_id":"700000001",'
        '"sms_sign":"云商城","aim_code":"x7y8z9","aim_url":"km2g.cn/x7y8z9",'
        '"send_time":"2022-06-01T09:00:40","receive_time":"2022-06-01T09:00:49",'
        f'"send_status":"{status}","send_status_desc":"","total":"{total}",'
        f'"sequence":"{sequence}","extend":""}}'
    )
    return plain.replace('"', '\\"')


def card(status: str, describe: str, number: str = "13100000000") -> str:
    """Write a whole ShortChainCallback, its quotes escaped as within a JSON text."""
    plain = (
        f'{{"task_id":"{TASK}","cust_flag":"{number}","tpl_id":"700000001",'
        f'"aim_url":"km2g.cn/x7y8z9","aim_code":"x7y8z9","status":{status},'
        f'"describe":"{describe}"}}'
    )
    return plain.replace('"', '\\"')


def aim(kind: str, body: str, retry: str = "false") -> str:
    """Write an UpdateAIMSendStatus body."""
    return (
        f'{{"request_id":"r-1","domain_id":"d-1","callback_type":"{kind}","body":"{body}",'
        f'"retry":{retry}}}'
    )


def video(mobile: str, status: str, code: str, desc: str) -> str:
    """Write a SendReport."""
    return (
        f'{{"task_id":"{TASK}","mobile":{mobile},"status":{status},"code":"{code}",'
        f'"desc":"{desc}","stime":"2022-11-06 20:38:33","rtime":"2022-11-06 20:38:35"}}'
    )


GOT = ("13100000000", "delivered", "DELIVRD")
OTHER = ("13100000001", "delivered", "DELIVRD")
SHOWN = ("13100000000", "rendered", "0")

GOLDEN: dict[str, Golden] = {
    "UpdateVmsSendStatus": Golden(
        '{"seq_id":"s-1","reports":['
        + video('"13100000000"', "0", "DELIVRD", "success")
        + ","
        + video('"13100000001"', "1", "MK:0001", "fail")
        + "]}",
        ReceiptKind.AIM_BASIC,
        "s-1",
        (GOT, ("13100000001", "failed", "MK:0001")),
    ),
    "UpdateVmsSendStatus, numbers as numbers and status as text": Golden(
        '{"seq_id":"s-2","reports":[' + video("13100000000", '"0"', "DELIVRD", "success") + "]}",
        ReceiptKind.AIM_BASIC,
        "s-2",
        (GOT,),
    ),
    "UpdateVmsSendStatus, masked as in the example": Golden(
        '{"seq_id":"s-3","reports":[' + video('"131****0000"', "0", "DELIVRD", "success") + "]}",
        ReceiptKind.AIM_BASIC,
        "s-3",
        left_out=1,
    ),
    "UpdateAIMSendStatus sms, url_type 0": Golden(
        aim("sms", sms("1", "1")), ReceiptKind.SMS, "r-1", (GOT,)
    ),
    "UpdateAIMSendStatus sms, spelt as in the example": Golden(
        aim("sms", sms("1", "1", status="Deliverd")),
        ReceiptKind.SMS,
        "r-1",
        (("13100000000", "delivered", "Deliverd"),),
    ),
    "UpdateAIMSendStatus sms, pushed again": Golden(
        aim("sms", sms("1", "1"), retry="true"), ReceiptKind.SMS, "r-1", (GOT,)
    ),
    "UpdateAIMSendStatus sms, url_type 2": Golden(
        aim("sms", f"[{sms('1', '1')},{sms('1', '1', '13100000001')}]"),
        ReceiptKind.SMS,
        "r-1",
        (GOT, OTHER),
    ),
    "UpdateAIMSendStatus sms, one for each of three segments": Golden(
        aim("sms", f"[{sms('3', '2')},{sms('3', '1')},{sms('3', '3', status='MK:0001')}]"),
        ReceiptKind.SMS,
        "r-1",
        (GOT, GOT, ("13100000000", "failed", "MK:0001")),
    ),
    "UpdateAIMSendStatus shortchain, url_type 0": Golden(
        aim("shortchain", card("0", "success")), ReceiptKind.CARD, "r-1", (SHOWN,)
    ),
    "UpdateAIMSendStatus shortchain, url_type 2": Golden(
        aim("shortchain", f"[{card('0', 'ok')},{card('3', 'failed', '13100000001')}]"),
        ReceiptKind.CARD,
        "r-1",
        (SHOWN, ("13100000001", "link_failed", "3")),
    ),
    "AddVmsReplay": Golden(
        f'{{"seq_id":"s-4","result":[{{"task_id":"{TASK}","mobile":"13100000000",'
        '"content":"Hello+everyone","rtime":"2022-11-06 20:38:35"},'
        f'{{"task_id":"{TASK}","mobile":"13100000001","content":"%E9%80%80%E8%AE%A2",'
        '"rtime":"2022-11-06 20:38:35"}]}',
        ReceiptKind.REPLY,
        "s-4",
        replies=(("13100000000", "Hello everyone", False), ("13100000001", "退订", True)),
    ),
    "uplink of the SMS leg": Golden(
        "smsMsgId=m-1&from=%2B8613100000000&to=10690000001&body=%E5%9B%9ETD"
        "&createTime=2018-02-12T15%3A30%3A20Z",
        ReceiptKind.REPLY,
        "m-1",
        replies=(("13100000000", "回TD", True),),
    ),
    "UpdateVMSTemplateStatus, types as in the example": Golden(
        '{"tpl_id":"600000001","tpl_size":1024,"valid_time":20200131,"audit_state":0,'
        '"audit_desc":"","status_detail":[{"carrier":"cmcc","status":0,"desc":""}],'
        '"preview_url":"https://example.com/p","tpl_name":"t","title":"t","tpl_sign":"s",'
        '"create_time":"2022-06-01T09:00:40Z","var_info":[{"name":"#p_1#","type":"txt"}],'
        '"restags":"三网一般"}',
        ReceiptKind.TEMPLATE,
        "",
    ),
    "UpdateVMSTemplateStatus, types as in the table": Golden(
        '{"tpl_id":"600000001","tpl_size":"0","valid_time":"0","audit_state":"2",'
        '"audit_desc":"no","status_detail":[{"carrier":"ctcc","status":"2","desc":"no"}]}',
        ReceiptKind.TEMPLATE,
        "",
    ),
    "status of a card template, whose fields nobody documents": Golden(
        '{"tpl_id":"700000001","tpl_name":"t","audit_state":3,"audit_desc":"no"}',
        ReceiptKind.TEMPLATE,
        "",
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_each_body_of_the_reference_is_read_as_it_is_meant(name: str) -> None:
    golden = GOLDEN[name]
    found = read_receipt(golden.body.encode())
    assert (found.kind, found.left_out) == (golden.kind, golden.left_out)
    assert not golden.dedupe or found.dedupe == golden.dedupe
    assert tuple((one.phone, str(one.kind), one.code) for _, one in found.news) == golden.news
    assert {task for task, _ in found.news} <= {TASK}
    told = tuple((one.phone, one.text, one.opts_out) for one in found.replies)
    assert told == golden.replies


def test_segments_say_how_many_there_are() -> None:
    found = read_receipt(GOLDEN[_SEGMENTS].body.encode())
    assert [one.parts for _, one in found.news] == [3, 3, 3]


_SEGMENTS = "UpdateAIMSendStatus sms, one for each of three segments"
