"""Verify many campaigns in one process: print the exit code of `koosend verify` for each."""

import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing, redirect_stdout
from io import StringIO
from pathlib import Path

import click

from pipeline.cli.main import main
from pipeline.ledger import SqliteLedger
from tests.support.source import ROOT


def verified(campaigns: Sequence[Path]) -> list[int]:
    """Return the exit codes, in order: that of the worst run in a campaign's state folder."""
    if not campaigns:
        return []
    line = [sys.executable, "-m", "tests.campaigns.crash.verify", *map(str, campaigns)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    return [int(code) for code in done.stdout.split()]


def _verify(campaign: str) -> int:
    state = Path(campaign).parent / "state"
    with closing(SqliteLedger(state)) as ledger:
        _, *earlier = [record.plan.run for record in ledger.runs()]
    with redirect_stdout(StringIO()):
        latest = main(["verify", campaign])
        return max([latest, *(main(["verify", run, "--state", str(state)]) for run in earlier)])


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        click.echo(int(_verify(argument)))
