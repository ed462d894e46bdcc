"""Which of the tasks that were taken a question finds; as a rule all, by their exact names."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from math import inf
from operator import attrgetter
from typing import Generic, Protocol, TypeVar

import msgspec

from pipeline.emulator.http.fields import Span

created_s = attrgetter("created_s")
"""The moment at which a task of any kind was made, to order tasks by."""


class AnyTask(Protocol):
    """What a task of any kind has."""

    @property
    def task_id(self) -> str:
        """Return its id."""

    @property
    def created_s(self) -> float:
        """Return when it was made."""


Task = TypeVar("Task", bound=AnyTask)


def is_made_within(task: AnyTask, span: Span | None) -> bool:
    """Tell whether a task was made within a span; its end's own second still belongs to it."""
    return span is None or span[0] <= task.created_s < span[1] + 1.0


@dataclass(frozen=True, slots=True)
class Listing:
    """Hold what a question sees: tasks made between two moments, under names taken for the same.

    Names compare exactly, unless `is_fuzzy`: then the first `length` characters of the name asked
    for (0: all of them) must begin a task's name, or stand anywhere in it; capitals do not matter.
    """

    from_s: float = -inf
    until_s: float = inf
    is_fuzzy: bool = False
    length: int = 0
    must_begin: bool = False

    def is_named(self, name: str, wanted: str) -> bool:
        """Tell whether a task's name is taken for the one that is asked for, any when empty."""
        if not self.is_fuzzy:
            return wanted in ("", name)
        part = (wanted[: self.length] if self.length else wanted).lower()
        return name.lower().startswith(part) if self.must_begin else part in name.lower()


WHOLE = Listing()


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """Hold what is told of one task for good, though it is not so.

    A hidden task is found by no question; `state` stands instead of the true one, and `untold`
    messages are missing from its counts.
    """

    task_id: str
    is_hidden: bool = False
    state: str = ""
    untold: int = 0


class Book(Generic[Task]):
    """Find tasks: neither those that `listing` leaves out, nor those that a mark hides."""

    def __init__(self) -> None:
        self._marks: dict[str, Mark] = {}
        self._hidden: set[str] = set()
        self.listing = WHOLE

    def mark(self, mark: Mark) -> None:
        """Tell something of a task from now on that is not so."""
        self._marks[mark.task_id] = mark
        if mark.is_hidden:
            self._hidden.add(mark.task_id)

    def mark_of(self, task_id: str) -> Mark:
        """Return what is told of a task though it is not so."""
        return self._marks.get(task_id) or Mark(task_id)

    def listed(self, tasks: list[Task], span: Span | None = None) -> list[Task]:
        """Return those of tasks, oldest first, that a question about a span finds."""
        begin_s, end_s = span or (-inf, inf)
        # The provider's times have no fraction, so the end's own second still belongs to it.
        first = bisect_left(tasks, max(begin_s, self.listing.from_s), key=created_s)
        last = bisect_right(tasks, min(end_s + 0.999_999, self.listing.until_s), key=created_s)
        if last - first < len(tasks):
            tasks = tasks[first:last]
        return (
            [task for task in tasks if task.task_id not in self._hidden] if self._hidden else tasks
        )
