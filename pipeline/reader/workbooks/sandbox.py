"""Have a workbook parsed by a child process with limits, and survive whatever becomes of it."""

import fcntl
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec

from pipeline.children import start
from pipeline.core.errors import KoosendError, SourceDamaged
from pipeline.language import Text, Words, filled, unpacked
from pipeline.reader.files.archive import damaged
from pipeline.reader.limits import SandboxLimits
from pipeline.reader.workbooks.protocol import (
    MESSAGE_BYTES_MAX,
    OUT_OF_MEMORY,
    PREFIX,
    Answer,
    Ready,
    Refused,
)

NOT_CONFINED = Words("this kernel has no system call filter for it")

_PIPE_BYTES = 1 << 20
_ENDING_S = 10.0
_EX_CPU = -signal.SIGXCPU
_KILLED = -signal.SIGKILL
_ABORTED = -signal.SIGABRT

_encoder = msgspec.msgpack.Encoder()


@dataclass(frozen=True, slots=True)
class Work:
    """What a child process does: the module it runs, and how its answers are understood.

    done, instead: words for what it does to a file, and what a person does where that is too much.
    """

    module: str
    answers: msgspec.msgpack.Decoder[Any]
    done: str
    instead: str


READING = Work(
    "pipeline.reader.workbooks.worker",
    msgspec.msgpack.Decoder(Answer),
    Words("read"),
    Words("save the table as CSV"),
)


class Sandbox:
    """A child process at work on one file; where names the file in the sentences."""

    def __init__(
        self, child: subprocess.Popen[bytes], where: str, limits: SandboxLimits, work: Work
    ) -> None:
        self._child = child
        self._where = where
        self._limits = limits
        self._work = work
        self.is_confined = False
        self._heard, self._free = select.poll(), select.poll()
        self._heard.register(self._out, select.POLLIN)
        self._free.register(self._in, select.POLLOUT)
        os.set_blocking(self._in, False)

    @property
    def _out(self) -> int:
        assert self._child.stdout is not None  # noqa: S101 -- the child was started with a pipe
        return self._child.stdout.fileno()

    @property
    def _in(self) -> int:
        assert self._child.stdin is not None  # noqa: S101 -- the child was started with a pipe
        return self._child.stdin.fileno()

    def ask(self, command: msgspec.Struct) -> None:
        """Send a command; a child that has died is noticed when it is heard.

        Raises SourceDamaged for one that does not listen.
        """
        message = _encoder.encode(command)
        rest = memoryview(PREFIX.pack(len(message)) + message)
        deadline = time.monotonic() + self._limits.wait_s
        with suppress(BrokenPipeError):
            while rest:
                self._await(self._free, deadline)
                rest = rest[os.write(self._in, rest) :]

    def receive(self) -> object:
        """Return the next answer. Raises SourceDamaged for a refusal, and when the child dies."""
        deadline = time.monotonic() + self._limits.wait_s
        (length,) = PREFIX.unpack(self._exactly(PREFIX.size, deadline))
        if length > MESSAGE_BYTES_MAX:
            raise damaged(self._where)
        try:
            answer: object = self._work.answers.decode(self._exactly(length, deadline))
        except msgspec.DecodeError:
            raise damaged(self._where) from None
        if isinstance(answer, Refused):
            raise SourceDamaged(self._said(answer), answer.code)
        return answer

    def _said(self, answer: Refused) -> Text:
        try:
            return unpacked(answer.sentence)
        except (ValueError, KeyError, RecursionError):
            raise damaged(self._where) from None

    def greet(self) -> None:
        """Wait until the child has begun."""
        try:
            greeting = self.receive()
        except SourceDamaged:
            greeting = None
        if not isinstance(greeting, Ready):
            raise KoosendError(
                Words(
                    "the process that parses workbooks cannot be started: see that koosend is "
                    "installed whole and that the machine has memory left"
                ),
                "KS7003",
            )
        self.is_confined = greeting.is_confined

    def _exactly(self, count: int, deadline: float) -> bytearray:
        message = bytearray(count)
        rest = memoryview(message)
        while rest:
            self._await(self._heard, deadline)
            got = os.readv(self._out, [rest])
            if not got:
                raise self._dead()
            rest = rest[got:]
        return message

    def _await(self, poll: select.poll, deadline: float) -> None:
        wait_s = max(deadline - time.monotonic(), 0.0)
        if not poll.poll(wait_s * 1_000):
            raise SourceDamaged(self._too_slow(), "KS6506")

    def _dead(self) -> SourceDamaged:
        try:
            code = self._child.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            return damaged(self._where)
        if code in (_EX_CPU, _KILLED):
            return SourceDamaged(self._too_slow(), "KS6506")
        if code in (OUT_OF_MEMORY, _ABORTED):
            return SourceDamaged(
                filled(
                    "{where} needs more than {memory_bytes} MB of memory to be {done}: its "
                    "cells lie too far apart or hold too much; {instead}",
                    where=self._where,
                    memory_bytes=str(self._limits.memory_bytes >> 20),
                    done=self._work.done,
                    instead=self._work.instead,
                ),
                "KS6506",
            )
        return damaged(self._where)

    def _too_slow(self) -> Text:
        return filled(
            "{where} takes longer than {cpu_s} s to be {done}, as no list of "
            "recipients does: {instead}",
            where=self._where,
            cpu_s=str(self._limits.cpu_s),
            done=self._work.done,
            instead=self._work.instead,
        )


@contextmanager
def sandboxed(
    file: BinaryIO, where: str, limits: SandboxLimits, work: Work = READING
) -> Iterator[Sandbox]:
    """Start a child process on an open file; it is ended when the context is left."""
    with _child(file, where, limits, work.module) as child:
        assert child.stdout is not None  # noqa: S101 -- asked for there
        with suppress(OSError):
            fcntl.fcntl(child.stdout.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        try:
            sandbox = Sandbox(child, where, limits, work)
            sandbox.greet()
            yield sandbox
        finally:
            child.kill()


@contextmanager
def _child(
    file: BinaryIO, where: str, limits: SandboxLimits, module: str
) -> Iterator[subprocess.Popen[bytes]]:
    theirs, ours = os.pipe()
    try:
        shared = (file.fileno(), theirs)
        given = (*shared, _argument(where), limits.memory_bytes, limits.cpu_s)
        child = start(
            module,
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
