"""Run one emulator as a process."""

import asyncio
import ctypes
import gc
import os
import signal
import sys

import msgspec
from aiohttp import web

from pipeline.emulator.app import build_app
from pipeline.emulator.http.protocol import JsonRunner
from pipeline.emulator.options import EmulatorOptions

_PR_SET_PDEATHSIG = 1
_POLL_S = 0.5
_HOST = "127.0.0.1"
_SHUTDOWN_S = 0.5
_GC_THRESHOLDS = 20_000, 10, 100


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


def serve(options: EmulatorOptions) -> None:
    """Serve until SIGTERM, SIGINT or the parent's death.

    Prints one line of JSON, `{"url": ...}`, when ready. Raises WorldError, JournalError,
    OrphanedError, and OSError when the port is taken.
    """
    # Before anything is bound: until then the signal's default action, ending us, is the right one.
    if options.parent_pid is not None:
        bind_to_parent(options.parent_pid)
    # What is loaded stays, and what is taken is kept: looking for garbage there is in vain.
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    asyncio.run(_serve(options))


async def _serve(options: EmulatorOptions) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    runner = JsonRunner(build_app(options), handle_signals=False, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, _HOST, options.port)
        await site.start()
        host, port = runner.addresses[0][:2]
        ready = msgspec.json.encode({"url": f"http://{host}:{port}"})
        sys.stdout.write(ready.decode() + "\n")
        sys.stdout.flush()
        await _until_ended(ended, options.parent_pid)
    finally:
        await runner.cleanup()


async def _until_ended(ended: asyncio.Event, parent_pid: int | None) -> None:
    waiting: list[asyncio.Task[object]] = [asyncio.create_task(ended.wait())]
    if parent_pid is not None:
        waiting.append(asyncio.create_task(watch_parent(parent_pid)))
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
