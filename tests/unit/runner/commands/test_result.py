"""What a command that sends ends with: its exit code, from the books alone."""

from pathlib import Path

import pytest

from pipeline.core.errors import (
    CredentialsRefused,
    Exit,
    Interrupted,
    KoosendError,
    ProviderUnavailable,
    ReportUnwritable,
    WorkLeft,
)
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Message, RunId
from pipeline.core.outcome import Books, Outcome
from pipeline.language import Text
from pipeline.ports import RunPlan, RunRecord
from pipeline.runner.session.result import RunReport

PLAN = RunPlan(
    RunId("run00001"), "c", "", Message(Channel.AIM, "1"), "{}", "", "", 0, planned_at=0, account=""
)
RECORD = RunRecord(PLAN, rows=1, recipients=1, chunks=1, epoch=1, started_at=0, finished_at=1)


def report(
    state: State, outcome: Outcome, *, stopped: KoosendError | None = None, complete: bool = False
) -> RunReport:
    books = Books(1, {outcome: 1}, {state: 1}, {"accepted": 1}, 1)
    return RunReport(RECORD, books, 1.0, Path(), already_complete=complete, stopped=stopped)


@pytest.mark.parametrize(
    ("state", "outcome", "code"),
    [
        (State.ACCEPTED, Outcome.SUBMITTED, Exit.OK),
        (State.ACCEPTED, Outcome.CARD, Exit.OK),
        (State.ACCEPTED, Outcome.UNDELIVERED, Exit.OK),
        (State.ACCEPTED, Outcome.EXPIRED, Exit.OK),
        (State.ACCEPTED, Outcome.REFUSED, Exit.ROWS_FAILED),
        (State.REFUSED, Outcome.REFUSED, Exit.ROWS_FAILED),
        (State.ABANDONED, Outcome.SKIPPED, Exit.OK),
        (State.PLANNED, Outcome.PENDING, Exit.WORK_LEFT),
        (State.DEFERRED, Outcome.PENDING, Exit.WORK_LEFT),
        (State.IN_DOUBT, Outcome.IN_DOUBT, Exit.WORK_LEFT),
        (State.IN_FLIGHT, Outcome.IN_DOUBT, Exit.WORK_LEFT),
    ],
)
def test_the_exit_code_follows_from_the_books(state: State, outcome: Outcome, code: Exit) -> None:
    assert report(state, outcome).exit is code
    assert report(state, outcome).as_json()["exit"] == code


@pytest.mark.parametrize(
    "error",
    [
        WorkLeft(Text("w")),
        CredentialsRefused(Text("c")),
        ProviderUnavailable(Text("p")),
        ReportUnwritable(Text("r")),
        Interrupted(Text("i")),
    ],
)
def test_what_stopped_the_command_outweighs_the_books(error: KoosendError) -> None:
    assert report(State.REFUSED, Outcome.REFUSED, stopped=error).exit is error.exit_code


def test_a_run_that_was_complete_before_says_so_with_success() -> None:
    assert report(State.REFUSED, Outcome.REFUSED, complete=True).exit is Exit.OK
