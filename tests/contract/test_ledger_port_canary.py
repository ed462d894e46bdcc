"""What was decided after a run's first recipients: the real ledger and its fake alike."""

import pytest

from pipeline.core.canary import CanaryCount, Verdict
from pipeline.core.errors import Overtaken, UsageError
from pipeline.core.model import RunId
from pipeline.ports import CanaryRecord, Ledger
from tests.support.ledgers import RUN

STOPPED = CanaryRecord(10.5, Verdict.STOPPED, CanaryCount(1, 2, 3, 4, 5), "too many")
GONE_ON = CanaryRecord(20.0, Verdict.OVERRIDDEN, CanaryCount(), "a person")


def test_a_run_begins_without_a_decision(ledger: Ledger) -> None:
    assert ledger.canary(RUN) == ()
    with pytest.raises(UsageError):
        ledger.canary(RunId("nothere1"))


def test_decisions_are_kept_in_their_order(ledger: Ledger) -> None:
    writer = ledger.take(RUN)
    writer.decide_canary(STOPPED)
    writer.decide_canary(GONE_ON)
    assert ledger.canary(RUN) == (STOPPED, GONE_ON)


def test_only_the_runs_writer_decides(ledger: Ledger) -> None:
    writer = ledger.take(RUN)
    writer.close()
    with pytest.raises(Overtaken):
        writer.decide_canary(STOPPED)
    assert ledger.canary(RUN) == ()
