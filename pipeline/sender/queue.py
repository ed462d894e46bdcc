"""Bring the sendable submissions in source order, and bring back those that were turned away."""

import heapq
import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.core.model import Recipients
from pipeline.ports import Submission

_CHUNKS_KEPT = 4


@dataclass(slots=True)
class Job:
    """A submission to attempt. attempts counts all so far; turned_away, those of this run call."""

    submission: Submission
    attempts: int
    turned_away: int = 0


class WorkQueue:
    """Hold what is left to attempt. Who was turned away and is due goes first."""

    def __init__(self, load: Callable[[int], Recipients]) -> None:
        """Start empty. load reads a chunk's recipients."""
        self._fresh: Iterator[Submission] = iter(())
        self._deferred: list[tuple[float, int, Job]] = []
        self._order = itertools.count()
        self._load = load
        self._chunks: OrderedDict[int, Recipients] = OrderedDict()

    def add(self, submissions: Sequence[Submission]) -> None:
        """Take the sendable submissions, in source order."""
        self._fresh = iter(submissions)

    def take(self, now: float) -> Job | None:
        """Return the next job, or None while there is none that is due."""
        if self._deferred and self._deferred[0][0] <= now:
            return heapq.heappop(self._deferred)[2]
        submission = next(self._fresh, None)
        return None if submission is None else Job(submission, submission.attempts)

    def put_back(self, job: Job, due: float) -> None:
        """Bring a job again from the monotonic time due on."""
        heapq.heappush(self._deferred, (due, next(self._order), job))

    def next_due(self) -> float | None:
        """Tell when the first of those turned away is due; None when there is none."""
        return self._deferred[0][0] if self._deferred else None

    def recipients(self, submission: Submission) -> Recipients:
        """Return a submission's recipients; a chunk is loaded once, a few are kept."""
        chunk = self._chunks.get(submission.chunk)
        if chunk is None:
            chunk = self._load(submission.chunk)
            self._chunks[submission.chunk] = chunk
            if len(self._chunks) > _CHUNKS_KEPT:
                self._chunks.popitem(last=False)
        else:
            self._chunks.move_to_end(submission.chunk)
        return submission.part(chunk)
