"""Run code in a process of its own, which may be killed, limited or stripped of its rights."""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Child:
    """A forked process and what it says, line by line."""

    pid: int
    _output: int

    def line(self) -> str:
        """Wait for the next line; '' once the child has ended."""
        said = b""
        while not said.endswith(b"\n"):
            byte = os.read(self._output, 1)
            if not byte:
                break
            said += byte
        return said.decode().rstrip("\n")

    def rest(self) -> list[str]:
        """Wait until the child ends and return what it had yet to say."""
        lines = []
        while line := self.line():
            lines.append(line)
        return lines

    def kill(self) -> None:
        """End the child as a power cut would."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def child(work: Callable[[Callable[[str], None]], None]) -> Iterator[Child]:
    """Run work in a forked child. It gets a function that says one line to the parent.

    An exception that leaves work is said as "raised <type>: <text>".
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _live(work, writing)
    os.close(writing)
    try:
        yield Child(pid, reading)
    finally:
        os.close(reading)
        if os.waitpid(pid, os.WNOHANG)[0] == 0:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def outcome_of(work: Callable[[], object]) -> str:
    """Run work in a child and return what it returned or raised, as text."""
    with child(lambda say: say(str(work()))) as process:
        return "\n".join(process.rest())


def drop_root() -> None:
    """Stop being root, to whom no file is read-only; nothing to do for others."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def _live(work: Callable[[Callable[[str], None]], None], writing: int) -> None:
    status = 1
    try:
        work(lambda line: _say(writing, line))
        status = 0
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent is to hear of it
        _say(writing, f"raised {type(error).__name__}: {error}")
        if not str(error):
            traceback.print_exc(file=sys.stderr)
    finally:
        os._exit(status)


def _say(writing: int, line: str) -> None:
    os.write(writing, line.encode() + b"\n")
