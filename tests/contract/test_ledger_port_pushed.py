"""What receipts prove of names; the real ledger and its fake alike."""

from dataclasses import replace

import pytest

from pipeline.audit.replay import check_steps
from pipeline.core.answer import News, NewsKind
from pipeline.core.errors import Outdated
from pipeline.core.lifecycle import Event, IllegalStep, State
from pipeline.core.model import TaskId, TaskName
from pipeline.ports import Conclusion, Ledger, PushedReceipt, RunWriter, Strangers
from tests.support.ledgers import (
    RUN,
    MakeLedger,
    an_attempt,
    concluding,
    name_of,
    planned,
    submission_at,
)


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
    ledger.receipts.store_receipts([bearing((name_of(0, 0), "t-1"))])
    assert ledger.receipts.pushed_tasks([name_of(0, 0), name_of(0, 1)]) == {name_of(0, 0): ("t-1",)}
    assert ledger.receipts.pushed_tasks([name_of(0, 1)]) == {}
    assert ledger.receipts.pushed_tasks([]) == {}


def test_repeated_receipts_prove_one_task_and_different_ones_are_all_told(ledger: Ledger) -> None:
    attempted(ledger)
    name = name_of(0, 0)
    ledger.receipts.store_receipts([bearing((name, "t-2"), (name, "t-2")), bearing((name, "t-2"))])
    ledger.receipts.store_receipts([bearing((name, "t-1"))])
    assert ledger.receipts.pushed_tasks([name]) == {name: ("t-1", "t-2")}


def test_a_name_that_nobody_gave_proves_nothing(ledger: Ledger) -> None:
    strange = TaskName("somebody-elses-name")
    ledger.receipts.store_receipts([bearing((strange, "t-1"), (name_of(0, 0), "t-2"))])
    attempted(ledger)
    assert ledger.receipts.pushed_tasks([strange, name_of(0, 0)]) == {}


def test_what_a_receipt_proved_outlives_the_process(reopen: MakeLedger) -> None:
    ledger = attempted(planned(reopen()))
    ledger.receipts.store_receipts([bearing((name_of(0, 0), "t-1"))])
    ledger.close()
    again = reopen()
    assert again.receipts.pushed_tasks([name_of(0, 0)]) == {name_of(0, 0): (TaskId("t-1"),)}
    again.close()


def released_twice(writer: RunWriter) -> None:
    """Attempt a submission two times, and take back both."""
    for attempt in (0, 1):
        writer.begin([an_attempt(attempt=attempt, at=100.0 + attempt)])
        writer.conclude([concluding(Event.WAS_LOST)])
        writer.conclude([concluding(Event.WAS_RELEASED)])


def found(name: TaskName) -> Conclusion:
    return replace(concluding(Event.WAS_FOUND, task_id="t-1"), task_name=name)


def test_a_submission_goes_by_the_earlier_attempt_that_was_found(
    ledger: Ledger, writer: RunWriter
) -> None:
    released_twice(writer)
    writer.conclude([found(name_of(attempt=0))])
    one = submission_at(ledger)
    assert (one.state, one.task_id, one.attempts) == (State.ACCEPTED, "t-1", 2)
    assert (one.task_name, one.attempted_at) == (name_of(attempt=0), 100.0)
    records = ledger.attempts(RUN)
    assert [(record.event, record.task_id) for record in records] == [
        (Event.WAS_FOUND, "t-1"),
        (Event.WAS_RELEASED, None),
    ]
    assert list(check_steps([one], records)) == []


def test_no_intent_is_recorded_where_a_receipt_proves_an_earlier_attempt_taken(
    ledger: Ledger, writer: RunWriter
) -> None:
    released_twice(writer)
    ledger.receipts.store_receipts([bearing((name_of(attempt=0), "t-1"))])
    before = submission_at(ledger)
    with pytest.raises(Outdated):
        writer.begin([an_attempt(0, 1), an_attempt(attempt=2)])
    assert submission_at(ledger) == before
    assert submission_at(ledger, 0, 1).attempts == 0
    writer.begin([an_attempt(0, 1)])


