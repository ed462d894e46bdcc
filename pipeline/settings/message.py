"""[message] and [fallback]: what is sent, and what those get who cannot see the card.

The keys name columns; the Message that is made of them holds their positions instead.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from msgspec import Meta, Struct

from pipeline.core.model import (
    Channel,
    Fallback,
    Message,
    Policy,
    ShortUrl,
    SmsLeg,
    Value,
    VideoLeg,
)
from pipeline.core.routing import CARD_CHANNELS
from pipeline.core.templates import host_objection
from pipeline.core.text import brief
from pipeline.language import Text, Words, filled, marked
from pipeline.settings.bounds import Count, Template, Whole, says, within
from pipeline.settings.values import ValueKeys

_EXPIRES_DAYS_MAX = 7  # CreateAimSendTask, CreateResolveTask
_SMS_PARAMS_MAX = 19  # CreateAimSendTask, SendAimBatchMessages: 20 with the link
_SIGNATURES_MAX = 5  # CreateResolveTask
_TEMPLATE = re.compile(r"[0-9]{9}")  # tpl_id of CreateResolveTask, CreateVmsSendTask
_CARRIED = frozenset({Channel.AIM, Channel.AIM_LINKS, Channel.SMS})
_LABEL = "[A-Za-z0-9][-A-Za-z0-9]{0,62}"
_Domain = Annotated[
    str,
    Meta(
        pattern=rf"^({_LABEL}(\.{_LABEL})+)?\Z",
        extra=says(Words('be a bare name such as "km2g.cn"')),
    ),
]


_Filed = Annotated[
    str,
    Meta(
        pattern=rf"^{_LABEL}(\.{_LABEL})+\Z",
        extra=says(Words('list bare names such as "example.com"; one in Chinese as its xn-- form')),
    ),
]


class SmsKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """[message.sms] and [fallback.sms]."""

    channel_number: str
    template: str
    signature: str
    app: str
    params: tuple[str, ...] = ()
    link_position: Whole = 0

    def leg(self, columns: "Columns") -> SmsLeg:
        """Return the SMS; columns learns what it needs."""
        params = tuple(map(columns.value, self.params))
        names = (self.channel_number, self.template, self.signature, self.app)
        return SmsLeg(*names, params, self.link_position)


class ShortUrlKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """[message.short_url]."""

    domain: _Domain = ""
    custom_code: str = ""
    custom_url: str = ""
    domains: tuple[_Filed, ...] = ()


class MessageKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """[message]."""

    template: str = ""
    params: dict[str, str] = {}
    expires_days: Whole = 7
    expires_hours: Annotated[int, within(1, 72, marked(" hours"))] = 24  # CreateVmsSendTask
    signatures: tuple[str, ...] = ()
    sms: SmsKeys | None = None
    short_url: ShortUrlKeys = ShortUrlKeys()
    values: dict[str, ValueKeys] = {}


class VideoKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """[fallback.aim_basic]."""

    template: Template
    params: dict[str, str] = {}


class FallbackKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """[fallback]."""

    unsupported: Policy = Policy.SEND_ANYWAY
    column: str = ""
    capability_days: Count = 7
    sms: SmsKeys | None = None
    aim_basic: VideoKeys | None = None


class Columns:
    """The columns whose values are sent, each once, in order of first use."""

    def __init__(self) -> None:
        """Start without any."""
        self.names: list[str] = []

    def value(self, text: str) -> Value:
        """Return where a key's value comes from: a column's name, or "=" and the value itself."""
        if text.startswith("="):
            return Value(literal=text[1:])
        if text not in self.names:
            self.names.append(text)
        return Value(field=self.names.index(text))

    def optional(self, text: str) -> Value | None:
        """Return None for a key that was left out."""
        return self.value(text) if text else None

    def pairs(self, params: Mapping[str, str]) -> tuple[tuple[str, Value], ...]:
        """Return where the values of named parameters come from."""
        return tuple((name, self.value(text)) for name, text in params.items())


def message_of(channel: Channel, keys: MessageKeys, fallback: FallbackKeys) -> Message:
    """Build the message, and count the columns that it needs in order of first use."""
    columns = Columns()
    url, video = keys.short_url, fallback.aim_basic
    return Message(
        channel=channel,
        template=keys.template,
        params=columns.pairs(keys.params),
        expires_days=keys.expires_days,
        expires_hours=keys.expires_hours,
        sms=keys.sms.leg(columns) if keys.sms and channel in _CARRIED else None,
        signatures=keys.signatures,
        short_url=ShortUrl(
            url.domain,
            columns.optional(url.custom_code),
            columns.optional(url.custom_url),
            tuple(name.lower() for name in url.domains),
        ),
        fallback=Fallback(
            fallback.unsupported,
            columns.optional(fallback.column),
            fallback.sms.leg(columns) if fallback.sms else None,
            VideoLeg(video.template, columns.pairs(video.params)) if video else None,
        ),
        fields=tuple(columns.names),  # stands last: by now all are known
    )


def may_be_empty(message: Message) -> frozenset[str]:
    """Return the columns that need no value in every row: an empty policy is the campaign's."""
    column = message.fallback.column
    if column is None or column.field is None:
        return frozenset()
    return frozenset({message.fields[column.field]})


