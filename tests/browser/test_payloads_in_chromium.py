"""A hundred texts that run, load or are worked out elsewhere, in the pages that show texts."""

from dataclasses import replace
from pathlib import Path

from pipeline.language import Bilingual
from pipeline.report.write import write_report
from pipeline.runner.page.page_desk import PageDesk
from pipeline.web.page.shown import (
    DoubtLine,
    DoubtsShown,
    FolderShown,
    LifeShown,
    ListShown,
    Night,
    Nights,
    OutcomeCount,
    Pace,
    ReceiptLine,
    ReceiptsShown,
    RerunShown,
    RunLine,
    RunPlace,
    RunShown,
    Started,
    StoryShown,
    Trouble,
)
from tests.support.browser import Opened, opened, visited
from tests.support.fakes import ManualClock
from tests.support.page import OPERATOR, PASSWORD, World, served_page
from tests.support.payloads import PAGE_PAYLOADS, PRODUCT
from tests.support.report import RUN, ledger_of

EACH = tuple(PAGE_PAYLOADS)


def is_harmless(tab: Opened, asked: str) -> None:
    """See that nothing of what was tried has happened, given what may be asked for."""
    assert (tab.dialogs, tab.said) == ([], [])
    assert {one.partition("?")[0] for one in tab.asked} == {asked}
    assert PRODUCT not in tab.page.content()
    assert tab.page.query_selector("script, iframe, object, embed, base, video, math") is None
    assert tab.page.query_selector("[onerror], [onload], [onfocus], [onmouseover]") is None


def test_a_hundred_texts_do_nothing_in_the_report(tmp_path: Path) -> None:
    assert len(set(EACH)) > 100
    files = write_report(ledger_of(list(EACH)), RUN, tmp_path)
    with opened(files.page) as tab:
        shown = tab.page.inner_text("body")
        assert sum(text in shown for text in EACH) > 20
        for language in ("zh", "en"):
            tab.page.click(f"label[for='language-{language}']")
        tab.page.mouse.move(400, 400)
        is_harmless(tab, files.page.as_uri())


LINE = RunLine(
    place=RunPlace("f0000000", "run00001"),
    campaign=EACH[0],
    kind=EACH[1],
    planned=EACH[2],
    stage=EACH[3],
    tone=EACH[4],
    rows=1,
    outcomes=[OutcomeCount(text, Bilingual(text, text), 1, text) for text in EACH],
    mark=EACH[5],
    sentence=EACH[6],
)
PAIRS = [(text, text) for text in EACH]
SHOWN = RunShown(
    at=EACH[0],
    line=LINE,
    meaning=EACH[1],
    notes=EACH,
    done=1,
    total=2,
    left=EACH[3],
    pace=Pace(1.0, [1, 2], 1000.0, 5.0),
    requests=[(text, Bilingual(text, text), 1) for text in EACH],
    doubts=1,
    troubles=[Trouble(text, text, text, text) for text in EACH],
    standing=EACH,
    is_paused=False,
    is_stopped=False,
    limit=0.0,
    is_over=False,
    report="",
    started=[Started(text, text, text, text, [text]) for text in EACH],
)


class EvilDesk(PageDesk):
    """Put each text wherever the page shows one."""

    def folders(self) -> list[FolderShown]:
        return [FolderShown("f0000000", text, text) for text in EACH[:20]]

    async def nights(self, before: str = "") -> Nights:
        del before
        few = (LINE.outcomes or ())[:2]
        lines = [
            replace(LINE, campaign=text, kind=text, stage=text, mark=text, outcomes=few)
            for text in EACH
        ]
        return Nights(EACH[0], [Night(line.campaign, [line]) for line in lines], "", PAIRS)

    async def run(self, place: RunPlace) -> RunShown | None:
        del place
        return SHOWN

    async def receipts(self, folder: str, *, whole: bool = False) -> ReceiptsShown | None:
        del folder, whole
        lines = [ReceiptLine(text, 1, 1, 1, text) for text in EACH]
        away = [(text, 1) for text in EACH]
        return ReceiptsShown(EACH[0], EACH[1], lines, 1, 1, 1, PAIRS, PAIRS, away)

    async def life(self, place: RunPlace, what: str, *, whole: bool = False) -> LifeShown | None:
        del what, whole
        name = Bilingual(EACH[0], EACH[0])
        stories = [
            StoryShown(text, text, place, text, PAIRS[:3], name, text, text, text) for text in EACH
        ]
        return LifeShown(stories, PAIRS)

    async def doubts(self, place: RunPlace) -> DoubtsShown | None:
        del place
        flags = {"is_settled": False, "is_proved": False, "is_nameless": False}
        found = [
            DoubtLine(text, 1, text, text, text, text, questions=PAIRS, **flags) for text in EACH
        ]
        return DoubtsShown(LINE, found, 1)

    async def rerun(self, place: RunPlace) -> RerunShown | None:
        del place
        rows = [(Bilingual(text, text), text, 1) for text in EACH]
        return RerunShown(LINE, 1, rows, rows, EACH[0], EACH[1])

    async def listed(self, folder: str, number: str, *, whole: bool = False) -> ListShown | None:
        del folder, whole
        return ListShown([(Bilingual(text, text), 1) for text in EACH], number, PAIRS)


def test_a_hundred_texts_do_nothing_in_the_page() -> None:
    run, folder = "/f/f0000000/runs/run00001", "/f/f0000000"
    with (
        served_page(World(desk=EvilDesk((), ManualClock()))) as base,
        visited(f"{base}/sign-in") as tab,
    ):
        tab.page.fill("#name", OPERATOR)
        tab.page.fill("#password", PASSWORD)
        tab.page.click("button.main")
        tab.page.wait_for_url(f"{base}/")
        for way in ("/", run, f"{run}/doubts", f"{run}/rerun", f"{folder}/receipts"):
            tab.page.goto(base + way)
            shown = tab.page.inner_text("body")
            assert sum(text in shown for text in EACH) > 90, way
            does_nothing(tab, base)
        for way, name in ((f"{folder}/list", "number"), (run, "what")):
            for text in (EACH[0], EACH[-1]):
                tab.page.goto(base + way)
                tab.page.fill(f"input[name={name}]", text[:60])
                tab.page.press(f"input[name={name}]", "Enter")
                tab.page.wait_for_load_state()
                assert sum(one in tab.page.inner_text("body") for one in EACH) > 20
                does_nothing(tab, base)
        tab.page.goto(f"{base}/acts")
        does_nothing(tab, base)


def does_nothing(tab: Opened, base: str) -> None:
    """See that no script but ours ran, nothing was asked of others, nothing worked out."""
    assert (tab.dialogs, tab.said) == ([], [])
    assert all(asked.startswith(f"{base}/") for asked in tab.asked)
    assert PRODUCT not in tab.page.content()
    ours = "script:not([src='/static/live.js'])"
    assert tab.page.query_selector(f"{ours}, iframe, object, embed, base, video, math") is None
    assert tab.page.query_selector("[onerror], [onload], [onfocus], [onmouseover]") is None
