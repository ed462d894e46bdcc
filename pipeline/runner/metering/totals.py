"""Keep what processes counted in a state folder, added up over all of them.

A counter that began anew with each command would tell of the last one only. The file is lost with
no harm: Prometheus takes a counter that falls for one that began anew.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from pipeline.measures import Measured, Spread
from pipeline.metrics import Metric, Sample

TOTALS_FILE = "metrics.json"
LOCK_FILE = "metrics.lock"

_TRIES = 40
_LOOK_S = 0.05
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_ADMITTED = {"calls": Metric.ADMITTED_CALLS, "messages": Metric.ADMITTED_MESSAGES}
_ALLOWED = {"calls": Metric.ALLOWED_CALLS, "messages": Metric.ALLOWED_MESSAGES}


Of = tuple[str, str]
"""Whose commands: a campaign's name, and whether they were a rehearsal, as the labels have it."""

Kept = dict[str, dict[str, "Totals"]]
"""Totals by campaign, then by whether it was a rehearsal."""


class Ended(msgspec.Struct, frozen=True):
    """How the latest command of a name ended, and when, in epoch seconds."""

    code: int
    at: float


class Totals(msgspec.Struct):
    """What all processes counted for a campaign. calls is by operation, then by code."""

    calls: dict[str, dict[str, int]] = {}
    admitted: dict[str, int] = {}
    allowed: dict[str, float] = {}
    commits: list[int] = []
    commits_s: float = 0.0
    ended: dict[str, Ended] = {}

    def add(self, more: Measured) -> None:
        """Add what a process counted since it was last added."""
        for (operation, code), count in more.calls.items():
            codes = self.calls.setdefault(operation, {})
            codes[code] = codes.get(code, 0) + count
        for unit, count in more.admitted.items():
            self.admitted[unit] = self.admitted.get(unit, 0) + count
        if more.admitted:
            self.allowed = dict(more.allowed)
        spread = self._spread().plus(more.commits)
        self.commits, self.commits_s = list(spread.counts), spread.total_s

    def samples(self, of: Of) -> Iterator[Sample]:
        """Yield the figures of a campaign's commands."""
        for operation, codes in self.calls.items():
            for code, count in codes.items():
                yield Sample(Metric.CALLS, (*of, operation, code), count)
        for unit, metric in _ADMITTED.items():
            yield Sample(metric, of, self.admitted.get(unit, 0))
        for unit, metric in _ALLOWED.items():
            if unit in self.allowed:
                yield Sample(metric, of, self.allowed[unit])
        yield Sample(Metric.COMMITS, of, self._spread())
        for command, ended in self.ended.items():
            yield Sample(Metric.LAST_EXIT, (*of, command), ended.code)
            yield Sample(Metric.LAST_EXIT_AT, (*of, command), ended.at)

    def _spread(self) -> Spread:
        nothing = Spread()
        if len(self.commits) != len(nothing.counts):
            return nothing
        return Spread(tuple(self.commits), self.commits_s)


_DECODER = msgspec.json.Decoder(dict[str, dict[str, Totals]])


def read_totals(state: Path) -> Kept:
    """Return the totals; none where there is no file, or none that can be read."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return _DECODER.decode((state / TOTALS_FILE).read_bytes())
    return {}


@contextlib.contextmanager
def changing_totals(state: Path) -> Iterator[Kept]:
    """Let one process at a time change the totals; they are written whole.

    Raises OSError, also where another process holds them for long: it may stand still.
    """
    lock = os.open(state / LOCK_FILE, _FLAGS, 0o600)
    try:
        _hold(lock)
        totals = read_totals(state)
        yield totals
        new = state / f".{TOTALS_FILE}.new"
        file = os.open(new, _FLAGS | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as stream:
            stream.write(msgspec.json.encode(totals))
        new.replace(state / TOTALS_FILE)
    finally:
        os.close(lock)


def _hold(lock: int) -> None:
    for _ in range(_TRIES):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_LOOK_S)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def totals_samples(totals: Kept) -> Iterator[Sample]:
    """Yield the figures of all campaigns' commands."""
    for campaign, kinds in totals.items():
        for rehearsal, found in kinds.items():
            yield from found.samples((campaign, rehearsal))
