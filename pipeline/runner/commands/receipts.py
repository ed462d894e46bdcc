"""`receipts`: tell KooMessage where receipts are to be pushed, and see what it was told."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pipeline.core.answer import Unanswered
from pipeline.core.errors import CampaignInvalid, CredentialsRefused, ProviderUnavailable
from pipeline.core.model import Channel, Message
from pipeline.language import filled, system_words
from pipeline.logs import EventLog, LogOptions, configure
from pipeline.ports import Clock, Gateway, Marks, ReceiptAddress, ReceiptTopic
from pipeline.runner.session.account import identity_of, open_gateway, secrets_of
from pipeline.runner.session.marks import marks_heard
from pipeline.runner.session.receipts import access_of, receipts_address, topics
from pipeline.settings import Campaign, Receipts
from pipeline.settings.bounds import variable_shown
from pipeline.settings.receipts import bare_url, url_mistake

_EVENTS_FILE = "receipts.jsonl"
_SECRET = re.compile(r"(?<=/)([0-9A-Za-z_-]{4})[0-9A-Za-z_-]{12,}(?=/|$)")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wish:
    """One address as it is registered, and as it is to be."""

    topic: ReceiptTopic
    wanted: str
    before: str
    channel: Channel = Channel.AIM

    @property
    def is_granted(self) -> bool:
        """Tell whether nothing is to be done."""
        return self.wanted == self.before

    @property
    def replaces(self) -> bool:
        """Tell whether an address of another place, not only an older secret, would be lost."""
        return bool(self.before) and _place(self.before) != _place(self.wanted)


Registered = tuple[Channel, ReceiptAddress]
"""An address, and one of the channels that share the place where it is registered."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where a campaign's addresses are registered.

    answers tells of all answers whether they bore the emulator's mark.
    """

    campaign: Campaign
    clock: Clock
    answers: set[bool] = field(default_factory=set)

    @property
    def marks(self) -> Marks:
        """Return what must be said first: on this machine it is what the answers say it is."""
        return marks_heard(self.campaign, self.answers)


def registered(office: Office) -> tuple[Registered, ...]:
    """List what the account has registered for the campaign's channels, fallbacks included.

    Raises ProviderUnavailable where KooMessage does not say.
    """
    return _ask(office, lambda gateway: _listed(gateway, office.campaign.message))


def wishes(office: Office, url: str | None) -> tuple[Wish, ...]:
    """Compare what should be registered with what is; url stands in for receipts.public_url.

    Raises CampaignInvalid without a good address, CredentialsRefused without its secret.
    """
    address = _address(office.campaign, url)
    known = {(channel, at.topic): at.address for channel, at in registered(office)}
    return tuple(
        Wish(topic, address, known.get((channel, topic), ""), channel)
        for channel, topic in topics(office.campaign.message)
    )


def register(office: Office, wanted: Sequence[Wish]) -> None:
    """Register what is not registered yet. Raises ProviderUnavailable where that is refused."""

    async def tell(gateway: Gateway) -> None:
        for wish in wanted:
            if wish.is_granted:
                continue
            answer = await gateway.register_receipts(wish.channel, wish.wanted, wish.topic)
            if isinstance(answer, Unanswered):
                raise ProviderUnavailable(
                    filled(
                        "KooMessage does not take the address for {topic}: {why}; an "
                        "administrator of the account (te_admin) may have to do it",
                        topic=wish.topic,
                        why=answer.why,
                    ),
                    "KS6909",
                )

    _ask(office, tell)


def masked(address: str) -> str:
    """Hide what of an address could be its secret."""
    return _SECRET.sub(r"\1****", address)


def _place(address: str) -> str:
    return _SECRET.sub("", address)


def _address(campaign: Campaign, url: str | None) -> str:
    receipts = campaign.receipts or Receipts("127.0.0.1:0")
    base = bare_url(url or receipts.public_url)
    if not base:
        raise CampaignInvalid(
            filled(
                "{file}: where do receipts come? Set receipts.public_url, or say --url",
                file=campaign.file,
            ),
            "KS7810",
        )
    wrong = url_mistake(base, rehearsal=campaign.account.is_loopback)
    if wrong:
        raise CampaignInvalid(filled("the receipts' public address {wrong}", wrong=wrong), "KS7810")
    token = os.environ.get(receipts.path_token_env, "")
    if not token:
        raise CredentialsRefused(
            filled(
                "the environment variable {variable} is not set; it is the secret part of "
                "the address, the same for koosend serve: openssl rand -hex 16 makes one",
                variable=variable_shown(receipts.path_token_env),
            ),
            "KS7702",
        )
    access_of(receipts, token)
    return receipts_address(base, token)


async def _listed(gateway: Gateway, message: Message) -> tuple[Registered, ...]:
    found: list[Registered] = []
    for channel in dict.fromkeys(channel for channel, _ in topics(message)):
        listed = await gateway.receipt_addresses(channel)
        if isinstance(listed, Unanswered):
            raise ProviderUnavailable(
                filled("KooMessage does not say what is registered: {why}", why=listed.why),
                "KS6909",
            )
        found += [(channel, registration) for registration in listed]
    return tuple(found)


def _ask(office: Office, question: Callable[[Gateway], Awaitable[T]]) -> T:
    """Put a question over a connection of its own; nobody listens meanwhile."""
    campaign = office.campaign
    options = LogOptions(secrets=secrets_of(identity_of(campaign, os.environ)))
    configure(replace(options, level="warning"))
    _make(campaign.state)

    async def put(events: EventLog) -> T:
        hears = office.answers.add
        async with open_gateway(campaign, office.clock, events, hears) as gateway:
            return await question(gateway)

    about = {"campaign": campaign.name}
    with closing(EventLog(campaign.state / _EVENTS_FILE, options, about)) as events:
        return asyncio.run(put(events))


def _make(state: Path) -> None:
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CampaignInvalid(
            filled(
                "the state folder {state} cannot be made ({why})",
                state=state,
                why=system_words(error),
            ),
            "KS7814",
        ) from None
