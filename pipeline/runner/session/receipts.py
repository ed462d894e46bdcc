"""Wire the receipts listener: KooMessage's words in, the ledger's rows out."""

import asyncio
import hashlib
import os
import secrets
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.core.answer import Unanswered
from pipeline.core.errors import CredentialsRefused, LedgerUnwritable, ProviderUnavailable
from pipeline.core.model import Channel, Message
from pipeline.core.routing import channels_of
from pipeline.koomessage.products.callbacks import TOPICS, path
from pipeline.koomessage.receipts import ReceiptKind, read_receipt
from pipeline.language import Words, filled
from pipeline.logs import Event, EventLog
from pipeline.ports import (
    OTHER_ACCOUNT,
    Clock,
    Gateway,
    PushedReceipt,
    ReceiptBook,
    ReceiptTopic,
    StrangerRule,
)
from pipeline.runner.door.judge import Judge
from pipeline.runner.session.serve_lock import attended
from pipeline.settings import Campaign, Receipts
from pipeline.settings.bounds import variable_shown
from pipeline.web.access import AccessControl, AccessOptions
from pipeline.web.listener import Listener, Store, serve_app

_TOKEN_BYTES = 24
_DIGEST_BYTES = 16


@asynccontextmanager
async def listening(
    campaign: Campaign, state: Path, store: Store, events: EventLog
) -> AsyncIterator[str | None]:
    """Listen for receipts while the block runs, where the campaign says so.

    Yields the address that they come to, None where it is not known or nobody listens. Where
    `koosend serve` takes this state folder's receipts already, it goes on doing so.
    """
    receipts = campaign.receipts
    if receipts is None:
        yield None
        return
    served = attended(state)
    if served is not None:
        events.emit(Event.RECEIPTS_LISTENING, host=served.place, by="koosend serve")
        yield served.address or None
        return
    token = path_token(receipts, made_up=campaign.account.is_emulator, where=str(campaign.file))
    listener = Listener(access_of(receipts, token), store, events.emit)
    host, port = receipts.place
    async with serve_app(host, port, listener.app(), "receipts.listen") as address:
        events.emit(Event.RECEIPTS_LISTENING, host=host, by=Words("this command"))
        yield receipts_address(f"http://{address}", token)


def receipts_address(base: str, token: str) -> str:
    """Write the whole address that receipts are pushed to: secret in the path, then a hint."""
    return f"{base.rstrip('/')}/{token}/receipts"


async def tell_emulator(campaign: Campaign, gateway: Gateway, address: str | None) -> None:
    """Tell the emulator where receipts are listened for.

    KooMessage itself must have been told once: `koosend receipts register`.
    """
    if address is None or not campaign.account.is_emulator:
        return
    for channel, topic in topics(campaign.message):
        answer = await gateway.register_receipts(channel, address, topic)
        if isinstance(answer, Unanswered):
            raise ProviderUnavailable(
                filled("the emulator does not take the receipts' address: {why}", why=answer.why),
                "KS6907",
            )


def topics(message: Message) -> tuple[tuple[Channel, ReceiptTopic], ...]:
    """Return what a campaign wants to be told of, its fallbacks included.

    Channels whose addresses are registered at the same place stand as one of them.
    """
    places = {path(channel): channel for channel in reversed(channels_of(message))}
    return tuple(
        (channel, topic) for channel in reversed(places.values()) for topic in TOPICS[channel]
    )


def access_of(receipts: Receipts, token: str) -> AccessControl:
    """Build the access control of [receipts]. Raises CampaignInvalid for a guessable token."""
    former = os.environ.get(receipts.former_token_env, "") if receipts.former_token_env else ""
    return AccessControl(AccessOptions(token, former, receipts.allow, receipts.proxies))


def path_token(receipts: Receipts, *, made_up: bool, where: str) -> str:
    """Return the secret part of the listener's path.

    made_up says that one may be made up where the environment holds none, as for the emulator;
    otherwise that raises CredentialsRefused.
    """
    token = os.environ.get(receipts.path_token_env, "")
    if token:
        return token
    if made_up:
        return secrets.token_urlsafe(_TOKEN_BYTES)
    raise CredentialsRefused(
        filled(
            "the environment variable {variable}, which {where} names under [receipts], is "
            "not set; it is the secret part of the address that receipts come to",
            variable=variable_shown(receipts.path_token_env),
            where=where,
        ),
        "KS7702",
    )


GROUP_MAX = 500
GROUP_BYTES_MAX = 8 * 1024 * 1024
WAITING_BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Waiting:
    at: float
    body: bytes
    kept: asyncio.Future[None]


_Stored = tuple[int, PushedReceipt, str]
"""A stored receipt's number, what was read of it, and why not more."""


