"""KooMessage behind the Gateway port: who asks what, and nothing else."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final, Protocol

from pipeline.core.answer import (
    Answer,
    DayCount,
    FoundTask,
    Hindrance,
    News,
    RecentTasks,
    Refused,
    Renderings,
    Throttled,
    Unanswered,
)
from pipeline.core.model import Channel, Message, Recipients, TaskId, TaskName
from pipeline.core.times import DAY_S
from pipeline.koomessage.answers import ahead_of, answer_of, answered, body_of
from pipeline.koomessage.catalog import KooMessageCatalog
from pipeline.koomessage.decoding import mapping, task_id, text
from pipeline.koomessage.lists import Item, Page, collect, find_named, pages_of
from pipeline.koomessage.probe.look import Prober
from pipeline.koomessage.products import (
    aim,
    aim_basic,
    callbacks,
    capability,
    links,
    send_reports,
    sms,
)
from pipeline.koomessage.transport.calls import Call, GatewayOptions
from pipeline.koomessage.transport.clock_skew import is_apart, say_apart, utc_text
from pipeline.koomessage.transport.credentials import Credentials, FixedKeys
from pipeline.koomessage.transport.opening import wire_to
from pipeline.koomessage.transport.signing import KeyPair, Query
from pipeline.language import Words, filled
from pipeline.ports import Prepared, ReceiptAddress, ReceiptTopic

SEARCH_S: Final = DAY_S
"""We look this far before and after a time, since the zone of the lists' times is not stated."""


class _Product(Protocol):
    """What each product's module says of its sends."""

    @property
    def LIST_PATH(self) -> str: ...  # noqa: N802 - a module's constant

    @property
    def RECIPIENTS_MAX(self) -> int: ...  # noqa: N802 - a module's constant

    def request(
        self, message: Message, name: TaskName, recipients: Recipients
    ) -> tuple[str, bytes]: ...

    def queries(self, name: TaskName, phones: Sequence[str]) -> tuple[Query, ...]: ...

    def read_answer(self, body: bytes, name: TaskName) -> Answer: ...

    def read_tasks(self, body: bytes) -> Page: ...

    def found_task(self, item: Item) -> FoundTask | None: ...


_PRODUCTS: Mapping[Channel, _Product] = MappingProxyType(
    {
        Channel.AIM: aim,
        Channel.AIM_LINKS: sms,
        Channel.AIM_BASIC: aim_basic,
        Channel.SMS: sms,
        Channel.LINKS_ONLY: links,
    }
)


