"""Requests are cut by bytes, by what the account bears and by what the campaign wants."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.chunker import REQUEST_RECIPIENTS_MAX, plan_chunks
from pipeline.core.bounds import BODY_BYTES_MAX, WIDE, Bounds, sizes_of
from pipeline.core.model import (
    Channel,
    Chunk,
    Message,
    Recipients,
    Route,
    RowBlock,
    ShortUrl,
    SmsLeg,
    TaskName,
    Value,
)
from pipeline.core.routing import Router
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.calls import GatewayOptions
from pipeline.runner.planning.plan import bounds_of
from pipeline.settings import load_campaign
from tests.support.ceilings import CAMPAIGN

GATEWAY = KooMessageGateway(GatewayOptions("http://127.0.0.1:1", "ak", "sk"))
NAME = TaskName("run00001-0000000-001")
FIELDS = 20


def recipients(count: int, value: str = "一段较长的文字") -> Recipients:
    columns = tuple([f"{value}{row}" for row in range(count)] for _ in range(FIELDS))
    return Recipients(range(count), [f"138{row:08d}" for row in range(count)], columns)


def message(channel: Channel, placeholders: int) -> Message:
    values = [Value(at) for at in range(placeholders)]
    sms = SmsLeg("10690000001", "15010661", "云商城", "app", tuple(values))
    params = tuple((f"p_{at + 1}", value) for at, value in enumerate(values))
    if channel is Channel.SMS:
        params = ()
    return Message(channel, "600000001", params, sms=sms, signatures=("云商城",))


def chunks(one: Message, some: Recipients, bounds: Bounds = WIDE) -> list[Chunk]:
    block = RowBlock("", (), some, [row + 2 for row in some.rows], ())
    planned = plan_chunks([block], Router(one, lambda _: {}), bounds=bounds)
    return [item for item in planned if isinstance(item, Chunk)]


@pytest.mark.parametrize("placeholders", [1, 18, FIELDS])
def test_no_full_request_of_aim_basic_is_larger_than_a_body_may_be(placeholders: int) -> None:
    one = message(Channel.AIM_BASIC, placeholders)
    some = recipients(5000, "一段二十个字的文字一段二十个字的文字一")
    (chunk,) = chunks(one, some)
    bodies = [
        len(GATEWAY.prepare(one, NAME, some.part(part.start, part.stop)).body)
        for part in chunk.submissions
    ]
    assert max(bodies) <= BODY_BYTES_MAX
    assert sum(bodies[:-1]) >= 0.6 * BODY_BYTES_MAX * (len(bodies) - 1)
    assert (len(bodies) > 1) is (placeholders >= 18)


@pytest.mark.parametrize("channel", [*Channel])
@pytest.mark.parametrize("value", ["a", "汉字", '"quoted"', "\\", "\x01\x02", "😀"])
def test_the_estimate_is_never_below_the_body(channel: Channel, value: str) -> None:
    one = message(channel, 6)
    if channel is Channel.LINKS_ONLY:
        one = replace(one, short_url=ShortUrl(custom_url=Value(0)))
    sent = one.by(Route.LINKED) if channel is Channel.AIM_LINKS else one
    some = recipients(REQUEST_RECIPIENTS_MAX[channel], value)
    sizes = sizes_of(sent, some, len(some), Bounds(body_bytes=1))
    assert sizes is not None
    body = GATEWAY.prepare(sent, NAME, some).body
    assert len(body) <= sum(sizes) + 64 * 1024


def test_who_alone_is_too_large_is_in_a_request_alone() -> None:
    some = recipients(3)
    some = replace(some, values=(["a", "b" * 300_000, "c"], *some.values[1:]))
    (chunk,) = chunks(message(Channel.AIM_BASIC, 1), some, Bounds(body_bytes=200_000))
    assert [tuple(part.positions) for part in chunk.submissions] == [(0,), (1,), (2,)]


def test_what_the_account_bears_and_the_campaign_wants_bound_the_recipients() -> None:
    one, some = message(Channel.AIM_BASIC, 1), recipients(1000)

    def largest(bounds: Bounds) -> int:
        return max(len(part.positions) for part in chunks(one, some, bounds)[0].submissions)

    assert largest(WIDE) == 1000
    assert largest(Bounds(recipients=300)) == 300
    assert largest(Bounds(learned={Channel.AIM_BASIC: 200})) == 200
    assert largest(Bounds(300, {Channel.AIM_BASIC: 400, Channel.AIM: 7})) == 300


def test_a_campaign_says_how_many_in_one_request(tmp_path: Path) -> None:
    file = tmp_path / "campaign.toml"
    file.write_text(CAMPAIGN, encoding="utf-8")
    assert bounds_of(load_campaign(file, 0.0)) == WIDE
    file.write_text(
        CAMPAIGN.replace("[limits]", "[limits]\nrecipients_per_request = 40"), encoding="utf-8"
    )
    campaign = load_campaign(file, 0.0)
    assert bounds_of(campaign, {Channel.SMS: 9}) == Bounds(40, {Channel.SMS: 9})
    file.write_text(CAMPAIGN, encoding="utf-8")
    assert load_campaign(file, 0.0).meaning() == campaign.meaning()
