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
        news = [receipt for receipt in receipts if receipt.kind is not Kind.REPLY]
        yield from _card_posts(emulation, news, again=again)
        yield from _uplinks(
            emulation, [receipt for receipt in receipts if receipt.kind is Kind.REPLY]
        )


def _basic_posts(emulation: Emulation, receipts: Sequence[Receipt]) -> Iterator[Post]:
    retold = emulation.receipt_faults.retold
    for url_type, kind, key, row_of in _BASIC_PUSHES:
        callback = emulation.callbacks.get((Product.AIM_BASIC, url_type))
        news = [receipt for receipt in receipts if receipt.kind is kind]
        if callback is not None and news:
            rows = [retold(receipt, row_of(emulation, receipt)) for receipt in news]
            yield callback.callback_url, {"seq_id": _push_id(news), key: rows}


def _uplinks(emulation: Emulation, receipts: Sequence[Receipt]) -> Iterator[Post]:
    for receipt in receipts:
        url = uplink_of(emulation.world, receipt.task, receipt.position)
        reply = emulation.replies.of(receipt.task.phones[receipt.position])
        if url and reply is not None:
            said = (reply.text, receipt.due_s)
            yield url, uplink_form(emulation.world, receipt.task, receipt.position, said)


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
            one_kind = [receipt for receipt in receipts if receipt.kind is kind]
            if one_kind:
                news = [_card_news(emulation, receipt) for receipt in one_kind]
                yield batch.callback_url, envelope(one_kind, news)


def _push_id(receipts: Sequence[Receipt]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for receipt in receipts:
        digest.update(
            f"{receipt.task.task_id}:{receipt.position}:{receipt.kind:d}:{receipt.part};".encode()
        )
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


# By the type of the registered address (AddVmsCallBack): send status, and what people answer.
_BASIC_PUSHES = ((0, Kind.REPORT, "reports", _basic_report), (1, Kind.REPLY, "result", _reply))
