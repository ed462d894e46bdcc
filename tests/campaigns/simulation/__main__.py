"""Play the model's world by numbers, one after the other, and print those that broke.

python -m tests.campaigns.simulation [--seeds N] [--first SEED] [--show]
"""

import os
from concurrent.futures import ProcessPoolExecutor

import click

from tests.campaigns.simulation.play import Played, play

CHUNK = 50


@click.command()
@click.option("--seeds", default=10_000, show_default=True, help="How many worlds to play.")
@click.option("--first", default=0, show_default=True, help="The first one's number.")
@click.option("--show", is_flag=True, help="Print the moves of each.")
def main(*, seeds: int, first: int, show: bool) -> None:
    """Play so many worlds; each that breaks is played again, and must break the same way."""
    broken: list[Played] = []
    moves = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for played in pool.map(play, range(first, first + seeds), chunksize=CHUNK):
            moves += len(played.moves)
            if show or played.broken:
                _tell(played)
            if played.broken:
                broken.append(played)
    same = sum(play(one.seed) == one for one in broken)
    click.echo(f"{seeds} worlds, {moves} moves, {len(broken)} broken, {same} of them again alike")
    raise SystemExit(1 if broken else 0)


def _tell(played: Played) -> None:
    click.echo(f"seed {played.seed}: {played.broken or f'ok {played.digest}'}")
    for move in played.moves:
        click.echo(f"  {move}")


if __name__ == "__main__":
    main()
