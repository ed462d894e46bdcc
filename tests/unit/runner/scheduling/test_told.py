"""What a person was told once is told again after a day, or when there is more of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import KoosendError, Overtaken, ProviderUnavailable, RunHeld
from pipeline.core.lifecycle import State
from pipeline.core.model import Channel, Message, RunId
from pipeline.core.outcome import Books, Outcome
from pipeline.language import Text
from pipeline.ports import RunPlan, RunRecord
from pipeline.runner.scheduling.told import is_news, troubles
from pipeline.runner.session.result import RunReport

NOW = 1_790_000_000.0
HOUR = 3600.0
DAY = 24 * HOUR


def report(
    folder: Path, run: str = "run00001", state: State = State.ACCEPTED, count: int = 1
) -> RunReport:
    message = Message(Channel.AIM, "1")
    plan = RunPlan(RunId(run), "c", "/c/campaign.toml", message, "{}", "", "", 0, 0, account="")
    record = RunRecord(plan, rows=1, recipients=1, chunks=1, epoch=1, started_at=0, finished_at=1)
    books = Books(1, {Outcome.SUBMITTED: 1}, {state: count}, {"accepted": 1}, 1)
    return RunReport(record, books, 1.0, folder / "runs" / run)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "runs").mkdir()
    return tmp_path


def kept(folder: Path) -> bool:
    return (folder / "logs" / "campaign.told.json").exists()


def test_what_is_well_is_no_news_and_leaves_nothing_behind(folder: Path) -> None:
    well = report(folder)
    refused = replace(well, books=replace(well.books, outcomes={Outcome.REFUSED: 1}))
    assert troubles(well) == troubles(refused) == {}
    assert not is_news([well, refused], NOW)
    assert not kept(folder)


WELL = report(Path())
TROUBLED = [
    replace(WELL, held=2),
    replace(WELL, leftovers=("one",)),
    replace(WELL, strangers="some wait"),
    replace(WELL, stopped=ProviderUnavailable(Text("cannot be reached"))),
]


@pytest.mark.parametrize("trouble", TROUBLED)
def test_each_trouble_is_told_once_a_day(folder: Path, trouble: RunReport) -> None:
    found = replace(trouble, folder=folder / "runs" / "run00001")
    told = [is_news([found], NOW + hour * HOUR) for hour in range(49)]
    assert [hour for hour, is_told in enumerate(told) if is_told] == [0, 24, 48]


@pytest.mark.parametrize("state", [State.PLANNED, State.DEFERRED, State.IN_FLIGHT, State.IN_DOUBT])
def test_work_that_is_left_is_told_and_more_of_it_again(folder: Path, state: State) -> None:
    counts = [3, 3, 2, 2, 3, 0, 1]
    told = [is_news([report(folder, state=state, count=n)], NOW + n) for n in counts]
    # What becomes less is on its way; what was over and comes back is new.
    assert told == [True, False, False, False, True, False, True]


def test_a_second_trouble_is_news_beside_the_first(folder: Path) -> None:
    first = replace(report(folder), held=1)
    assert is_news([first], NOW)
    assert is_news([replace(first, strangers="some wait")], NOW + HOUR)
    assert is_news([first, replace(report(folder, "run00002"), held=1)], NOW + HOUR)
    assert not is_news([first], NOW + HOUR)


@pytest.mark.parametrize("error", [RunHeld(Text("held")), Overtaken(Text("overtaken"))])
def test_what_another_command_works_on_is_told_by_that_one(
    folder: Path, error: KoosendError
) -> None:
    left = report(folder, state=State.PLANNED)
    beside = replace(left, stopped=error)
    assert troubles(beside) == troubles(replace(left, elsewhere=True)) == {}
    assert not is_news([beside], NOW)
    assert is_news([left], NOW)
    assert not is_news([beside], NOW + HOUR)
    assert not is_news([left], NOW + HOUR)  # the command beside it made nothing forgotten


def test_notes_that_cannot_be_kept_or_read_only_tell_more(folder: Path) -> None:
    found = replace(report(folder), held=1)
    logs = folder / "logs"
    logs.write_text("in the way", encoding="utf-8")
    assert is_news([found], NOW)
    assert is_news([found], NOW + HOUR)
    logs.unlink()
    logs.mkdir()
    (logs / "campaign.told.json").write_text('{"run00001": 3}', encoding="utf-8")
    assert is_news([found], NOW + HOUR)
    assert not is_news([found], NOW + HOUR)


def test_a_clock_that_was_set_back_holds_nothing_back_for_long(folder: Path) -> None:
    found = replace(report(folder), held=1)
    assert is_news([found], NOW + 400 * DAY)
    assert is_news([found], NOW)
