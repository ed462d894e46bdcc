"""Which ceilings a check says will stop the run."""

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from pipeline.core.errors import SourceDamaged
from pipeline.core.model import Channel, PlannedSubmission, Route
from pipeline.runner.commands.check import CheckWish, Reckoning, check_campaign, stopping
from pipeline.settings import Campaign, load_campaign
from tests.support.command import Desk
from tests.support.fakes import ManualClock
from tests.support.ledgers import a_chunk
from tests.support.members import write_members
from tests.support.planning import Silent

PRICES = "\n[prices]\nsms_yuan = 0.05\nparse_yuan = 0.03\nsms_parts = 2\n"


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    write_members(tmp_path / "members.csv", 5)
    return load_campaign(Desk(tmp_path).write_campaign(extra=PRICES), 1_790_000_000.0)


def told(campaign: Campaign, max_messages: int = 0, max_cost: float = 0.0) -> list[str]:
    limits = structs.replace(campaign.limits, max_messages=max_messages, max_cost=max_cost)
    reckoned = Reckoning()
    reckoned.add(campaign, a_chunk(0, list(range(10))))
    return list(stopping(replace(campaign, limits=limits), reckoned))


def test_a_run_within_its_ceilings_is_not_stopped(campaign: Campaign) -> None:
    assert told(campaign) == []
    assert told(campaign, max_messages=10, max_cost=1.3) == []


def test_each_ceiling_below_what_is_set_aside_is_told(campaign: Campaign) -> None:
    assert told(campaign, max_messages=9) == [
        "limits.max_messages = 9 would stop the run: it has 10 messages"
    ]
    (cost,) = told(campaign, max_cost=1.29)
    assert cost.startswith("limits.max_cost = 1.29 yuan would stop the run: at worst it costs 1.30")


def test_making_a_link_and_sending_it_is_one_message_and_both_are_reckoned(
    campaign: Campaign,
) -> None:
    linked = replace(campaign, message=replace(campaign.message, channel=Channel.AIM_LINKS))
    skipped = PlannedSubmission(1, 2, 3, Route.SKIP)
    parts = (PlannedSubmission(0, 0, 2, Route.PARSE), skipped)
    reckoned = Reckoning()
    reckoned.add(linked, replace(a_chunk(0, [0, 1, 2]), submissions=parts))
    assert (reckoned.messages, reckoned.cost) == (2, 2 * 130_000)


def test_a_list_that_run_would_refuse_is_refused_by_check_as_well(tmp_path: Path) -> None:
    (tmp_path / "members.csv").write_text("手机号,姓名,积分\n无,王,1\n", encoding="utf-8")
    clock = ManualClock()
    file = Desk(tmp_path).write_campaign(max_rejected_share=0.5)
    campaign = load_campaign(file, clock.now())
    report = check_campaign(campaign, clock, Silent(), CheckWish(offline=True))
    assert isinstance(report.stopped, SourceDamaged)
    assert "1 of 1 row of members.csv cannot be sent to" in str(report.stopped)
