"""Addresses for receipts: what is wished for, and what the provider lists."""

import json

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Channel
from pipeline.koomessage.decoding import Unreadable
from pipeline.koomessage.products import callbacks
from pipeline.ports import ReceiptAddress, ReceiptTopic

URL = "https://receipts.example.com/secret/receipts"


@pytest.mark.parametrize(
    ("channel", "topic", "url_type"),
    [
        (Channel.AIM_BASIC, ReceiptTopic.SENT, 0),
        (Channel.AIM_BASIC, ReceiptTopic.REPLIES, 1),
        (Channel.AIM, ReceiptTopic.SENT_SINGLY, 0),
        (Channel.AIM, ReceiptTopic.TEMPLATES, 1),
        (Channel.AIM, ReceiptTopic.SENT, 2),
        (Channel.SMS, ReceiptTopic.SENT, 2),
    ],
)
def test_each_topic_has_the_providers_own_number(
    channel: Channel, topic: ReceiptTopic, url_type: int
) -> None:
    wish = json.loads(callbacks.encode(channel, URL, topic))
    assert wish == {"callback_url": URL, "url_type": url_type}


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_wants_topics_that_it_can_register(channel: Channel) -> None:
    for topic in callbacks.TOPICS[channel]:
        assert callbacks.encode(channel, URL, topic)


@pytest.mark.parametrize(
    ("channel", "topic"),
    [(Channel.AIM, ReceiptTopic.REPLIES), (Channel.AIM_BASIC, ReceiptTopic.TEMPLATES)],
)
def test_what_a_channel_cannot_tell_of_is_refused(channel: Channel, topic: ReceiptTopic) -> None:
    with pytest.raises(CampaignInvalid):
        callbacks.encode(channel, URL, topic)


@pytest.mark.parametrize("address", ["", "https://x/" + "a" * 1000])
def test_an_address_of_a_length_that_the_provider_refuses_is_refused(address: str) -> None:
    with pytest.raises(CampaignInvalid):
        callbacks.encode(Channel.AIM, address, ReceiptTopic.SENT)


LISTED = [
    (
        Channel.AIM_BASIC,
        {"status": "200", "data": {"callbacks": [
            {"url_type": 0, "callback_url": f" {URL}", "remark": ""},
            {"url_type": "1", "callback_url": URL},
            {"url_type": 9, "callback_url": URL},
            {"url_type": 1, "callback_url": ""},
            "garbage",
        ]}},
        (ReceiptTopic.SENT, ReceiptTopic.REPLIES),
    ),
    (
        Channel.AIM,
        {"status": "200", "data": [
            {"id": "1", "callback_url": URL},
            {"id": "2", "callback_url": URL, "url_type": 2},
        ]},
        (ReceiptTopic.SENT_SINGLY, ReceiptTopic.SENT),
    ),
    (
        Channel.AIM,
        {"status": 200, "data": {"callback_url": URL, "url_type": 1}},
        (ReceiptTopic.TEMPLATES,),
    ),
    (Channel.AIM, {"status": "200", "data": []}, ()),
    (Channel.AIM_BASIC, {"status": "200", "data": {"callbacks": []}}, ()),
]  # fmt: skip


@pytest.mark.parametrize(("channel", "said", "topics"), LISTED)
def test_listed_addresses_are_read_in_every_shape_that_the_documents_show(
    channel: Channel, said: object, topics: tuple[ReceiptTopic, ...]
) -> None:
    found = callbacks.read_listed(channel, json.dumps(said).encode())
    assert found == tuple(ReceiptAddress(topic, URL) for topic in topics)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"status":"500","message":"no"}',
        b'{"status":"500","data":[]}',
        b'{"data":[]}',
        b'{"status":"200","data":null}',
        b'{"status":"200","data":{"callbacks":null}}',
        b'{"status":"200"}',
        b'{"status":"200","data":[],"error_code":"KM.90010000"}',
    ],
)
def test_a_list_that_is_none_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        callbacks.read_listed(Channel.AIM, body)


def test_a_wish_is_granted_or_its_refusal_says_why() -> None:
    assert callbacks.read_granted(b'{"status":"200"}') == ""
    assert callbacks.read_granted(b'{"status":200,"data":{"id":"x"}}') == ""
    assert callbacks.read_granted(b'{"status":"200","error_code":"KM.90010000"}')
    assert callbacks.read_granted(b'{"data":{"id":"x"}}')
    with pytest.raises(Unreadable, match="sign-in page"):
        callbacks.read_granted(b"{}")
    assert "no te_admin" in callbacks.read_granted(b'{"status":"403","message":"no te_admin"}')
