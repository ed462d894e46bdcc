"""What a campaign at a real account should have, and is told that it lacks."""

from pathlib import Path

import pytest

from pipeline.core.templates import SmsTemplate, Templates
from pipeline.runner.preflight.findings import Finding
from pipeline.runner.preflight.prudence import cautions
from pipeline.settings import load_campaign
from tests.support import ceilings

REAL = "https://koomessage.myhuaweicloud.com"
CAMPAIGN = "".join(
    ceilings.CAMPAIGN.replace('"emulator"', '"{endpoint}"').partition("[limits]\n")[:2]
)
"""Without any limit, for an endpoint."""
CAREFUL = 'window = "08:00-21:00"\nmax_messages = 100\n'
NOON, EVENING = 1_795_320_000.0, 1_795_350_600.0
"""12:00 and 20:30 in China."""


def found(
    folder: Path, limits: str, people: int = 10, *, text: str = "", now: float = NOON
) -> list[str]:
    """Judge a campaign at a real account; return the keys of what it lacks."""
    return judged(folder, CAMPAIGN.format(endpoint=REAL) + limits, people, text, now)


def judged(
    folder: Path, campaign: str, people: int, text: str = "", now: float = NOON
) -> list[str]:
    known = Templates(sms=SmsTemplate("15010661", text, ()) if text else None)
    return [one.key for one in lacking(folder, campaign, known, people, now)]


def lacking(
    folder: Path, campaign: str, known: Templates, people: int = 10, now: float = NOON
) -> list[Finding]:
    file = folder / "campaign.toml"
    file.write_text(campaign, encoding="utf-8")
    return list(cautions(load_campaign(file, now), people, known, now))


def test_a_campaign_that_lacks_everything_is_told_of_each(tmp_path: Path) -> None:
    assert found(tmp_path, "", 5_001) == ["limits.window", "limits.max_messages", "canary"]
    assert found(tmp_path, CAREFUL, 5_000) == []


@pytest.mark.parametrize("endpoint", ["emulator", "http://127.0.0.1:8080"])
def test_a_rehearsal_is_told_nothing(tmp_path: Path, endpoint: str) -> None:
    assert judged(tmp_path, CAMPAIGN.format(endpoint=endpoint), 5_001, "您好") == []


@pytest.mark.parametrize(
    ("text", "warned"),
    [("双十一大促", True), ("大促,回T取关", False), ("大促 拒收请回复 R", False),
     ("Sale, unsubscribe: STOP", False), ("您的验证码是${1}", False)],
)  # fmt: skip
def test_a_text_without_a_way_out_is_told(tmp_path: Path, text: str, *, warned: bool) -> None:
    assert found(tmp_path, CAREFUL, text=text) == ["message.sms.template"] * warned


@pytest.mark.parametrize(
    ("text", "warned"),
    [("双十一大促", True), ("双十一大促\n拒收请回复R", False), ("您的验证码是{code}", False),
     (None, False), ("", False)],
)  # fmt: skip
def test_a_card_without_a_way_out_is_told_where_its_text_is_known(
    tmp_path: Path, text: str | None, *, warned: bool
) -> None:
    campaign = CAMPAIGN.format(endpoint=REAL) + CAREFUL
    told = lacking(tmp_path, campaign, Templates(card_text=text))
    assert [(one.key, "card template 700000001 names no way" in one.sentence) for one in told] == [
        ("message.template", True)
    ] * warned


def test_a_way_out_that_the_campaign_itself_puts_into_a_text_counts(tmp_path: Path) -> None:
    campaign = CAMPAIGN.format(endpoint=REAL) + CAREFUL
    named = campaign.replace("[message.sms]", "params = {tail = '=回T退订'}\n[message.sms]")
    known = Templates(card_text="双十一大促,{tail}")
    assert [one.key for one in lacking(tmp_path, campaign, known)] == ["message.template"]
    assert lacking(tmp_path, named, known) == []


def test_a_canary_that_cannot_end_before_the_window_closes_is_told(tmp_path: Path) -> None:
    canary = f"{CAREFUL}[canary]\nfirst = 30\nwait_min = 45\n"
    assert found(tmp_path, canary, 9_000, now=EVENING) == ["canary.wait_min"]
    assert found(tmp_path, canary, 9_000) == []
    assert found(tmp_path, canary, 30, now=EVENING) == []
