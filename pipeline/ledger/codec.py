"""Encode the ledger's blobs: a chunk's recipients, the facts of one answer, a message."""

import zlib
from collections.abc import Mapping, Sequence
from hashlib import blake2b

import msgspec

from pipeline.core.answer import NewsKind
from pipeline.core.model import Message, Recipients
from pipeline.core.outcome import Fact

_personal = msgspec.msgpack.Decoder(tuple[list[str], list[list[str]]])
_facts = msgspec.json.Decoder(list[tuple[int, NewsKind, str, str]])
_texts = msgspec.json.Decoder(tuple[str, ...])
_message = msgspec.json.Decoder(Message)
_BLOB_BYTES_MAX = 256 * 1024 * 1024


def pack_personal(recipients: Recipients) -> bytes:
    """Encode numbers and values, columns first: zlib of msgpack of [phones, [values, ...]]."""
    columns = (list(recipients.phones), [list(column) for column in recipients.values])
    return zlib.compress(msgspec.msgpack.encode(columns), 1)


def unpack_personal(blob: bytes, rows: Sequence[int]) -> Recipients:
    """Decode a chunk's recipients. Raises ValueError for a damaged blob."""
    inflate = zlib.decompressobj()
    try:
        phones, values = _personal.decode(inflate.decompress(blob, _BLOB_BYTES_MAX))
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError(str(error)) from None
    if any(len(column) != len(rows) for column in (phones, *values)):
        raise ValueError("the columns differ in length")
    return Recipients(rows, phones, tuple(values))


def pack_facts(facts: Mapping[int, Sequence[Fact]]) -> tuple[str, bytes]:
    """Encode facts as JSON [[row, kind, code, at], ...] in row order, with a digest of it."""
    entries = [(row, f.kind, f.code, f.at) for row in sorted(facts) for f in facts[row]]
    text = msgspec.json.encode(entries)
    return text.decode(), blake2b(text, digest_size=16).digest()


def unpack_facts(text: str, evidence: str) -> list[tuple[int, Fact]]:
    """Decode facts under the name of their evidence."""
    return [(row, Fact(kind, code, at, evidence)) for row, kind, code, at in _facts.decode(text)]


def pack_texts(texts: Sequence[str]) -> str:
    """Encode cells or a header as a JSON list."""
    return msgspec.json.encode([storable(text) for text in texts]).decode()


def storable(text: str) -> str:
    """Put a question mark for half a surrogate pair, which UTF-8 cannot say."""
    return text.encode("utf-8", "replace").decode()


def unpack_texts(text: str) -> tuple[str, ...]:
    """Decode cells or a header."""
    return _texts.decode(text)


def pack_message(message: Message) -> str:
    """Encode what a campaign sends."""
    return msgspec.json.encode(message).decode()


def unpack_message(text: str) -> Message:
    """Decode what a campaign sends."""
    return _message.decode(text)
