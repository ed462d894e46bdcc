"""What people say of a run from another shell: kept in its order, whoever works on the run."""

import pytest

from pipeline.core.errors import UsageError
from pipeline.core.model import RunId
from pipeline.ports import ControlKind, ControlRecord, Ledger, StopKind
from tests.support.ledgers import RUN, MakeLedger, an_attempt

PAUSED = ControlRecord(10.5, ControlKind.PAUSE, "ann", "a wrong text")
RESUMED = ControlRecord(20.0, ControlKind.RESUME, "ben")
LIMITED = ControlRecord(30.0, ControlKind.LIMIT, "ann", "", 2.5)


def test_nothing_is_said_of_a_run_at_first(ledger: Ledger) -> None:
    assert ledger.controls(RUN) == ()
    with pytest.raises(UsageError):
        ledger.controls(RunId("nothere1"))
    with pytest.raises(UsageError):
        ledger.record_control(RunId("nothere1"), PAUSED)


def test_what_is_said_is_kept_in_its_order_and_read_by_who_opens_the_ledger_anew(
    ledger: Ledger, reopen: MakeLedger
) -> None:
    for record in (PAUSED, RESUMED, LIMITED):
        ledger.record_control(RUN, record)
    again = reopen()
    assert again.controls(RUN) == ledger.controls(RUN) == (PAUSED, RESUMED, LIMITED)
    again.close()


def test_another_shell_speaks_while_a_process_works_which_goes_on_writing(
    ledger: Ledger, reopen: MakeLedger
) -> None:
    writer = ledger.take(RUN)
    other = reopen()
    other.record_control(RUN, PAUSED)
    other.close()
    assert ledger.controls(RUN) == (PAUSED,)
    writer.begin([an_attempt()])


@pytest.mark.parametrize("kind", [StopKind.PERSON, StopKind.ONLY_FIRST])
def test_a_resume_takes_back_as_well_how_a_process_left_the_run(
    ledger: Ledger, kind: StopKind
) -> None:
    writer = ledger.take(RUN)
    writer.record_stop(kind, 5.0)
    writer.close()
    ledger.record_control(RUN, PAUSED)
    assert ledger.stop(RUN) is kind
    ledger.record_control(RUN, RESUMED)
    assert ledger.stop(RUN) is None
