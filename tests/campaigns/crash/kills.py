"""Kill runs at any moment, over a bad wire, until they have ended: what no list of points covers.

python -m tests.campaigns.crash.kills [--kills N] [--channel C] [--seed S]
"""

import itertools
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click

from pipeline.core.errors import Exit
from tests.campaigns.crash.held import Held
from tests.campaigns.crash.matrix import PARALLEL, STARTS_MAX
from tests.campaigns.crash.stage import (
    CHANNELS,
    KILLED,
    SETTLE_S,
    Case,
    Stage,
    balances,
    is_held,
    staged,
    wrong_numbers,
)
from tests.campaigns.crash.verify import verified
from tests.support.command import Done
from tests.support.messages import FALLBACK
from tests.support.shim import Shim, compile_shim

RECIPIENTS: Mapping[str, int] = {
    "aim": 4_000,
    "aim_basic": 60_000,
    "sms": 6_000,
    "aim_links": 3_000,
    FALLBACK: 6_000,
}
"""A dozen submissions or more, of which a third meet something on the way."""
CONCURRENCY = 4
AGAIN = frozenset({Exit.PROVIDER_UNAVAILABLE, Exit.WORK_LEFT})
KILLS_MAX = 8
"""Of one campaign: then it is let go on to its end."""
SOON_S, LATE_S = 1.0, 6.0
"""Half of the kills come soon, the others until after the settling time."""

BAD_WIRE = """
[[rule]]
name = "committed late"
what = "commit_late"
delay_s = 1.5
probability = 0.15

[[rule]]
name = "lost after the commit"
what = "drop_after_commit"
probability = 0.05

[[rule]]
name = "garbled"
what = "malformed"
form = "html"
probability = 0.05

[[rule]]
name = "cut off"
what = "truncate"
share = 0.5
probability = 0.05
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """How much to try: so many kills, on so many campaigns at a time; seed chooses the moments."""

    kills: int
    channel: str = "aim"
    seed: int = 1
    campaigns: int = 12
    settle_s: float = SETTLE_S


@dataclass(frozen=True, slots=True)
class Life:
    """What became of one campaign: how each of its starts ended, and what the referee says.

    held counts requests that were left to a person; needless, those that need not have been.
    """

    channel: str
    exits: tuple[int, ...]
    duplicates: int
    losses: int
    balanced: bool
    verify_exit: int
    complaints: tuple[str, ...] = ()
    held: int = 0
    needless: int = 0

    @property
    def kills(self) -> int:
        """Count the kills that hit."""
        return self.exits.count(KILLED)

    @property
    def holds(self) -> bool:
        """Tell whether everything that is promised was kept."""
        kept = not self.duplicates and not self.losses and self.balanced and not self.needless
        return kept and self.exits[-1] == 0 and self.verify_exit == 0


def kill_at_random(
    folder: Path, shim: Shim, wish: Wish, told: Callable[[Life], None]
) -> list[Life]:
    """Send campaigns, killing each again and again, until so many kills have hit."""
    chance = random.Random(wish.seed)  # noqa: S311 -- when to kill, no secret
    lives: list[Life] = []
    for number in itertools.count():
        if sum(life.kills for life in lives) >= wish.kills:
            return lives
        place = folder / str(number)
        with staged(place, wish.channel, shim, BAD_WIRE) as stage:
            for life in _some(stage, wish, chance):
                told(life)
                lives.append(life)
        shutil.rmtree(place)
    raise AssertionError


def _some(stage: Stage, wish: Wish, chance: random.Random) -> Iterator[Life]:
    count = RECIPIENTS[wish.channel]
    cases = [
        stage.case(concurrency=CONCURRENCY, recipients=count, settle_s=wish.settle_s)
        for _ in range(wish.campaigns)
    ]
    whens = [[_when(chance) for _ in range(KILLS_MAX)] for _ in cases]
    with ThreadPoolExecutor(PARALLEL) as pool:
        ended = list(pool.map(lambda case, when: _live(stage, case, when), cases, whens))
    taken: Counter[str] = stage.taken()
    codes = verified([case.desk.campaign for case in cases])
    for case, (starts, held), code in zip(cases, ended, codes, strict=True):
        exits = tuple(done.exit for done in starts)
        said = tuple(done.err[-300:] for done in starts if done.exit not in {0, KILLED})
        wrong = wrong_numbers(case, taken)
        balanced = balances(starts[-1], case)
        waited = (held.all, held.needless)
        yield Life(stage.channel, exits, *wrong, balanced, code, said, *waited)


def _when(chance: random.Random) -> float:
    return chance.uniform(0.0, chance.choice((SOON_S, LATE_S)))


def _live(stage: Stage, case: Case, whens: list[float]) -> tuple[list[Done], Held]:
    """Start a campaign again and again as cron would, killing it each time, until it has ended.

    Where it waits for a person, one looks and decides.
    """
    starts: list[Done] = []
    for when in (*whens, *(None,) * STARTS_MAX):
        starts.append(stage.run(case, kill_after_s=when))
        if starts[-1].exit not in {KILLED, *AGAIN}:
            break
    if not is_held(starts[-1]):
        return starts, Held()
    done, held = stage.decide(case)
    return [*starts, done], held


@click.command()
@click.option("--kills", default=200, show_default=True, help="How many kills must hit.")
@click.option("--channel", type=click.Choice(CHANNELS), multiple=True, help="Default: all.")
@click.option("--seed", default=1, show_default=True, help="Chooses the moments.")
def main(*, kills: int, channel: Sequence[str], seed: int) -> None:
    """Kill at random and print what the emulator's journal says of it."""
    lives: list[Life] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shim = compile_shim(folder)
        for one in channel or CHANNELS:
            wish = Wish(-(-kills // len(channel or CHANNELS)), one, seed)
            lives += kill_at_random(folder / one, shim, wish, _told)
    hit = sum(life.kills for life in lives)
    duplicates = sum(life.duplicates for life in lives)
    losses = sum(life.losses for life in lives)
    click.echo(f"{len(lives)} campaigns, {hit} kills at random moments")
    click.echo(f"{duplicates} duplicates, {losses} losses")
    held, needless = sum(life.held for life in lives), sum(life.needless for life in lives)
    click.echo(f"{held} requests held for a person, {needless} of them needlessly")
    raise SystemExit(0 if all(life.holds for life in lives) else 1)


def _told(life: Life) -> None:
    held = "ok" if life.holds else f"BROKEN {life}"
    click.echo(f"{life.channel:<10} {life.exits} {held}", err=True)
    for complaint in life.complaints:
        click.echo(f"   {complaint.strip()}", err=True)


if __name__ == "__main__":
    main()
