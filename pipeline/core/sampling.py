"""Pick a few of many, spread over all of them. Pure."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def spread(found: Sequence[T], most: int) -> list[T]:
    """Return at most so many, in order: the first, the last and some between. most is 2 or more."""
    if len(found) <= most:
        return list(found)
    return [found[at * (len(found) - 1) // (most - 1)] for at in range(most)]
