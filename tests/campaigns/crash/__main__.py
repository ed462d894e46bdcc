"""Kill koosend at its steps and print what became of it.

python -m tests.campaigns.crash [--channel C] [--points N] [--kills K] [--seed S] [--keep FILE]

Every kill point is tried, some with a second kill, and each write to a ledger is refused in each
way; where all channels are, the page crash-matrix.md is written. With --points only so many kill
points are sampled for each channel.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from tests.campaigns.crash.disk import DiskCell, refusals, run_disk_matrix
from tests.campaigns.crash.kept import Kept
from tests.campaigns.crash.matrix import Cell, Plan, record, run_matrix
from tests.campaigns.crash.page import page
from tests.campaigns.crash.points import sampled, telling_points
from tests.campaigns.crash.stage import CHANNELS, EARLIER
from tests.support.messages import FALLBACK
from tests.support.shim import Point, Shim, compile_shim
from tests.support.source import ROOT

PAGE = ROOT / "docs" / "reference" / "generated" / "crash-matrix.md"
KILLED_AGAIN = 24
EARLIER_POINTS = 60


@click.command()
@click.option("--channel", "only", type=click.Choice(CHANNELS), multiple=True, help="No page then.")
@click.option("--points", type=int, help="A sample of so many per channel; no page then.")
@click.option("--kills", default=1, show_default=True, help="Kills per cell.")
@click.option("--seed", default=1, show_default=True, help="Chooses the sample.")
@click.option("--keep", type=Path, help="Go on with the cells in this file, and add new ones.")
def main(
    *, only: tuple[str, ...], points: int | None, kills: int, seed: int, keep: Path | None
) -> None:
    """Kill koosend at its steps; the emulator's journal is the referee."""
    channels = only or CHANNELS
    kept = Kept.opened(keep)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shim = compile_shim(folder)
        cells: list[Cell] = []
        known: dict[str, int] = {}
        for channel in channels:
            telling = telling_points(record(folder, shim, channel))
            known[channel] = len(telling)
            chosen = telling if points is None else sampled(telling, points, seed)
            plans = [Plan(channel, chosen, kills - 1, seed)]
            if points is None and channel != FALLBACK:
                # Its two SMS could both be in doubt: then a person decides, as is right.
                plans.append(Plan(channel, sampled(telling, KILLED_AGAIN, seed), 1, seed))
                kind = channel + EARLIER
                steps = telling_points(record(folder, shim, kind))
                known[kind] = len(steps)
                plans.append(Plan(kind, sampled(steps, EARLIER_POINTS, seed), kills - 1, seed))
            for plan in plans:
                phase = f"{plan.channel} killed {1 + plan.more_kills}"
                run = partial(_killed, folder, shim, plan)
                cells += kept.tried(phase, plan.points, Cell, run)
        disk: list[DiskCell] = []
        for channel in channels if points is None else ():
            refused = partial(run_disk_matrix, folder, shim, channel)
            points_of = refusals(folder, shim, channel)
            disk += kept.tried(f"{channel} refused", points_of, DiskCell, refused)
    text = page(cells, disk, known)
    click.echo(text)
    if points is None and not only:
        PAGE.write_text(text, encoding="utf-8")
    held = all(cell.holds for cell in cells) and all(cell.holds for cell in disk)
    raise SystemExit(0 if held else 1)


def _killed(
    folder: Path,
    shim: Shim,
    plan: Plan,
    points: Sequence[Point],
    told: Callable[[Cell], None],
) -> list[Cell]:
    return run_matrix(folder, shim, replace(plan, points=points), told)


if __name__ == "__main__":
    main()
