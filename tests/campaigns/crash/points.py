"""Choose where to kill, out of the steps that a recording saw."""

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, product

from tests.support.shim import Action, Point, Step

_PAGES = {"pwrite", "write"}
_BOTH_SIDES = {"connect", "send", "recv", "fdatasync", "fsync", "rename"}
_POWER = {"connect", "send", "recv", "fdatasync"}


def every_point(steps: Sequence[Step]) -> tuple[Point, ...]:
    """Return every way to be killed at every step."""
    return tuple(point for step in steps for point in _of(step))


def telling_points(steps: Sequence[Step]) -> tuple[Point, ...]:
    """Leave out the middle of each row of equal writes: nothing is decided between its pages.

    The first, one in the middle and the last of the row stay, the last in halves too.
    """
    kept: list[Step] = []
    for kind, row in groupby(steps, key=lambda step: (step.kind, step.target)):
        same = list(row)
        if kind[0] in _PAGES and len(same) > 3:
            same = [same[0], same[len(same) // 2], same[-1]]
        kept += same
    return every_point(kept)


def sampled(points: Sequence[Point], count: int, seed: int) -> tuple[Point, ...]:
    """Take some points: of each action and each kind one, of sends and syncs more.

    There are more than count where count is too small for one of each.
    """
    chance = random.Random(seed)  # noqa: S311 -- which points are tried, no secret
    shuffled = list(points)
    chance.shuffle(shuffled)
    taken: list[Point] = []
    for key in ("kind", "action"):
        seen = {getattr(point, key) for point in taken}
        for point in shuffled:
            if getattr(point, key) not in seen:
                seen.add(getattr(point, key))
                taken.append(point)
    least = len(taken)
    wire = [point for point in shuffled if point.kind in _POWER and point not in taken]
    rest = [point for point in shuffled if point.kind not in _POWER and point not in taken]
    for pair in zip(wire, rest, strict=False):
        taken += pair
    return tuple(taken[: max(count, least)])


def failures(steps: Sequence[Step], errors: Sequence[int], count: int) -> tuple[Point, ...]:
    """Fail from some writes to the ledger's files on, spread over them; the errors take turns."""
    writes = sum(map(is_ledger_write, steps))
    count = min(count, writes)
    ordinals = (1 + n * (writes - 1) // max(1, count - 1) for n in range(count))
    return tuple(_failing(n, errors[at % len(errors)]) for at, n in enumerate(ordinals))


def every_failure(steps: Sequence[Step], errors: Sequence[int]) -> tuple[Point, ...]:
    """Fail in each way from each write to the ledger's files on."""
    ordinals = range(1, 1 + sum(map(is_ledger_write, steps)))
    return tuple(_failing(n, error) for n, error in product(ordinals, errors))


def _failing(ordinal: int, error: int) -> Point:
    return Point(Action.FAIL, "*", "*", ordinal, error)


def is_ledger_write(step: Step) -> bool:
    """Tell whether a step is one that a full disk refuses."""
    return step.target.startswith("ledger.sqlite3") and step.kind not in {"mmap", "close", "unlink"}


def _of(step: Step) -> Iterator[Point]:
    for action in _actions(step):
        yield Point(action, step.kind, step.target, step.ordinal)


def _actions(step: Step) -> Iterable[Action]:
    yield Action.BEFORE
    if step.kind in _BOTH_SIDES:
        yield Action.AFTER
    if step.size > 1 or step.kind == "recv":
        yield Action.HALF
    if step.is_post:
        yield Action.HEAD
    if step.kind in _POWER:
        yield Action.POWER