class ReceiptKeeper:
    """Store bodies in the order they come; those that wait together share one transaction.

    The transaction runs in a thread, so that a ledger that is busy planning a run keeps nobody
    else from being answered.
    """

    def __init__(
        self,
        book: ReceiptBook,
        clock: Clock,
        events: EventLog,
        judge: Judge | None = None,
    ) -> None:
        """Begin with nothing waiting.

        judge is asked before anything is stored. What it raises refuses the receipt, so that it is
        pushed again. Without one everything is taken as this account's.
        """
        self._book = book
        self._judge = judge
        self._clock = clock
        self._events = events
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        self._waits = 0
        self._draining: asyncio.Task[None] | None = None

    async def store(self, _hint: str, body: bytes) -> None:
        """Return once the body is on disk. Raises LedgerUnwritable where it cannot be.

        What a body is, it says itself; the path is only where somebody sent it.
        """
        if self._waiting_bytes + len(body) > WAITING_BYTES_MAX:
            raise LedgerUnwritable(Words("too many receipts wait for the ledger"), "KS7410")
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(self._clock.now(), body, kept))
        self._waiting_bytes += len(body)
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
        await kept

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._keep(self._take())
        finally:
            self._draining = None

    def _take(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        size = 0
        while self._waiting and len(group) < GROUP_MAX and size < GROUP_BYTES_MAX:
            group.append(self._waiting.popleft())
            size += len(group[-1].body)
        self._waiting_bytes -= size
        return group

    async def _keep(self, group: Sequence[_Waiting]) -> None:
        try:
            stored = await asyncio.to_thread(self._store, group)
        except Exception as error:  # noqa: BLE001 -- it is raised to everybody who waits
            for waiting in group:
                if not waiting.kept.done():
                    waiting.kept.set_exception(error)
            return
        for waiting in group:
            if not waiting.kept.done():
                waiting.kept.set_result(None)
        self._tell(stored)

    def _store(self, group: Sequence[_Waiting]) -> list[_Stored]:
        receipts = [_understood(waiting.at, waiting.body) for waiting in group]
        strange = {receipt.account for receipt in receipts if self._is_of_another(receipt.account)}
        read = [_aside(one) if one.account in strange else one for one in receipts]
        phones = {reply.phone for one in read for reply in one.pushed.replies if reply.leaves_out}
        if not phones or self._judge is None:
            return _store(self._book, read, None)
        rule = self._judge.rule(phones)
        stored = _store(self._book, read, rule)
        if not phones <= rule.known:
            self._tell_waiting(self._judge.count_waiting())
        return stored

    def _tell_waiting(self, numbers: int) -> None:
        if numbers > self._waits:
            self._events.emit(Event.OPT_OUTS_WAIT, numbers=numbers)
        self._waits = numbers

    def _is_of_another(self, account: str) -> bool:
        return self._judge is not None and self._judge.is_of_another(account)

    def _tell(self, stored: Sequence[_Stored]) -> None:
        emit = self._events.emit
        kept = [one for one in stored if one[0]]
        if not kept:
            return
        emit(Event.RECEIPT_STORED, receipts=len(kept), last=kept[-1][0])
        for number, pushed, why in kept:
            if pushed.kind == OTHER_ACCOUNT:
                emit(Event.RECEIPT_OF_ANOTHER, receipt=number)
            if not pushed.whole:
                emit(Event.RECEIPT_UNKNOWN, receipt=number, kind=pushed.kind, why=why)
            opt_outs = sum(reply.opts_out for reply in pushed.replies)
            if opt_outs:
                emit(Event.REPLY_OPTED_OUT, receipt=number, replies=opt_outs)
            unclear = sum(bool(reply.unclear) for reply in pushed.replies)
            if unclear:
                emit(Event.REPLY_UNCLEAR, receipt=number, replies=unclear)


def _store(
    book: ReceiptBook, read: Sequence["_Understood"], rule: StrangerRule | None
) -> list[_Stored]:
    try:
        numbers = book.store_receipts([one.pushed for one in read], rule)
    except LedgerUnwritable:
        raise
    except Exception:  # noqa: BLE001 -- one body that cannot be kept must not cost the others
        return [_store_alone(book, one, rule) for one in read]
    return [(number, one.pushed, one.why) for number, one in zip(numbers, read, strict=True)]


def _store_alone(book: ReceiptBook, one: "_Understood", rule: StrangerRule | None) -> _Stored:
    pushed, why = one.pushed, one.why
    try:
        (number,) = book.store_receipts([pushed], rule)
    except LedgerUnwritable:
        raise
    except Exception as error:  # noqa: BLE001 -- what was read of it cannot be kept: the body can
        pushed, why = _raw(pushed.at, pushed.body), type(error).__name__
        (number,) = book.store_receipts([pushed])
    return number, pushed, why


@dataclass(frozen=True, slots=True)
class _Understood:
    """What was read of a body, why not more, and the id of the account that it says it is of."""

    pushed: PushedReceipt
    why: str
    account: str = ""


def _understood(at: float, body: bytes) -> _Understood:
    try:
        receipt = read_receipt(body)
    except Exception as error:  # noqa: BLE001 -- a bug in reading must not lose the body
        return _Understood(_raw(at, body), type(error).__name__)
    kind, news, replies = str(receipt.kind), receipt.news, receipt.replies
    whole, names = receipt.whole, receipt.names
    pushed = PushedReceipt(at, kind, body, news, replies, whole, names, _digest(body))
    return _Understood(pushed, receipt.why, receipt.account)


def _aside(one: _Understood) -> _Understood:
    """Keep a body that names another account, and make nothing of it."""
    at, body = one.pushed.at, one.pushed.body
    return replace(one, pushed=PushedReceipt(at, OTHER_ACCOUNT, body, digest=_digest(body)))


def _raw(at: float, body: bytes) -> PushedReceipt:
    kind = str(ReceiptKind.UNKNOWN)
    return PushedReceipt(at, kind, body, whole=False, digest=_digest(body))


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:_DIGEST_BYTES]
