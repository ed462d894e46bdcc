"""Write JSON for many recipients of one shape: the shape once, then only the values.

Building an object per recipient and encoding it costs several times as much, most of it in
making the objects.
"""

from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring

import msgspec

PLACE = "%s"
"""Where a value goes in a shape. What else stands in it, and comes from outside, passes `fixed`;
numbers are digits and need no quoting."""


def fixed(text: str) -> str:
    """Return a text as a JSON string to stand in a shape as it is."""
    return encode_basestring(text).replace("%", "%%")


def quoted(values: Iterable[str]) -> list[str]:
    """Return texts as JSON strings."""
    return list(map(encode_basestring, values))


def rows(shape: str, columns: Sequence[Iterable[str]]) -> msgspec.Raw:
    """Return the JSON array of n objects, one place of the shape for each of the columns."""
    return msgspec.Raw(f"[{','.join(map(shape.__mod__, zip(*columns, strict=True)))}]".encode())
