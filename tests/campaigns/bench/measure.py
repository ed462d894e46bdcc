"""Run a job in a process of its own, several times, and take the medians."""

import json
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of one job: rows, seconds, CPU seconds of the process, peak memory in MB."""

    rows: int
    wall_s: float
    cpu_s: float
    peak_mb: float

    @property
    def rows_per_s(self) -> float:
        """Return rows per second of time."""
        return self.rows / self.wall_s

    @property
    def rows_per_cpu_s(self) -> float:
        """Return rows per second of the process's own CPU."""
        return self.rows / self.cpu_s


def told(rows: int, wall_s: float, cpu_s: float) -> None:
    """Print a job's figures for `measured` to read."""
    peak = peak_bytes() / 1024**2
    print(json.dumps({"rows": rows, "wall_s": wall_s, "cpu_s": cpu_s, "peak_mb": peak}))


def peak_bytes(process: int | str = "self") -> int:
    """Return the most bytes that a process ever held, by its id.

    What getrusage tells begins with the peak of the process that started it.
    """
    status = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    (line,) = (line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1_024


def told_of_children(rows: int, wall_s: float) -> None:
    """Print what a job's child processes used: the CPU of all, the memory of the largest."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(json.dumps({"rows": rows, "wall_s": wall_s, "cpu_s": cpu_s, "peak_mb": peak}))


def measured(*jobs: Sequence[str], rounds: int = ROUNDS) -> list[Figures]:
    """Run the jobs in turn, round after round, so that a slow moment hits them all alike."""
    runs: list[list[Figures]] = [[] for _ in jobs]
    for _ in range(rounds):
        for job, found in zip(jobs, runs, strict=True):
            command = [sys.executable, "-W", "ignore", "-m", *job]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
            found.append(Figures(**json.loads(done.stdout.splitlines()[-1])))
    return [
        Figures(
            found[0].rows,
            statistics.median(one.wall_s for one in found),
            statistics.median(one.cpu_s for one in found),
            statistics.median(one.peak_mb for one in found),
        )
        for found in runs
    ]
