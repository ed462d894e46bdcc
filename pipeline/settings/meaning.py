"""What makes a campaign what it is, written in one way only.

This is stored with each run, and by it a run is found again. So what a run means must not change
with the program: what is left at its default is left out, a new key stands here only where it is
set, and a column is called by its name. tests/unit/core/test_golden_names.py pins it.

How fast, when and where is no part of it, and neither is how long a link lives: a run keeps the
life that it was planned with.
"""

from collections.abc import Mapping, Sequence

from pipeline.core.model import (
    Fallback,
    Message,
    Policy,
    ShortUrl,
    SmsLeg,
    Value,
    VideoLeg,
)
from pipeline.core.values import Shape, Spaces


def message_meaning(message: Message) -> dict[str, object]:
    """Return what a message says, and to whom it says something else."""
    columns = message.fields
    return _set(
        channel=str(message.channel),
        template=message.template,
        params=_pairs(message.params, columns),
        sms=_leg(message.sms, columns),
        signatures=list(message.signatures),
        fallback=_fallback(message.fallback, columns),
        short_url=_short_url(message.short_url, columns),
    )


def shapes_meaning(shapes: Mapping[str, Shape]) -> dict[str, object]:
    """Return what is done to the values of columns."""
    return _set(
        **{
            column: _set(
                default=shape.default,
                spaces="" if shape.spaces is Spaces.KEEP else str(shape.spaces),
                truncate_chars=shape.truncate_chars,
                date_format=shape.date_format,
            )
            | ({"default": ""} if shape.default == "" else {})
            for column, shape in shapes.items()
        }
    )


def _set(**given: object) -> dict[str, object]:
    """Leave out what is not set."""
    return {name: value for name, value in given.items() if value}


def _value(value: Value, columns: Sequence[str]) -> str:
    """Write a value as a campaign file does: a column's name, or "=" and the value itself."""
    if value.field is None:
        return f"={value.literal}"
    return columns[value.field]


def _optional(value: Value | None, columns: Sequence[str]) -> str:
    return "" if value is None else _value(value, columns)


def _pairs(params: Sequence[tuple[str, Value]], columns: Sequence[str]) -> list[list[str]]:
    return [[name, _value(value, columns)] for name, value in params]


def _leg(sms: SmsLeg | None, columns: Sequence[str]) -> dict[str, object]:
    if sms is None:
        return {}
    return _set(
        channel_number=sms.channel_number,
        template=sms.template,
        signature=sms.signature,
        app=sms.app,
        params=[_value(value, columns) for value in sms.params],
        link_position=sms.link_position,
    )


def _video(video: VideoLeg | None, columns: Sequence[str]) -> dict[str, object]:
    if video is None:
        return {}
    return _set(template=video.template, params=_pairs(video.params, columns))


def _fallback(fallback: Fallback, columns: Sequence[str]) -> dict[str, object]:
    policy = fallback.unsupported
    return _set(
        unsupported="" if policy is Policy.SEND_ANYWAY else str(policy),
        column=_optional(fallback.column, columns),
        sms=_leg(fallback.sms, columns),
        video=_video(fallback.video, columns),
    )


def _short_url(url: ShortUrl, columns: Sequence[str]) -> dict[str, object]:
    return _set(
        domain=url.domain,
        custom_code=_optional(url.custom_code, columns),
        custom_url=_optional(url.custom_url, columns),
    )
