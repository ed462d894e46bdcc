"""What a monitor is told of a campaign's runs: how bad it is, and what mends it."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.canary import CanaryCount, Verdict
from pipeline.core.errors import Exit
from pipeline.core.lifecycle import Event
from pipeline.core.model import RunId
from pipeline.core.outcome import Outcome, Standing
from pipeline.core.times import DAY_S
from pipeline.ports import (
    CanaryRecord,
    Conclusion,
    ControlKind,
    ControlRecord,
    Ledger,
    Question,
    RunWriter,
    StopKind,
)
from pipeline.runner.earlier.alarms import alarms_of
from pipeline.runner.session.place import Place
from pipeline.settings import load_campaign
from tests.support.command import Desk
from tests.support.fakes import ManualClock
from tests.support.ledgers import PLAN, RUN, accept, an_attempt, concluding, items, name_of, planned
from tests.support.memory_ledger import MemoryLedger

REQUESTS = ((0, 0), (0, 1), (1, 0), (1, 1))
SETTLED_S = 1200.0


@pytest.fixture
def ledger() -> Ledger:
    return planned(MemoryLedger())


def alarms(ledger: Ledger, folder: Path, later_s: float = 0.0) -> list[tuple[Exit, str]]:
    """Ask about the campaign whose latest run is RUN."""
    campaign = replace(
        load_campaign(Desk(folder).write_campaign(settle_s=SETTLED_S), 0.0), name=PLAN.campaign
    )
    record = ledger.run(RUN)
    assert record is not None
    clock = ManualClock(PLAN.planned_at + later_s)
    return [
        (alarm.code, alarm.what)
        for alarm in alarms_of(Place(folder, ledger, campaign, record), record, clock)
    ]


def this(ledger: Ledger) -> str:
    """Return how a command line names the run."""
    record = ledger.run(RUN)
    assert record is not None
    return f"{RUN} --state {record.folder}"


def accept_all(writer: RunWriter, run: RunId = RUN) -> None:
    for place in REQUESTS:
        writer.begin([an_attempt(*place, run=run)])
        task = f"{run}-{place}"
        writer.conclude([concluding(Event.WAS_ACCEPTED, *place, task_id=task)])


def test_a_run_that_is_closed_or_waits_for_news_is_no_alarm(ledger: Ledger, tmp_path: Path) -> None:
    writer = ledger.take(RUN)
    accept_all(writer)
    writer.close()
    assert alarms(ledger, tmp_path) == []
    writer = ledger.take(RUN)
    writer.settle({0: Standing(Outcome.UNDELIVERED), 1: Standing(Outcome.EXPIRED)})
    writer.close()
    assert alarms(ledger, tmp_path) == []


def test_people_who_were_not_sent_to_want_the_command_again(ledger: Ledger, tmp_path: Path) -> None:
    (alarm,) = alarms(ledger, tmp_path)
    assert alarm == (
        Exit.WORK_LEFT,
        f"7 people are still to be sent to; koosend run {this(ledger)} goes on",
    )


@pytest.mark.parametrize("kind", [StopKind.PERSON, StopKind.ONLY_FIRST])
def test_what_a_person_stopped_wants_a_person(
    ledger: Ledger, tmp_path: Path, kind: StopKind
) -> None:
    writer = ledger.take(RUN)
    writer.record_stop(kind, 100.0)
    writer.close()
    ((code, what),) = alarms(ledger, tmp_path)
    assert code is Exit.DECISION_NEEDED
    assert f"koosend drop {this(ledger)} closes it" in what


@pytest.mark.parametrize("at_work", [False, True])
def test_what_another_shell_paused_wants_a_person_also_while_a_process_waits(
    ledger: Ledger, tmp_path: Path, *, at_work: bool
) -> None:
    ledger.record_control(RUN, ControlRecord(100.0, ControlKind.PAUSE, "ann"))
    if at_work:
        ledger.take(RUN)
    ((code, what),) = alarms(ledger, tmp_path)
    assert code is Exit.DECISION_NEEDED
    assert f"a person paused it: koosend resume {this(ledger)} lets it go on" in what


def test_what_another_shell_stopped_wants_a_person_until_it_is_resumed(
    ledger: Ledger, tmp_path: Path
) -> None:
    ledger.record_control(RUN, ControlRecord(100.0, ControlKind.STOP, "ann", "the wrong list"))
    ((code, what),) = alarms(ledger, tmp_path)
    assert code is Exit.DECISION_NEEDED
    assert f"koosend drop {this(ledger)} closes it" in what
    ledger.record_control(RUN, ControlRecord(200.0, ControlKind.RESUME, "ben"))
    assert alarms(ledger, tmp_path)[0][0] is Exit.WORK_LEFT


def test_what_the_first_recipients_stopped_wants_a_person(ledger: Ledger, tmp_path: Path) -> None:
    writer = ledger.take(RUN)
    writer.decide_canary(CanaryRecord(100.0, Verdict.STOPPED, CanaryCount(1, 0, 0, 0), "n"))
    writer.close()
    ((code, what),) = alarms(ledger, tmp_path)
    assert (code, "--after-canary goes on" in what) == (Exit.DECISION_NEEDED, True)


def test_a_run_too_old_to_go_on_by_itself_wants_a_person(ledger: Ledger, tmp_path: Path) -> None:
    assert alarms(ledger, tmp_path, 2 * DAY_S)[0][0] is Exit.WORK_LEFT
    assert alarms(ledger, tmp_path, 5 * DAY_S)[0][0] is Exit.DECISION_NEEDED


def test_a_doubt_wants_a_person_once_it_was_asked_about_in_vain(
    ledger: Ledger, tmp_path: Path
) -> None:
    writer = ledger.take(RUN)
    accept_all_but_first(writer)
    writer.begin([an_attempt(0, 0)])
    writer.conclude([Conclusion(0, 0, Event.WAS_LOST, 101.0)])
    asked_at = an_attempt(0, 0).at
    writer.asked([Question(name_of(0, 0), asked_at + 5, 0, "", calibrates=False)])
    writer.close()
    ((code, what),) = alarms(ledger, tmp_path)
    assert (code, what) == (Exit.WORK_LEFT, f"1 request in doubt; koosend reconcile {this(ledger)}")
    writer = ledger.take(RUN)
    writer.asked([Question(name_of(0, 0), asked_at + SETTLED_S, 0, "", calibrates=False)])
    writer.close()
    ((code, what),) = alarms(ledger, tmp_path)
    assert (code, what) == (
        Exit.DECISION_NEEDED,
        f"1 request in doubt; koosend doubts {this(ledger)}",
    )


def accept_all_but_first(writer: RunWriter) -> None:
    for chunk, submission in REQUESTS[1:]:
        accept(writer, chunk, submission)


def test_refusals_of_the_latest_list_alone_are_an_alarm(ledger: Ledger, tmp_path: Path) -> None:
    earlier = replace(PLAN, run=RunId("earlier1"), planned_at=PLAN.planned_at - 5, nth=None)
    ledger.plan(earlier, items())
    for run in (earlier.run, RUN):
        writer = ledger.take(run)
        accept_all(writer, run)
        writer.close()
    writer = ledger.take(earlier.run)
    writer.settle({0: Standing(Outcome.REFUSED, code="AIM.0002")})
    writer.close()
    assert alarms(ledger, tmp_path) == []
    writer = ledger.take(RUN)
    writer.settle({0: Standing(Outcome.REFUSED, code="AIM.0002")})
    writer.close()
    told = "1 person was refused by KooMessage"
    assert alarms(ledger, tmp_path) == [(Exit.ROWS_FAILED, told)]
