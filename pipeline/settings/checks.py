"""What a campaign must fulfil beyond the types and bounds of its keys.

Limits of the provider are those of the operation that the channel uses.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from pipeline.core.pricing import channels_of
from pipeline.core.times import parse_clock, parse_span, parse_window
from pipeline.language import Words, filled
from pipeline.ports import NoticeKind
from pipeline.settings import account, canary, message, receipts, screening, values
from pipeline.settings.campaign import Campaign
from pipeline.settings.keys import Metrics, Notify

SETTLE_S_MIN = 960.0
"""A signature's life of 15 minutes, and a minute by which clocks may differ."""


def is_settled_early(campaign: Campaign) -> bool:
    """Tell whether doubts are settled sooner than a real KooMessage would let them be."""
    return campaign.doubt.settle_s < SETTLE_S_MIN


def mistakes(campaign: Campaign) -> Iterator[str]:
    """Yield what is wrong with a campaign, one sentence for each mistake."""
    yield from account.mistakes(campaign.account)
    if campaign.receipts is not None:
        yield from receipts.mistakes(campaign.receipts, rehearsal=campaign.account.is_loopback)
    yield from message.mistakes(campaign.message)
    fill_down = campaign.source.fill_down
    yield from values.fill_mistakes(fill_down, campaign.source.phone, campaign.message)
    yield from values.mistakes(campaign.values, campaign.message.fields)
    if parse_window(campaign.limits.hours) is None:
        yield Words('the key limits.window is wrong; write it as "08:00-21:00", or "" for always')
    if parse_span(campaign.source.wait_for) is None:
        yield Words('the key source.wait_for is wrong; write it as "90s", "10m" or "2h"')
    start_before = campaign.schedule.start_before
    if start_before.strip() and parse_clock(start_before) is None:
        yield Words(
            'the key schedule.start_before is wrong; write it as "22:00", or "" for any time'
        )
    if is_settled_early(campaign) and not campaign.account.is_loopback:
        yield (
            filled(
                "the key doubt.settle_s is {settle_s} and must be {settle_s_min} or more: "
                "KooMessage takes a request for 15 minutes after it was signed, and clocks "
                "may differ by one more, so that before that nothing is proved",
                settle_s=f"{campaign.doubt.settle_s:g}",
                settle_s_min=f"{SETTLE_S_MIN:g}",
            )
        )
    yield from screening.mistakes(campaign.screening)
    if campaign.limits.max_cost and not _is_priced(campaign):
        yield (
            Words(
                "the key limits.max_cost needs the prices of what is sent; fill in [prices]: "
                "sms_yuan and parse_yuan for smart messages, aim_basic_yuan for video SMS"
            )
        )
    yield from _unmeasurable(campaign.metrics or Metrics())
    yield from _notify_mistakes(campaign.notify)
    if campaign.canary is not None:
        yield from canary.mistakes(campaign.canary, campaign.message)


def _unmeasurable(metrics: Metrics) -> Iterator[str]:
    if metrics.listen and metrics.place is None:
        yield 'the key metrics.listen is wrong; write it as "127.0.0.1:9464"'
    if metrics.textfile and not metrics.textfile.endswith(".prom"):
        yield (
            "the key metrics.textfile is wrong: node_exporter reads files whose names end in "
            ".prom; write it so"
        )


def _notify_mistakes(notify: Notify) -> Iterator[str]:
    if NoticeKind.REPORT in notify.events:
        yield (
            'the key notify.events takes no "report": the keys report.deliver_to and '
            "report.deliver_env say who gets reports"
        )
    if notify.heartbeat_url and notify.heartbeat_env:
        yield (
            "the keys notify.heartbeat_url and notify.heartbeat_env exclude each other; keep one "
            "of them"
        )
    if notify.heartbeat_url and not is_safe_url(notify.heartbeat_url):
        yield (
            "the key notify.heartbeat_url is wrong; write it as https://..., or http:// to this "
            "machine"
        )


def is_safe_url(url: str) -> bool:
    """Tell whether a call to an address is hidden from others: https, or on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    is_here = host in {"127.0.0.1", "::1", "localhost"}
    return (
        url.isprintable()
        and " " not in url
        and bool(host)
        and (parts.scheme == "https" or (parts.scheme == "http" and is_here))
    )


def _is_priced(campaign: Campaign) -> bool:
    channels = channels_of(campaign.message)
    return all(campaign.prices.of_channel(one) is not None for one in channels)
