"""Connect a campaign to KooMessage, or to the emulator beside the run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.logs import EventLog
from pipeline.ports import AccountStore, Clock, Gateway, Ledger
from pipeline.runner.session.account import open_account
from pipeline.runner.session.receipts import ReceiptKeeper, listening, tell_emulator
from pipeline.sender import LimiterOptions, SpacedLimiter
from pipeline.settings import Campaign


@dataclass(frozen=True, slots=True)
class Storage:
    """Where what KooMessage tells is kept: the run's ledger, the account's store, their folder."""

    ledger: Ledger
    store: AccountStore
    state: Path


@dataclass(frozen=True, slots=True)
class Provider:
    """KooMessage as one command reaches it."""

    gateway: Gateway
    limiter: SpacedLimiter


@asynccontextmanager
async def open_provider(
    campaign: Campaign, storage: Storage, clock: Clock, events: EventLog
) -> AsyncIterator[Provider]:
    """Open the gateway, at the pace that this account was last known to bear.

    Receipts are listened for meanwhile, where the campaign says so.
    """
    keeper = ReceiptKeeper(storage.ledger.receipts, clock, events)
    # The listener outlives the emulator, which pushes until its end.
    async with (
        listening(campaign, storage.state, keeper.store, events) as address,
        open_account(campaign, clock, events) as account,
    ):
        credentials = account.credentials
        gateway = KooMessageGateway(account.options, credentials=credentials, now=clock.now)
        try:
            await tell_emulator(campaign, gateway, address)
            yield Provider(gateway, _limiter(campaign, storage.store, clock, events))
        finally:
            await gateway.close()


def _limiter(
    campaign: Campaign, store: AccountStore, clock: Clock, events: EventLog
) -> SpacedLimiter:
    limits = LimiterOptions(
        messages_per_s=campaign.limits.messages_per_s,
        calls_per_s=campaign.limits.calls_per_s,
        learned_per_s=store.ceiling(),
    )
    return SpacedLimiter(limits, clock, on_event=events.emit)
