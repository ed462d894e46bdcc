"""What the page is told of runs: their books, how far they are, how fast, and what went wrong."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.canary import CanaryCount, Verdict
from pipeline.core.lifecycle import Event
from pipeline.core.model import Channel, RunId
from pipeline.language import Language, spoken
from pipeline.ledger import SqliteLedger
from pipeline.ports import CanaryRecord, Conclusion, ControlKind, ControlRecord
from pipeline.ports.marks import REHEARSAL
from pipeline.runner.page.counting import LOOK_S
from pipeline.runner.page.page_desk import RUNS_SHOWN, PageDesk
from pipeline.runner.page.state_folders import Folder
from pipeline.runner.page.watching import SLOTS, pace_of, span_said, taken_of
from pipeline.runner.session.place import run_folder
from pipeline.web.page.shown import Nights, RunPlace, RunShown, Said
from tests.support.fakes import ManualClock
from tests.support.ledgers import PLAN, RUN, a_chunk, an_attempt, concluding, items, planned


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep accounts' stores in a home of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    with closing(SqliteLedger(tmp_path)) as made:
        yield made


@pytest.fixture
def desk(tmp_path: Path, ledger: SqliteLedger) -> Iterator[PageDesk]:
    del ledger
    with closing(PageDesk([Folder(tmp_path)], ManualClock())) as made:
        yield made


def clock_of(desk: PageDesk) -> ManualClock:
    assert isinstance(desk.clock, ManualClock)
    return desk.clock


def seen(desk: PageDesk, run: RunId = RUN) -> RunShown:
    shown = asyncio.run(desk.run(RunPlace(desk.folders()[0].key, run)))
    assert shown is not None
    return shown


def nights(desk: PageDesk, before: str = "") -> Nights:
    return asyncio.run(desk.nights(before))


def said(text: Said) -> str:
    return spoken(text, Language.EN)


def test_a_run_is_shown_with_its_books_and_looked_at_again_only_after_a_while(
    desk: PageDesk, ledger: SqliteLedger
) -> None:
    planned(ledger)
    first = seen(desk)
    assert (said(first.line.stage), first.line.rows, first.total) == ("Planned", 9, 7)
    assert sum(one.count for one in first.line.outcomes or ()) == 9
    writer = ledger.take(RUN)
    writer.begin([an_attempt()])
    writer.conclude([concluding(Event.WAS_ACCEPTED)])
    assert seen(desk) == first
    clock_of(desk).advance(LOOK_S + 1)
    later = seen(desk)
    assert said(later.line.stage) == "Being sent"
    assert (later.done, later.line.at_work) == (2, True)
    assert [(key, n) for key, _, n in later.requests] == [("planned", 3), ("accepted", 1)]
    writer.close()


def test_what_a_person_said_holds_and_is_shown_with_their_name(
    desk: PageDesk, ledger: SqliteLedger
) -> None:
    planned(ledger)
    ledger.record_control(RUN, ControlRecord(10.0, ControlKind.PAUSE, "li", "a wrong text"))
    ledger.record_control(RUN, ControlRecord(11.0, ControlKind.LIMIT, "li", "", 2.5))
    shown = seen(desk)
    assert said(shown.line.stage) == "Paused by a person"
    assert [said(text) for text in shown.standing] == [
        "Paused by li at 1970-01-01 08:00:10: a wrong text",
        "Limited to 2.5 messages a second by li at 1970-01-01 08:00:11: -",
    ]
    assert (shown.is_paused, shown.is_stopped, shown.limit) == (True, False, 2.5)
    assert said(shown.left) == "paused"


def test_a_run_that_its_first_recipients_stopped_says_so(
    desk: PageDesk, ledger: SqliteLedger
) -> None:
    planned(ledger)
    writer = ledger.take(RUN)
    note = "the first recipients do not speak for the others"
    writer.decide_canary(CanaryRecord(1.0, Verdict.STOPPED, CanaryCount(failed=3), note))
    writer.close()
    shown = seen(desk)
    assert said(shown.line.stage) == "Stopped by its first recipients"
    assert shown.notes == ("The first recipients do not speak for the others.",)


def test_a_run_on_the_emulator_is_marked(desk: PageDesk, ledger: SqliteLedger) -> None:
    ledger.plan(replace(PLAN, account="emulator abc"), items())
    assert seen(desk).line.mark == REHEARSAL
    assert nights(desk).marks == (REHEARSAL,)


def test_what_went_wrong_is_told_with_what_to_do_and_without_numbers(
    desk: PageDesk, ledger: SqliteLedger, tmp_path: Path
) -> None:
    planned(ledger)
    writer = ledger.take(RUN)
    writer.begin([an_attempt(), an_attempt(0, 1)])
    refused = "too many to 13000000001"
    writer.conclude(
        [
            Conclusion(0, 0, Event.WAS_REFUSED, 200.0, code="E200028", message=refused),
            concluding(Event.WAS_LOST, 0, 1),
        ]
    )
    writer.close()
    events = run_folder(tmp_path, RUN) / "events.jsonl"
    lines = [
        {"at": "2026-11-28T01:00:00.000+08:00", "event": "sending.paused", "why": "calm"},
        {"at": "2026-11-28T02:00:00.000+08:00", "event": "doubt.held", "task_name": "x-1"},
        {"at": "2026-11-28T02:00:01.000+08:00", "event": "submission.accepted"},
    ]
    text = "\n".join(["no json", "[]", *map(json.dumps, lines), '{"at": "torn'])
    events.write_text(text, encoding="utf-8")
    shown = seen(desk)
    assert shown.doubts == 1
    told = [(one.at, said(one.what), one.detail) for one in shown.troubles]
    assert told == [
        ("2026-11-28 02:00:00", "Asking does not help with a doubt", "x-1"),
        ("2026-11-28 01:00:00", "Sending waits", "calm"),
        (
            "1970-01-01 08:03:20",
            "KooMessage refused 1 request with E200028",
            "too many to 130****0001",
        ),
    ]
    assert all(said(one.todo) for one in shown.troubles)


def test_the_pace_is_counted_over_the_last_minutes_with_the_limit_that_counts(
    ledger: SqliteLedger,
) -> None:
    planned(ledger)
    writer = ledger.take(RUN)
    for at, place in enumerate([(0, 0), (0, 1), (1, 0)]):
        writer.begin([an_attempt(*place)])
        writer.conclude([concluding(Event.WAS_ACCEPTED, *place, at=1000.0 + 10 * at)])
    writer.close()
    accepted = taken_of(Channel.AIM, ledger.submissions(RUN))
    pace = pace_of(accepted, 1030.0, 5.0)
    assert pace is not None
    assert (len(pace.counts), pace.slot_s, pace.limit_per_s) == (SLOTS, 1.0, 5.0)
    assert sum(pace.counts) == 6
    assert [at for at, count in enumerate(pace.counts) if count] == [29, 39, 49]
    assert pace_of((), 1030.0, 0.0) is None
    late = pace_of(accepted, 1030.0 + 86_400, 0.0)
    assert late is not None
    assert sum(late.counts) == 0
    ended = pace_of(accepted, None, 0.0)
    assert ended is not None
    assert sum(ended.counts) == 6


@pytest.mark.parametrize(
    ("seconds", "text"), [(5, "about 5 s"), (600, "about 10 min"), (9000, "about 2.5 h")]
)
def test_the_time_left_is_said_as_people_do(seconds: float, text: str) -> None:
    assert said(span_said(seconds)) == text


def test_runs_stand_by_night_each_night_whole_and_older_ones_on_further_pages(
    desk: PageDesk, ledger: SqliteLedger
) -> None:
    noon = 1_790_000_000.0 - 1_790_000_000.0 % 86_400 + 4 * 3600
    for day in range(20):
        for at, hour in enumerate((10, 14)):
            run = RunId(f"r{day:03}{at:04}")
            when = noon + day * 86_400 + hour * 3600
            ledger.plan(replace(PLAN, run=run, planned_at=when), [a_chunk(0, [0, 1])])
    shown = nights(desk)
    assert [len(night.runs) for night in shown.nights] == [2] * (RUNS_SHOWN // 2)
    assert shown.earlier == shown.nights[-1].date
    older = nights(desk, shown.earlier)
    assert [len(night.runs) for night in older.nights] == [2] * (20 - RUNS_SHOWN // 2)
    assert older.nights[0].date < shown.earlier
    assert older.earlier == ""


def test_a_run_or_folder_that_is_not_there_is_none(desk: PageDesk) -> None:
    key = desk.folders()[0].key
    for place in (RunPlace(key, "nothere1"), RunPlace("0" * 8, RUN), RunPlace(key, "../../x")):
        assert asyncio.run(desk.run(place)) is None
        assert asyncio.run(desk.report(place)) is None
        assert asyncio.run(desk.life(place, "1")) is None
        assert asyncio.run(desk.doubts(place)) is None
        assert asyncio.run(desk.rerun(place)) is None
