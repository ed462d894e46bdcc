"""What a campaign at a real account should have, beyond what KooMessage asks of it."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.core.model import Channel, Message, Value
from pipeline.core.templates import Templates
from pipeline.core.text import span_text
from pipeline.language import Words, filled
from pipeline.runner.door.exposure import exposed
from pipeline.runner.notifying.recipients import named_in, recipients_of
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
    """Find what a campaign at a real account lacks; where it only rehearses, who may push to it.

    recipients counts the people that would be sent to, now is an epoch time. templates are as far
    as KooMessage told of them.
    """
    yield from _door(campaign)
    yield from _notified(campaign)
    if campaign.account.is_loopback or campaign.message.channel is Channel.LINKS_ONLY:
        return
    yield from _limits(campaign, recipients)
    yield from _canary(campaign, recipients, now)
    for known in _texts(campaign.message, templates):
        if _lacks_way_out(known.text):
            yield warning(
                known.key,
                filled("{what} no way to opt out", what=known.what),
                Words("if it is marketing, the law wants one: 拒收请回复R, 回T退订 or the like"),
            )


def _door(campaign: Campaign) -> Iterator[Finding]:
    said = exposed(campaign.receipts)
    if said:
        key, _, what = said.partition(" = ")
        what, _, mend = what.partition("; ")
        yield warning(key, what, mend)


def _notified(campaign: Campaign) -> Iterator[Finding]:
    """Find what keeps people from being notified: no run fails for it, so it is seen here."""
    told = recipients_of(campaign.notify, os.environ).troubles
    attached = named_in(campaign.report.deliver_env, os.environ, "report.deliver_env").troubles
    for trouble in dict.fromkeys((*told, *attached)):
        what, _, mend = trouble.partition("; ")
        yield warning("notify", what, mend)


@dataclass(frozen=True, slots=True)
class _Known:
    """A text that people are shown: the key that names it, how it is called, and what it says."""

    key: str
    what: str
    text: str


def _texts(message: Message, templates: Templates) -> Iterator[_Known]:
    """Yield each text that is known, with what the campaign itself puts there.

    A video SMS is told no text of, and the carriers' way out is added to it.
    """
    if templates.card_text is not None:
        what = filled(
            "what KooMessage tells of card template {template} names", template=message.template
        )
        params = (value for _, value in message.params)
        yield _Known("message.template", what, _with_literals(templates.card_text, params))
    for key, leg, template in (
        ("message.sms.template", message.sms, templates.sms),
        ("fallback.sms.template", message.fallback.sms, templates.fallback_sms),
    ):
        if leg is not None and template is not None:
            what = filled("the text of template {template} names", template=leg.template)
            yield _Known(key, what, _with_literals(template.text, leg.params))


def _with_literals(text: str, params: Iterable[Value]) -> str:
    return "\n".join((text, *(value.literal for value in params)))


def _limits(campaign: Campaign, recipients: int) -> Iterator[Finding]:
    limits = campaign.limits
    if not limits.hours:
        yield warning(
            "limits.window",
            Words("it is not set, so that people may be woken at night"),
            filled('marketing needs one: window = "{window}"', window=_WINDOW),
        )
    if not limits.max_messages:
        yield warning(
            "limits.max_messages",
            Words("it is not set, so that nothing stops a list that is far too long"),
            filled(
                "twice the list is a good ceiling: max_messages = {what}",
                what=str(max(2, 2 * recipients)),
            ),
        )


def _canary(campaign: Campaign, recipients: int, now: float) -> Iterator[Finding]:
    canary, window = campaign.canary, campaign.limits.window
    if canary is None:
        if recipients > CANARY_FROM:
            yield warning(
                "canary",
                filled(
                    "it is not there, and {recipients} people are many to be wrong with",
                    recipients=recipients,
                ),
                Words("send to a first few and wait for what becomes of it: [canary] first = 100"),
            )
        return
    if recipients <= canary.first:
        return
    open_s = window.closes_in_s(now + window.opens_in_s(now))
    if open_s is not None and canary.wait_s >= open_s:
        yield warning(
            "canary.wait_min",
            filled(
                "the first recipients are waited for {span}, and the window closes "
                "{span_2} after the run can begin, so that the others are not sent to in it",
                span=span_text(canary.wait_s),
                span_2=span_text(open_s),
            ),
            Words("begin earlier, or wait less long"),
        )


def _lacks_way_out(text: str) -> bool:
    said = "".join(text.split()).casefold()
    if not said or any(word in said for word in _NO_MARKETING):
        return False
    return not any(word.casefold() in said for word in _WAYS_OUT)