@pytest.mark.parametrize(
    "conclusion",
    [
        found(name_of(0, 1)),
        found(TaskName("somebody-elses-name")),
        replace(concluding(Event.WAS_ABANDONED), task_name=name_of(attempt=0)),
    ],
    ids=["of another submission", "of nobody", "given up"],
)
def test_a_submission_goes_by_no_name_but_one_of_its_own_that_was_found(
    ledger: Ledger, writer: RunWriter, conclusion: Conclusion
) -> None:
    released_twice(writer)
    writer.begin([an_attempt(0, 1)])
    before = submission_at(ledger)
    with pytest.raises(IllegalStep):
        writer.conclude([conclusion])
    assert submission_at(ledger) == before


def news_of(at: float, task: str, *phones: str) -> PushedReceipt:
    said = [(TaskId(task), News(phone, NewsKind.UNKNOWN_CODE, "UNKNOWN")) for phone in phones]
    return PushedReceipt(at, "sms", b"{}", said)


def test_news_of_tasks_that_no_run_knows_is_counted_and_found_by_number(ledger: Ledger) -> None:
    assert ledger.receipts.strangers() == Strangers()
    writer = ledger.take(RUN)
    writer.begin([an_attempt(0, 0)])
    writer.conclude([concluding(Event.WAS_ACCEPTED, task_id="t-1")])
    writer.close()
    ledger.receipts.store_receipts([news_of(50.0, "t-1", "13000000001")])
    ledger.receipts.store_receipts([news_of(60.0, "t-2", "13000000001", "13000000003")])
    ledger.receipts.store_receipts([news_of(70.0, "t-3", "13000000003")])
    assert ledger.receipts.strangers() == Strangers(tasks=2, news=3, latest_at=70.0)
    both = ["13000000001", "13000000003"]
    assert ledger.receipts.unknown_news_of(both, 0.0) == {both[0]: "t-2", both[1]: "t-2"}
    assert ledger.receipts.unknown_news_of(both, 70.0) == {both[1]: "t-3"}
    assert ledger.receipts.unknown_news_of(both, 71.0) == {}
    assert ledger.receipts.unknown_news_of(["13000000004"], 0.0) == {}


def test_a_refused_requests_task_is_known_and_its_news_is_of_its_rows(ledger: Ledger) -> None:
    writer = ledger.take(RUN)
    writer.begin([an_attempt(0, 0)])
    writer.conclude([concluding(Event.WAS_REFUSED, task_id="t-1")])
    writer.close()
    (phone, *_) = ledger.recipients(RUN, 0).phones
    ledger.receipts.store_receipts([news_of(50.0, "t-1", phone)])
    assert ledger.receipts.strangers() == Strangers()
    one = submission_at(ledger)
    assert (one.state, one.task_id) == (State.REFUSED, "t-1")
    ((fact,),) = ledger.facts(RUN, one).values()
    assert (fact.kind, fact.code) == (NewsKind.UNKNOWN_CODE, "UNKNOWN")


def test_receipts_of_a_runs_tasks_wait_until_they_are_noted_as_folded(ledger: Ledger) -> None:
    assert (ledger.receipts.latest(), ledger.receipts.folded_to(RUN)) == (0, 0)
    writer = ledger.take(RUN)
    writer.begin([an_attempt(0, 0)])
    writer.conclude([concluding(Event.WAS_ACCEPTED, task_id="t-1")])
    ledger.receipts.store_receipts([news_of(50.0, "t-1", "13000000001", "13000000002")])
    ledger.receipts.store_receipts([news_of(60.0, "a-strangers", "13000000001")])
    assert ledger.receipts.latest() == 2
    assert ledger.receipts.unfolded(RUN) == 1
    writer.fold_to(1)
    assert ledger.receipts.unfolded(RUN) == 0
    ledger.receipts.store_receipts([news_of(70.0, "t-1", "13000000001")])
    assert ledger.receipts.unfolded(RUN) == 1
    writer.fold_to(3)
    writer.fold_to(2)
    assert (ledger.receipts.folded_to(RUN), ledger.receipts.unfolded(RUN)) == (3, 0)
    writer.close()
