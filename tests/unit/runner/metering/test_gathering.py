"""What monitoring is told of runs."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.lifecycle import Event
from pipeline.core.model import RunId
from pipeline.core.times import DAY_S
from pipeline.ledger import SqliteLedger
from pipeline.metrics import Metric, Sample
from pipeline.ports.records import MENDED_OF, TRIAL
from pipeline.runner.metering.gathering import LOOKED_BACK_S, REST_SHARE, LedgerFigures
from tests.support.fakes import ManualClock
from tests.support.ledgers import PLAN, RUN, accept, an_attempt, concluding, items, planned

REAL = "https://koomessage.myhuaweicloud.cn"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    with closing(SqliteLedger(tmp_path)) as ledger:
        yield ledger


def values(samples: Sequence[Sample], metric: Metric) -> dict[tuple[str, ...], object]:
    return {tuple(one.labels): one.value for one in samples if one.metric is metric}


def test_rows_are_told_of_by_outcome_and_requests_by_state(ledger: SqliteLedger) -> None:
    planned(ledger)
    with closing(ledger.take(RUN)) as writer:
        accept(writer)
    samples = LedgerFigures(ledger, ManualClock()).samples()
    rows = values(samples, Metric.ROWS)
    assert sum(map(int, map(str, rows.values()))) == 9
    assert rows["members", "aim", "false", "pending"] == 5
    assert values(samples, Metric.SUBMISSIONS) == {
        ("members", "aim", "false", "accepted"): 1,
        ("members", "aim", "false", "planned"): 3,
    }
    assert values(samples, Metric.MESSAGES) == {("members", "aim", "false"): 2}


def test_a_doubt_of_any_run_is_counted_and_told_of_since_when(ledger: SqliteLedger) -> None:
    planned(ledger)
    with closing(ledger.take(RUN)) as writer:
        writer.begin([an_attempt(at=500.0), an_attempt(submission=1, at=400.0)])
        lost = [concluding(Event.WAS_LOST), concluding(Event.WAS_LOST, submission=1)]
        writer.conclude(lost)
    later = replace(PLAN, run=RunId("later001"), planned_at=PLAN.planned_at + DAY_S)
    ledger.plan(later, items())
    samples = LedgerFigures(ledger, ManualClock()).samples()
    assert values(samples, Metric.DOUBTS) == {("members", "aim", "false"): 2}
    assert values(samples, Metric.OLDEST_DOUBT) == {("members", "aim", "false"): 400.0}
    assert values(samples, Metric.LAST_GOOD_NIGHT) == {}


def test_a_night_is_good_once_its_list_was_sent_to_its_end_and_a_part_of_another_is_none(
    ledger: SqliteLedger,
) -> None:
    planned(ledger)
    with closing(ledger.take(RUN)) as writer:
        writer.finish(1_790_000_100.0)
    for name, key in (("mended01", MENDED_OF), ("trial001", TRIAL)):
        meaning = f'{{"{key}":"{RUN}"}}'
        plan = replace(PLAN, run=RunId(name), meaning=meaning, planned_at=PLAN.planned_at + 60)
        ledger.plan(plan, items())
        with closing(ledger.take(plan.run)) as writer:
            writer.finish(1_790_009_999.0)
    samples = LedgerFigures(ledger, ManualClock()).samples()
    of = ("members", "aim", "false")
    assert values(samples, Metric.LAST_GOOD_NIGHT) == {of: 1_790_000_100.0}
    assert values(samples, Metric.LAST_PLANNED) == {of: PLAN.planned_at}


def test_a_rehearsal_bears_a_label_of_its_own_and_hides_no_real_night(
    ledger: SqliteLedger,
) -> None:
    ledger.plan(replace(PLAN, account=f"{REAL} key"), items())
    with closing(ledger.take(RUN)) as writer:
        writer.finish(1_790_000_100.0)
    rehearsed = replace(PLAN, run=RunId("rehearse"), account="emulator key")
    ledger.plan(replace(rehearsed, planned_at=PLAN.planned_at + DAY_S), items())
    good = values(LedgerFigures(ledger, ManualClock()).samples(), Metric.LAST_GOOD_NIGHT)
    planned_at = values(LedgerFigures(ledger, ManualClock()).samples(), Metric.LAST_PLANNED)
    assert good == {("members", "aim", "false"): 1_790_000_100.0}
    assert {labels[2] for labels in planned_at} == {"true", "false"}


def test_what_has_not_run_for_months_is_told_of_no_more(ledger: SqliteLedger) -> None:
    planned(ledger)
    clock = ManualClock()
    assert LedgerFigures(ledger, clock).samples()
    clock.advance(LOOKED_BACK_S + 1)
    assert LedgerFigures(ledger, clock).samples() == []


class SlowClock(ManualClock):
    """A clock by which each count takes ten seconds."""

    def monotonic(self) -> float:
        self.advance(5.0)
        return super().monotonic()


def test_rows_are_not_counted_again_while_the_last_count_was_long(ledger: SqliteLedger) -> None:
    planned(ledger)
    clock = SlowClock()
    figures = LedgerFigures(ledger, clock)
    before = values(figures.samples(), Metric.MESSAGES)
    with closing(ledger.take(RUN)) as writer:
        accept(writer)
    assert values(figures.samples(), Metric.MESSAGES) == before
    clock.advance(REST_SHARE * 10)
    assert values(figures.samples(), Metric.MESSAGES) != before
