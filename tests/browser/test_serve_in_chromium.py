"""The page of `koosend serve` in Chromium: it watches a run to its end, and acts on it."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pipeline.core.lifecycle import State
from pipeline.core.model import RunId
from pipeline.ledger import SqliteLedger
from pipeline.ports import Attempt
from tests.support.browser import Opened, browser_of, faults_of, tab_in
from tests.support.command import Desk, command
from tests.support.members import write_members
from tests.support.page import OPERATOR, PASSWORD, VIEWER
from tests.support.serving import WAIT_S, post, waited_for

TOKEN = "0123456789abcdef" * 2
EVIL = "<img src=x onerror=alert(1)><script>alert(1)</script> {{7*7}}"
EXTRA = """
[receipts]
listen = "127.0.0.1:0"

[prices]
sms_yuan = 0.045
parse_yuan = 0.02
"""
PATIENCE_S = 90


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browser_of() as found:
        yield found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    write_members(desk.folder / "members.csv", 240)
    desk.write_campaign(name=EVIL, messages_per_s=60, extra=EXTRA)
    text = desk.campaign.read_text(encoding="utf-8")
    text = text.replace("link_lifetime_s = 6", "link_lifetime_s = 2")
    desk.campaign.write_text(text.replace("timeout_s = 8", "timeout_s = 3"), encoding="utf-8")
    for name, role in ((OPERATOR, "operator"), (VIEWER, "viewer")):
        subprocess.run(
            command("serve", desk.campaign, "--set-password", name, "--role", role),
            input=f"{PASSWORD}\n".encode(),
            check=True,
            capture_output=True,
        )
    return desk


@pytest.fixture(scope="module")
def page(desk: Desk) -> Iterator[str]:
    """Serve, push two bodies, and yield where the page is."""
    line = ("serve", desk.campaign, "--page", "127.0.0.1:0")
    with desk.started(*line, env={"KOOSEND_RECEIPTS_TOKEN": TOKEN}) as process:
        url = waited_for(desk.folder / "state" / "serve.url", process)
        told = json.loads(waited_for(desk.folder / "state" / "serve.lock", process))
        for body in (b"{}", b"from=13000000001&to=1069&body=T"):
            assert post(f"http://{told['place']}/{TOKEN}/receipts", body) == 200
        yield url.partition("/enter")[0]
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0


@pytest.fixture(scope="module")
def ended(desk: Desk) -> None:
    """Have a run stand that is over, whichever of these tests a process has made before."""
    stands = desk.koosend("runs", "--state", desk.folder / "state", "--json")
    if stands.exit != 0 or not stands.json:
        done = desk.koosend("run", desk.campaign)
        assert done.exit == 0, done.err
        assert desk.koosend("reconcile", desk.campaign, "--wait", "60s").exit == 0


def signed_in(tab: Opened, base: str, name: str = OPERATOR) -> Page:
    tab.page.goto(f"{base}/sign-in")
    tab.page.fill("#name", name)
    tab.page.fill("#password", PASSWORD)
    tab.page.click("button.main")
    tab.page.wait_for_url(f"{base}/")
    return tab.page


def run_page(page: Page, base: str, rest: str = "") -> str:
    """Open the page of the latest run; return its address."""
    page.goto(f"{base}/")
    link = page.locator("table.runs a").first.get_attribute("href")
    page.goto(f"{base}{link}{rest}")
    return f"{base}{link}"


def waits_for(page: Page, text: str) -> None:
    page.get_by_text(text).first.wait_for(timeout=PATIENCE_S * 1000)


def seconds_until(tab: Opened, begins: str, wanted: int) -> None:
    """Wait, without asking anew, until the figures that the open page shows come to so many."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if sum(tab.counts(begins).values()) >= wanted:
            return
        tab.page.wait_for_timeout(200)
    raise AssertionError(f"the page shows {tab.figures()}")


