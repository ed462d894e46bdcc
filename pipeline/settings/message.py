"""[message] and [fallback]: what is sent, and what those get who cannot see the card."""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, field

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
from pipeline.settings.values import ValueKeys

_EXPIRES_DAYS_MAX = 7  # CreateAimSendTask, CreateResolveTask
_EXPIRES_HOURS_MAX = 72  # CreateVmsSendTask
_SMS_PARAMS_MAX = 19  # CreateAimSendTask, SendAimBatchMessages: 20 with the link
_SIGNATURES_MAX = 5  # CreateResolveTask
_DOMAIN = re.compile(r"[A-Za-z0-9][-A-Za-z0-9]{0,62}(\.[A-Za-z0-9][-A-Za-z0-9]{0,62})+")
_TEMPLATE = re.compile(r"[0-9]{9}")  # tpl_id of CreateResolveTask, CreateVmsSendTask
_CARDS = frozenset({Channel.AIM, Channel.AIM_LINKS, Channel.LINKS_ONLY})
_CARRIED = frozenset({Channel.AIM, Channel.AIM_LINKS, Channel.SMS})


class SmsKeys(Struct, forbid_unknown_fields=True):
    """[message.sms] and [fallback.sms]."""

    channel_number: str
    template: str
    signature: str
    app: str
    params: list[str] = field(default_factory=list)
    link_position: int = 0


class ShortUrlKeys(Struct, forbid_unknown_fields=True):
    """[message.short_url]."""

    domain: str = ""
    custom_code: str = ""
    custom_url: str = ""


class MessageKeys(Struct, forbid_unknown_fields=True):
    """[message]."""

    template: str = ""
    params: dict[str, str] = field(default_factory=dict)
    expires_days: int = 7
    expires_hours: int = 24
    signatures: list[str] = field(default_factory=list)
    sms: SmsKeys | None = None
    short_url: ShortUrlKeys | None = None
    values: dict[str, ValueKeys] = field(default_factory=dict)


class VideoKeys(Struct, forbid_unknown_fields=True):
    """[fallback.aim_basic]."""

    template: str
    params: dict[str, str] = field(default_factory=dict)


class FallbackKeys(Struct, forbid_unknown_fields=True):
    """[fallback]."""

    unsupported: Literal["send_anyway", "sms", "aim_basic", "skip"] = "send_anyway"
    column: str = ""
    capability_days: int = 7
    sms: SmsKeys | None = None
    aim_basic: VideoKeys | None = None


class Fields:
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


def message_of(
    channel: Channel, keys: MessageKeys, fallback: FallbackKeys, fields: Fields
) -> Message:
    """Build the message; fields learns the columns that it needs."""
    params = tuple((name, fields.value(text)) for name, text in keys.params.items())
    sms = _leg(keys.sms, fields) if channel in _CARRIED else None
    url = keys.short_url or ShortUrlKeys()
    short_url = ShortUrl(
        url.domain, fields.optional(url.custom_code), fields.optional(url.custom_url)
    )
    otherwise = _fallback(fallback, fields)
    return Message(
        channel=channel,
        template=keys.template,
        params=params,
        expires_days=keys.expires_days,
        expires_hours=keys.expires_hours,
        sms=sms,
        fields=tuple(fields.names),
        signatures=tuple(keys.signatures),
        fallback=otherwise,
        short_url=short_url,
    )


def may_be_empty(message: Message) -> frozenset[str]:
    """Return the columns that need no value in every row: an empty policy is the campaign's."""
    column = message.fallback.column
    if column is None or column.field is None:
        return frozenset()
    return frozenset({message.fields[column.field]})


def mistake_in(message: Message) -> str | None:
    """Return what is wrong with a message, as one sentence, or None."""
    return next(_mistakes(message), None)


def _fallback(keys: FallbackKeys, fields: Fields) -> Fallback:
    video = keys.aim_basic
    return Fallback(
        Policy(keys.unsupported),
        fields.optional(keys.column),
        _leg(keys.sms, fields),
        None
        if video is None
        else VideoLeg(
            video.template, tuple((name, fields.value(of)) for name, of in video.params.items())
        ),
    )


