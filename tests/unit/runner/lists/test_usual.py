"""From the third run on a list far smaller or larger than the last ones is asked about."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pipeline.core.errors import RepeatsFound, UnusualList
from pipeline.core.times import DAY_S
from pipeline.ledger import SqliteLedger
from pipeline.runner.earlier.repeats import Neighbours
from pipeline.runner.planning.plan import Planned, Planning, plan_asked
from pipeline.settings import load_campaign
from tests.support.command import Desk
from tests.support.fakes import ManualClock

LIMITS = "\n[screening]\nrepeat_days = 0\n"


class Nights:
    """A campaign that is planned night after night, each with people of its own."""

    def __init__(self, folder: Path, ledger: SqliteLedger) -> None:
        self.desk = Desk(folder)
        self.ledger = ledger
        self.clock = ManualClock()
        self.night = 0
        self.name = "members"

    def plan(
        self,
        rows: int,
        *,
        yes: bool = False,
        keys: str = "",
        extra: str = LIMITS,
    ) -> Planned:
        self.night += 1
        self.clock.advance(DAY_S)
        lines = [f"13{self.night:03d}{at:06d},会员,5" for at in range(rows)]
        text = "\n".join(("手机号,姓名,积分", *lines)) + "\n"
        (self.desk.folder / "members.csv").write_text(text, encoding="utf-8")
        file = self.desk.write_campaign(extra=extra, name=self.name)
        text = file.read_text(encoding="utf-8").replace("[limits]\n", f"[limits]\n{keys}")
        file.write_text(text, encoding="utf-8")
        campaign = load_campaign(file, self.clock.now())
        planning = Planning(
            self.clock, lambda _: None, neighbours=self._neighbours, leave_repeats=yes
        )
        return plan_asked(campaign, self.ledger, planning)

    @contextmanager
    def _neighbours(self) -> Iterator[Neighbours]:
        accounts = {record.plan.account for record in self.ledger.runs()}
        yield Neighbours(accounts, "0123456789abcdef", [self.ledger])


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    with closing(SqliteLedger(tmp_path / "state")) as ledger:
        yield Nights(tmp_path, ledger)


@pytest.mark.parametrize(("rows", "size"), [(9, "smaller"), (121, "larger")])
def test_a_list_of_unusual_size_is_planned_only_once_a_person_says_so(
    nights: Nights, rows: int, size: str
) -> None:
    for usual in (40, 20, 60):
        nights.plan(usual, yes=True)
    with pytest.raises(UnusualList) as asked:
        nights.plan(rows)
    assert str(asked.value).startswith(
        f"members.csv has {rows} rows, far {size} than the last 3 lists of this campaign with "
        "about 40; nothing was sent: koosend run "
    )
    assert len(nights.ledger.runs()) == 3
    assert nights.plan(rows, yes=True).record.rows == rows


def test_a_list_of_unusual_size_and_of_repeats_is_asked_about_once_with_both(
    nights: Nights,
) -> None:
    for _ in range(2):
        nights.plan(40)
    nights.night -= 1
    nights.clock.advance(-DAY_S)
    with pytest.raises(RepeatsFound) as asked:
        nights.plan(121, extra="")
    size, repeats, *_ = str(asked.value).split("; ")
    assert size.startswith("members.csv has 121 rows, far larger than")
    assert repeats.startswith("40 of 121 people would have been sent this message at ")


def test_what_is_usual_is_not_known_before_the_third_run(nights: Nights) -> None:
    nights.plan(40)
    assert nights.plan(3).fresh


@pytest.mark.parametrize(
    ("rows", "keys"), [(14, ""), (120, ""), (2, "usual_share = 0\n"), (5, "usual_share = 0.1\n")]
)
def test_a_list_within_its_bounds_is_planned_unasked(nights: Nights, rows: int, keys: str) -> None:
    nights.plan(40)
    nights.plan(40)
    assert nights.plan(rows, keys=keys).fresh


def test_another_campaign_is_no_measure(nights: Nights) -> None:
    nights.plan(40)
    nights.plan(40)
    nights.name = "others"
    assert nights.plan(3).fresh
