"""Hold every channel, policy and way of receipts against the truth.

python -m tests.campaigns.channels

Prints a line for each cell and ends 1 if a row's outcome is not what really happened to it, or if
receipts on, off and hostile disagree.
"""

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from tests.campaigns.channels.cases import Cell, Verdict, disagreements, every_cell, judge

WORKERS = 4
"""Cells mostly wait."""

SHOWN = 3


def main() -> int:
    """Run all cells and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="rows of each cell")
    parser.add_argument("--only", default="", help="cells whose line contains this text")
    parser.add_argument("--workers", type=int, default=WORKERS, help="cells at once")
    given = parser.parse_args()
    cells = [cell for cell in every_cell() if given.only in str(cell)]

    def judged(cell: Cell) -> Verdict:
        with tempfile.TemporaryDirectory() as folder:
            return judge(cell, Path(folder), given.rows)

    with ThreadPoolExecutor(given.workers) as pool:
        verdicts = [_told(verdict) for verdict in pool.map(judged, cells)]
    apart = disagreements(verdicts)
    for line in apart:
        click.echo(f"FAIL {line}")
    failed = sum(not verdict.passed for verdict in verdicts)
    click.echo(
        f"{len(verdicts)} cells, {sum(verdict.rows for verdict in verdicts)} rows, {failed} failed,"
        f" {len(apart)} disagreements of receipts on, off and hostile"
    )
    return 1 if failed or apart else 0


def _told(verdict: Verdict) -> Verdict:
    mark = "ok  " if verdict.passed else "FAIL"
    click.echo(
        f"{mark} {verdict.cell} {verdict.rows} rows {len(verdict.wrong)} wrong "
        f"{verdict.duplicates} duplicates {verdict.losses} losses {verdict.open_rows} open "
        f"{verdict.seconds:.0f} s",
    )
    for line in verdict.wrong[:SHOWN]:
        click.echo(f"     {line}")
    return verdict


if __name__ == "__main__":
    sys.exit(main())
