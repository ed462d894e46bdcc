"""What must become of each row, by what really happened: the emulator's journal and its world.

Nothing here asks KooMessage or the ledger.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.emulator.state.fates import Fates
from pipeline.emulator.state.world import load_world
from tests.campaigns.channels.campaigns import CARD_CHANNELS, CARRIER_TEMPLATE, Row

SEED = 7
_SILENT = "EXPIRED"
_OPEN = "submitted"
_CARD = "700000001"


@dataclass(frozen=True, slots=True)
class Told:
    """What outcomes.csv says of a row."""

    outcome: str
    reason: str
    channel: str
    code: str


def capable(phones: Collection[str]) -> frozenset[str]:
    """Return the numbers whose handsets show the matrix's card, by the world itself."""
    world = load_world(None)
    vendors = world.aim_templates[_CARD].vendors
    fates = Fates(world, SEED).of_all([int(phone) for phone in phones])
    return frozenset(
        phone
        for phone, fate in zip(phones, fates, strict=True)
        if fate.capable and fate.vendor in vendors
    )


def route_of(way: tuple[str, str], row: Row, *, shows: bool) -> str:
    """Return the channel that a row must go by, or skip."""
    channel, policy = way
    if channel not in CARD_CHANNELS or shows:
        return channel
    chosen = (row.policy or "send_anyway") if policy == "column" else policy
    return channel if chosen == "send_anyway" else chosen


def carried_by(message: Mapping[str, Any], way: tuple[str, str]) -> str:
    """Return the channel by which a message of the journal went."""
    match message["operation"]:
        case "CreateAimSendTask":
            return "aim"
        case "CreateVmsSendTask":
            return "aim_basic"
        case _:
            linked = message["params"]["template_id"] == CARRIER_TEMPLATE
            return way[0] if linked else "sms"


def may_be(
    way: tuple[str, str], route: str, message: Mapping[str, Any] | None, *, named: bool
) -> Iterator[str]:
    """Yield the outcomes that are true of a row. named says that receipts name every number."""
    if route == "skip":
        yield "skipped"
        return
    if message is None:
        # Links of which nobody made an SMS, by a campaign that sends none.
        yield "expired"
        return
    truth = message["truth"]
    if route == "links_only":
        # Whether the user's own SMS arrived is not KooMessage's to know.
        yield "card" if truth["rendered"] == "card" else "expired"
        return
    if route == "aim_basic" and not named:
        # The list counts; only where the counts leave one possibility do they tell of a number.
        yield _OPEN
    if not truth["delivered"]:
        yield "expired" if truth["code"] == _SILENT else "undelivered"
    elif route == "aim_basic":
        yield "video"
    elif route == "sms":
        yield "sms" if way[0] == "sms" else "fallback_sms"
    else:
        yield "card" if truth["rendered"] == "card" else "fallback_sms"


def why_wrong(told: Told, way: tuple[str, str], row: Row, shows: Collection[str]) -> str:
    """Return what is wrong with a final row's reason or code, apart from its outcome."""
    incapable = row.phone not in shows
    if told.outcome == "skipped" and told.reason != "handset_unsupported":
        return "skipped for no good reason"
    if told.outcome == "fallback_sms" and incapable != (told.reason == "handset_unsupported"):
        return "the reason is not the handset's"
    if told.outcome == "undelivered" and not told.code:
        return "undelivered without a code"
    if told.channel == "sms" and way[0] in CARD_CHANNELS and not incapable:
        return "a capable handset got the plain SMS"
    return ""


def misses_why(told: Told, route: str, message: Mapping[str, Any] | None) -> str:
    """Return what is wrong with the reason of a card that the handset tried to show in vain."""
    if message is None or told.outcome != "fallback_sms" or route == "sms":
        return ""
    tried = message["truth"]["parse_failed"]
    return "" if tried == (told.reason == "link_failed") else "the reason is not the link's"


def journal_by_phone(
    messages: Sequence[Mapping[str, Any]],
) -> tuple[dict[str, Mapping[str, Any]], int]:
    """Return each number's message, and how many were messages too many."""
    by_phone: dict[str, Mapping[str, Any]] = {}
    for message in messages:
        by_phone[str(message["phone"])] = message
    return by_phone, len(messages) - len(by_phone)
