"""Start our own child processes: all in one way, with no secrets to lose and no stray code to run.

A child is our own interpreter on one of our own modules. It finds modules where koosend lies and
where the operator's PYTHONPATH names a whole path, never in the folder it is started in: that may
be a customer's. Its environment is a few named variables. It leads a session of its own, so that
the terminal's keys reach us alone.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_INHERITED = ("LD_LIBRARY_PATH",)
_SEARCHED = "PYTHONPATH"


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
