"""A campaign file stands for its own latest run; other runs say which run they belong to."""

from dataclasses import replace

import pytest

from pipeline.core.model import RunId
from pipeline.ports import Ledger
from pipeline.runner.session.place import latest_own_run, run_kind
from tests.support.ledgers import PLAN, items
from tests.support.memory_ledger import MemoryLedger

MEANINGS = {
    "own00001": "{}",
    "mended01": '{"mended_of": "own00001"}',
    "rerunof1": '{"mended_of": "own00001", "rerun_of": "mended01"}',
    "trial001": '{"trial": {"numbers": 1}}',
}


@pytest.fixture
def ledger() -> Ledger:
    found = MemoryLedger()
    for at, (run, meaning) in enumerate(MEANINGS.items()):
        plan = replace(PLAN, run=RunId(run), meaning=meaning, planned_at=float(at))
        found.plan(plan, items())
    return found


def test_mended_rows_and_test_sends_do_not_take_the_place_of_the_list(ledger: Ledger) -> None:
    own = latest_own_run(ledger, PLAN.campaign)
    assert own is not None
    assert own.plan.run == "own00001"


def test_a_rerun_of_the_list_does(ledger: Ledger) -> None:
    plan = replace(PLAN, run=RunId("rerunof2"), meaning='{"rerun_of": "own00001"}', planned_at=9.0)
    ledger.plan(plan, items())
    own = latest_own_run(ledger, PLAN.campaign)
    assert own is not None
    assert own.plan.run == "rerunof2"


@pytest.mark.parametrize(
    ("run", "told"),
    [
        ("own00001", ""),
        ("mended01", "mended rows of own00001"),
        ("rerunof1", "rerun of mended01"),
        ("trial001", "test send"),
    ],
)
def test_what_a_run_is_is_told_in_words(ledger: Ledger, run: str, told: str) -> None:
    record = ledger.run(RunId(run))
    assert record is not None
    assert str(run_kind(record)) == told
