"""Fifty starts of a new campaign at the same moment: one run is planned, everybody gets it once."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.core.errors import Exit
from tests.campaigns.crash.stage import KEYS, Case, Stage, staged, wrong_numbers
from tests.support.command import Done
from tests.support.shim import Shim

STARTS = 50
RECIPIENTS = 2_000

# Seconds on a machine of its own; a busy one may take its time.
pytestmark = pytest.mark.timeout(1200)


def _start(stage: Stage, case: Case, number: int) -> Done:
    own = case.desk.folder / f"start-{number}"
    own.mkdir()
    return stage.warm.koosend(own, "run", case.desk.campaign, "--json", env=KEYS)


def test_of_fifty_starts_at_once_one_sends_and_none_sends_twice(tmp_path: Path, shim: Shim) -> None:
    with staged(tmp_path / "stage", "aim", shim) as stage:
        case = stage.case(recipients=RECIPIENTS)
        with ThreadPoolExecutor(STARTS) as pool:
            starts = list(pool.map(lambda number: _start(stage, case, number), range(STARTS)))
        assert wrong_numbers(case, stage.taken()) == (0, 0)
    assert {done.exit for done in starts} == {Exit.OK, Exit.WORK_LEFT}
    assert [done.err for done in starts if "Traceback" in done.err] == []
    assert len(json.loads(case.desk.koosend("runs", case.desk.campaign, "--json").out)) == 1
    assert case.desk.koosend("verify", case.desk.campaign).exit == 0
