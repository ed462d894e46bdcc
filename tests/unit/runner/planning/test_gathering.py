"""Gathering who is left out: caps over earlier runs, and who a rerun must no longer reach."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.core.model import Rejection
from pipeline.core.outcome import Outcome, Standing
from pipeline.core.screening import SuppressionReason
from pipeline.ports import Ledger, Suppression
from pipeline.reader.options import ReaderOptions
from pipeline.reader.rows.screening import ValuesOf
from pipeline.runner.earlier.repeats import Neighbours, earlier_people
from pipeline.runner.planning.rerun import look, plan_rerun
from pipeline.runner.planning.screening import Reach, screened, unwanted
from pipeline.settings import Campaign, load_campaign
from tests.support.ceilings import CAMPAIGN
from tests.support.fakes import ManualClock
from tests.support.ledgers import MESSAGE, PLAN, RUN, accept, phone_of, planned
from tests.support.memory_ledger import MemoryLedger

HOUR, SENT_AT = 3600.0, 100.0
KEY = "0123456789abcdef"


def a_campaign(folder: Path, keys: str = "") -> Campaign:
    file = folder / "campaign.toml"
    file.write_text(CAMPAIGN + keys, encoding="utf-8")
    return replace(load_campaign(file, PLAN.planned_at), message=MESSAGE)


def a_ledger() -> Ledger:
    """Return a ledger whose run reached rows 0 and 1 at SENT_AT."""
    ledger = planned(MemoryLedger())
    writer = ledger.take(RUN)
    accept(writer)
    writer.close()
    return ledger


def verdict(campaign: Campaign, ledger: Ledger, now: float, name: str = "姓名0") -> object:
    """Judge the number of row 0 with a name."""
    options = ReaderOptions(Path("members.csv"), "手机号")
    neighbours = Neighbours([PLAN.account], KEY, [ledger])
    people = earlier_people(campaign, neighbours, now, repeats=False)
    reach = Reach(ledger.screening, [PLAN.account], now, people)
    screen = screened(options, campaign, reach).screen
    assert screen is not None

    block = np.array([int(phone_of(0))], dtype=np.int64)
    return screen(block, ValuesOf([[name], ["0"]])).get(0)


def test_the_same_content_is_held_back_for_an_hour_and_other_content_is_not(
    tmp_path: Path,
) -> None:
    campaign = a_campaign(tmp_path, "[screening]\nsame_content_per_hour = 1\n")
    ledger = a_ledger()
    assert verdict(campaign, ledger, SENT_AT + HOUR) == (Rejection.SAME_CONTENT_TOO_OFTEN, "")
    assert verdict(campaign, ledger, SENT_AT + HOUR, name="another") is None
    assert verdict(campaign, ledger, SENT_AT + HOUR + 1) is None


def test_a_number_is_held_back_for_a_day_once_it_had_its_share(tmp_path: Path) -> None:
    campaign = a_campaign(tmp_path, "[screening]\nmessages_per_day = 1\n")
    ledger = a_ledger()
    found = verdict(campaign, ledger, SENT_AT + 24 * HOUR, name="another")
    assert found == (Rejection.NUMBER_TOO_OFTEN, "1 in 24 h")
    assert verdict(campaign, ledger, SENT_AT + 24 * HOUR + 1, name="another") is None


def test_by_default_one_message_holds_nobody_back(tmp_path: Path) -> None:
    assert verdict(a_campaign(tmp_path), a_ledger(), SENT_AT) is None


def test_days_of_the_calendar_lie_between_two_messages_and_the_row_names_the_run(
    tmp_path: Path,
) -> None:
    text = CAMPAIGN.replace("[limits]", "[limits]\nsame_number_days = 2")
    file = tmp_path / "campaign.toml"
    file.write_text(text, encoding="utf-8")
    campaign, ledger = load_campaign(file, PLAN.planned_at), a_ledger()
    midnight = PLAN.planned_at - (PLAN.planned_at + 8 * HOUR) % (24 * HOUR)
    found = verdict(campaign, ledger, midnight + 48 * HOUR - 1)
    assert found == (Rejection.REACHED_RECENTLY, "run run00001, 1970-01-01 08:01")
    assert verdict(campaign, ledger, midnight + 48 * HOUR) is None


def test_a_rerun_leaves_out_who_opted_out_since(tmp_path: Path) -> None:
    ledger = a_ledger()
    writer = ledger.take(RUN)
    undelivered = Standing(Outcome.UNDELIVERED, code="MK:0012", evidence="receipt:1")
    writer.settle({0: undelivered, 1: undelivered})
    record = ledger.run(RUN)
    assert record is not None
    opt_out = SuppressionReason.OPT_OUT
    ledger.screening.suppress([Suppression(phone_of(1), opt_out, 500.0, "receipt:7")])
    nobody_else = unwanted(a_campaign(tmp_path), ledger.screening)
    plan = look(ledger, record, nobody_else)
    assert plan.chosen == {Outcome.UNDELIVERED: 1}
    assert plan.left_out[Outcome.SUPPRESSED] == 1
    again = plan_rerun(ledger, record, ManualClock(), nobody_else)
    assert ledger.recipients(again.plan.run, 0).phones == [phone_of(0)]
