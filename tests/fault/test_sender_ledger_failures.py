"""Let each write to the ledger fail in turn."""

import pytest

from pipeline.core.answer import Answer
from pipeline.core.errors import LedgerUnwritable
from pipeline.core.lifecycle import State
from pipeline.core.model import TaskName
from pipeline.ports import Prepared
from pipeline.sender import SenderOptions
from tests.support.fakes.gateway import accept_all
from tests.support.sending import RUN, Desk, desk_of

WRITES_MAX = 200
SUBMISSIONS = 9


def _checked_desk() -> Desk:
    """Plan a run whose gateway looks into the ledger before it takes anything."""
    desk = desk_of(submissions=SUBMISSIONS)

    def look_first(prepared: Prepared) -> Answer:
        states = {s.task_name: s.state for s in desk.ledger.submissions(RUN)}
        assert states[prepared.task_name] is State.IN_FLIGHT
        return accept_all(prepared)

    desk.gateway.answer = look_first
    return desk


@pytest.mark.parametrize("concurrency", [1, 4])
def test_whichever_write_fails_nothing_is_posted_without_its_intent(concurrency: int) -> None:
    for failing in range(1, WRITES_MAX):
        desk = _checked_desk()
        desk.ledger.fail_from = desk.ledger.writes + failing
        try:
            desk.run(SenderOptions(concurrency=concurrency))
        except LedgerUnwritable:
            _assert_explained(desk)
            desk.ledger.fail_from = None
            desk.writer.sweep(desk.clock.now())
            desk.run()
            _assert_explained(desk)
            assert set(desk.taken_phones().values()) <= {1}
        else:
            assert desk.states() == {State.ACCEPTED: SUBMISSIONS}
            return
    pytest.fail("the run did not end")


def _assert_explained(desk: Desk) -> None:
    """Assert that whatever was posted is known to be, or possibly to be, taken; the rest not."""
    posted = {prepared.task_name for prepared in desk.gateway.submitted}
    for submission in desk.submissions():
        sent: TaskName | None = submission.task_name
        if submission.state is State.PLANNED:
            assert sent is None
        elif sent in posted:
            assert submission.state in {State.IN_FLIGHT, State.IN_DOUBT, State.ACCEPTED}


def test_after_the_failing_write_no_request_leaves() -> None:
    desk = _checked_desk()
    desk.ledger.fail_from = desk.ledger.writes + 3
    with pytest.raises(LedgerUnwritable):
        desk.run(SenderOptions(concurrency=1))
    posted = len(desk.gateway.submitted)
    with pytest.raises(LedgerUnwritable):
        desk.run(SenderOptions(concurrency=1))
    assert len(desk.gateway.submitted) == posted == 1