def test_a_run_is_watched_to_its_end_paused_and_resumed(
    desk: Desk, page: str, browser: Browser
) -> None:
    again = ("--again", "--yes")  # also where a run stands already
    with tab_in(browser) as tab, desk.started("run", desk.campaign, *again) as process:
        shown = signed_in(tab, page)
        shown.locator("table.runs a").first.wait_for(timeout=PATIENCE_S * 1000)
        here = run_page(shown, page)
        waits_for(shown, "a process is at work on it")
        seconds_until(tab, "done", 1)
        shown.fill("#reason", "a wrong text")
        shown.click("button[value=pause]")
        waits_for(shown, "Paused by li at")
        assert "heeds that within 2 seconds" in shown.inner_text("main")
        shown.wait_for_timeout(2500)
        held = tab.counts("done")
        assert sum(held.values()) < 220
        shown.wait_for_timeout(1500)
        assert tab.counts("done") == held, "nothing more left"
        shown.click("button[value=resume]")
        assert process.wait(PATIENCE_S) == 0
        books = desk.koosend("status", desk.campaign, "--json").json
        run = books["run"]
        seconds_until(tab, "requests.accepted", books["submissions"]["accepted"])
        assert desk.koosend("reconcile", desk.campaign, "--wait", "60s").exit == 0
        books = desk.koosend("status", desk.campaign, "--json").json
        deadline = time.monotonic() + PATIENCE_S
        wanted = {**books["outcomes"], "rows": books["rows"]}
        while tab.counts(f"{run}.") != wanted and time.monotonic() < deadline:
            shown.wait_for_timeout(200)
        assert tab.counts(f"{run}.") == wanted
        assert shown.url == here
        assert tab.counts("requests.") == books["submissions"]
        assert EVIL in shown.inner_text("body")
        assert (tab.dialogs, tab.said) == ([], [])
        assert all(asked.startswith(page) for asked in tab.asked)
    ledger = desk.koosend("status", desk.campaign, "--json").json
    assert [(word["kind"], word["who"]) for word in ledger["said_of_it"]] == [
        ("pause", OPERATOR),
        ("resume", OPERATOR),
    ]


def lose_an_answer(state: Path, run: RunId) -> str:
    """Begin an attempt of a run and die, as a process does; return the name that is in doubt."""
    with closing(SqliteLedger(state)) as ledger, closing(ledger.take(run)) as writer:
        planned = ledger.submissions(run, frozenset({State.PLANNED}))[0]
        name = f"{run}-0000001-001"
        writer.begin([Attempt(*planned.place, 0, name, 1000.0)])  # type: ignore[arg-type]  # of a person's own making
        writer.sweep(1001.0)
    return name


@pytest.mark.usefixtures("ended")
def test_a_doubt_is_released_and_a_rerun_started(desk: Desk, page: str, browser: Browser) -> None:
    state = desk.folder / "state"
    left = desk.koosend("run", desk.campaign, "--again", "--yes", "--only-first", "20")
    assert left.exit == 75, left.err
    second = RunId(desk.koosend("status", desk.campaign, "--json").json["run"])
    name = lose_an_answer(state, second)
    with tab_in(browser) as tab:
        shown = signed_in(tab, page)
        here = run_page(shown, page, "/doubts")
        assert second in here
        shown.click("[data-all]")
        shown.check("input[value=release]")
        shown.fill("#reason", "not in the console")
        shown.click("button.main")
        waits_for(shown, "billed twice")
        shown.click("button.danger")
        waits_for(shown, "1 request released")
        waits_for(shown, "Nothing is in doubt.")
        first = next(
            run["run"]
            for run in desk.koosend("runs", "--state", state, "--json").json
            if run["run"] != second
        )
        shown.goto(f"{here.rpartition('/')[0]}/{first}/rerun")
        wanted = desk.koosend("rerun", first, "--state", state, "--json").json
        assert wanted["rows"] > 0
        assert f"{wanted['rows']:,} row" in shown.inner_text("h2 >> nth=0")
        assert "yuan" in shown.inner_text("main")
        shown.check("input[name=sure]")
        shown.click("button.danger")
        waits_for(shown, "The rerun was started")
        waits_for(shown, "Files:")
        assert (tab.dialogs, tab.said) == ([], [])
    runs = desk.koosend("runs", "--state", state, "--json").json
    (rerun,) = [run for run in runs if run["kind"] == "rerun"]
    assert rerun["of"] == first
    assert rerun["rows"] == wanted["rows"]
    with closing(SqliteLedger(state)) as ledger:
        assert not ledger.submissions(second, frozenset({State.IN_DOUBT}))
        (attempt,) = [one for one in ledger.attempts(second) if one.attempt.task_name == name]
        assert OPERATOR in attempt.note


