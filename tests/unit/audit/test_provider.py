from collections.abc import Sequence

import pytest

from pipeline.audit.books import FindingCode
from pipeline.audit.provider import check_listed
from pipeline.audit.replay import check_steps
from pipeline.core.answer import FoundTask, Unanswered
from pipeline.core.lifecycle import Event, State
from pipeline.core.model import RunId, TaskId
from pipeline.core.names import task_name
from pipeline.ports import Attempt, AttemptRecord, Submission

RUN = RunId("run00001")
SENT = 100


def record(event: Event | None, attempt: int = 1, task: str | None = "one") -> AttemptRecord:
    intent = Attempt(0, 0, attempt, task_name(RUN, 0, 0, attempt), 100.0)
    taken = event in {Event.WAS_ACCEPTED, Event.WAS_FOUND} and task is not None
    task_id = TaskId(str(task)) if taken else None
    return AttemptRecord(intent, 101.0, event, task_id, "", "", "")


def listed(*ids: str, total: int | None = SENT) -> tuple[FoundTask, ...]:
    return tuple(FoundTask(task_name(RUN, 0, 0, 1), TaskId(one), total) for one in ids)


@pytest.mark.parametrize(
    ("event", "answer", "expected"),
    [
        (Event.WAS_ACCEPTED, listed("one"), None),
        (Event.WAS_FOUND, listed("one"), None),
        (Event.WAS_ACCEPTED, listed("one", total=None), None),
        (Event.WAS_ACCEPTED, (), FindingCode.NOT_LISTED),
        (Event.WAS_ACCEPTED, listed("other"), FindingCode.TASK_DIFFERS),
        (Event.WAS_ACCEPTED, listed("one", total=99), FindingCode.COUNT_DIFFERS),
        (Event.WAS_ACCEPTED, listed("one", "two"), FindingCode.LISTED_TWICE),
        (Event.WAS_THROTTLED, (), None),
        (Event.WAS_THROTTLED, listed("one"), FindingCode.LISTED_UNTAKEN),
        (Event.WAS_REFUSED, listed("one"), FindingCode.LISTED_UNTAKEN),
        (Event.WAS_RELEASED, listed("one"), FindingCode.LISTED_UNTAKEN),
        (Event.WAS_LOST, (), None),
        (Event.WAS_LOST, listed("one"), None),
        (Event.WAS_ABANDONED, (), None),
        (Event.WAS_ABANDONED, listed("one"), None),
        (None, listed("one"), None),
        (Event.WAS_ACCEPTED, Unanswered("no answer"), FindingCode.NOT_ANSWERED),
    ],
)
def test_an_attempt_is_held_against_what_is_listed_under_its_name(
    event: Event | None, answer: Sequence[FoundTask] | Unanswered, expected: FindingCode | None
) -> None:
    found = check_listed(record(event), SENT, answer)
    assert (found.code if found else None) == expected


def submission(
    state: State, attempts: int, task: str | None = None, by: int | None = None
) -> Submission:
    """Build a submission that goes by the name of its latest attempt, or of another one."""
    name = task_name(RUN, 0, 0, by or attempts) if attempts else None
    return Submission(
        0, 0, 0, SENT, state, attempts, name, TaskId(task) if task else None, 100.0, 101.0
    )


@pytest.mark.parametrize(
    ("one", "made", "right"),
    [
        (submission(State.PLANNED, 0), (), True),
        (submission(State.ABANDONED, 0), (), True),
        (submission(State.IN_FLIGHT, 1), (None,), True),
        (submission(State.ACCEPTED, 1, "one"), (Event.WAS_ACCEPTED,), True),
        (submission(State.ACCEPTED, 2, "one"), (Event.WAS_RELEASED, Event.WAS_FOUND), True),
        (submission(State.ACCEPTED, 2, "one", by=1), (Event.WAS_FOUND, Event.WAS_RELEASED), True),
        (submission(State.ABANDONED, 1), (Event.WAS_THROTTLED,), True),
        (submission(State.REFUSED, 1), (Event.WAS_REFUSED,), True),
        (submission(State.IN_DOUBT, 1), (Event.WAS_LOST,), True),
        (submission(State.PLANNED, 1), (Event.WAS_ACCEPTED,), False),
        (submission(State.DEFERRED, 1), (Event.WAS_LOST,), False),
        (submission(State.ACCEPTED, 1, "two"), (Event.WAS_ACCEPTED,), False),
        (submission(State.PLANNED, 0), (Event.WAS_ACCEPTED,), False),
        (submission(State.ABANDONED, 1), (Event.WAS_ACCEPTED,), False),
        (submission(State.ACCEPTED, 2, "one"), (Event.WAS_LOST, Event.WAS_ACCEPTED), False),
        (submission(State.ACCEPTED, 2, "one"), (Event.WAS_FOUND, Event.WAS_ACCEPTED), False),
        (submission(State.ACCEPTED, 2, "one", by=1), (Event.WAS_FOUND, Event.WAS_LOST), False),
        (submission(State.ACCEPTED, 2, "one"), (Event.WAS_FOUND, Event.WAS_RELEASED), False),
        (submission(State.DEFERRED, 2, by=1), (Event.WAS_FOUND, Event.WAS_RELEASED), False),
        (
            submission(State.ACCEPTED, 2, "one", by=1),
            (Event.WAS_ACCEPTED, Event.WAS_RELEASED),
            False,
        ),
    ],
)
def test_a_submission_stands_where_its_steps_led_it(
    one: Submission, made: Sequence[Event | None], *, right: bool
) -> None:
    records = [record(event, attempt) for attempt, event in enumerate(made, start=1)]
    found = [finding.code for finding in check_steps([one], records)]
    assert found == ([] if right else [FindingCode.STEPS_DIFFER])
