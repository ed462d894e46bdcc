"""Wire the receipts listener: KooMessage's words in, the ledger's rows out."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pipeline.core.answer import Unanswered
from pipeline.core.errors import CredentialsRefused, ProviderUnavailable
from pipeline.koomessage.receipts import ReceiptKind, read_receipt
from pipeline.logs import Event, EventLog
from pipeline.ports import Clock, Gateway, Ledger
from pipeline.settings import Campaign
from pipeline.web.receipts import Store, build_receipts_app, serve_receipts

_TOKEN_BYTES = 24


def receipt_store(ledger: Ledger, clock: Clock, events: EventLog) -> Store:
    """Return what stores one pushed body: raw and as understood, durable when it returns."""

    def store(_kind: str, body: bytes) -> None:
        # What a body is, it says itself; the path is only where somebody sent it.
        receipt = read_receipt(body)
        number = ledger.store_receipt(clock.now(), str(receipt.kind), body, receipt.news)
        unknown = receipt.kind is ReceiptKind.UNKNOWN or receipt.left_out
        name = Event.RECEIPT_UNKNOWN if unknown else Event.RECEIPT_STORED
        events.emit(name, receipt=number, kind=str(receipt.kind), why=receipt.why)

    return store


@asynccontextmanager
async def listening(
    campaign: Campaign, store: Store, events: EventLog
) -> AsyncIterator[str | None]:
    """Listen for receipts while the block runs, where the campaign says so.

    Yields the address that they come to, None where nobody listens.
    """
    if campaign.receipts is None:
        yield None
        return
    token = path_token(campaign)
    app = build_receipts_app(token, store, events.emit)
    async with serve_receipts(campaign.receipts.host, campaign.receipts.port, app) as address:
        events.emit(Event.RECEIPTS_LISTENING, host=campaign.receipts.host)
        yield f"http://{address}/{token}/receipts"


async def tell_emulator(campaign: Campaign, gateway: Gateway, address: str | None) -> None:
    """Tell the emulator where receipts are listened for.

    KooMessage itself must have been told once, by the account's administrator.
    """
    if address is None or not campaign.account.is_emulator:
        return
    told = await gateway.register_receipts(campaign.message.channel, address)
    if isinstance(told, Unanswered):
        raise ProviderUnavailable(f"the emulator does not take the receipts' address: {told.why}")


def path_token(campaign: Campaign) -> str:
    """Return the secret part of the listener's path.

    Raises CredentialsRefused where the environment does not hold it; only the emulator's is made
    up.
    """
    assert campaign.receipts is not None  # noqa: S101 -- callers have looked
    token = os.environ.get(campaign.receipts.path_token_env, "")
    if token:
        return token
    if campaign.account.is_emulator:
        return secrets.token_urlsafe(_TOKEN_BYTES)
    raise CredentialsRefused(
        f"the environment variable {campaign.receipts.path_token_env}, which {campaign.file} names "
        "under [receipts], is not set; it is the secret part of the address that receipts come to"
    )
