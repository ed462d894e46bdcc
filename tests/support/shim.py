"""Break a process between two of its system calls: what the preloaded shim sees, and its orders."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")


class Action(StrEnum):
    """What becomes of the process at a step."""

    BEFORE = "before"  # killed before the call
    AFTER = "after"  # killed after the call
    HALF = "half"  # killed when half of the bytes went through
    HEAD = "head"  # killed when the head of a request went through, its body not
    POWER = "power"  # killed before the call, and what was not synced is gone
    FAIL = "fail"  # from here on the ledger's files refuse to be written
    FULL = "full"  # from here on the step's own file refuses to be written


KILLS = frozenset(Action) - {Action.FAIL, Action.FULL}
"""What ends the process at a step; the others refuse it something from there on."""

_SENDS = ("/send-tasks", "/resolve-tasks", "/sms/messages", "/sms/diff-messages")


@dataclass(frozen=True, slots=True)
class Step:
    """One call that was seen. ordinal counts calls of the same kind and target, from 1.

    target is a file's name or "tcp". request holds the method and path that a send begins with.
    """

    kind: str
    target: str
    ordinal: int
    size: int
    request: str

    @property
    def is_post(self) -> bool:
        """Tell whether a request that sends messages or makes links begins here."""
        return self.request.startswith("POST ") and self.request.endswith(_SENDS)


@dataclass(frozen=True, slots=True)
class Point:
    """A step at which something becomes of the process; kind and target "*" fit all steps."""

    action: Action
    kind: str
    target: str
    ordinal: int
    errno: int = 0

    def __str__(self) -> str:
        """Say it as the shim reads it."""
        return f"{self.action} {self.kind} {self.target} {self.ordinal} {self.errno}"


@dataclass(frozen=True, slots=True)
class Shim:
    """A compiled shim."""

    library: Path

    def environment(self, state: Path, log: Path, point: Point | None = None) -> Mapping[str, str]:
        """Return what a process needs in its environment to be watched, and broken at a point."""
        watched = {
            "LD_PRELOAD": str(self.library),
            "SHIM_FOLDER": str(state.resolve()),
            "SHIM_LOG": str(log),
        }
        return watched if point is None else {**watched, "SHIM_PLAN": str(point)}


def compile_shim(folder: Path) -> Shim:
    """Compile the shim into a folder."""
    compiler = shutil.which(os.environ.get("CC", "gcc"))
    assert compiler, "no C compiler: set CC"
    library = folder / "shim.so"
    strict = ("-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread")
    subprocess.run([compiler, *strict, "-o", library, SOURCE, "-ldl"], check=True)
    return Shim(library)


def steps_of(log: Path) -> tuple[Step, ...]:
    """Read what the shim wrote down, in order; the calls it refused are not among them."""
    lines = log.read_text(encoding="utf-8").splitlines()
    return tuple(_step(line) for line in lines if not line.startswith("failed "))


def posts_after_failure(log: Path) -> int:
    """Count the sending requests that began after the first refused call."""
    lines = log.read_text(encoding="utf-8").splitlines()
    first = next((n for n, line in enumerate(lines) if line.startswith("failed ")), len(lines))
    later = [line for line in lines[first:] if not line.startswith("failed ")]
    return sum(_step(line).is_post for line in later)


def kinds_of(steps: tuple[Step, ...]) -> Counter[tuple[str, str]]:
    """Count steps by kind and target."""
    return Counter((step.kind, step.target) for step in steps)


def _step(line: str) -> Step:
    kind, target, ordinal, size, request = line.split(" ", 4)
    return Step(kind, target, int(ordinal), int(size), request)
