"""The page at `/`: what a person rehearsing a campaign watches. Numbers are masked."""

import base64
import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import islice

import msgspec
from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from pipeline.emulator.console.control import CallCounts
from pipeline.emulator.faults.book import shown
from pipeline.emulator.faults.control import FaultControl
from pipeline.emulator.faults.rules import FaultRule
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.fates import DELIVERED, SILENT
from pipeline.emulator.state.stories import Story
from pipeline.emulator.state.tasks import SendTask

TASKS_SHOWN = 20
MESSAGES_SHOWN = 20
RECOUNT_MESSAGES_MAX = 1_000_000

# Counting repeated numbers may take at most this share of the time.
_RECOUNT_SHARE = 0.05
_MASKED_DIGITS = 10_000
_PREFIX = 100_000_000


class Page:
    """Draw the state of one emulator."""

    def __init__(self, emulation: Emulation, faults: FaultControl, counts: CallCounts) -> None:
        self._emulation = emulation
        self._faults = faults
        self._counts = counts
        self._repeats = _Repeats(emulation)
        self._template, policy = _template()
        self._headers = {
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }

    def response(self) -> web.Response:
        """Return the page as it stands now."""
        return web.Response(text=self.html(), content_type="text/html", headers=self._headers)

    def html(self) -> str:
        """Draw the page."""
        emulation = self._emulation
        now_s = emulation.clock.now_s()
        latest = emulation.tasks.latest(TASKS_SHOWN)
        return self._template.render(
            seed=emulation.options.seed,
            now_s=now_s,
            spaced=emulation.forms.local_spaced,
            tiles=self._tiles(),
            tasks=[(task, emulation.stories.tally(task, now_s)) for task in latest],
            messages=list(islice(self._messages(latest, now_s), MESSAGES_SHOWN)),
            faults=[
                (rule, _how(rule), asked, fired) for rule, asked, fired in self._fault_counts()
            ],
            latest=list(reversed(self._faults.book.recent)),
            world=emulation.world,
            options=emulation.options,
            timeout_h=emulation.report_timeout_s / 3_600,
        )

    def _tiles(self) -> Sequence[tuple[str, str, str]]:
        tasks = self._emulation.tasks
        repeated = self._repeats.count()
        return (
            ("messages taken", f"{tasks.messages:,}", ""),
            ("send tasks", f"{len(tasks):,}", ""),
            ("numbers sent to twice", repeated, "" if repeated in ("0", "–") else "bad"),
            ("calls", f"{self._counts.calls:,}", ""),
            ("throttled", f"{self._counts.throttled:,}", ""),
            ("faults fired", f"{sum(row[-1] for row in self._fault_counts()):,}", ""),
        )

    def _messages(
        self, tasks: Iterable[SendTask], now_s: float
    ) -> Iterator[tuple[str, SendTask, str, str]]:
        for task in tasks:
            for position in range(len(task.phones) - 1, -1, -1):
                story = self._emulation.stories.of(task, position)
                state, kind = _state(story, now_s - task.created_s)
                yield masked(task.phones[position]), task, state, kind

    def _fault_counts(self) -> list[tuple[FaultRule, int, int]]:
        return [
            (rule, asked, self._faults.fired(rule, fired))
            for rule, asked, fired in self._faults.book.counts()
        ]


class _Repeats:
    """Count numbers sent to more than once, rarely enough not to be felt by the callers."""

    def __init__(self, emulation: Emulation) -> None:
        self._tasks = emulation.tasks
        self._shown = "0"
        self._counted = 0
        self._not_before = 0.0

    def count(self) -> str:
        messages = self._tasks.messages
        if messages > RECOUNT_MESSAGES_MAX:
            return "–"
        began = time.monotonic()
        if messages != self._counted and began >= self._not_before:
            seen: set[int] = set()
            repeated: set[int] = set()
            for task in self._tasks:
                numbers = set(task.phones)
                if len(numbers) < len(task.phones):
                    repeated.update(number for number in numbers if task.phones.count(number) > 1)
                repeated |= seen & numbers
                seen |= numbers
            ended = time.monotonic()
            self._not_before = ended + (ended - began) / _RECOUNT_SHARE
            self._counted = messages
            self._shown = f"{len(repeated):,}"
        return self._shown


def masked(phone: int) -> str:
    """Write a number as 138****0001."""
    return f"{phone // _PREFIX}****{phone % _MASKED_DIGITS:04d}"


def _state(story: Story, age_s: float) -> tuple[str, str]:
    if story.report_s is None:
        return ("silent", "silent") if story.code == SILENT else (story.code, "failed")
    if story.report_s > age_s:
        return "on the way", "waiting"
    if story.code != DELIVERED:
        return story.code, "failed"
    if story.parsed_s is not None and story.parsed_s <= age_s:
        return "card shown", "card"
    return "delivered", "text"


def _how(rule: FaultRule) -> str:
    return ", ".join(
        f"{key} = {msgspec.json.encode(value).decode()}"
        for key, value in shown(rule).items()
        if key not in ("what", "name")
    )


@cache
def _template() -> tuple[Template, str]:
    """Return what draws the page, and the policy that lets only its own script and style work."""
    pages = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=PackageLoader("pipeline.emulator", "console"),
    )
    pages.globals["format"] = format
    policies = ["default-src 'none'; connect-src 'self'"]
    for kind, name in (("script", "refresh.js"), ("style", "style.css")):
        text = (resources.files("pipeline.emulator.console") / name).read_text("utf-8")
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        policies.append(f"{kind}-src 'sha256-{digest}'")
        pages.globals[kind] = Markup(text)  # noqa: S704 -- a file of ours
    policy = "; ".join((*policies, "frame-ancestors 'none'"))
    return pages.get_template("page.html.j2"), policy
