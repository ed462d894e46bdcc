"""A hundred texts that run, load or are worked out elsewhere, in the pages that show texts."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.report.write import write_report
from pipeline.web.listener import serve_app
from pipeline.web.status_page import Overview, ReceiptLine, RunLine, StatusPage
from tests.support.browser import Opened, opened, visited
from tests.support.payloads import PAGE_PAYLOADS, PRODUCT
from tests.support.report import RUN, ledger_of

SECRET = "s" * 32
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


def overview() -> Overview:
    """Put each text wherever the status page shows one."""
    pairs = [(text, text) for text in EACH]
    return Overview(
        state=EACH[0],
        at=EACH[1],
        listens=EACH[2],
        runs=[
            RunLine(text, text, text, 1, [(text, 1, "good")], (text,), text, text) for text in EACH
        ],
        receipts=[ReceiptLine(text, 1, 1, 1, text) for text in EACH],
        replies=1,
        opt_outs=1,
        unclear=1,
        last_replies=pairs,
        odd=pairs,
        turned_away=[(text, 1) for text in EACH],
        warnings=EACH,
    )


@contextmanager
def served(shown: Overview) -> Iterator[str]:
    """Serve the status page beside the test, whose browser has a loop of its own."""
    ready, place = threading.Event(), [""]
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def look() -> Overview:
        await asyncio.sleep(0)
        return shown

    async def serve() -> None:
        page = StatusPage(SECRET, look, lambda: 0.0)
        async with serve_app("127.0.0.1", 0, page.app(), "--page") as address:
            place[0] = f"http://{address}"
            ready.set()
            await ended.wait()

    server = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    server.start()
    try:
        assert ready.wait(60)
        yield place[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        server.join()
        loop.close()


def test_a_hundred_texts_do_nothing_in_the_status_page() -> None:
    with served(overview()) as place, visited(f"{place}/?token={SECRET}") as tab:
        shown = tab.page.inner_text("body")
        assert sum(text in shown for text in EACH) > 90
        is_harmless(tab, f"{place}/")
