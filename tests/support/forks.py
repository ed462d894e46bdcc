"""Processes that are forks of one which has loaded their modules.

Loading them is most of what a small process costs, and a suite that starts hundreds need not pay it
each time. A fork is a process of its own, with the folder, environment, output and exit code of the
command, and is signalled and killed like any other. Forks share one seed of `hash`, and loaded
before their environment was known: what is about the start, that seed or a library's variables
starts its processes afresh.
"""

import atexit
import gc
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from runpy import run_path
from typing import Any, NoReturn, TextIO

from tests.support.source import ROOT

MAINS: Mapping[str, str] = {
    "pipeline": "pipeline.cli.main",
    "pipeline.emulator": "pipeline.emulator.__main__",
}
"""The packages that run as `python -m`, each with the module whose `main` that calls."""

CLOCK = "KOOSEND_TEST_CLOCK"
"""The module that moves a process's clock, where its environment names one."""

_BACKLOG = 64
_LINE_BYTES = 1 << 20
_PATIENCE_S = 120
_STDERR = 2


@dataclass(frozen=True, slots=True)
class Order:
    """What to run: the package, its arguments, and where."""

    package: str
    arguments: Sequence[str]
    folder: Path | None = None
    env: Mapping[str, str] | None = None

    def encoded(self) -> bytes:
        """Write it as a line; what is not said is as it is here."""
        folder = str(self.folder or Path.cwd())
        order = {"arguments": self.arguments, "folder": folder, "env": dict(self.env or os.environ)}
        return json.dumps(order).encode() + b"\n"


class Fork:
    """A process that was forked; as subprocess.Popen of what it has.

    stdout is what it prints, as text, where nothing else was to take that.
    """

    def __init__(self, line: socket.socket, stdout: TextIO | None) -> None:
        self.stdout = stdout
        self.returncode: int | None = None
        self._line = line
        self._answers = line.makefile()
        self.pid = int(self._answers.readline())

    def poll(self) -> int | None:
        """Return the exit code as subprocess has it, or None while it runs."""
        if self.returncode is None and self._has_ended_within(0):
            self._end()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return its exit code; raise TimeoutError after so many seconds."""
        if self.returncode is None:
            if not self._has_ended_within(timeout):
                raise TimeoutError(f"process {self.pid} runs after {timeout} s")
            self._end()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.send_signal(signal.SIGKILL)

    def _has_ended_within(self, timeout: float | None) -> bool:
        """Wait; by poll, since select takes no file above 1 023, and a long suite has many open."""
        ended = select.poll()
        ended.register(self._line, select.POLLIN)
        return bool(ended.poll(None if timeout is None else timeout * 1000))

    def _end(self) -> None:
        self.returncode = int(self._answers.readline())
        self._answers.close()
        self._line.close()


def fork(order: Order, stdout: int, stderr: int = _STDERR) -> Fork:
    """Run an order; its output goes to these file descriptors, which stay open here."""
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(_PATIENCE_S)
    line.connect(_server(order.package))
    text = order.encoded()
    socket.send_fds(line, [text[:1]], [stdout, stderr])
    line.sendall(text[1:])
    return Fork(line, None)


def piped_fork(order: Order) -> Fork:
    """Run an order whose output is read as it comes."""
    reading, writing = os.pipe()
    try:
        started = fork(order, writing)
    finally:
        os.close(writing)
    started.stdout = os.fdopen(reading)
    return started


@cache
def _server(package: str) -> str:
    """Start the process that has loaded a package, and return the address of its socket."""
    folder = tempfile.TemporaryDirectory(prefix="forks-")
    address = str(Path(folder.name) / "socket")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.forks", package, address],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # threads do not survive a fork
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline(), f"it ended with {process.wait(_PATIENCE_S)}"

    def end() -> None:
        process.communicate()
        folder.cleanup()

    atexit.register(end)
    return address


def _serve(package: str, address: str) -> None:
    """Load the package, say so, and fork for each order until standard input ends."""
    for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    main: Callable[[], int] = import_module(MAINS[package]).main
    gc.collect()
    gc.freeze()  # what is shared with the forks stays shared
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(_BACKLOG)
        os.write(sys.stdout.fileno(), b"ready\n")
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            line, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _pass_on(line, main)
            line.close()
            _reap()


def _reap() -> None:
    """Wait for the ones that have ended of those that pass orders on."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue


def _pass_on(line: socket.socket, main: Callable[[], int]) -> NoReturn:
    """Run one order in a further fork; answer with its number, and with its exit code."""
    start, streams, _, _ = socket.recv_fds(line, _LINE_BYTES, 2)
    order = json.loads(start.decode() + line.makefile().readline())
    pid = os.fork()
    if pid == 0:
        line.close()
        _become(order, streams, main)
    for stream in streams:
        os.close(stream)
    line.sendall(b"%d\n" % pid)
    _, status = os.waitpid(pid, 0)
    line.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(order: Mapping[str, Any], streams: Sequence[int], main: Callable[[], int]) -> NoReturn:
    """Be the command that was ordered, from its first call to its exit."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for opened, stream in zip((nothing, *streams), (0, 1, 2), strict=True):
        os.dup2(opened, stream)
        os.close(opened)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["env"])
    if CLOCK in os.environ:
        run_path(os.environ[CLOCK])
    sys.argv[1:] = order["arguments"]
    sys.exit(main())


if __name__ == "__main__":
    _serve(*sys.argv[1:])
