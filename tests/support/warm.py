"""koosend with its modules loaded, which forks a process for each command.

Loading them is most of what a small run costs, and a suite that kills thousands of runs need not
pay it each time. The fork is a process of its own, with the environment, folder, output and exit
code of the command, and may be killed as such.
"""

import ctypes
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import pipeline
from pipeline.emulator.server import bind_to_parent
from tests.support.command import Done
from tests.support.shim import Shim
from tests.support.source import ROOT

_START_S = 120
_LIMIT_S = 600
_BACKLOG = 64
_SOONEST_S = 1e-6
"""A timer of no time at all would be none."""


@dataclass(frozen=True, slots=True)
class Warm:
    """A process that waits for commands at a socket."""

    address: Path
    shim: Shim

    def koosend(
        self,
        folder: Path,
        *arguments: object,
        env: Mapping[str, str],
        kill_after_s: float | None = None,
    ) -> Done:
        """Run a command in a folder to its end; it is killed after so long, where that is given."""
        out, err = folder / "out", folder / "err"
        for said in (out, err):
            said.write_text("", encoding="utf-8")  # it may be killed before it can do so
        order = {
            "arguments": [str(argument) for argument in arguments],
            "folder": str(folder),
            "env": {**os.environ, **env},
            "out": str(out),
            "err": str(err),
            "shim": str(self.shim.library),
            "kill_after_s": kill_after_s,
        }
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_LIMIT_S)
            line.connect(str(self.address))
            line.sendall(json.dumps(order).encode() + b"\n")
            code = int(line.makefile().readline())
        return Done(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


@contextmanager
def warmed(shim: Shim) -> Iterator[Warm]:
    """Keep such a process while the caller needs it; the shim watches its forks only."""
    with tempfile.TemporaryDirectory(prefix="warm-") as name:
        address = Path(name) / "socket"
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm", str(address), str(os.getpid())],
            cwd=ROOT,
            env={**os.environ, "LD_PRELOAD": str(shim.library), "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        try:
            assert process.stdout.readline(), f"it ended with {process.wait(_START_S)}"
            yield Warm(address, shim)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def _serve(address: Path, parent: int) -> NoReturn:
    """Load all modules, say so, and fork for each order that comes; ends with its parent."""
    bind_to_parent(parent)
    for module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen(_BACKLOG)
        os.write(sys.stdout.fileno(), b"ready\n")
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that pass orders on
        while True:
            line, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _pass_on(line)
            line.close()


def _pass_on(line: socket.socket) -> NoReturn:
    """Run one order in a further fork and answer with its exit code, as subprocess has it."""
    order = json.loads(line.makefile().readline())
    pid = os.fork()
    if pid == 0:
        line.close()
        _become(order)
    if order["kill_after_s"] is not None:
        signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
        signal.setitimer(signal.ITIMER_REAL, max(order["kill_after_s"], _SOONEST_S))
    _, status = os.waitpid(pid, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    line.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(order: Mapping[str, Any]) -> NoReturn:
    """Be the command that was ordered, from its first call to its exit."""
    for stream, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, order["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, order["err"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, stream)
        os.close(opened)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["koosend", *order["arguments"]]
    ctypes.CDLL(order["shim"]).shim_begin()
    os.environ.pop("LD_PRELOAD", None)  # as it is for a process that begins with the shim
    from pipeline.cli.main import main  # noqa: PLC0415 -- loaded long ago; its name is taken here

    sys.exit(main())


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
