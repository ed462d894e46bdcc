"""The bodies of receipts, as the documents' callback pages show them.

A push is named by what it tells, so that telling the same again, and nothing else, has its name.
"""

import hashlib
from collections.abc import Iterator, Sequence
from urllib.parse import quote_plus

import msgspec

from pipeline.emulator.http.fields import JsonObject
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.fates import DELIVERED
from pipeline.emulator.state.outbox import Kind, Receipt
from pipeline.emulator.state.replies import uplink_form, uplink_of
from pipeline.emulator.state.tasks import Product, SendTask, derived_uuid

_SINGLE, _BATCH = 0, 2
_STATUS, _UPLINK = 0, 1
_CALLBACK_TYPES = {Kind.REPORT: "sms", Kind.PARSED: "shortchain"}
_SHARES = 2.0**-32

Post = tuple[str, JsonObject]


def posts(
    emulation: Emulation, owner: Product, receipts: Sequence[Receipt], *, again: bool = False
) -> Iterator[Post]:
    """Yield each address and body for the receipts, in order; `again` marks a repetition."""
    if not receipts:
        return
    if owner is Product.AIM_BASIC:
        yield from _basic_posts(emulation, receipts)
    else:
        news = [one for one in receipts if one.kind is not Kind.REPLY]
        yield from _card_posts(emulation, news, again=again)
        yield from _uplinks(emulation, [one for one in receipts if one.kind is Kind.REPLY])


def _basic_posts(emulation: Emulation, receipts: Sequence[Receipt]) -> Iterator[Post]:
    retold = emulation.receipt_faults.retold
    status = emulation.callbacks.get((Product.AIM_BASIC, _STATUS))
    reports = [one for one in receipts if one.kind is Kind.REPORT]
    if status is not None and reports:
        rows = [retold(one, _basic_report(emulation, one)) for one in reports]
        yield status.callback_url, {"seq_id": _push_id(reports), "reports": rows}
    uplink = emulation.callbacks.get((Product.AIM_BASIC, _UPLINK))
    replies = [one for one in receipts if one.kind is Kind.REPLY]
    if uplink is not None and replies:
        rows = [retold(one, _reply(emulation, one)) for one in replies]
        yield uplink.callback_url, {"seq_id": _push_id(replies), "result": rows}


def _uplinks(emulation: Emulation, receipts: Sequence[Receipt]) -> Iterator[Post]:
    for one in receipts:
        url = uplink_of(emulation.world, one.task, one.position)
        reply = emulation.replies.of(one.task.phones[one.position])
        if url and reply is not None:
            said = (reply.text, one.due_s)
            yield url, uplink_form(emulation.world, one.task, one.position, said)


def _card_posts(
    emulation: Emulation, receipts: Sequence[Receipt], *, again: bool
) -> Iterator[Post]:
    domain_id = emulation.world.account.domain_id

    def envelope(some: Sequence[Receipt], news: JsonObject | list[JsonObject]) -> JsonObject:
        return {
            "request_id": _push_id(some),
            "domain_id": domain_id,
            "callback_type": _CALLBACK_TYPES[some[0].kind],
            "body": msgspec.json.encode(news).decode(),
            "retry": again,
        }

    single = emulation.callbacks.get((Product.AIM, _SINGLE))
    if single is not None:
        for receipt in receipts:
            yield single.callback_url, envelope([receipt], _card_news(emulation, receipt))
    batch = emulation.callbacks.get((Product.AIM, _BATCH))
    if batch is not None:
        for kind in _CALLBACK_TYPES:
            one_kind = [one for one in receipts if one.kind is kind]
            if one_kind:
                news = [_card_news(emulation, one) for one in one_kind]
                yield batch.callback_url, envelope(one_kind, news)


def _push_id(receipts: Sequence[Receipt]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for one in receipts:
        digest.update(f"{one.task.task_id}:{one.position}:{one.kind:d}:{one.part};".encode())
    return digest.hexdigest()


def _basic_report(emulation: Emulation, receipt: Receipt) -> JsonObject:
    task = receipt.task
    story = emulation.stories.of(task, receipt.position)
    return {
        "task_id": task.task_id,
        "mobile": str(task.phones[receipt.position]),
        "status": 0 if story.delivered else 1,
        "code": story.code,
        "desc": "success" if story.delivered else "fail",
        "stime": emulation.forms.local_spaced(task.created_s),
        "rtime": emulation.forms.local_spaced(receipt.due_s),
    }


def _reply(emulation: Emulation, receipt: Receipt) -> JsonObject:
    phone = receipt.task.phones[receipt.position]
    reply = emulation.replies.of(phone)
    return {
        "task_id": receipt.task.task_id,
        "mobile": str(phone),
        "content": quote_plus(reply.text if reply is not None else ""),
        "rtime": emulation.forms.local_spaced(receipt.due_s),
    }


def _card_news(emulation: Emulation, receipt: Receipt) -> JsonObject:
    return emulation.receipt_faults.retold(receipt, _true_news(emulation, receipt))


def _true_news(emulation: Emulation, receipt: Receipt) -> JsonObject:
    common = _subject(emulation, receipt)
    if receipt.kind is Kind.PARSED:
        return {**common, "status": 0, "describe": "success"}
    task, position = receipt.task, receipt.position
    code = emulation.stories.of(task, position).code
    return {
        **common,
        "task_id": task.task_id,
        "cust_flag": str(task.phones[position]),
        "tpl_id": task.template_at(position),
        "msg_id": task.msg_id(position),
        "sms_sign": task.sign_at(position),
        "send_time": emulation.forms.local(task.created_s),
        "receive_time": emulation.forms.local(receipt.due_s),
        "send_status": _written(emulation, task, position, code),
        "send_status_desc": "success" if code == DELIVERED else "fail",
        "total": str(task.parts(position)),
        "sequence": str(receipt.part),
        "extend": task.sms.extend,
    }


def _subject(emulation: Emulation, receipt: Receipt) -> JsonObject:
    """Say which link the news is about: a text message's link belongs to the task that made it."""
    task, position = receipt.task, receipt.position
    if task.product is not Product.SMS:
        return {
            "task_id": task.task_id,
            "cust_flag": str(task.phones[position]),
            "tpl_id": task.tpl_id,
            "aim_url": task.aim_url(position),
            "aim_code": task.aim_code(position),
        }
    url = task.link(position)
    link = emulation.link_book.find(url) if url else None
    if link is None:
        return {"aim_url": "", "aim_code": ""}
    return {
        "task_id": link.task.task_id,
        "cust_flag": link.task.flags[link.position],
        "tpl_id": link.task.tpl_id,
        "aim_url": url,
        "aim_code": link.task.aim_code(link.position),
    }


def _written(emulation: Emulation, task: SendTask, position: int, code: str) -> str:
    """Write the code of a delivered message now and then as the documents' example does."""
    share = emulation.world.receipts.deliverd
    if code != DELIVERED or not share:
        return code
    draw = int(derived_uuid("deliverd", task.msg_id(position))[:8], 16) * _SHARES
    return "Deliverd" if draw < share else code
