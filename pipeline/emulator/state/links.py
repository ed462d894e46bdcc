"""Links made by resolve tasks: who they are for, how long they live, when handsets opened them."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from pipeline.emulator.http.codes import Code, RefusedError, refuse_if
from pipeline.emulator.http.fields import Body, JsonObject, Span, loose_text, text
from pipeline.emulator.http.listing import Book
from pipeline.emulator.state.tasks import LINK_LENGTH, derived_code, derived_uuid
from pipeline.emulator.state.world import Links

_POSITIONS = 128
_CUSTOM_URL_MAX = 2_048
_DOMAIN_MAX = 100
_CODE = re.compile(r"[0-9A-Za-z]{3,10}")
_CUSTOM_URL = re.compile(r"https?://([\w-]+\.)+[\w-]+(/[\w\-./?%&=]*)?")


@dataclass(frozen=True, slots=True)
class LinkTask:
    """Hold one resolve task; the tuples have one entry per link, in the order asked for.

    `errors` are result codes, empty for a link that was made; `extras` is each link's JSON of
    values and jump address; `codes` are custom short codes, empty unless asked for.
    """

    task_id: str
    name: str
    tpl_id: str
    sms_signs: tuple[str, ...]
    resolving_times: int
    is_group: bool
    days: int
    domain: str
    created_s: float
    lifetime_s: float
    flags: tuple[str, ...]
    extras: tuple[msgspec.Raw, ...]
    errors: tuple[str, ...]
    codes: tuple[str, ...] = ()

    @property
    def parses_max(self) -> int:
        """Return how often a link of it is parsed at most: a personal one only once."""
        return self.resolving_times if self.is_group else 1

    def aim_code(self, position: int) -> str:
        """Return a link's short code."""
        return self.codes[position] if self.codes else derived_code(self.task_id, position)

    def aim_url(self, position: int) -> str:
        """Return a short link."""
        return f"{self.domain}/{self.aim_code(position)}"


class Link(NamedTuple):
    """Point at one link."""

    task: LinkTask
    position: int

    @property
    def expires_s(self) -> float:
        """Return the moment from which handsets do not parse it."""
        return self.task.created_s + self.task.lifetime_s

    def renders_for(self, sms_sign: str, at_s: float) -> bool:
        """Tell whether an SMS of this signature, arriving then, may show the card."""
        return sms_sign in self.task.sms_signs and at_s < self.expires_s


class LinkBook(Book[LinkTask]):
    """Keep resolve tasks in order, by id and by link, and what handsets made of the links."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed
        self._tasks: list[LinkTask] = []
        self._by_id: dict[str, LinkTask] = {}
        self._by_url: dict[str, int] = {}
        self._shown: dict[str, array[float]] = {}
        self._failed: dict[str, array[float]] = {}

    def next_id(self) -> str:
        """Return the id of the next task: a function of the seed and of how many there were."""
        return derived_uuid("links", f"{self._seed}:{len(self._tasks)}")

    def next_name(self) -> str:
        """Return the name of the next task: the provider names them itself."""
        return f"ZF{len(self._tasks) + 1}"

    def add(self, task: LinkTask) -> None:
        """Take a task."""
        number = len(self._tasks)
        self._tasks.append(task)
        self._by_id[task.task_id] = task
        for position, error in enumerate(task.errors):
            if not error:
                self._by_url[task.aim_url(position)] = number * _POSITIONS + position

    def by_id(self, task_id: str) -> list[LinkTask]:
        """Return the one task, or none."""
        task = self._by_id.get(task_id)
        return [] if task is None else self.listed([task])

    def between(self, span: Span) -> Sequence[LinkTask]:
        """Return the tasks created within the span, both ends included, newest first."""
        return self.listed(self._tasks, span)[::-1]

    def find(self, url: str) -> Link | None:
        """Return the link of an address such as `km2g.cn/PDiWqc`, with or without its scheme."""
        place = self._by_url.get(url.strip().removeprefix("https://").removeprefix("http://"))
        if place is None:
            return None
        number, position = divmod(place, _POSITIONS)
        return Link(self._tasks[number], position)

    def opened(self, link: Link, at_s: float, *, is_shown: bool) -> None:
        """Remember that a handset will try the link then, and whether the card is shown."""
        moments = self._shown if is_shown else self._failed
        kept = moments.setdefault(link.task.aim_url(link.position), array("d"))
        kept.insert(bisect_right(kept, at_s), at_s)

    def shown_s(self, link: Link, now_s: float) -> "array[float]":
        """Return when the card was shown so far, oldest first, at most as often as it may be."""
        moments = self._shown.get(link.task.aim_url(link.position), array("d"))
        return moments[: min(bisect_right(moments, now_s), link.task.parses_max)]

    def failed_s(self, link: Link, now_s: float) -> "array[float]":
        """Return when handsets tried in vain so far, oldest first."""
        moments = self._failed.get(link.task.aim_url(link.position), array("d"))
        return moments[: bisect_right(moments, now_s)]


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """Hold how a task's links are made; `jump_domains` empty allows any."""

    domain: str
    is_custom: bool
    jump_domains: tuple[str, ...]

    def lengths(self, codes: Sequence[str], count: int) -> list[int]:
        """Return how long each link is in a text: custom codes are as long as they like."""
        before = len(self.domain) + 1
        return [before + len(code) for code in codes] or [before + LINK_LENGTH] * count


def link_plan(links: Links, resolve: Body) -> LinkPlan:
    """Read `generation_type` (1 standard, 2 custom) and `domain`; raise RefusedError."""
    generation = loose_text(resolve, "generation_type") or "1"
    refuse_if(generation not in ("1", "2"), Code.PARAMETER, "generation_type")
    is_custom = generation == "2"
    domain = text(resolve, "domain", (0, _DOMAIN_MAX))
    registered = links.custom_domains if is_custom else [links.domain]
    refuse_if((domain or is_custom) and domain not in registered, Code.PARAMETER, "domain")
    return LinkPlan(domain or links.domain, is_custom, tuple(links.jump_domains))


def check_link(plan: LinkPlan, item: Body) -> dict[str, str]:
    """Check one message's custom code or jump address and return what it has of them."""
    if plan.is_custom:
        code = item.get("custom_short_code")
        if not isinstance(code, str) or _CODE.fullmatch(code) is None:
            raise RefusedError(Code.PARAMETER, "custom_short_code")
        return {"custom_short_code": code}
    url = item.get("custom_url")
    if url is None or url == "":
        return {}
    if not isinstance(url, str) or not _leads(plan, url):
        raise RefusedError(Code.PARAMETER, "custom_url")
    return {"custom_url": url}


def failed_link(item: object) -> JsonObject:
    """Return what an answer tells of a link that could not be made."""
    given = item if isinstance(item, dict) else {}
    return {
        "cust_flag": given.get("cust_flag"),
        "dync_params": given.get("dync_params"),
        "custom_url": given.get("custom_url"),
        "result_code": Code.LINK_FAILED.value,
        "error_message": Code.LINK_FAILED.message,
    }


def _leads(plan: LinkPlan, url: str) -> bool:
    if len(url) > _CUSTOM_URL_MAX or _CUSTOM_URL.fullmatch(url) is None:
        return False
    return not plan.jump_domains or urlsplit(url).hostname in plan.jump_domains
