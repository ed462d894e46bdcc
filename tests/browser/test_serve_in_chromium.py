"""The page of `koosend serve` as its reader sees it: in Chromium, with the ledger's figures."""

import json
import re
import signal
from collections.abc import Iterator

import pytest

from pipeline.core.outcome import Outcome
from pipeline.report.texts.outcomes import OUTCOMES
from tests.support.browser import Opened, visited
from tests.support.command import Desk
from tests.support.members import write_members
from tests.support.serving import WAIT_S, post, waited_for

TOKEN = "0123456789abcdef" * 2
EVIL = "<img src=x onerror=alert(1)><script>alert(1)</script> 退订 {{7*7}}"
RECEIPTS = '\n[receipts]\nlisten = "127.0.0.1:0"\n'
CANARY = """
[canary]
first = 100
wait_min = 0.02
max_failed_share = 0.05
confidence = 0.6
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Send to a list whose first recipients stop it: their news never comes in time."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    write_members(desk.folder / "members.csv", 400)
    desk.write_campaign(name=EVIL, extra=CANARY + RECEIPTS)
    assert desk.koosend("run", desk.campaign).exit == 75
    return desk


@pytest.fixture(scope="module")
def tab(desk: Desk) -> Iterator[Opened]:
    """Serve, push three bodies, and open the page by the address that the service leaves."""
    line = ("serve", desk.campaign, "--page", "127.0.0.1:0")
    with desk.started(*line, env={"KOOSEND_RECEIPTS_TOKEN": TOKEN}) as process:
        page = waited_for(desk.folder / "state" / "serve.url", process)
        told = json.loads(waited_for(desk.folder / "state" / "serve.lock", process))
        for body in (b"{}", b"from=13000000001&to=1069&body=T", b"from=13000000002&to=1&body=hi"):
            assert post(f"http://{told['place']}/{TOKEN}/receipts", body) == 200
        with visited(page) as found:
            yield found
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0


def test_the_figures_that_a_reader_sees_are_the_ledgers(desk: Desk, tab: Opened) -> None:
    books = desk.koosend("status", desk.campaign, "--json").json
    names = {OUTCOMES[outcome].name.en: str(outcome) for outcome in Outcome}
    shown = tab.counts(f"{books['run']}.")
    assert shown.pop("rows") == books["rows"] == 400
    assert {names[name]: count for name, count in shown.items()} == books["outcomes"]
    pushed = books["pushed"]
    assert sum(tab.counts("receipts.").values()) == pushed["receipts"]
    assert tab.counts("receipts.")["reply"] == 2
    assert (tab.counts("replies"), tab.counts("opt_outs")) == ({"": 2}, {"": 1})


def test_a_run_that_its_first_recipients_stopped_says_so(desk: Desk, tab: Opened) -> None:
    books = desk.koosend("status", desk.campaign, "--json").json
    (decided,) = books["canary"]
    assert decided["verdict"] == "stopped"
    shown = tab.page.inner_text("body")
    assert "stopped by its first recipients" in shown
    assert decided["note"][1:] in shown
    folder = desk.folder / "state"
    assert f"koosend run {books['run']} --state {folder} --after-canary" in shown


def test_nothing_that_somebody_else_wrote_runs_and_nothing_is_loaded(tab: Opened) -> None:
    assert EVIL in tab.page.inner_text("body")
    assert tab.page.query_selector("script, img") is None
    assert (tab.dialogs, tab.said) == ([], [])
    origin = re.match(r"http://127\.0\.0\.1:\d+/", tab.page.url)
    assert origin is not None
    assert all(asked.startswith(origin[0]) for asked in tab.asked)
    assert "token" not in tab.page.url


def test_no_screen_is_too_narrow_for_it_in_the_dark_as_in_the_light(tab: Opened) -> None:
    for width in (360, 768, 1400):
        tab.page.set_viewport_size({"width": width, "height": 900})
        tab.page.emulate_media(color_scheme="dark" if width < 1000 else "light")
        assert not tab.is_wider_than_its_window()
    assert tab.said == []
