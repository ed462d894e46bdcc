"""Check campaign files that were spoiled, by number, and print those that ended otherwise.

python -m tests.campaigns.settings [--files N] [--first NUMBER]
"""

import os
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click

from tests.campaigns.settings.judge import Ended, judged

CHUNK = 100


@click.command()
@click.option("--files", default=10_000, show_default=True, help="How many files to check.")
@click.option("--first", default=0, show_default=True, help="The first one's number.")
def main(*, files: int, first: int) -> None:
    """Check so many files: each must end in one sentence that names a key, and none in a bug."""
    exits: Counter[int] = Counter()
    broken = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for ended in pool.map(_judged, range(first, first + files), chunksize=CHUNK):
            exits[int(ended.exit)] += 1
            broken += bool(ended.wrong)
            if ended.wrong:
                click.echo(f"file {ended.number}: {ended.wrong}")
    told = ", ".join(f"{count} exit {code}" for code, count in sorted(exits.items()))
    click.echo(f"{files} files, {broken} broken: {told}")
    raise SystemExit(1 if broken else 0)


def _judged(number: int) -> Ended:
    with tempfile.TemporaryDirectory() as folder:
        return judged(number, Path(folder))


if __name__ == "__main__":
    main()
