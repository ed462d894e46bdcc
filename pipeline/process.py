"""Which command this process is: every line of a log says so.

A process is one command, so that this belongs to the process and is handed to nobody.
"""

from collections.abc import Iterator
from contextlib import contextmanager

_CALLED: list[str] = []


@contextmanager
def one_command() -> Iterator[None]:
    """Be no command yet, and none any more afterwards."""
    _CALLED.clear()
    try:
        yield
    finally:
        _CALLED.clear()


def is_called(name: str) -> None:
    """Say which command was asked for, before it does anything."""
    _CALLED[:] = [name]


def command_name() -> str:
    """Return the command's name; empty where there is none."""
    return _CALLED[0] if _CALLED else ""
