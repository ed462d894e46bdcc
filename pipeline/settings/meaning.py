"""What makes a campaign what it is, written in one way only.

This is stored with each run, and by it a run is found again. So what a run means must not change
with the program: what is left at its default is left out, a new key stands here only where it is
set, and a column is called by its name. tests/unit/core/test_golden_names.py pins it.

How fast, when and where is no part of it, and neither is how long a link lives: a run keeps the
life that it was planned with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from pipeline.core.model import Fallback, Message, Policy, ShortUrl, SmsLeg, Value, VideoLeg
from pipeline.core.values import Shape, Spaces

_SAID = ("channel", "template", "params", "sms", "signatures", "fallback", "short_url")


def message_meaning(message: Message) -> dict[str, object]:
    """Return what a message says, and to whom it says something else."""
    return _set(**{name: _plain(getattr(message, name), message.fields) for name in _SAID})


def shapes_meaning(shapes: Mapping[str, Shape]) -> dict[str, object]:
    """Return what is done to the values of columns."""
    return _set(
        **{
            column: _set(
                default=shape.default,
                spaces="" if shape.spaces is Spaces.KEEP else str(shape.spaces),
                truncate_chars=shape.truncate_chars,
                date_format=shape.date_format,
                fill_down=shape.fill_down,
            )
            | ({"default": ""} if shape.default == "" else {})
            for column, shape in shapes.items()
        }
    )


def _set(**given: object) -> dict[str, object]:
    """Leave out what is not set."""
    return {name: value for name, value in given.items() if value}


def _plain(part: object, columns: Sequence[str]) -> object:
    """Write a part of a message as plain JSON values; what is left at its default is empty.

    A value is written as a campaign file does: a column's name, or "=" and the value itself.
    """
    match part:
        case Policy():
            return "" if part is Policy.SEND_ANYWAY else str(part)
        case Value(field=None):
            return f"={part.literal}"
        case Value(field=int(at)):
            return columns[at]
        case SmsLeg() | VideoLeg() | Fallback() | ShortUrl():
            names = (field.name for field in fields(part))
            return _set(**{name: _plain(getattr(part, name), columns) for name in names})
        case tuple():
            return [_plain(one, columns) for one in part]
        case str():
            return str(part)
        case _:
            return part