PAGES = ("", "/doubts", "/rerun", "/report")


@pytest.mark.parametrize(("language", "scheme"), [("en-US", "light"), ("zh-CN", "dark")])
@pytest.mark.usefixtures("ended")
def test_axe_finds_nothing_and_no_screen_is_too_narrow(
    page: str, browser: Browser, language: str, scheme: str
) -> None:
    with tab_in(browser, locale=language, color_scheme=scheme) as tab:
        tab.page.goto(f"{page}/sign-in")
        assert faults_of(tab.page) == []
        shown = signed_in(tab, page)
        here = run_page(shown, page)
        folder = here.split("/runs/", maxsplit=1)[0]
        ways = [f"{here}{rest}" for rest in PAGES]
        for way in (f"{page}/", *ways, f"{folder}/receipts", f"{folder}/list", f"{page}/acts"):
            shown.goto(way)
            assert faults_of(shown) == [], way
            for width in (390, 1280):
                shown.set_viewport_size({"width": width, "height": 900})
                assert not tab.is_wider_than_its_window(), (way, width)
            assert (shown.get_attribute("html", "lang") or "").startswith(language[:2])
        shown.goto(here)
        shown.fill("#what", "2")
        shown.press("#what", "Enter")
        shown.locator("h1").wait_for()
        assert faults_of(shown) == []
        assert tab.said == []


@pytest.mark.usefixtures("ended")
def test_a_viewer_sees_no_form_that_acts_and_a_stranger_sees_nothing(
    page: str, browser: Browser
) -> None:
    with tab_in(browser) as tab:
        tab.page.goto(f"{page}/acts")
        assert tab.page.locator("#password").is_visible()
        shown = signed_in(tab, page, VIEWER)
        here = run_page(shown, page)
        for way in (here, f"{here}/doubts", f"{here}/rerun"):
            shown.goto(way)
            forms = shown.locator("form").evaluate_all("all => all.map(one => one.action)")
            assert {form.removeprefix(page) for form in forms} <= {
                "/sign-out",
                f"{here.removeprefix(page)}/life",
                f"{here.removeprefix(page)}/doubts",
            }
            assert shown.locator("button.danger, input[type=checkbox]").count() == 0
        shown.goto(f"{page}/acts")
        assert "You may not do that" in shown.inner_text("main")


@pytest.mark.usefixtures("ended")
def test_it_is_read_and_used_without_javascript_and_by_keyboard_alone(
    page: str, browser: Browser
) -> None:
    with tab_in(browser, java_script_enabled=False) as tab:
        shown = signed_in(tab, page)
        here = run_page(shown, page)
        shown.fill("#what", "2")
        shown.press("#what", "Enter")
        shown.wait_for_url(f"{here}/life")
        assert "****" in shown.inner_text("main")
    with tab_in(browser) as tab:
        tab.page.goto(f"{page}/sign-in")
        tab.page.keyboard.press("Tab")
        assert tab.page.evaluate("document.activeElement.className") == "skip"
        for _ in range(3):
            tab.page.keyboard.press("Tab")
        tab.page.keyboard.type(OPERATOR)
        tab.page.keyboard.press("Tab")
        tab.page.keyboard.type(PASSWORD)
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_url(f"{page}/")
