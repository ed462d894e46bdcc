from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.settings import load_campaign
from pipeline.settings.canary import Canary
from tests.support.command import Desk


def loaded(folder: Path, section: str, channel: str = "aim") -> Canary | None:
    desk = Desk(folder)
    desk.write_campaign(channel=channel, extra=section)
    return load_campaign(desk.campaign, 0.0).canary


def test_a_campaign_without_the_section_has_no_canary(tmp_path: Path) -> None:
    assert loaded(tmp_path, "") is None


def test_the_section_is_read_with_its_defaults(tmp_path: Path) -> None:
    canary = loaded(tmp_path, "[canary]\nfirst = 500\nwait_min = 1.5\n")
    assert canary is not None
    assert (canary.first, canary.wait_s) == (500, 90.0)
    assert canary.rule.bounds() == (0.1, 1.0)
    assert canary.rule.confidence == 0.95


def test_a_canary_is_no_part_of_what_a_run_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    plain = load_campaign(desk.write_campaign(), 0.0).meaning()
    assert (
        load_campaign(desk.write_campaign(extra="[canary]\nfirst = 99\n"), 0.0).meaning() == plain
    )


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("first = 0", "canary.first must be 1"),
        ("first = 500\nwait_min = 0", "canary.wait_min"),
        ("first = 500\nwait_min = nan", "canary.wait_min"),
        ("first = 500\nwait_min = 20000", "canary.wait_min"),
        ("first = 500\nconfidence = 1.0", "canary.confidence"),
        ("first = 500\nconfidence = 0.2", "canary.confidence"),
        ("first = 500\nmax_failed_share = 0.0", "canary.max_failed_share"),
        ("first = 500\nmax_fallback_share = 1.1", "canary.max_fallback_share"),
        ("first = 51\nmax_failed_share = 0.05", "take at least 52"),
        ("wait_min = 5", "first"),
    ],
)
def test_what_cannot_work_is_refused_with_the_key_and_the_mend(
    tmp_path: Path, section: str, says: str
) -> None:
    with pytest.raises(CampaignInvalid, match=says):
        loaded(tmp_path, f"[canary]\n{section}\n")


def test_a_share_of_cards_is_no_bound_where_there_are_none(tmp_path: Path) -> None:
    with pytest.raises(CampaignInvalid, match="max_fallback_share is for cards"):
        loaded(tmp_path, "[canary]\nfirst = 500\nmax_fallback_share = 0.5\n", "aim_basic")
