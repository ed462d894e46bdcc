"""What a campaign at a real account should have, beyond what KooMessage asks of it."""

from collections.abc import Iterator

from pipeline.core.model import Channel
from pipeline.core.templates import SmsTemplate, Templates
from pipeline.core.text import span_text
from pipeline.runner.preflight.findings import Finding, warning
from pipeline.settings import Campaign

CANARY_FROM = 5_000
"""From more recipients than these on, a first few should speak for the others."""

_WINDOW = "08:00-21:00"
_WAYS_OUT = ("退订", "取关", "拒收", "回复T", "回T", "回复R", "回R", "回TD", "unsubscribe", "STOP")
_NO_MARKETING = ("验证码", "校验码", "动态码")


def cautions(
    campaign: Campaign, recipients: int, templates: Templates, now: float
) -> Iterator[Finding]:
    """Find what a campaign at a real account lacks; nothing where it only rehearses.

    recipients counts the people that would be sent to, now is an epoch time. templates are as far
    as KooMessage told of them.
    """
    if campaign.account.is_loopback or campaign.message.channel is Channel.LINKS_ONLY:
        return
    yield from _limits(campaign, recipients)
    yield from _canary(campaign, recipients, now)
    message = campaign.message
    for key, leg, template in (
        ("message.sms.template", message.sms, templates.sms),
        ("fallback.sms.template", message.fallback.sms, templates.fallback_sms),
    ):
        if leg is not None and template is not None and _lacks_way_out(template):
            yield warning(
                key,
                f"the text of template {leg.template} names no way to opt out",
                "if it is marketing, the law wants one: 拒收请回复R, 回T退订 or the like",
            )


def _limits(campaign: Campaign, recipients: int) -> Iterator[Finding]:
    limits = campaign.limits
    if not limits.hours:
        yield warning(
            "limits.window",
            "it is not set, so that people may be woken at night",
            f'marketing needs one: window = "{_WINDOW}"',
        )
    if not limits.max_messages:
        yield warning(
            "limits.max_messages",
            "it is not set, so that nothing stops a list that is far too long",
            f"twice the list is a good ceiling: max_messages = {max(2, 2 * recipients)}",
        )


def _canary(campaign: Campaign, recipients: int, now: float) -> Iterator[Finding]:
    canary, window = campaign.canary, campaign.limits.window
    if canary is None:
        if recipients > CANARY_FROM:
            yield warning(
                "canary",
                f"it is not there, and {recipients:,} people are many to be wrong with",
                "send to a first few and wait for what becomes of it: [canary] first = 100",
            )
        return
    if recipients <= canary.first:
        return
    open_s = window.closes_in_s(now + window.opens_in_s(now))
    if open_s is not None and canary.wait_s >= open_s:
        yield warning(
            "canary.wait_min",
            f"the first recipients are waited for {span_text(canary.wait_s)}, and the window "
            f"closes {span_text(open_s)} after the run can begin, so that the others are not sent "
            "to in it",
            "begin earlier, or wait less long",
        )


def _lacks_way_out(template: SmsTemplate) -> bool:
    said = "".join(template.text.split()).casefold()
    if not said or any(word in said for word in _NO_MARKETING):
        return False
    return not any(word.casefold() in said for word in _WAYS_OUT)