def mistakes(message: Message) -> Iterator[str]:
    """Yield what is wrong with a message beside the bounds of its keys."""
    channel = message.channel
    if channel is not Channel.SMS and not _TEMPLATE.fullmatch(message.template):
        yield Words("the key message.template must be the template's number, 9 digits")
    if channel in _CARRIED and message.sms is None:
        yield filled(
            "the section [message.sms] is missing; {channel} needs the SMS that it sends",
            channel=channel,
        )
    if channel in CARD_CHANNELS and not 1 <= message.expires_days <= _EXPIRES_DAYS_MAX:
        yield filled(
            "the key message.expires_days must be 1 to {most} days", most=str(_EXPIRES_DAYS_MAX)
        )
    if channel is Channel.LINKS_ONLY and not 1 <= len(message.signatures) <= _SIGNATURES_MAX:
        yield (
            Words(
                "the key message.signatures must list the 1 to 5 signatures of the SMS that will "
                "carry the links; handsets parse a link under these alone"
            )
        )
    yield from _leg_mistakes("message.sms", message.sms, with_link=channel is Channel.AIM_LINKS)
    yield from _fallback_mistakes(message)
    yield from _url_mistakes(message)


def _leg_mistakes(section: str, sms: SmsLeg | None, *, with_link: bool) -> Iterator[Text]:
    if sms is None:
        return
    if len(sms.params) > _SMS_PARAMS_MAX:
        yield filled(
            "the key {section}.params may list at most {most} values",
            section=section,
            most=str(_SMS_PARAMS_MAX),
        )
    if with_link and not 1 <= sms.link_position <= len(sms.params) + 1:
        yield (
            filled(
                "the key {section}.link_position must say which of the template's {params} "
                "variables takes the short link, counted from 1",
                section=section,
                params=str(len(sms.params) + 1),
            )
        )
    if not with_link and sms.link_position:
        yield (
            filled(
                "the key {section}.link_position is for the channel aim_links only: there "
                "the link is one of the values; remove it",
                section=section,
            )
        )


def _fallback_mistakes(message: Message) -> Iterator[str]:
    fallback = message.fallback
    if fallback.asks and message.channel not in CARD_CHANNELS:
        yield (
            filled(
                "the section [fallback] is for cards; {channel} shows none, so that nobody "
                "can lack it: remove the section",
                channel=message.channel,
            )
        )
    if fallback.unsupported is Policy.SMS and fallback.sms is None:
        yield Words('the section [fallback.sms] is missing; fallback.unsupported = "sms" needs it')
    if fallback.unsupported is Policy.AIM_BASIC and fallback.video is None:
        yield (
            Words(
                "the section [fallback.aim_basic] is missing; "
                'fallback.unsupported = "aim_basic" needs it'
            )
        )
    if fallback.column is not None and fallback.column.field is None:
        yield Words("the key fallback.column must name a column, not a value")
    yield from _leg_mistakes("fallback.sms", fallback.sms, with_link=False)


def _url_mistakes(message: Message) -> Iterator[Text]:
    url = message.short_url
    if url == ShortUrl():
        return
    if message.channel not in CARD_CHANNELS:
        yield filled(
            "the section [message.short_url] is for links; {channel} has none: remove it",
            channel=message.channel,
        )
    if url.custom_code is not None and not url.domain:
        yield Words("the key message.short_url.domain is missing; custom codes live under a domain")
    if url.custom_code is not None and url.custom_url is not None:
        yield (
            Words(
                "the keys message.short_url.custom_code and custom_url exclude each other; keep one"
            )
        )
    if url.domains and url.custom_url is None:
        yield (
            Words(
                "the key message.short_url.domains says where custom_url may lead, which is "
                "missing: add it, or remove domains"
            )
        )
    for name in url.domains:
        if host_objection(name) is not None:
            yield (
                filled(
                    "the key message.short_url.domains lists {name}, which is no public "
                    "domain name, so that no link may lead there; remove it",
                    name=brief(name),
                )
            )
