"""A run held against the last ones of its campaign: what is unusual, and what is only chance."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.model import RunId
from pipeline.core.outcome import Outcome, Standing
from pipeline.ports import RunRecord
from pipeline.report.figures.comparison import Mark, Seen, compare, mark_count, mark_share
from pipeline.report.figures.tally import Tally
from pipeline.report.write import write_report
from tests.support.html_page import read_page
from tests.support.report import AT, RUN, TableLedger, block, record, submission

DAY_S = 86_400.0
Counts = dict[tuple[Outcome, str, str], int]


@pytest.mark.parametrize(
    ("now", "before", "mark"),
    [
        (Seen(900, 1000), [Seen(905, 1000), Seen(910, 1000)], Mark.USUAL),
        (Seen(700, 1000), [Seen(905, 1000), Seen(910, 1000)], Mark.LOWER),
        (Seen(700, 1000), [Seen(905, 1000), Seen(690, 1000)], Mark.USUAL),
        (Seen(990, 1000), [Seen(905, 1000), Seen(910, 1000)], Mark.HIGHER),
        (Seen(7, 10), [Seen(9, 10)], Mark.USUAL),
        (Seen(0, 0), [Seen(905, 1000)], Mark.USUAL),
        (Seen(900, 1000), [Seen(0, 0)], Mark.USUAL),
    ],
)
def test_a_share_is_marked_only_beyond_what_chance_does(
    now: Seen, before: list[Seen], mark: Mark
) -> None:
    assert mark_share(now, before) is mark


@pytest.mark.parametrize(
    ("now", "before", "mark"),
    [(200, [100, 90], "usual"), (201, [100, 90], "higher"), (45, [100, 90], "usual"),
     (44, [100, 90], "lower"), (0, [0], "usual")],
)  # fmt: skip
def test_a_number_is_marked_beyond_twice_the_most_and_half_the_least(
    now: int, before: list[int], mark: str
) -> None:
    assert (mark_count(now, before) or "usual") == mark


def earlier(name: str, days: int, *, rerun: bool = False) -> RunRecord:
    one = record(1000, 1000)
    meaning = '{"rerun_of": "first000"}' if rerun else "{}"
    planned = AT - days * DAY_S
    plan = replace(one.plan, run=RunId(name), planned_at=planned, meaning=meaning)
    return replace(one, plan=plan, started_at=planned)


def a_ledger(*runs: tuple[RunRecord, Counts]) -> TableLedger:
    ledger = TableLedger(record(1000, 1000), ())
    ledger.earlier = tuple(run for run, _ in runs)
    ledger.tallies = {run.plan.run: counts for run, counts in runs}
    return ledger


def counts(card: int, plain: int, failed: int, code: str = "MK:0012") -> Counts:
    return {
        (Outcome.CARD, "", ""): card,
        (Outcome.FALLBACK_SMS, "handset_unsupported", ""): plain,
        (Outcome.UNDELIVERED, "", code): failed,
    }


def test_the_last_runs_are_told_the_latest_first_with_what_differs() -> None:
    usual = counts(600, 350, 50)
    runs = [(earlier(f"before0{day}", day), usual) for day in range(1, 8)]
    now = Tally(Counter(counts(300, 300, 400)))
    found = compare(a_ledger(*runs), record(1000, 1000), now)
    assert found is not None
    assert [run.plan.run for run in found.runs] == [f"before0{day}" for day in range(1, 6)]
    marks = {one.key: one.mark for one in found.measures}
    assert marks == {
        "sent": Mark.USUAL,
        "delivered": Mark.LOWER,
        "card": Mark.LOWER,
        "fallback": Mark.HIGHER,
        "code.MK:0012": Mark.HIGHER,
    }


def test_rows_that_are_still_open_make_no_run_unusual() -> None:
    usual = counts(600, 350, 50)
    still_open: Counts = {**counts(60, 35, 5), (Outcome.SUBMITTED, "", ""): 900}
    found = compare(
        a_ledger((earlier("before01", 1), usual)), record(1000, 1000), Tally(Counter(still_open))
    )
    assert found is not None
    assert {one.mark for one in found.measures} == {Mark.USUAL}


def test_a_first_run_and_one_with_nothing_but_reruns_before_it_have_nothing_to_be_held_against(
) -> None:  # fmt: skip
    now, tally = record(1000, 1000), Tally(Counter(counts(1, 1, 1)))
    assert compare(a_ledger(), now, tally) is None
    assert (
        compare(a_ledger((earlier("rerun001", 1, rerun=True), counts(1, 1, 1))), now, tally) is None
    )


def test_test_sends_and_what_went_elsewhere_are_held_against_nothing() -> None:
    now, tally = record(1000, 1000), Tally(Counter(counts(1, 1, 1)))
    own = earlier("before01", 1)
    trial = replace(own, plan=replace(own.plan, run=RunId("trial001"), meaning='{"trial": []}'))
    rehearsal = replace(own, plan=replace(own.plan, run=RunId("again001"), account="emulator x"))
    usual = counts(600, 350, 50)
    assert compare(a_ledger((trial, usual), (rehearsal, usual)), now, tally) is None
    found = compare(a_ledger((trial, usual), (rehearsal, usual), (own, usual)), now, tally)
    assert found is not None
    assert [run.plan.run for run in found.runs] == ["before01"]
    assert compare(a_ledger((own, usual)), trial, tally) is None


def test_the_page_shows_the_runs_side_by_side_and_marks_what_is_unusual(tmp_path: Path) -> None:
    standings = [Standing(Outcome.CARD)] * 20 + [Standing(Outcome.UNDELIVERED, code="BLACK")] * 80
    ledger = a_ledger((earlier("before01", 1), counts(60, 35, 5)))
    ledger.record = record(100, 100)
    ledger.blocks = [block(standings, [submission(0, 0, 100)], [0] * 100)]
    page = read_page(write_report(ledger, RUN, tmp_path).page.read_text(encoding="utf-8"))
    assert "comparison" in page.sections
    assert page.figures["compare.delivered"] == ["20.0% (20/100)"]
    assert "lower than usual" in page.texts["en"]
    assert "低于以往" in page.texts["zh-CN"]
