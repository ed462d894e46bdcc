"""The page at `/`: what a person rehearsing a campaign watches. Numbers are masked."""

import base64
import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Chip:
    """A word with a border in the colour of its kind."""

    text: object
    kind: str


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it is shown, on the right of its cell."""

    number: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """A fault rule's name, with what it says below."""

    name: str
    how: str


Cells = Sequence[object]


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
        now_s = self._emulation.clock.now_s()
        return self._template.render(
            now=self._emulation.forms.local_spaced(now_s),
            seed=self._emulation.options.seed,
            tiles=self._tiles(),
            tasks=[self._task_cells(task, now_s) for task in self._latest()],
            messages=list(islice(self._message_cells(now_s), MESSAGES_SHOWN)),
            faults=list(self._fault_cells()),
            latest=list(self._firing_cells()),
            world=list(self._world_cells()),
            shares=list(self._share_cells()),
        )

    def _latest(self) -> list[SendTask]:
        return self._emulation.tasks.latest(TASKS_SHOWN)

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

    def _task_cells(self, task: SendTask, now_s: float) -> Cells:
        tally = self._emulation.stories.tally(task, now_s)
        return (
            self._emulation.forms.local_spaced(task.created_s)[-8:],
            task.name,
            _Chip(task.product.value, task.product.value),
            task.tpl_id,
            _number(len(task.phones)),
            _number(tally.success),
            _number(tally.failed),
            _number(tally.parsed),
        )

    def _message_cells(self, now_s: float) -> Iterable[Cells]:
        for task in self._latest():
            age_s = now_s - task.created_s
            for position in range(len(task.phones) - 1, -1, -1):
                story = self._emulation.stories.of(task, position)
                yield (
                    masked(task.phones[position]),
                    task.name,
                    _Chip(task.product.value, task.product.value),
                    _Chip(*_state(story, age_s)),
                )

    def _fault_counts(self) -> list[tuple[FaultRule, int, int]]:
        return [
            (rule, asked, self._faults.fired(rule, fired))
            for rule, asked, fired in self._faults.book.counts()
        ]

    def _fault_cells(self) -> Iterable[Cells]:
        for rule, asked, fired in self._fault_counts():
            how = ", ".join(
                f"{key} = {msgspec.json.encode(value).decode()}"
                for key, value in shown(rule).items()
                if key not in ("what", "name")
            )
            yield _Chip(rule.what, "fault"), _Rule(rule.name, how), _number(asked), _number(fired)

    def _firing_cells(self) -> Iterable[Cells]:
        for one in reversed(self._faults.book.recent):
            at = self._emulation.forms.local_spaced(one.at_s)[-8:]
            yield at, _Chip(one.rule.what, "fault"), one.operation

    def _world_cells(self) -> Iterable[Cells]:
        world = self._emulation.world
        for tpl_id, card in world.aim_templates.items():
            state = _Chip("sendable", "card") if card.sendable else _Chip("off", "failed")
            yield "card", tpl_id, card.name, ", ".join(card.parameters), state
        for tpl_id, video in world.aim_basic_templates.items():
            is_usable = video.state_at(self._emulation.clock.now_s()) == 0
            state = _Chip("sendable", "card") if is_usable else _Chip("off", "failed")
            yield "video", tpl_id, video.name, ", ".join(video.parameters), state
        for tpl_id, sms in world.sms_templates.items():
            is_usable = sms.flow_status == "Adopted"
            state = _Chip(sms.flow_status, "card" if is_usable else "failed")
            yield "sms", tpl_id, f"【{sms.signature}】{sms.app}", ", ".join(sms.variables), state

    def _share_cells(self) -> Iterable[Cells]:
        numbers = self._emulation.world.numbers
        shares = {
            "handsets that can show cards": numbers.capable,
            "messages that are delivered": numbers.delivered,
            "messages that no report ever comes for": numbers.silent,
            "cards that are shown, of those who can": numbers.parsed,
            "cards that fail to show, of the same": numbers.parse_failed,
        }
        for what, share in shares.items():
            yield what, _number(share, ".1%")
        timeout_h = self._emulation.report_timeout_s / 3_600
        yield "hours until silence counts as failed", _number(timeout_h, "g")
        yield "calls a second, 0 for any", _number(self._emulation.options.rate)
        per_s = self._emulation.world.gateway.aim_messages_per_s
        yield "smart messages a second, 0 for any", _number(per_s)


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
                    repeated.update(one for one in numbers if task.phones.count(one) > 1)
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


def _number(value: float, form: str = ",") -> _Number:
    return _Number(format(value, form))


@cache
def _template() -> tuple[Template, str]:
    """Return what draws the page, and the policy that lets only its own script and style work."""
    pages = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=PackageLoader("pipeline.emulator", "console"),
    )
    policies = ["default-src 'none'; connect-src 'self'"]
    for kind, name in (("script", "refresh.js"), ("style", "style.css")):
        text = (resources.files("pipeline.emulator.console") / name).read_text("utf-8")
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        policies.append(f"{kind}-src 'sha256-{digest}'")
        pages.globals[kind] = Markup(text)  # noqa: S704 -- a file of ours
    policy = "; ".join((*policies, "frame-ancestors 'none'"))
    return pages.get_template("page.html.j2"), policy
