"""Encode the ledger's blobs: a chunk's recipients, the facts of one answer, a message."""

import zlib
from array import array
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from pipeline.core.answer import NewsKind
from pipeline.core.lifecycle import Event, State
from pipeline.core.model import Message, Recipients, Route, RunId, TaskId, TaskName
from pipeline.core.outcome import Fact
from pipeline.core.templates import Templates
from pipeline.ledger.sqlite.database import Row
from pipeline.ports import Attempt, AttemptRecord, Question, RunPlan, RunRecord, Submission

_personal = msgspec.msgpack.Decoder(tuple[list[str], list[list[str]]])
_links = msgspec.msgpack.Decoder(dict[int, str])
_facts = msgspec.json.Decoder(list[tuple[int, NewsKind, str, str]])
_texts = msgspec.json.Decoder(tuple[str, ...])
_message = msgspec.json.Decoder(Message)
_templates = msgspec.json.Decoder(Templates)
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


def pack_positions(positions: Sequence[int]) -> bytes:
    """Encode positions of a chunk, each in two bytes."""
    return array("H", positions).tobytes()


def unpack_positions(blob: bytes) -> tuple[int, ...]:
    """Decode positions of a chunk."""
    return tuple(array("H", blob))


def pack_rows(rows: Sequence[int]) -> bytes:
    """Encode rows of a run, each in eight bytes."""
    return array("q", rows).tobytes()


def unpack_rows(blob: bytes) -> tuple[int, ...]:
    """Decode rows of a run."""
    return tuple(array("q", blob))


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


def unpack_texts(text: str) -> tuple[str, ...]:
    """Decode cells or a header."""
    return _texts.decode(text)


def pack_message(message: Message) -> str:
    """Encode what a campaign sends."""
    return msgspec.json.encode(message).decode()


def unpack_message(text: str) -> Message:
    """Decode what a campaign sends."""
    return _message.decode(text)


def pack_templates(templates: Templates) -> str:
    """Encode what was told of a campaign's templates."""
    return msgspec.json.encode(templates).decode()


def unpack_templates(text: str) -> Templates:
    """Decode what was told of a campaign's templates."""
    return _templates.decode(text)


def submission_of(row: Row) -> Submission:
    """Read a submission: the columns stand in the order of its fields."""
    values: Any = row
    (chunk, submission, start, stop, state, attempts, name, task, attempted_at, concluded_at, code,
     message, route, picked, withheld) = values  # fmt: skip
    return Submission(
        chunk,
        submission,
        start,
        stop,
        State(state),
        attempts,
        None if name is None else TaskName(name),
        None if task is None else TaskId(task),
        attempted_at,
        concluded_at,
        code,
        message,
        Route(route),
        None if picked is None else unpack_positions(picked),
        () if withheld is None else unpack_rows(withheld),
    )


def run_of(row: Row) -> RunRecord:
    """Read a run: the columns stand in the order of the two dataclasses."""
    values: Any = row
    (_, run, campaign, path, message, meaning, source, sha256, size, planned_at, account, previous,
     templates, screened_to, rows, recipients, chunks, epoch, *times) = values  # fmt: skip
    plan = RunPlan(
        run=RunId(run),
        campaign=campaign,
        campaign_path=path,
        message=unpack_message(message),
        meaning=meaning,
        source_path=source,
        source_sha256=sha256,
        source_bytes=size,
        planned_at=planned_at,
        account=account,
        previous=None if previous is None else RunId(previous),
        templates=unpack_templates(templates),
        screened_to=screened_to,
    )
    return RunRecord(plan, rows, recipients, chunks, epoch, *times)


def attempt_of(row: Row) -> AttemptRecord:
    """Read an attempt with the latest thing that became known of it."""
    values: Any = row
    chunk, submission, attempt, name, at, concluded_at, event, task, *texts = values
    code, message, note = ("" if text is None else text for text in texts)
    return AttemptRecord(
        Attempt(chunk, submission, attempt, TaskName(name), at),
        concluded_at,
        None if event is None else Event(event),
        None if task is None else TaskId(task),
        code,
        message,
        note,
    )


def question_of(row: Row) -> Question:
    """Read a question: the columns stand in the order of its fields."""
    values: Any = row
    name, at, found, answer, calibrates, number, meant_at = values
    return Question(TaskName(name), at, found, answer, bool(calibrates), number, meant_at)
