"""Where receipts are pushed to: registering an address, and what is registered.

AddVmsCallBack and ListVmsCallbacks for video messages; AddCallBack and ListAimCallbacks for smart
messages, whose SMS replies come to the SMS application's own address instead, set in the console.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Channel
from pipeline.koomessage.decoding import Foreign, Unreadable, items, mapping, members, number, text
from pipeline.language import Words, filled
from pipeline.ports import ReceiptAddress, ReceiptTopic

ADDRESS_CHARS_MAX: Final = 1000
"""AddCallBack and AddVmsCallBack."""

_BASIC_PATH: Final = "/v1/aim-basic/callbacks"
_AIM_PATH: Final = "/v1/aim/callbacks"
_BASIC_TYPES: Final = {ReceiptTopic.SENT: 0, ReceiptTopic.REPLIES: 1}
_AIM_TYPES: Final = {
    ReceiptTopic.SENT_SINGLY: 0,
    ReceiptTopic.TEMPLATES: 1,
    ReceiptTopic.SENT: 2,
}
TOPICS: Mapping[Channel, tuple[ReceiptTopic, ...]] = MappingProxyType(
    {
        Channel.AIM_BASIC: (ReceiptTopic.SENT, ReceiptTopic.REPLIES),
        Channel.AIM: (ReceiptTopic.SENT,),
        Channel.AIM_LINKS: (ReceiptTopic.SENT,),
        Channel.LINKS_ONLY: (ReceiptTopic.SENT,),
        Channel.SMS: (ReceiptTopic.SENT,),
    }
)
"""What a channel's campaign wants to be told of, by an address registered through the API."""


def path(channel: Channel) -> str:
    """Return where a channel's addresses are registered and listed."""
    return _BASIC_PATH if channel is Channel.AIM_BASIC else _AIM_PATH


def encode(channel: Channel, address: str, topic: ReceiptTopic) -> bytes:
    """Encode the wish for one address. Raises CampaignInvalid for what no address can be."""
    url_type = _types(channel).get(topic)
    if url_type is None:
        raise CampaignInvalid(
            filled(
                "no address can be registered for {topic} of the channel {channel}",
                topic=topic,
                channel=channel,
            ),
            "KS7810",
        )
    if not 1 <= len(address) <= ADDRESS_CHARS_MAX:
        raise CampaignInvalid(
            filled("receipts.public_url: over {most} characters", most=str(ADDRESS_CHARS_MAX)),
            "KS7810",
        )
    return msgspec.json.encode({"callback_url": address, "url_type": url_type})


def read_granted(body: bytes) -> str:
    """Return why a wish was not granted, empty when it was. Raises Unreadable for who knows what.

    Granted is what bears the status 200 (AddVmsCallBack, AddCallBack), and nothing else.
    """
    try:
        members(body, enveloped=True)
    except Foreign:
        raise
    except Unreadable as why_not:
        return str(why_not)
    return ""


def read_listed(channel: Channel, body: bytes) -> tuple[ReceiptAddress, ...]:
    """Read the registered addresses; examples carry a leading space. Raises Unreadable.

    They stand in data, or under callbacks in it (ListAimCallbacks, ListVmsCallbacks).
    """
    data = members(body, enveloped=True).get("data")
    listed = mapping(data).get("callbacks", data)
    is_one = isinstance(listed, dict) and "callback_url" in listed
    if not is_one and not isinstance(listed, list):
        raise Unreadable(Words("an answer without addresses"))
    rows = items(listed)
    topics = {url_type: topic for topic, url_type in _types(channel).items()}
    found = []
    for row in rows:
        topic = topics.get(number(row.get("url_type")) or 0)
        address = text(row.get("callback_url"))
        if topic is not None and address:
            found.append(ReceiptAddress(topic, address))
    return tuple(found)


def _types(channel: Channel) -> Mapping[ReceiptTopic, int]:
    return _BASIC_TYPES if channel is Channel.AIM_BASIC else _AIM_TYPES
