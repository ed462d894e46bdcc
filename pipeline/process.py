"""Which command this process is: every line of a log says so.

A process is one command, so that this belongs to the process and is handed to nobody. A command may
do another's work, which is then spoken of by the other's name.
"""

from collections.abc import Callable

_CALLED: list[str] = []


def called(name: str) -> Callable[[], None]:
    """Say which command is at work from now on; what is returned says that it is over."""
    _CALLED.append(name)

    def over() -> None:
        """Take the name back: whoever called this command is at work again."""
        _CALLED.remove(name)

    return over


def command_name() -> str:
    """Return the name of the command that is at work; empty where there is none."""
    return _CALLED[-1] if _CALLED else ""