class KooMessageGateway:
    """The Gateway port over HTTP.

    credentials stand in for the options' keys where something else proves who we are; now tells
    epoch seconds.
    """

    def __init__(
        self,
        options: GatewayOptions,
        *,
        credentials: Credentials | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Connect to nothing yet."""
        keys = KeyPair(options.access_key, options.secret_key, options.security_token)
        self._options = options
        self._wire = wire_to(options, credentials or FixedKeys(keys), now)

    def prepare(self, message: Message, name: TaskName, recipients: Recipients) -> Prepared:
        """Encode one request. Raises CampaignInvalid for a message that no request can carry."""
        product = _PRODUCTS[message.channel]
        if not 1 <= len(recipients) <= product.RECIPIENTS_MAX:
            raise ValueError(f"{len(recipients)} recipients do not go in one request")
        path, body = product.request(message, name, recipients)
        messages = 0 if message.channel is Channel.LINKS_ONLY else len(recipients)
        bytes_max = self._options.body_bytes_max
        return Prepared(message.channel, name, path, body, messages, body_bytes_max=bytes_max)

    async def submit(self, prepared: Prepared) -> Answer:
        """Sign as of the intent's time and POST exactly once; not at all by a wrong clock."""
        ahead_s = self._wire.ahead_s
        if ahead_s is not None and is_apart(ahead_s):
            return Throttled(Hindrance.CLOCK, say_apart(ahead_s))
        if len(prepared.body) > self._options.body_bytes_max:
            why = filled("the request has {body} bytes", body=str(len(prepared.body)))
            return Refused("body_too_large", why, split=True, about_rows=True)
        product = _PRODUCTS[prepared.channel]
        reply = await self._wire.exchange(
            Call("POST", prepared.path, body=prepared.body, at=prepared.intended_at)
        )
        return answer_of(reply, lambda body: product.read_answer(body, prepared.task_name))

    async def find(
        self, channel: Channel, name: TaskName, since: float, phones: Sequence[str] = ()
    ) -> tuple[FoundTask, ...] | Unanswered:
        """List the tasks of exactly that name; absent only when all lists were seen whole."""
        product = _PRODUCTS[channel]
        answer: tuple[FoundTask, ...] | Unanswered = Unanswered(Words("there is no such question"))
        for asked in product.queries(name, phones):
            ask = pages_of(self._wire, product.LIST_PATH, (*asked, *_around(since)))
            answer = await find_named(ask, product.read_tasks, product.found_task, name)
            if answer:
                break
        return answer

    async def recent_tasks(self, channel: Channel, since: float, until: float) -> RecentTasks:
        """List what the account sent by a channel between two times, by whomever (its lists)."""
        product = _PRODUCTS[channel]
        window = (("begin_time", utc_text(since)), ("end_time", utc_text(until)))
        ask = pages_of(self._wire, product.LIST_PATH, window)
        listing = await collect(ask, product.read_tasks)
        named = dict.fromkeys((text(row.get("task_name")), _template(row)) for row in listing.rows)
        return RecentTasks(tuple(named), listing.missing)

    async def deliveries(self, task: TaskId) -> tuple[News, ...] | Unanswered:
        """Read the send details (ListAimSendDetails); numbers still under way bring no news."""
        rows = await self._details(aim.DETAILS_PATH, task, (), aim.read_deliveries)
        if isinstance(rows, Unanswered):
            return rows
        return tuple(news for news in map(aim.delivery, rows) if news is not None)

    async def renderings(self, task: TaskId, since: float) -> Renderings | Unanswered:
        """Read the parse details (ListAimResolveDetails) of links made about that time."""
        window = _around(since)
        rows = await self._details(aim.RENDERINGS_PATH, task, window, aim.read_renderings)
        return rows if isinstance(rows, Unanswered) else aim.renderings(rows)

    async def capabilities(
        self, phones: Sequence[str], template: str
    ) -> tuple[News, ...] | Unanswered:
        """Ask about this card, and about any card for those that do not show this one."""
        this_card = await self._capable(phones, template)
        if isinstance(this_card, Unanswered):
            return this_card
        others = [phone for phone in phones if phone not in this_card.shown]
        any_card = await self._capable(others, "") if others else capability.NOBODY
        if isinstance(any_card, Unanswered):
            return any_card
        return capability.news(phones, this_card, any_card)

    async def register_receipts(
        self, channel: Channel, address: str, topic: ReceiptTopic = ReceiptTopic.SENT
    ) -> Unanswered | None:
        """Register an address for receipts (AddVmsCallBack, AddCallBack)."""
        wish = callbacks.encode(channel, address, topic)
        call = Call("POST", callbacks.path(channel), body=wish)
        why_not = answered(await self._wire.exchange(call), callbacks.read_granted)
        if isinstance(why_not, Unanswered):
            return why_not
        return Unanswered(why_not) if why_not else None

    async def receipt_addresses(self, channel: Channel) -> tuple[ReceiptAddress, ...] | Unanswered:
        """List the registered addresses (ListVmsCallbacks, ListAimCallbacks)."""
        reply = await self._wire.exchange(Call("GET", callbacks.path(channel)))
        return answered(reply, partial(callbacks.read_listed, channel))

    async def clock_ahead_s(self) -> float | Unanswered:
        """Ask for one line of a list, and look at the date of an answer that is KooMessage's own.

        An error of KooMessage's will do; whatever stands between dates its pages as well.
        """
        call = Call("GET", aim.PATH, (("limit", 1), ("offset", 0)))
        return ahead_of(await self._wire.exchange(call), aim.read_tasks)

    async def day_counts(
        self, template: str, since: float, until: float
    ) -> tuple[DayCount, ...] | Unanswered:
        """Read the daily reports of a template (ListAimSendReports); they only ask, by a POST."""

        async def page(offset: int) -> bytes | Unanswered:
            wish = send_reports.encode(template, utc_text(since), utc_text(until), offset)
            return body_of(await self._wire.exchange(Call("POST", send_reports.PATH, body=wish)))

        listing = await collect(page, send_reports.read)
        return listing.missing or send_reports.counts(listing.rows, template)

    def catalog(self) -> KooMessageCatalog:
        """Return the questions about what the account has, over the same connections."""
        return KooMessageCatalog(self._wire)

    def prober(self) -> Prober:
        """Return the questions that measure the account, over the same connections."""
        return Prober(self._wire)

    async def close(self) -> None:
        """Release the connections."""
        await self._wire.close()

    async def _details(
        self, path: str, task: TaskId, window: Query, read: Callable[[bytes], Page]
    ) -> tuple[Item, ...] | Unanswered:
        listing = await collect(pages_of(self._wire, path, (("task_id", task), *window)), read)
        if listing.missing is not None:
            return listing.missing
        return tuple(row for row in listing.rows if task_id(row.get("task_id")) in ("", task))

    async def _capable(
        self, phones: Sequence[str], template: str
    ) -> capability.Capable | Unanswered:
        call = Call("POST", capability.PATH, body=capability.encode(phones, template))
        return answered(await self._wire.exchange(call), capability.read)


def _template(row: Item) -> str:
    made = mapping(row.get("resolve_task"))
    named = (row.get("tpl_id"), row.get("template_id"), made.get("tpl_id"))
    return next(filter(None, map(text, named)), "")


def _around(since: float) -> Query:
    return (
        ("begin_time", utc_text(since - SEARCH_S)),
        ("end_time", utc_text(since + SEARCH_S)),
    )
