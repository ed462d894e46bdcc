"""What a command has from outside: the time, who calls it, and somebody who watches it work."""

import asyncio
import os
import pwd
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pipeline.ports import Clock, Marks


class SystemClock:
    """Clock of the machine."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def who_says(environ: Mapping[str, str]) -> str:
    """Name who decides, as the system knows them, not as their environment says."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = f"user {number}"
    behind = environ.get("SUDO_USER", "")
    return f"{name} for {behind}" if number == 0 and behind.isidentifier() else name


class Ui(Protocol):
    """Somebody who watches. No call may block or raise."""

    def planning(self, rows: int) -> None:
        """Hear how many rows of the source were read so far."""

    def sending(self, done: int, total: int) -> None:
        """Hear how many recipients' requests have an answer, of how many to send."""

    def asking(self, done: int, total: int) -> None:
        """Hear of how many numbers' handsets were asked for, of how many."""

    def note(self, text: str) -> None:
        """Hear one sentence worth a line, without numbers or secrets."""

    def mark(self, marks: Marks) -> None:
        """Hear what must be said before anything is said to be sent; said once while it holds."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The time, and who watches."""

    clock: Clock
    ui: Ui
