"""Start a command for an operator: a process of its own, whose output is kept beside the run.

It goes on when the page is closed and when the service ends, and takes the run's locks as any
command does.
"""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.children import start_command
from pipeline.core.errors import ReportUnwritable, UsageError
from pipeline.core.phones import mask_in
from pipeline.core.times import time_in_china
from pipeline.language import Text, Words, filled, system_words
from pipeline.ports import Clock
from pipeline.runner.page.troubles import last_lines
from pipeline.web.page.shown import Started

LOG_FILE = "page.log"
_LINES = 12
_SHOWN = 5
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Launch:
    """A command to start: its words behind `koosend`, for whom, and what it is called."""

    run: str
    words: Sequence[str]
    who: str
    what: Text


@dataclass(frozen=True, slots=True)
class _Job:
    launch: Launch
    at: str
    log: Path
    process: "subprocess.Popen[bytes]"


@dataclass(slots=True)
class Launched:
    """What was started since the service began. Who asks how it ended reaps it."""

    clock: Clock
    _jobs: list[_Job] = field(default_factory=list)

    def start(self, launch: Launch, folder: Path) -> None:
        """Start it; what it prints is appended to a file in the run's folder.

        Raises UsageError while one that was started of the same run is at work, ReportUnwritable
        where the file cannot be written.
        """
        if any(job.process.poll() is None for job in self._jobs if job.launch.run == launch.run):
            raise UsageError(
                filled("a command on run {run} that was started here is at work", run=launch.run)
            )
        log = folder / LOG_FILE
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            output = os.open(log, _FLAGS, 0o600)
        except OSError as error:
            raise ReportUnwritable(
                filled("{file} cannot be written ({why})", file=log, why=system_words(error))
            ) from None
        try:
            process = start_command(launch.words, output)
        finally:
            os.close(output)
        self._jobs.append(_Job(launch, time_in_china(self.clock.now()), log, process))

    def of(self, run: str) -> Sequence[Started]:
        """List what was started of a run, the latest first."""
        mine = [job for job in reversed(self._jobs) if job.launch.run == run]
        return [_started(job) for job in mine[:_SHOWN]]

    def reap(self) -> None:
        """Let the system forget those that have ended."""
        for job in self._jobs:
            job.process.poll()


def _started(job: _Job) -> Started:
    code = job.process.poll()
    ended = None
    if code is not None:
        ended = (
            Words("done") if code == 0 else filled("ended with exit code {code}", code=str(code))
        )
    return Started(
        job.at,
        job.launch.who,
        job.launch.what,
        ended,
        [mask_in(line) for line in last_lines(job.log)[-_LINES:]],
    )
