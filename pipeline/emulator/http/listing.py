"""Which of the tasks that were taken a question finds; as a rule all, by their exact names."""

from dataclasses import dataclass
from math import inf

import msgspec


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

    @property
    def is_whole(self) -> bool:
        """Tell whether tasks of all times are seen."""
        return self.until_s == inf and self.from_s == -inf

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
