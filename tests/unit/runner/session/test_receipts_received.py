"""What a campaign wants to be told of, its fallbacks included."""

from dataclasses import replace

import pytest

from pipeline.core.model import Channel, Fallback, Message, VideoLeg
from pipeline.ports import ReceiptTopic
from pipeline.runner.session.receipts import topics
from tests.support.koomessage import LEG

SENT, REPLIES = ReceiptTopic.SENT, ReceiptTopic.REPLIES
VIDEO = VideoLeg("600000001")


@pytest.mark.parametrize(
    ("channel", "fallback", "wanted"),
    [
        (Channel.AIM, Fallback(), [(Channel.AIM, SENT)]),
        (Channel.AIM_LINKS, Fallback(sms=LEG), [(Channel.AIM_LINKS, SENT)]),
        (
            Channel.AIM,
            Fallback(video=VIDEO),
            [(Channel.AIM, SENT), (Channel.AIM_BASIC, SENT), (Channel.AIM_BASIC, REPLIES)],
        ),
        (
            Channel.LINKS_ONLY,
            Fallback(sms=LEG, video=VIDEO),
            [(Channel.LINKS_ONLY, SENT), (Channel.AIM_BASIC, SENT), (Channel.AIM_BASIC, REPLIES)],
        ),
        (Channel.SMS, Fallback(video=VIDEO), [(Channel.SMS, SENT)]),
        (
            Channel.AIM_BASIC,
            Fallback(sms=LEG),
            [(Channel.AIM_BASIC, SENT), (Channel.AIM_BASIC, REPLIES)],
        ),
    ],
)
def test_every_product_that_a_recipient_may_go_by_is_registered_once(
    channel: Channel, fallback: Fallback, wanted: list[tuple[Channel, ReceiptTopic]]
) -> None:
    message = replace(Message(channel, "700000001", sms=LEG), fallback=fallback)
    assert list(topics(message)) == wanted
