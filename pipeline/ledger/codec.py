"""Encode the ledger's blobs: a chunk's recipients, the facts of one answer, a message."""

import zlib
from array import array
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final, Literal

import msgspec

from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import Event, State
from pipeline.core.model import Message, Recipients, Route
from pipeline.core.outcome import Fact
from pipeline.core.templates import Templates
from pipeline.ledger.sqlite.database import Row
from pipeline.ports import (
    Attempt,
    AttemptRecord,
    KeptReply,
    Question,
    Reply,
    RunPlan,
    RunRecord,
    Submission,
)

_personal = msgspec.msgpack.Decoder(tuple[list[str], list[list[str]]])
_links = msgspec.msgpack.Decoder(dict[int, str])
_facts = msgspec.json.Decoder(list[tuple[int, NewsKind, str, str]])
_BLOB_BYTES_MAX = 256 * 1024 * 1024
_PLAN_COLUMNS = 13

unpack_texts = msgspec.json.Decoder(tuple[str, ...]).decode
unpack_message = msgspec.json.Decoder(Message).decode
unpack_templates = msgspec.json.Decoder(Templates).decode


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


POSITIONS: Final = "H"
"""Positions of a chunk are packed in two bytes each."""

ROWS: Final = "q"
"""Rows of a run are packed in eight bytes each."""

_Packing = Literal["H", "q"]


def pack_numbers(numbers: Sequence[int], packing: _Packing) -> bytes:
    """Encode positions or rows, one behind the other."""
    return array(packing, numbers).tobytes()


def unpack_numbers(blob: bytes | None, packing: _Packing) -> tuple[int, ...]:
    """Decode positions or rows; None holds none."""
    return tuple(array(packing, blob or b""))


def pack_links(links: Mapping[int, str]) -> bytes:
    """Encode links by row: zlib of msgpack of {row: link}."""
    return zlib.compress(msgspec.msgpack.encode(dict(sorted(links.items()))), 1)


def unpack_links(blob: bytes) -> dict[int, str]:
    """Decode links by row."""
    return _links.decode(zlib.decompress(blob))


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


def pack_json(value: Message | Templates) -> str:
    """Encode what a campaign sends, or what was said of its templates."""
    return msgspec.json.encode(value).decode()


def submission_of(row: Row) -> Submission:
    """Read a submission: the columns stand in the order of its fields."""
    chunk, submission, start, stop, state, *latest, route, picked, withheld = row
    positions = None if picked is None else unpack_numbers(picked, POSITIONS)
    carried = (Route(route), positions, unpack_numbers(withheld, ROWS))
    fields = (chunk, submission, start, stop, State(state), *latest, *carried)
    return Submission(*fields)


def run_of(row: Row, folder: str) -> RunRecord:
    """Read a run of a state folder: the columns stand in the order of the two dataclasses."""
    run, campaign, path, message, *source, templates, screened_to = row[:_PLAN_COLUMNS]
    read = (unpack_message(message), *source, unpack_templates(templates))
    fields = (run, campaign, path, *read, screened_to)
    *known, emulated = row[_PLAN_COLUMNS:]
    answered = None if emulated is None else bool(emulated)
    return RunRecord(RunPlan(*fields), *[*known, answered, folder])


def attempt_of(row: Row) -> AttemptRecord:
    """Read an attempt with the latest thing that became known of it."""
    *attempt, concluded_at, event, task, code, message, note = row
    known = None if event is None else Event(event)
    return AttemptRecord(Attempt(*attempt), concluded_at, known, task, code, message, note)


def question_of(row: Row) -> Question:
    """Read a question: the columns stand in the order of its fields."""
    name, at, found, answer, calibrates, number, meant_at = row
    return Question(name, at, found, answer, bool(calibrates), number, meant_at)


def reply_of(row: Row) -> KeptReply:
    """Read a reply, behind the number and the time of the receipt that brought it."""
    receipt, received_at, phone, content, at, task, opts_out = row
    return KeptReply(receipt, received_at, Reply(phone, content, at, task, bool(opts_out)))
