"""What a command names as the next step fits what happened to it."""

from pathlib import Path

import pytest

from pipeline.cli.terminal.books import print_report
from pipeline.core.errors import Interrupted, KoosendError, RunHeld, WindowClosed, WorkLeft
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Message, RunId
from pipeline.core.outcome import Books, Outcome
from pipeline.language import Text
from pipeline.ports import RunPlan, RunRecord
from pipeline.runner.session.result import RunReport

RUN, FILE = RunId("run00001"), "/work/aim.toml"


def steps(
    capsys: pytest.CaptureFixture[str],
    stopped: KoosendError | None,
    *,
    meaning: str = "{}",
    elsewhere: bool = False,
) -> list[str]:
    """Print a run that has one row in doubt, one not sent and one on its way; pick the steps."""
    message = Message(Channel.AIM, "1")
    plan = RunPlan(RUN, "c", FILE, message, meaning, "", "", 0, planned_at=0, account="")
    record = RunRecord(plan, 3, 3, 3, 1, started_at=0, finished_at=None)
    outcomes = {Outcome.PENDING: 1, Outcome.SUBMITTED: 1, Outcome.IN_DOUBT: 1}
    requests = {State.PLANNED: 1, State.ACCEPTED: 1, State.IN_DOUBT: 1}
    books = Books(3, outcomes, requests, {"accepted": 1}, 1)
    print_report(RunReport(record, books, 1.0, Path(), stopped=stopped, elsewhere=elsewhere))
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("Next: ")]


ASKING = f"Next: koosend reconcile {FILE}   (asks what became of them)"


def test_after_an_interruption_the_same_command_goes_on_and_settles_the_doubts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    on = f"Next: koosend run {FILE}   (goes on with what was left)"
    assert steps(capsys, Interrupted(Text("i"))) == [on, ASKING]


def test_after_the_window_closed_it_is_said_when_to_run_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (on, _) = steps(capsys, WindowClosed(Text("w")))
    assert on.startswith(f"Next: koosend run {FILE}   (once the sending window is open: goes on")


@pytest.mark.parametrize("meaning", ['{"mended_of": "r"}', '{"trial": {}}', '{"rerun_of": "r"}'])
def test_a_run_that_is_none_of_the_campaigns_own_goes_on_by_its_id(
    capsys: pytest.CaptureFixture[str], meaning: str
) -> None:
    (on, _) = steps(capsys, Interrupted(Text("i")), meaning=meaning)
    assert on.startswith(f"Next: koosend run {RUN} ")


@pytest.mark.parametrize(("stopped", "elsewhere"), [(RunHeld(Text("h")), False), (None, True)])
def test_where_another_process_is_at_work_there_is_nothing_to_do_but_wait(
    capsys: pytest.CaptureFixture[str], stopped: KoosendError | None, *, elsewhere: bool
) -> None:
    (only,) = steps(capsys, stopped, elsewhere=elsewhere)
    assert only.startswith(f"Next: wait until the process at work on run {RUN} ends;")


def test_doubts_that_nobody_settles_are_named_and_a_ceiling_is_no_reason_to_run_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for stopped in (None, WorkLeft(Text("a ceiling"))):
        found = steps(capsys, stopped)
        assert not any("koosend run " in step for step in found)
        assert f"Next: koosend doubts {RUN}   (shows them, for you to decide)" in found
