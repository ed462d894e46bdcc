"""The emulator's own record: what it took, on disk before it says so.

A line with a "phone" is one message taken. Other lines let a restarted emulator know what it knew:
a task's heading before its messages, links made, registered callbacks, clock jumps,
receipts pushed so far, what is told of a task though it is not so.
"""

import fcntl
import os
import time
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from pipeline.emulator.clock import utc_precise
from pipeline.emulator.http.listing import Mark
from pipeline.emulator.options import SetupError
from pipeline.emulator.state.links import LinkTask
from pipeline.emulator.state.tasks import NO_DETAIL, Product, SendTask, SmsDetail

_LOCK_WAIT_S = 3.0
_LOCK_POLL_S = 0.02
# What a heading and its task have in common.
_KEPT = ("tpl_id", "created_s", "lifetime_s", "sms_sign", "exdata", "domain", "codes")

_encode = msgspec.json.Encoder().encode


class JournalError(SetupError):
    """Say why a journal cannot be used."""


class Heading(msgspec.Struct, frozen=True):
    """Hold what a task's message lines do not repeat."""

    messages: int
    tpl_id: str
    created_s: float
    lifetime_s: float
    sms_sign: str = ""
    exdata: str = ""
    domain: str = ""
    codes: tuple[str, ...] = ()
    sms: SmsDetail | msgspec.UnsetType = msgspec.UNSET


class CallbackLine(msgspec.Struct, frozen=True):
    """Hold a registered callback."""

    product: Product
    url_type: int
    callback_url: str
    remark: str
    at_s: float


class TemplateChange(msgspec.Struct, frozen=True):
    """Hold a template's new state; `tpl_state` is that of a card template."""

    product: Product
    tpl_id: str
    audit_state: int
    tpl_state: int = 1


class Line(msgspec.Struct, frozen=True):
    """Read the parts of a line that a restart needs."""

    operation: str
    task_name: str = ""
    task_id: str = ""
    phone: str | None = None
    channel: Product | None = None
    task: Heading | None = None
    callback: CallbackLine | None = None
    links: LinkTask | None = None
    advance_s: float | None = None
    pushed: dict[Product, float] | None = None
    template: TemplateChange | None = None
    mark: Mark | None = None


Event = SendTask | LinkTask | CallbackLine | TemplateChange | Mark | float | dict[Product, float]


class Journal:
    """Append to the record; without a path it is off.

    One process owns a journal: a second one waits for the first to end, then raises JournalError.
    """

    def __init__(self, path: Path | None, *, fsync: bool) -> None:
        self._path = path
        self._fsync = fsync
        self._file = -1
        self._size = 0

    def open(self) -> Iterator[Event]:
        """Take the file and yield what it says, oldest first; drop what was not finished.

        A task without all of its lines was never answered, so it is cut off with its heading.
        Floats are clock jumps in seconds; raises JournalError.
        """
        if self._path is None:
            return
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        _lock(self._file, self._path)
        reading = _Reading(self._path)
        with self._path.open("rb") as lines:
            yield from reading.events(lines)
        os.ftruncate(self._file, reading.sound)
        self._size = reading.sound

    def record(self, task: SendTask, messages: Iterable[tuple[bytes, bytes]]) -> None:
        """Write a task: its heading and, for each phone, its params and truth as JSON."""
        if self._file < 0:
            return
        who = _encode(task.name)
        start = b'{"at":"%b","operation":"%b","task_name":%b,"task_id":"%b",' % (
            utc_precise(task.created_s).encode(),
            task.operation.encode(),
            who,
            task.task_id.encode(),
        )
        channel = b'"channel":"%b",' % task.product.value.encode()
        lines = [b'%b%b"task":%b}\n' % (start, channel, _encode(_heading(task)))]
        lines += [
            b'%b"phone":"%d","params":%b,%b"truth":%b}\n' % (start, phone, params, channel, truth)
            for phone, (params, truth) in zip(task.phones, messages, strict=True)
        ]
        self._append(b"".join(lines))

    def note(self, operation: str, at_s: float, **what: object) -> None:
        """Write a line that is no message."""
        if self._file < 0:
            return
        line = {"at": utc_precise(at_s), "operation": operation, **what}
        self._append(_encode(line) + b"\n")

    def close(self) -> None:
        """Give the file up."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _append(self, block: bytes) -> None:
        try:
            left = memoryview(block)
            while left:
                left = left[os.write(self._file, left) :]
            if self._fsync:
                os.fsync(self._file)
        except OSError:
            # Half a task must not stay: the caller answers that it took nothing.
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(block)


class _Reading:
    """Fold lines into events; `sound` is the length of the file up to the last whole event."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._decoder = msgspec.json.Decoder(Line)
        self.sound = 0

    def events(self, lines: Iterator[bytes]) -> Iterator[Event]:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            parsed = self._parse(line)
            length = len(line)
            event: Event | None = None
            if parsed.task is not None:
                body = self._messages(parsed.task, lines)
                if body is None:
                    return
                phones, more = body
                event = _task(parsed, parsed.task, phones)
                length += more
            else:
                event = parsed.callback or parsed.links or parsed.template or parsed.mark
                event = event or parsed.pushed or parsed.advance_s
            self.sound += length
            if event is not None:
                yield event

    def _messages(
        self, heading: Heading, lines: Iterator[bytes]
    ) -> "tuple[array[int], int] | None":
        phones = array("Q")
        length = 0
        for _ in range(heading.messages):
            line = next(lines, b"")
            if not line.endswith(b"\n"):
                return None
            phone = self._parse(line).phone
            if phone is None:
                raise JournalError(f"the journal {self._path} lacks messages of a task")
            phones.append(int(phone))
            length += len(line)
        return phones, length

    def _parse(self, line: bytes) -> Line:
        try:
            return self._decoder.decode(line)
        except msgspec.DecodeError as error:
            raise JournalError(f"the journal {self._path} has a line that is not ours") from error


def _heading(task: SendTask) -> Heading:
    kept = {field: getattr(task, field) for field in _KEPT}
    sms = msgspec.UNSET if task.sms == NO_DETAIL else task.sms
    return Heading(messages=len(task.phones), sms=sms, **kept)


def _task(line: Line, heading: Heading, phones: "array[int]") -> SendTask:
    return SendTask(
        task_id=line.task_id,
        name=line.task_name,
        product=line.channel or Product.AIM,
        phones=phones,
        sms=NO_DETAIL if heading.sms is msgspec.UNSET else heading.sms,
        **{field: getattr(heading, field) for field in _KEPT},
    )


def _lock(file: int, path: Path) -> None:
    # A killed owner gives the lock up a moment after its successor starts.
    deadline = time.monotonic() + _LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise JournalError(f"another emulator writes the journal {path}") from None
            time.sleep(_LOCK_POLL_S)
        else:
            return
