from pipeline.core.lifecycle import State
from pipeline.core.model import Recipients
from pipeline.ports import Submission
from pipeline.sender.queue import Job, WorkQueue
from tests.support.sending import chunk_of


def _submission(chunk: int, submission: int, attempts: int = 0) -> Submission:
    return Submission(
        chunk, submission, submission * 2, submission * 2 + 2, State.PLANNED, attempts
    )


def _queue(loads: list[int], chunks: int = 1) -> WorkQueue:
    def load(chunk: int) -> Recipients:
        loads.append(chunk)
        return chunk_of(chunk, 3, 2).recipients

    supply = WorkQueue(load)
    supply.add([_submission(c, s) for c in range(chunks) for s in range(3)])
    return supply


def _taken(supply: WorkQueue, now: float) -> list[int]:
    taken: list[int] = []
    while (job := supply.take(now)) is not None:
        taken.append(job.submission.submission)
    return taken


def test_fresh_submissions_come_in_source_order() -> None:
    assert _taken(_queue([]), 0.0) == [0, 1, 2]


def test_who_was_turned_away_comes_first_once_due_and_not_before() -> None:
    supply = _queue([])
    first = supply.take(0.0)
    assert first is not None
    supply.put_back(first, 10.0)
    second = supply.take(9.0)
    assert second is not None
    assert second.submission.submission == 1
    assert supply.take(10.0) is first
    assert supply.next_due() is None


def test_those_turned_away_come_back_in_the_order_in_which_they_are_due() -> None:
    supply = WorkQueue(lambda _: Recipients([], [], ()))
    for number, due in enumerate((5.0, 1.0, 3.0, 1.0)):
        supply.put_back(Job(_submission(0, number), 1), due)
    assert supply.next_due() == 1.0
    assert _taken(supply, 2.0) == [1, 3]
    assert supply.next_due() == 3.0
    assert _taken(supply, 9.0) == [2, 0]


def test_attempts_are_counted_on_from_the_ledgers() -> None:
    supply = WorkQueue(lambda _: Recipients([], [], ()))
    supply.add([_submission(0, 0, attempts=4)])
    job = supply.take(0.0)
    assert job is not None
    assert job.attempts == 4


def test_a_chunk_is_loaded_once_for_all_its_submissions() -> None:
    loads: list[int] = []
    supply = _queue(loads)
    parts = [supply.recipients(_submission(0, number)) for number in (0, 1, 2, 0)]
    assert [list(part.rows) for part in parts] == [[0, 1], [2, 3], [4, 5], [0, 1]]
    assert loads == [0]


def test_only_a_few_chunks_are_kept_the_latest_used() -> None:
    loads: list[int] = []
    supply = _queue(loads, chunks=6)
    for chunk in (0, 1, 2, 3, 0, 4, 0, 1):
        supply.recipients(_submission(chunk, 0))
    assert loads == [0, 1, 2, 3, 4, 1]
