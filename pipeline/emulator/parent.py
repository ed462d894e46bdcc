"""End with the process that started us, however that one ends."""

import asyncio
import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_POLL_S = 0.5


class OrphanedError(Exception):
    """Say that the parent was gone before we could bind ourselves to it."""


def bind_to_parent(parent_pid: int) -> None:
    """Ask the kernel for a signal at the parent's death; raise OrphanedError if it is dead now."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1, 0, 0, 0)
    if os.getppid() != parent_pid:
        raise OrphanedError(f"the parent {parent_pid} is not running any more")


async def watch_parent(parent_pid: int) -> None:
    """Return when the parent is gone.

    The kernel's signal also comes when only the parent's starting *thread* has ended, so it makes
    us look rather than end; looking now and then covers a kernel that sends none.
    """
    woken = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, woken.set)
    while os.getppid() == parent_pid:
        woken.clear()
        try:
            await asyncio.wait_for(woken.wait(), _POLL_S)
        except TimeoutError:
            continue
