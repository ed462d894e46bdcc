"""A list that is still the one of an earlier day is no night's work, and is told to a person."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.times import CHINA, DAY_S, HOUR_S, in_china
from pipeline.ports import RunRecord
from pipeline.runner.lists.unchanged import unchanged
from pipeline.settings import Campaign, load_campaign
from tests.support.command import Desk
from tests.support.ledgers import PLAN

EVENING = in_china(1_790_000_000.0).replace(hour=20, minute=30, tzinfo=CHINA).timestamp()


def a_campaign(folder: Path, keys: str = "") -> Campaign:
    file = Desk(folder).write_campaign()
    text = file.read_text(encoding="utf-8").replace("[source]\n", f"[source]\n{keys}")
    file.write_text(text, encoding="utf-8")
    return load_campaign(file, EVENING)


def a_run(ended: float | None) -> RunRecord:
    return RunRecord(replace(PLAN, planned_at=EVENING), 1, 1, 1, 1, EVENING, ended)


def test_the_next_night_says_that_nobody_brought_a_list(tmp_path: Path) -> None:
    found = unchanged(a_campaign(tmp_path), a_run(EVENING + 60), EVENING + DAY_S)
    assert found is not None
    assert "members.csv is unchanged since 2026-09-21 20:30, when run " in str(found)


@pytest.mark.parametrize(
    ("later_s", "ended", "keys"),
    [
        (3 * HOUR_S, EVENING + 60, ""),
        (5 * HOUR_S, EVENING + 60, ""),
        (DAY_S, EVENING + DAY_S - 5 * HOUR_S, ""),
        (DAY_S, None, ""),
        (9 * DAY_S, EVENING + 60, 'unchanged = "ok"\n'),
    ],
    ids=["same day", "past midnight", "it took all day", "not complete", "said to be well"],
)
def test_a_second_look_and_a_list_that_may_stay_are_well(
    tmp_path: Path, later_s: float, ended: float | None, keys: str
) -> None:
    assert unchanged(a_campaign(tmp_path, keys), a_run(ended), EVENING + later_s) is None
