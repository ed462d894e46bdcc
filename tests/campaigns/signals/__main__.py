"""Signal runs at each of their phases: python -m tests.campaigns.signals.

Prints a line for each case and ends 1 if any did not pass.
"""

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from tests.campaigns.signals.cases import Cell, Verdict, cells, judge

WORKERS = 2


def main() -> int:
    """Run the whole table and print it."""
    with ThreadPoolExecutor(WORKERS) as pool:
        verdicts = [_told(verdict) for verdict in pool.map(_judge, cells())]
    passed = sum(verdict.passed for verdict in verdicts)
    duplicates = sum(verdict.duplicates for verdict in verdicts)
    losses = sum(verdict.losses for verdict in verdicts)
    click.echo(f"{len(verdicts)} cases, {duplicates} duplicates, {losses} losses")
    click.echo(f"{passed} passed, {len(verdicts) - passed} failed")
    return 0 if passed == len(verdicts) else 1


def _judge(cell: Cell) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        return judge(cell, Path(folder))


def _told(verdict: Verdict) -> Verdict:
    mark = "ok  " if verdict.passed else "FAIL"
    left = ", ".join(sorted(verdict.states)) or "no run"
    click.echo(f"{mark} exit {verdict.exit}, then {verdict.again}  {verdict.cell}: {left}")
    return verdict


if __name__ == "__main__":
    sys.exit(main())
