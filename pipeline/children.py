"""Start child processes: all in one way, with no secrets to lose and no stray code to run.

A child of ours is our own interpreter on one of our own modules. It finds modules where koosend
lies and where the operator's PYTHONPATH names a whole path, never in the folder it is started in:
that may be a customer's. Its environment is a few named variables, unless it is a command that a
person started. It leads a session of its own,
so that the terminal's keys reach us alone. The few tools of the machine that are called have as
little.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_INHERITED = ("LD_LIBRARY_PATH",)
_SEARCHED = "PYTHONPATH"
_OF_TOOLS = (
    *("PATH", "HOME", "LOGNAME", "USER", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"),
    "LD_LIBRARY_PATH",
)
_TOOL_S = 60


def start(
    module: str,
    arguments: Sequence[str],
    *,
    stdin: int = subprocess.DEVNULL,
    stderr: int | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a module of ours with its output piped to us; stderr None is our own."""
    return subprocess.Popen(  # noqa: S603 -- our own interpreter and module, no shell
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        pass_fds=pass_fds,
        env=_environment(),
        start_new_session=True,
    )


def start_command(words: Sequence[str], output: int) -> subprocess.Popen[bytes]:
    """Start koosend itself for a person, in the environment that we were given: it sends by it.

    What it prints goes to the open file output. It leads a session of its own and goes on when we
    end.
    """
    return subprocess.Popen(  # noqa: S603 -- our own interpreter and module, no shell
        [sys.executable, "-P", "-m", "pipeline", *words],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env={**os.environ, _SEARCHED: _environment()[_SEARCHED]},
        start_new_session=True,
    )


@dataclass(frozen=True, slots=True)
class ToolDone:
    """How a tool of the machine ended, and what it said in English; 0 is success alone."""

    code: int
    out: bytes
    err: bytes


def call_tool(words: Sequence[str], given: bytes = b"") -> ToolDone:
    """Run a tool of the machine, such as crontab, to its end. Never raises for what it does."""
    inherited = {name: os.environ[name] for name in _OF_TOOLS if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 -- a fixed tool and no shell
            words,
            input=given,
            capture_output=True,
            check=False,
            timeout=_TOOL_S,
            env={**inherited, "LC_ALL": "C"},
        )
    except OSError as error:
        return ToolDone(127, b"", (error.strerror or "").encode())
    except subprocess.TimeoutExpired:
        return ToolDone(124, b"", b"it did not end within a minute")
    return ToolDone(done.returncode, done.stdout, done.stderr)


def forbid_core_dumps() -> None:
    """Have no core written of this process and of its children to come.

    A core holds the secret key, the path token and every number that is at work.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _environment() -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    root = Path(__file__).resolve().parent.parent
    asked = os.environ.get(_SEARCHED, "").split(os.pathsep)
    searched = [str(root), *(path for path in asked if Path(path).is_absolute())]
    return {**inherited, _SEARCHED: os.pathsep.join(searched), "PYTHONUTF8": "1"}
