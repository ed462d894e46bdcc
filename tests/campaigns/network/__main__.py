"""Try every fault of the wire and of the provider.

python -m tests.campaigns.network [--pairs N] [--seed S]

Prints a line for each case and ends 1 if any number was taken twice, or was lost, that need not
have been; or if a fault was never met.
"""

import argparse
import itertools
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipeline.core.errors import Exit
from tests.campaigns.network.cases import Cell, Verdict, judge, pairs, singles

WORKERS = 8
"""Cases mostly wait."""


def main() -> int:
    """Run all cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=160, help="random pairs besides the singles")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    cells = list(itertools.chain(singles(), pairs(given.pairs, given.seed)))
    with ThreadPoolExecutor(WORKERS) as pool:
        verdicts = [_told(verdict) for verdict in pool.map(_judge, cells)]
    failed = [verdict for verdict in verdicts if not verdict.passed or verdict.unmet]
    held = sum(verdict.exit == Exit.DECISION_NEEDED for verdict in verdicts)
    duplicates = sum(verdict.duplicates for verdict in verdicts)
    losses = sum(verdict.losses for verdict in verdicts)
    print(
        f"{len(verdicts)} cases, {duplicates} duplicates, {losses} losses; {held} wait for a person"
    )
    print(f"{len(verdicts) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def _judge(cell: Cell) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        return judge(cell, Path(folder))


def _told(verdict: Verdict) -> Verdict:
    mark = "ok  " if verdict.passed and not verdict.unmet else "FAIL"
    unmet = f", never met: {', '.join(sorted(verdict.unmet))}" if verdict.unmet else ""
    print(
        f"{mark} {verdict.duplicates} duplicates {verdict.losses} losses "
        f"{verdict.starts} starts {verdict.held} held exit {verdict.exit}  {verdict.cell}{unmet}",
        flush=True,
    )
    return verdict


if __name__ == "__main__":
    sys.exit(main())
