"""What an account's store counts as taken is held against a run's ledger."""

from pipeline.audit.account_store import check_store
from pipeline.audit.books import FindingCode
from pipeline.core.model import Channel, TaskName
from pipeline.ports import TakenTask

ONE, TWO = TaskName("run00001-0000000-001"), TaskName("run00001-0000001-001")


def counted(*names: TaskName) -> list[TakenTask]:
    return [TakenTask(Channel.AIM, name, 1.0) for name in names]


def test_a_store_that_counts_what_the_ledger_does_is_right_and_may_lack_names() -> None:
    assert list(check_store("", counted(ONE), [ONE, TWO])) == []


def test_a_name_that_the_ledger_does_not_take_for_taken_is_found() -> None:
    (found,) = check_store("", counted(ONE, TWO), [ONE])
    assert (found.code, found.where) == (FindingCode.STORE_DIFFERS, TWO)


def test_a_damaged_file_is_one_finding_and_nothing_in_it_is_believed() -> None:
    (found,) = check_store("page 3 is never used", counted(TWO), [ONE])
    assert found.code is FindingCode.STORE_DAMAGED
    assert "page 3 is never used" in found.sentence
