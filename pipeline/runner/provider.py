"""Connect a campaign to KooMessage, or to the emulator beside the run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.logs import EventLog
from pipeline.ports import Clock, Gateway, Ledger
from pipeline.runner.account import open_account
from pipeline.runner.accounts import accounts_of
from pipeline.runner.keeping import ReceiptKeeper
from pipeline.runner.receiving import listening, tell_emulator
from pipeline.sender import LimiterOptions, OnEvent, SpacedLimiter
from pipeline.settings import Campaign


@dataclass(frozen=True, slots=True)
class Provider:
    """KooMessage as one command reaches it."""

    gateway: Gateway
    limiter: SpacedLimiter


def _told(events: EventLog) -> OnEvent:
    def on_event(name: str, **fields: object) -> None:
        events.emit(name, **fields)

    return on_event


@asynccontextmanager
async def open_provider(
    campaign: Campaign,
    ledger: Ledger,
    clock: Clock,
    events: EventLog,
    state: Path | None = None,
) -> AsyncIterator[Provider]:
    """Open the gateway, at the pace that this account was last known to bear.

    Receipts are listened for meanwhile, where the campaign says so; state is the folder whose
    ledger keeps them, the campaign's where none is given.
    """
    keeper = ReceiptKeeper(ledger, clock, events)
    # The listener outlives the emulator, which pushes until its end.
    async with (
        listening(campaign, state or campaign.state, keeper.store, events) as address,
        open_account(campaign, clock, events) as account,
    ):
        credentials = account.credentials
        gateway = KooMessageGateway(account.options, credentials=credentials, now=clock.now)
        try:
            await tell_emulator(campaign, gateway, address)
            yield Provider(gateway, _limiter(campaign, ledger, clock, events))
        finally:
            await gateway.close()


def _limiter(campaign: Campaign, ledger: Ledger, clock: Clock, events: EventLog) -> SpacedLimiter:
    limits = LimiterOptions(
        messages_per_s=campaign.limits.messages_per_s,
        calls_per_s=campaign.limits.calls_per_s,
        learned_per_s=ledger.ceiling(accounts_of(campaign).own),
    )
    return SpacedLimiter(limits, clock, on_event=_told(events))