def _leg(sms: SmsKeys | None, fields: Fields) -> SmsLeg | None:
    if sms is None:
        return None
    params = tuple(fields.value(text) for text in sms.params)
    return SmsLeg(
        sms.channel_number, sms.template, sms.signature, sms.app, params, sms.link_position
    )


def _mistakes(message: Message) -> Iterator[str]:
    channel = message.channel
    if channel is not Channel.SMS and not _TEMPLATE.fullmatch(message.template):
        yield "the key message.template must be the template's number, 9 digits"
    if channel in _CARRIED and message.sms is None:
        yield f"the section [message.sms] is missing; {channel} needs the SMS that it sends"
    if channel in _CARDS and not 1 <= message.expires_days <= _EXPIRES_DAYS_MAX:
        yield f"the key message.expires_days must be 1 to {_EXPIRES_DAYS_MAX} days"
    if not 1 <= message.expires_hours <= _EXPIRES_HOURS_MAX:
        yield f"the key message.expires_hours must be 1 to {_EXPIRES_HOURS_MAX} hours"
    if channel is Channel.LINKS_ONLY and not 1 <= len(message.signatures) <= _SIGNATURES_MAX:
        yield (
            "the key message.signatures must list the 1 to 5 signatures of the SMS that will "
            "carry the links; handsets parse a link under these alone"
        )
    yield from _leg_mistakes("message.sms", message.sms, with_link=channel is Channel.AIM_LINKS)
    yield from _fallback_mistakes(message)
    yield from _url_mistakes(message)


def _leg_mistakes(section: str, sms: SmsLeg | None, *, with_link: bool) -> Iterator[str]:
    if sms is None:
        return
    if len(sms.params) > _SMS_PARAMS_MAX:
        yield f"the key {section}.params may list at most {_SMS_PARAMS_MAX} values"
    if with_link and not 1 <= sms.link_position <= len(sms.params) + 1:
        yield (
            f"the key {section}.link_position must say which of the template's "
            f"{len(sms.params) + 1} variables takes the short link, counted from 1"
        )
    if not with_link and sms.link_position:
        yield (
            f"the key {section}.link_position is for the channel aim_links only: there the link "
            "is one of the values; remove it"
        )


def _fallback_mistakes(message: Message) -> Iterator[str]:
    fallback = message.fallback
    if fallback.asks and message.channel not in _CARDS:
        yield (
            f"the section [fallback] is for cards; {message.channel} shows none, so that nobody "
            "can lack it: remove the section"
        )
    if fallback.unsupported is Policy.SMS and fallback.sms is None:
        yield 'the section [fallback.sms] is missing; fallback.unsupported = "sms" needs it'
    if fallback.unsupported is Policy.AIM_BASIC and fallback.video is None:
        yield (
            "the section [fallback.aim_basic] is missing; "
            'fallback.unsupported = "aim_basic" needs it'
        )
    if fallback.video is not None and not _TEMPLATE.fullmatch(fallback.video.template):
        yield "the key fallback.aim_basic.template must be the template's number, 9 digits"
    if fallback.column is not None and fallback.column.field is None:
        yield "the key fallback.column must name a column, not a value"
    yield from _leg_mistakes("fallback.sms", fallback.sms, with_link=False)


def _url_mistakes(message: Message) -> Iterator[str]:
    url = message.short_url
    if url == ShortUrl():
        return
    if message.channel not in _CARDS:
        yield f"the section [message.short_url] is for links; {message.channel} has none: remove it"
    if url.domain and not _DOMAIN.fullmatch(url.domain):
        yield 'the key message.short_url.domain must be a bare name such as "km2g.cn"'
    if url.custom_code is not None and not url.domain:
        yield "the key message.short_url.domain is missing; custom codes live under a domain"
    if url.custom_code is not None and url.custom_url is not None:
        yield ("the keys message.short_url.custom_code and custom_url exclude each other; keep one")
