"""Have a workbook parsed by a child process with limits, and survive whatever becomes of it."""

import fcntl
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

import msgspec

from pipeline.children import start
from pipeline.core.errors import KoosendError, SourceDamaged
from pipeline.reader.files.archive import damaged
from pipeline.reader.limits import SandboxLimits
from pipeline.reader.workbooks.protocol import (
    MESSAGE_BYTES_MAX,
    OUT_OF_MEMORY,
    PREFIX,
    Answer,
    Command,
    Ready,
    Refused,
)

NOT_CONFINED = "this kernel has no system call filter for it"

_PIPE_BYTES = 1 << 20
_ENDING_S = 10.0
_EX_CPU = -signal.SIGXCPU
_KILLED = -signal.SIGKILL
_ABORTED = -signal.SIGABRT

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


class Sandbox:
    """A child process at work on one file; where names the file in the sentences."""

    def __init__(self, child: subprocess.Popen[bytes], where: str, limits: SandboxLimits) -> None:
        self._child = child
        self._where = where
        self._limits = limits
        self.is_confined = False
        self._poll = select.poll()
        self._poll.register(self._out, select.POLLIN)

    @property
    def _out(self) -> int:
        assert self._child.stdout is not None  # noqa: S101 -- the child was started with a pipe
        return self._child.stdout.fileno()

    def ask(self, command: Command) -> None:
        """Send a command; a child that has died is noticed when it is heard."""
        message = _encoder.encode(command)
        assert self._child.stdin is not None  # noqa: S101 -- the child was started with a pipe
        with suppress(BrokenPipeError):
            os.write(self._child.stdin.fileno(), PREFIX.pack(len(message)) + message)

    def receive(self) -> Answer:
        """Return the next answer. Raises SourceDamaged for a refusal, and when the child dies."""
        deadline = time.monotonic() + self._limits.wait_s
        (length,) = PREFIX.unpack(self._exactly(PREFIX.size, deadline))
        if length > MESSAGE_BYTES_MAX:
            raise damaged(self._where)
        try:
            answer = _decoder.decode(self._exactly(length, deadline))
        except msgspec.DecodeError:
            raise damaged(self._where) from None
        if isinstance(answer, Refused):
            raise SourceDamaged(answer.sentence)
        return answer

    def greet(self) -> None:
        """Wait until the child has begun."""
        try:
            greeting = self.receive()
        except SourceDamaged:
            greeting = None
        if not isinstance(greeting, Ready):
            raise KoosendError(
                "the process that parses workbooks cannot be started: see that koosend is "
                "installed whole and that the machine has memory left"
            )
        self.is_confined = greeting.is_confined

    def _exactly(self, count: int, deadline: float) -> bytearray:
        message = bytearray(count)
        rest = memoryview(message)
        while rest:
            wait_s = max(deadline - time.monotonic(), 0.0)
            if not self._poll.poll(wait_s * 1_000):
                raise SourceDamaged(self._too_slow())
            got = os.readv(self._out, [rest])
            if not got:
                raise self._dead()
            rest = rest[got:]
        return message

    def _dead(self) -> SourceDamaged:
        try:
            code = self._child.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            return damaged(self._where)
        if code in (_EX_CPU, _KILLED):
            return SourceDamaged(self._too_slow())
        if code in (OUT_OF_MEMORY, _ABORTED):
            return SourceDamaged(
                f"{self._where} needs more than {self._limits.memory_bytes >> 20} MB of memory to "
                "be read: its cells lie too far apart or hold too much; save the table as CSV"
            )
        return damaged(self._where)

    def _too_slow(self) -> str:
        return (
            f"{self._where} takes longer than {self._limits.cpu_s} s to read, as no list of "
            "recipients does: save the table as CSV"
        )


@contextmanager
def sandboxed(file: BinaryIO, where: str, limits: SandboxLimits) -> Iterator[Sandbox]:
    """Start a child process on an open file; it is ended when the context is left."""
    with _child(file, where, limits) as child:
        assert child.stdout is not None  # noqa: S101 -- asked for there
        with suppress(OSError):
            fcntl.fcntl(child.stdout.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        try:
            sandbox = Sandbox(child, where, limits)
            sandbox.greet()
            yield sandbox
        finally:
            child.kill()


@contextmanager
def _child(file: BinaryIO, where: str, limits: SandboxLimits) -> Iterator[subprocess.Popen[bytes]]:
    theirs, ours = os.pipe()
    try:
        shared = (file.fileno(), theirs)
        given = (*shared, _argument(where), limits.memory_bytes, limits.cpu_s)
        child = start(
            "pipeline.reader.workbooks.worker",
            [str(word) for word in given],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=shared,
        )
        with child:
            yield child
    finally:
        os.close(theirs)
        os.close(ours)


def _argument(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "?")
