"""report.html as its reader sees it: in Chromium, from disk, on a phone, in the dark, on paper."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.browser import Opened, opened, printed
from tests.support.command import Desk

SOURCE = "<img src=x onerror=alert(1)> {{7*7}} =cmd.csv"
CAMPAIGN = "=cmd|' /C calc'!A0 <script>alert(1)</script> {{7*7}}"
NAMES = (
    "王芳",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "=cmd|' /C calc'!A0",
    '"><svg/onload=alert(1)>',
)
PRICES = "\n[prices]\nsms_yuan = 0.045\nparse_yuan = 0.02\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Send to 300 people whose names are hostile, and wait until every row is final."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    lines = [
        (
            NAMES[at % len(NAMES)] if at % 4 == 0 else "王芳",
            f"1380{at * 7919 % 10_000_000:07}",
            str(at),
        )
        for at in range(300)
    ]
    with (desk.folder / SOURCE.replace("/", "")).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("姓名", "手机号", "积分"), *lines])
    desk.write_campaign(name=CAMPAIGN, source=SOURCE.replace("/", ""), extra=PRICES)
    text = desk.campaign.read_text(encoding="utf-8")
    text = text.replace("link_lifetime_s = 6", "link_lifetime_s = 2")
    desk.campaign.write_text(text.replace("timeout_s = 8", "timeout_s = 3"), encoding="utf-8")
    assert desk.koosend("run", desk.campaign).exit == 0
    assert desk.koosend("reconcile", desk.campaign, "--wait", "60s").exit == 0
    return desk


@pytest.fixture(scope="module")
def report(desk: Desk) -> Path:
    files = desk.koosend("report", desk.campaign, "--json").json["files"]
    return next(Path(file) for file in files if file.endswith("report.html"))


@pytest.fixture(scope="module")
def tab(report: Path) -> Iterator[Opened]:
    with opened(report) as found:
        yield found


def test_the_figures_that_a_reader_sees_are_the_ledgers(desk: Desk, tab: Opened) -> None:
    books = desk.koosend("status", desk.campaign, "--json").json
    outcomes = books["outcomes"]
    assert set(outcomes) >= {"card", "fallback_sms", "undelivered", "invalid"}
    assert tab.counts("outcome.") == {**outcomes, "all": books["rows"]}
    reached = outcomes["card"] + outcomes["fallback_sms"]
    assert tab.counts("funnel.") == {
        "rows": 300,
        "sendable": 300 - outcomes["invalid"],
        "taken": books["messages"],
        "reached": reached,
        "card": outcomes["card"],
    }
    assert sum(tab.counts("fallback.").values()) == outcomes["fallback_sms"]
    assert sum(tab.counts("carrier.").values()) == outcomes["fallback_sms"]
    assert sum(tab.counts("failure.").values()) == outcomes["undelivered"]
    assert tab.figures()["cost.sms_part.charged"] == str(reached)
    assert tab.figures()["cost.parse.charged"] == str(outcomes["card"])
    assert tab.figures()["cost.parse.yuan"] == f"{outcomes['card'] * 0.02:.2f}"


def test_nothing_that_somebody_else_wrote_runs_loads_or_is_worked_out(
    report: Path, tab: Opened
) -> None:
    assert tab.dialogs == []
    assert tab.said == []
    assert tab.asked == [report.as_uri()]
    shown = tab.page.inner_text("body")
    assert CAMPAIGN in shown
    assert "{{7*7}}" in shown
    assert tab.page.query_selector("script, img, iframe, svg[onload]") is None


def test_the_switch_shows_one_language_at_a_time_and_the_same_figures(tab: Opened) -> None:
    english = tab.counts("outcome.")
    assert "What became of every row" in tab.page.inner_text("body")
    tab.page.click("label[for='language-zh']")
    shown = tab.page.inner_text("body")
    assert "每一行的结果" in shown
    assert "What became of every row" not in shown
    assert tab.counts("outcome.") == english


def test_no_screen_is_too_narrow_for_it_in_the_dark_as_in_the_light(tab: Opened) -> None:
    for width in (360, 768, 1400):
        tab.page.set_viewport_size({"width": width, "height": 900})
        tab.page.emulate_media(color_scheme="dark" if width < 1000 else "light")
        assert not tab.is_wider_than_its_window()
    assert tab.said == []


def test_paper_has_the_same_figures_as_the_screen(tab: Opened, tmp_path: Path) -> None:
    tab.page.click("label[for='language-en']")
    on_paper = printed(tab.page, tmp_path / "report.pdf").split()
    figures = tab.figures()
    for name in ("funnel.rows", "funnel.taken", "funnel.card", "outcome.undelivered"):
        assert figures[name] in on_paper
    assert "Cost" in on_paper
