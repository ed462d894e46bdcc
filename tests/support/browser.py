"""A real Chromium that opens a file from disk and takes note of whatever it should not do."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE_MS = 120_000
"""For a machine that is busy with other things."""


@dataclass(slots=True)
class Opened:
    """A page in a tab. said holds console lines and errors, asked what it wanted to load."""

    page: Page
    said: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, str]:
        """Return what is shown under each name of a figure, as a reader sees it."""
        found: dict[str, str] = self.page.evaluate(
            "() => Object.fromEntries([...document.querySelectorAll('[data-figure]')]"
            ".map(one => [one.dataset.figure, one.innerText]))"
        )
        return found

    def counts(self, start: str) -> dict[str, int]:
        """Return the figures whose names start so, as numbers, without what they start with."""
        return {
            name.removeprefix(start): int(text.replace(",", ""))
            for name, text in self.figures().items()
            if name.startswith(start)
        }

    def is_wider_than_its_window(self) -> bool:
        """Tell whether a reader would have to scroll sideways."""
        wide: bool = self.page.evaluate(
            "() => document.documentElement.scrollWidth > window.innerWidth"
        )
        return wide


def chromium() -> str:
    """Return where Chromium is; a machine without it fails the test instead of passing it by."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    assert found, "there is no Chromium: install it with 'make browser'"
    return found


@contextmanager
def opened(file: Path) -> Iterator[Opened]:
    """Open a file as a double click would."""
    with visited(file.as_uri()) as found:
        yield found


@contextmanager
def visited(address: str) -> Iterator[Opened]:
    """Go to an address."""
    with browser_of() as browser, tab_in(browser, color_scheme="light") as seen:
        seen.page.goto(address)
        yield seen


@contextmanager
def browser_of() -> Iterator[Browser]:
    """Start a Chromium."""
    with sync_playwright() as playwright:
        # Within a container Chromium cannot build its own sandbox.
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"], timeout=_PATIENCE_MS
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def tab_in(browser: Browser, **how: Any) -> Iterator[Opened]:  # noqa: ANN401 -- the browser's own options
    """Open a tab that shares nothing with others; how is what new_context takes."""
    context = browser.new_context(viewport={"width": 1100, "height": 900}, **how)
    try:
        page = context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        seen = Opened(page)
        page.on("console", lambda line: seen.said.append(line.text))
        page.on("pageerror", lambda error: seen.said.append(str(error)))
        page.on("request", lambda request: seen.asked.append(request.url))

        def dismiss(dialog: object) -> None:
            seen.dialogs.append(str(dialog))

        page.on("dialog", dismiss)
        yield seen
    finally:
        context.close()


@cache
def _axe() -> str:
    """Return axe-core, the judge of whether a page can be used by everybody."""
    return (resources.files("axe_core_python") / "axe.min.js").read_text("utf-8")


def faults_of(page: Page) -> list[str]:
    """Return what axe-core finds wrong with a page, each with the elements that have it."""
    # The page's policy lets no script of others in: the tab's own inspector puts it there.
    page.evaluate(_axe())
    found: list[str] = page.evaluate(
        "async () => (await axe.run(document, {iframes: false})).violations.map(one =>"
        " `${one.impact} ${one.id}: ${one.nodes.map(node => node.html.slice(0, 120)).join(' | ')}`)"
    )
    return found


def printed(page: Page, file: Path) -> str:
    """Print a page on paper and return the text that stands there."""
    page.pdf(path=file, prefer_css_page_size=True)
    reader = shutil.which("pdftotext")
    assert reader, "there is no pdftotext: install it with 'make browser'"
    done = subprocess.run([reader, "-layout", file, "-"], capture_output=True, check=True)
    return done.stdout.decode()
