"""Read random sheets as LibreOffice shows them, and spoilt ones: python -m tests.campaigns.sheets.

Prints a line for each difference and for each that breaks, and ends 1 if there is any.
"""

import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import click

from tests.campaigns.sheets.cells import drawn
from tests.campaigns.sheets.judge import compared
from tests.campaigns.sheets.spoilt import broken, campaign

CELLS = 200


@click.command()
@click.option("--sheets", default=10, show_default=True, help="How many sheets to draw.")
@click.option("--spoilt", default=2_000, show_default=True, help="How many of each format.")
def main(*, sheets: int, spoilt: int) -> None:
    """Draw the sheets, by each maker, and judge them; then spoil workbooks of each format."""
    with tempfile.TemporaryDirectory() as name:
        differing = _judged(Path(name), sheets)
        breaking = _spoilt(Path(name), spoilt)
    sys.exit(1 if differing or breaking else 0)


def _judged(folder: Path, sheets: int) -> int:
    office = shutil.which("soffice")
    if office is None:
        click.echo("LibreOffice is not installed: make office")
        return 1
    counts: Counter[str] = Counter(differences=0)
    for seed in range(sheets):
        chance = random.Random(seed)
        for name, ours, found in compared(office, folder, drawn(chance, CELLS), chance):
            counts["cells"] += len(ours)
            counts["doubted"] += sum(one.is_doubted for one in ours)
            counts["differences"] += len(found)
            for one in found:
                click.echo(f"{name} {seed}: {one}")
    click.echo(", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    return counts["differences"]


def _spoilt(folder: Path, count: int) -> int:
    found = list(campaign(folder, count))
    failed = broken(found)
    for name, at, end in failed:
        click.echo(f"{name} {at}: {end}")
    ends = Counter((name, end.ended) for name, _, end in found)
    for (name, ended), times in sorted(ends.items()):
        click.echo(f"{name}: {times} {ended}")
    return len(failed)


if __name__ == "__main__":
    main()
