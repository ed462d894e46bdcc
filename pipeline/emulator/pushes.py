"""Push receipts to whoever registered for them, in order and once.

What the receiver answers is ignored, as documented. Only loopback addresses are pushed to: the
numbers of a rehearsal are often real.
"""

import asyncio
import ipaddress
import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from urllib.parse import urlsplit

import aiohttp
import msgspec

from pipeline.emulator.emulation import Emulation, JsonObject
from pipeline.emulator.fates import DELIVERED
from pipeline.emulator.receipts import Kind, Outbox, Receipt
from pipeline.emulator.tasks import Product, derived_uuid

_SINGLE, _BATCH = 0, 2
_CALLBACK_TYPES = {Kind.REPORT: "sms", Kind.PARSED: "shortchain"}

Post = tuple[str, JsonObject]


@asynccontextmanager
async def pushing(emulation: Emulation, *, hold_s: float) -> AsyncIterator[None]:
    """Push receipts while the context lasts, after holding them for a moment."""
    timeout = aiohttp.ClientTimeout(total=emulation.world.receipts.push_timeout_s)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(
            aiohttp.ClientSession(trust_env=False, timeout=timeout)
        )
        pushers = [
            asyncio.create_task(_Pusher(emulation, product, session).run(hold_s))
            for product in Product
        ]
        try:
            yield
        finally:
            for pusher in pushers:
                pusher.cancel()
            await asyncio.gather(*pushers, return_exceptions=True)


class _Pusher:
    def __init__(
        self, emulation: Emulation, product: Product, session: aiohttp.ClientSession
    ) -> None:
        self._emulation = emulation
        self._product = product
        self._session = session
        self._outbox: Outbox = emulation.outboxes[product]
        self._pushes = itertools.count()

    async def run(self, hold_s: float) -> None:
        if self._outbox.is_open:
            await asyncio.sleep(hold_s)
        most = self._emulation.world.receipts.reports_per_push
        while True:
            receipts = self._outbox.take(self._emulation.clock.now_s(), most)
            if not receipts:
                await self._wait()
                continue
            for url, body in self._posts(receipts):
                await self._post(url, body)
            # Without the mark a restart pushes these again, which receivers must bear anyway.
            with suppress(OSError):
                self._emulation.pushed(self._product, receipts[-1].due_s)

    async def _wait(self) -> None:
        self._outbox.changed.clear()
        next_s = self._outbox.next_s()
        left_s = None if next_s is None else max(next_s - self._emulation.clock.now_s(), 0.0)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._outbox.changed.wait(), left_s)

    async def _post(self, url: str, body: JsonObject) -> None:
        if not is_loopback(url):
            return
        headers = {"Content-Type": "application/json;charset=UTF-8"}
        data = msgspec.json.encode(body)
        with suppress(aiohttp.ClientError, TimeoutError, OSError, ValueError):
            async with self._session.post(
                url, data=data, headers=headers, allow_redirects=False
            ) as answer:
                await answer.release()

    def _posts(self, receipts: Sequence[Receipt]) -> Iterator[Post]:
        if self._product is Product.AIM_BASIC:
            yield from self._basic_posts(receipts)
        else:
            yield from self._card_posts(receipts)

    def _basic_posts(self, receipts: Sequence[Receipt]) -> Iterator[Post]:
        callback = self._emulation.callbacks.get((Product.AIM_BASIC, 0))
        if callback is not None:
            reports = [_basic_report(self._emulation, receipt) for receipt in receipts]
            yield callback.callback_url, {"seq_id": self._push_id(), "reports": reports}

    def _card_posts(self, receipts: Sequence[Receipt]) -> Iterator[Post]:
        single = self._emulation.callbacks.get((Product.AIM, _SINGLE))
        if single is not None:
            for receipt in receipts:
                news = _card_news(self._emulation, receipt)
                yield single.callback_url, self._envelope(receipt.kind, news)
        batch = self._emulation.callbacks.get((Product.AIM, _BATCH))
        if batch is not None:
            for kind in Kind:
                one_kind = [one for one in receipts if one.kind is kind]
                if one_kind:
                    all_news = [_card_news(self._emulation, one) for one in one_kind]
                    yield batch.callback_url, self._envelope(kind, all_news)

    def _envelope(self, kind: Kind, news: JsonObject | list[JsonObject]) -> JsonObject:
        return {
            "request_id": self._push_id(),
            "domain_id": self._emulation.world.account.domain_id,
            "callback_type": _CALLBACK_TYPES[kind],
            "body": msgspec.json.encode(news).decode(),
            "retry": False,
        }

    def _push_id(self) -> str:
        started = f"{self._product}:{self._emulation.clock.now_s()}:{next(self._pushes)}"
        return derived_uuid("push", started).replace("-", "")


def is_loopback(url: str) -> bool:
    """Tell whether an address is on this machine, without asking any name server."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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


def _card_news(emulation: Emulation, receipt: Receipt) -> JsonObject:
    task, position = receipt.task, receipt.position
    common: JsonObject = {
        "task_id": task.task_id,
        "cust_flag": str(task.phones[position]),
        "tpl_id": task.tpl_id,
        "aim_url": task.aim_url(position),
        "aim_code": task.aim_code(position),
    }
    if receipt.kind is Kind.PARSED:
        return {**common, "status": 0, "describe": "success"}
    code = emulation.stories.of(task, position).code
    return {
        **common,
        "msg_id": task.msg_id(position),
        "sms_sign": task.sms_sign,
        "send_time": emulation.forms.local(task.created_s),
        "receive_time": emulation.forms.local(receipt.due_s),
        "send_status": code,
        "send_status_desc": "success" if code == DELIVERED else "fail",
        "total": "1",
        "sequence": "1",
        "extend": "",
    }
