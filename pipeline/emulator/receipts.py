"""Receipts that have yet to be pushed, ordered by their time."""

import asyncio
import heapq
from array import array
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from pipeline.emulator.stories import Story
from pipeline.emulator.tasks import SendTask


class Kind(IntEnum):
    """Tell a send report from the news that the card was shown."""

    REPORT = 0
    PARSED = 1


class Receipt(NamedTuple):
    """Name one message's news and the moment it is due."""

    due_s: float
    task: SendTask
    position: int
    kind: Kind


class Outbox:
    """Keep one product's receipts; closed until somebody has registered a callback.

    `pushed_s` is the moment up to which everything was pushed: nothing due by then is pushed again.
    """

    def __init__(self) -> None:
        self.is_open = False
        self.pushed_s = 0.0
        self.changed = asyncio.Event()
        self._heap: list[tuple[float, int, _Queue]] = []
        self._order = 0

    def open(self, from_s: float) -> None:
        """Begin to keep receipts; those due before are nobody's."""
        self.is_open = True
        self.pushed_s = max(self.pushed_s, from_s)

    def add(self, task: SendTask, stories: Iterable[Story]) -> None:
        """Keep what these messages will have to tell."""
        queue = _Queue(task, stories, self.pushed_s)
        if queue:
            self._order += 1
            heapq.heappush(self._heap, (queue.next_s, self._order, queue))
            self.changed.set()

    def next_s(self) -> float | None:
        """Return the moment of the next receipt."""
        return self._heap[0][0] if self._heap else None

    def take(self, now_s: float, most: int) -> list[Receipt]:
        """Return receipts that are due, in order, and forget them."""
        taken: list[Receipt] = []
        while self._heap and self._heap[0][0] <= now_s and len(taken) < most:
            _, order, queue = self._heap[0]
            taken.append(queue.pop())
            if queue:
                heapq.heapreplace(self._heap, (queue.next_s, order, queue))
            else:
                heapq.heappop(self._heap)
        return taken


class _Queue:
    """Hold one task's receipts in twelve bytes each."""

    __slots__ = ("_cursor", "_moments", "_places", "task")

    def __init__(self, task: SendTask, stories: Iterable[Story], after_s: float) -> None:
        found: list[tuple[float, int]] = []
        for position, story in enumerate(stories):
            for kind, age_s in ((Kind.REPORT, story.report_s), (Kind.PARSED, story.parsed_s)):
                if age_s is not None and task.created_s + age_s > after_s:
                    found.append((task.created_s + age_s, position * 2 + kind))
        found.sort()
        self.task = task
        self._moments = array("d", (moment for moment, _ in found))
        self._places = array("I", (place for _, place in found))
        self._cursor = 0

    def __len__(self) -> int:
        return len(self._moments) - self._cursor

    @property
    def next_s(self) -> float:
        return self._moments[self._cursor]

    def pop(self) -> Receipt:
        place = self._places[self._cursor]
        due_s = self._moments[self._cursor]
        self._cursor += 1
        return Receipt(due_s, self.task, place // 2, Kind(place % 2))
