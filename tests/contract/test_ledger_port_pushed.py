"""What receipts prove of names; the real ledger and its fake alike."""

from pipeline.core.model import TaskId, TaskName
from pipeline.ports import Ledger, PushedReceipt
from tests.support.ledgers import RUN, MakeLedger, an_attempt, name_of, planned


def bearing(*names: tuple[TaskName, str]) -> PushedReceipt:
    return PushedReceipt(
        50.0, "sms", b"{}", names=tuple((name, TaskId(task)) for name, task in names)
    )


def attempted(ledger: Ledger) -> Ledger:
    writer = ledger.take(RUN)
    writer.begin([an_attempt(0, 0), an_attempt(0, 1)])
    writer.close()
    return ledger


def test_a_receipt_that_bears_an_attempts_name_tells_as_which_task_it_was_taken(
    ledger: Ledger,
) -> None:
    attempted(ledger)
    ledger.store_receipts([bearing((name_of(0, 0), "t-1"))])
    assert ledger.pushed_tasks([name_of(0, 0), name_of(0, 1)]) == {name_of(0, 0): ("t-1",)}
    assert ledger.pushed_tasks([name_of(0, 1)]) == {}
    assert ledger.pushed_tasks([]) == {}


def test_repeated_receipts_prove_one_task_and_different_ones_are_all_told(ledger: Ledger) -> None:
    attempted(ledger)
    name = name_of(0, 0)
    ledger.store_receipts([bearing((name, "t-2"), (name, "t-2")), bearing((name, "t-2"))])
    ledger.store_receipts([bearing((name, "t-1"))])
    assert ledger.pushed_tasks([name]) == {name: ("t-1", "t-2")}


def test_a_name_that_nobody_gave_proves_nothing(ledger: Ledger) -> None:
    strange = TaskName("somebody-elses-name")
    ledger.store_receipts([bearing((strange, "t-1"), (name_of(0, 0), "t-2"))])
    attempted(ledger)
    assert ledger.pushed_tasks([strange, name_of(0, 0)]) == {}


def test_what_a_receipt_proved_outlives_the_process(reopen: MakeLedger) -> None:
    ledger = attempted(planned(reopen()))
    ledger.store_receipts([bearing((name_of(0, 0), "t-1"))])
    ledger.close()
    again = reopen()
    assert again.pushed_tasks([name_of(0, 0)]) == {name_of(0, 0): (TaskId("t-1"),)}
    again.close()
