"""Wire the receipts listener: KooMessage's words in, the ledger's rows out."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pipeline.core.answer import Unanswered
from pipeline.core.errors import CredentialsRefused, ProviderUnavailable
from pipeline.core.model import Channel, Message
from pipeline.core.routing import channels_of
from pipeline.koomessage.callbacks import TOPICS, path
from pipeline.logs import Event, EventLog
from pipeline.ports import Gateway, ReceiptTopic
from pipeline.runner.attending import attended
from pipeline.settings import Campaign, Receipts
from pipeline.web.door import Door, DoorOptions
from pipeline.web.receipts import Listener, Store, serve_app

_TOKEN_BYTES = 24


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
    listener = Listener(door_of(receipts, token), store, events.emit)
    async with serve_app(
        receipts.host, receipts.port, listener.app(), "receipts.listen"
    ) as address:
        events.emit(Event.RECEIPTS_LISTENING, host=receipts.host, by="this command")
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
        told = await gateway.register_receipts(channel, address, topic)
        if isinstance(told, Unanswered):
            raise ProviderUnavailable(
                f"the emulator does not take the receipts' address: {told.why}"
            )


def topics(message: Message) -> tuple[tuple[Channel, ReceiptTopic], ...]:
    """Return what a campaign wants to be told of, its fallbacks included.

    Channels whose addresses are registered at the same place stand as one of them.
    """
    places = {path(channel): channel for channel in reversed(channels_of(message))}
    return tuple((one, topic) for one in reversed(places.values()) for topic in TOPICS[one])


def door_of(receipts: Receipts, token: str) -> Door:
    """Build the door of a section [receipts]. Raises CampaignInvalid for a guessable token."""
    former = os.environ.get(receipts.former_token_env, "") if receipts.former_token_env else ""
    return Door(DoorOptions(token, former, receipts.allow, receipts.proxies))


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
        f"the environment variable {receipts.path_token_env}, which {where} names "
        "under [receipts], is not set; it is the secret part of the address that receipts come to"
    )
