"""Kill a run at each of some points, start it again until it ends, and judge by the provider."""

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.campaigns.crash.held import Held
from tests.campaigns.crash.stage import (
    KILLED,
    Case,
    Stage,
    balances,
    is_held,
    staged,
    wrong_numbers,
)
from tests.campaigns.crash.verify import verified
from tests.support.command import Done
from tests.support.shim import Action, Point, Shim, Step

STARTS_MAX = 4
PARALLEL = 6
"""Cases wait for the settling time more than they work."""
BATCH = 40
"""Cases per provider: its journal stays small."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one case. exits holds the exit code of each start, the last ended it.

    held counts requests that were left to a person; needless, those that need not have been.
    """

    channel: str
    point: Point
    exits: tuple[int, ...]
    duplicates: int
    losses: int
    balanced: bool
    verify_exit: int
    complaint: str = ""
    held: int = 0
    needless: int = 0

    @property
    def reached(self) -> bool:
        """Tell whether the first start was killed: steps differ a little from run to run."""
        return self.exits[0] == KILLED

    @property
    def holds(self) -> bool:
        """Tell whether everything that is promised was kept."""
        kept = not self.duplicates and not self.losses and self.balanced and not self.needless
        return kept and self.exits[-1] == 0 and self.verify_exit == 0

    @property
    def kills(self) -> int:
        """Count the kills that hit."""
        return self.exits.count(KILLED)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to try. more_kills is how many of the following starts are killed too, somewhere."""

    channel: str
    points: Sequence[Point]
    more_kills: int = 0
    seed: int = 1


def run_matrix(folder: Path, shim: Shim, plan: Plan, told: Callable[[Cell], None]) -> list[Cell]:
    """Try all points of a plan, a few at a time."""
    cells: list[Cell] = []
    for number in range(0, len(plan.points), BATCH):
        some = plan.points[number : number + BATCH]
        place = folder / f"{plan.channel}-{plan.more_kills}-{number}"
        with staged(place, plan.channel, shim) as stage:
            for cell in _batch(stage, some, plan):
                told(cell)
                cells.append(cell)
        shutil.rmtree(place)
    return cells


def record(folder: Path, shim: Shim, channel: str) -> tuple[Step, ...]:
    """Return the steps of an undisturbed run."""
    with staged(folder / f"{channel}-recorded", channel, shim) as stage:
        return stage.record()


def _batch(stage: Stage, points: Sequence[Point], plan: Plan) -> Iterator[Cell]:
    with ThreadPoolExecutor(PARALLEL) as pool:
        cases = list(pool.map(lambda _: stage.case(), points))
    chance = random.Random(f"{plan.seed} {points[0]}")  # noqa: S311 -- where to kill, no secret
    further = [_further(chance, plan) for _ in points]
    with ThreadPoolExecutor(PARALLEL) as pool:
        ended = list(pool.map(lambda *given: _live(stage, *given), cases, points, further))
    taken = stage.taken()
    codes = verified([case.desk.campaign for case in cases])
    for case, point, end, code in zip(cases, points, ended, codes, strict=True):
        yield _judged(stage, (case, point), end, taken, code)


def _further(chance: random.Random, plan: Plan) -> list[Point]:
    """Choose where the next starts are killed: anywhere, since their steps were not recorded."""
    actions = (Action.BEFORE, Action.AFTER, Action.HALF, Action.POWER)
    return [
        Point(chance.choice(actions), "*", "*", chance.randrange(10, 300))
        for _ in range(plan.more_kills)
    ]


@dataclass(frozen=True, slots=True)
class _Ended:
    """How each start of a case ended, and what was held before a person decided."""

    starts: Sequence[Done]
    held: Held


def _live(stage: Stage, case: Case, point: Point, further: Sequence[Point]) -> _Ended:
    starts = [stage.run(case, point)]
    for later in further:
        if starts[-1].exit == KILLED:
            starts.append(stage.run(case, later))
    while starts[-1].exit != 0 and not is_held(starts[-1]) and len(starts) < STARTS_MAX:
        starts.append(stage.run(case))
    if not is_held(starts[-1]):
        return _Ended(starts, Held())
    done, held = stage.decide(case)
    return _Ended([*starts, done], held)


def _judged(
    stage: Stage,
    which: tuple[Case, Point],
    ended: _Ended,
    taken: Counter[str],
    verify_exit: int,
) -> Cell:
    case, point = which
    starts = ended.starts
    duplicates, losses = wrong_numbers(case, taken)
    return Cell(
        stage.kind,
        point,
        tuple(done.exit for done in starts),
        duplicates,
        losses,
        balances(starts[-1], case),
        verify_exit,
        "" if starts[-1].exit == 0 else starts[-1].err[-300:],
        ended.held.all,
        ended.held.needless,
    )
