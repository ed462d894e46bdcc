"""How large one request may be, in recipients and in bytes, and how a few of many are picked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import TypeVar

from pipeline.core.model import CHUNK_RECIPIENTS_MAX, Channel, Message, Recipients, Value

BODY_BYTES_MAX = 8 * 1024 * 1024
"""Bytes of a request's body. The provider documents 12 MB; the rest is a margin."""

_FIXED = 64 * 1024
"""What stands in a body once, whoever is in it: far less than this."""

_PER_RECIPIENT = 200
_PER_VALUE = 100
"""What the longest of the requests' shapes puts around a number, and around a value: 86 bytes with
AIM basic's `param_name`, `content_type`, `content_source` and `content_detail`."""

_CHAR_BYTES_MAX = 6
"""A control character is the longest in JSON."""

_BY_NAME = frozenset({Channel.AIM, Channel.AIM_BASIC, Channel.LINKS_ONLY})
_BY_SMS = frozenset({Channel.AIM, Channel.AIM_LINKS, Channel.SMS})
_BY_LINK = frozenset({Channel.AIM, Channel.LINKS_ONLY})
"""Which of a message's values a request of a channel holds."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one request may carry at most, whatever the product allows.

    learned is by channel what this account was found to bear.
    """

    recipients: int = CHUNK_RECIPIENTS_MAX
    learned: Mapping[Channel, int] = field(default_factory=dict)
    body_bytes: int = BODY_BYTES_MAX

    def most(self, channel: Channel, product: int) -> int:
        """Return how many recipients a request of a channel may carry, of what its product may."""
        return max(1, min(product, self.recipients, self.learned.get(channel, product)))


WIDE = Bounds()
"""Only what the product allows, and the margin of a body."""


def cut(sizes: Sequence[int] | None, count: int, most: int, bounds: Bounds) -> Iterable[range]:
    """Cut so many recipients, of those sizes in bytes, into as few requests as may be.

    Where sizes is None they are known to fit. Who alone is too large is in a request alone.
    """
    if sizes is None:
        yield from (range(at, min(at + most, count)) for at in range(0, count, most))
        return
    start, total = 0, _FIXED
    for at in range(count):
        if at > start and (at - start == most or total + sizes[at] > bounds.body_bytes):
            yield range(start, at)
            start, total = at, _FIXED
        total += sizes[at]
    if count:
        yield range(start, count)


def sizes_of(
    message: Message, recipients: Recipients, most: int, bounds: Bounds
) -> Sequence[int] | None:
    """Return at most how many bytes each recipient takes of a body; None where most fit anyhow."""
    names, values = _values_of(message)
    around = _PER_RECIPIENT + sum(_PER_VALUE + _bytes(name) for name in names)
    around += sum(_bytes(value.literal) for value in values if value.field is None)
    columns = [value.of(recipients) for value in values if value.field is not None]
    longest = sum(max(map(len, column), default=0) for column in columns)
    if _FIXED + most * (around + _CHAR_BYTES_MAX * longest) <= bounds.body_bytes:
        return None
    sizes = [around] * len(recipients)
    for column in columns:
        sizes = [size + _bytes(text) for size, text in zip(sizes, column, strict=True)]
    return sizes


def _bytes(text: str) -> int:
    return len(encode_basestring(text).encode("utf-8", "replace"))


def _values_of(message: Message) -> tuple[list[str], list[Value]]:
    """Return the names and the values that a request of a message holds for each recipient."""
    named = message.params if message.channel in _BY_NAME else ()
    plain: list[Value] = []
    if message.channel in _BY_SMS and message.sms is not None:
        plain += message.sms.params
    if message.channel in _BY_LINK:
        url = message.short_url
        plain += [value for value in (url.custom_code, url.custom_url) if value is not None]
    names = [name for name, _ in named] + [""] * len(plain)
    return names, [*(value for _, value in named), *plain]


T = TypeVar("T")


def spread(found: Sequence[T], most: int) -> list[T]:
    """Return at most so many, in order: the first, the last and some between. most is 2 or more."""
    if len(found) <= most:
        return list(found)
    return [found[at * (len(found) - 1) // (most - 1)] for at in range(most)]
