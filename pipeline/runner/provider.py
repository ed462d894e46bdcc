"""Connect a campaign to KooMessage, or to the emulator beside the run."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from pipeline.core.errors import CredentialsRefused
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.options import GatewayOptions
from pipeline.logs import Event, EventLog
from pipeline.ports import Clock, Gateway, Ledger
from pipeline.runner import child
from pipeline.runner.planning import account_name
from pipeline.runner.receiving import listening, receipt_store, tell_emulator
from pipeline.sender import LimiterOptions, OnEvent, SpacedLimiter
from pipeline.settings import Campaign


@dataclass(frozen=True, slots=True)
class Keys:
    """What signs the requests."""

    access_key: str
    secret_key: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what must never be seen in a log."""
        return (self.secret_key, self.access_key)


@dataclass(frozen=True, slots=True)
class Provider:
    """KooMessage as one command reaches it."""

    gateway: Gateway
    limiter: SpacedLimiter


def keys_of(campaign: Campaign, environ: Mapping[str, str]) -> Keys:
    """Look the keys up in the environment. Raises CredentialsRefused where one is not set."""
    account = campaign.account
    if account.is_emulator:
        return Keys(child.ACCESS_KEY, child.SECRET_KEY)
    for name in (account.access_key_env, account.secret_key_env):
        if not environ.get(name):
            raise CredentialsRefused(
                f"the environment variable {name}, which {campaign.file} names under [account], "
                "is not set; cron starts with an empty environment, so set it in the crontab"
            )
    return Keys(environ[account.access_key_env], environ[account.secret_key_env])


def _told(events: EventLog) -> OnEvent:
    def on_event(name: str, **fields: object) -> None:
        events.emit(name, **fields)

    return on_event


@asynccontextmanager
async def open_provider(
    campaign: Campaign, ledger: Ledger, clock: Clock, events: EventLog
) -> AsyncIterator[Provider]:
    """Open the gateway, at the pace that this account was last known to bear.

    Receipts are listened for meanwhile, where the campaign says so.
    """
    keys = keys_of(campaign, os.environ)
    store = receipt_store(ledger, clock, events)
    # The listener outlives the emulator, which pushes until its end.
    async with listening(campaign, store, events) as address:
        with _endpoint(campaign, events) as endpoint:
            options = GatewayOptions(
                endpoint,
                keys.access_key,
                keys.secret_key,
                connections=campaign.limits.concurrency,
            )
            gateway = KooMessageGateway(options, now=clock.now)
            try:
                await tell_emulator(campaign, gateway, address)
                yield Provider(gateway, _limiter(campaign, ledger, clock, events))
            finally:
                await gateway.close()


@contextmanager
def _endpoint(campaign: Campaign, events: EventLog) -> Iterator[str]:
    if not campaign.account.is_emulator:
        yield campaign.account.endpoint
        return
    with child.emulator(campaign) as running:
        events.emit(Event.EMULATOR_STARTED, url=running.url)
        yield running.url


def _limiter(campaign: Campaign, ledger: Ledger, clock: Clock, events: EventLog) -> SpacedLimiter:
    limits = LimiterOptions(
        messages_per_s=campaign.limits.messages_per_s,
        calls_per_s=campaign.limits.calls_per_s,
        learned_per_s=ledger.ceiling(account_name(campaign)),
    )
    return SpacedLimiter(limits, clock, on_event=_told(events))
