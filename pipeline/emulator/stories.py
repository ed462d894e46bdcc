"""What becomes of one message: a number's fate met with a template and a link's lifetime."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import msgspec

from pipeline.emulator.fates import DELIVERED, SILENT, Fate, Fates
from pipeline.emulator.link_book import Link, LinkBook
from pipeline.emulator.tasks import Product, SendTask
from pipeline.emulator.world import AimBasicTemplate, AimTemplate, World

CARRIER_OFF = "EMU:CARRIER_OFF"

# Told a hundred times a call: Story(...) and its own __new__ take twice as long.
_new = tuple.__new__


class Story(NamedTuple):
    """Tell one message's life in seconds after the send; None is never.

    `rendered` is card, text, video, or None for a message that was not delivered.
    """

    capable: bool
    rendered: str | None
    code: str
    report_s: float | None
    parsed_s: float | None
    parse_failed_s: float | None

    @property
    def delivered(self) -> bool:
        """Tell whether the message arrived."""
        return self.code == DELIVERED

    def truth(self) -> bytes:
        """Encode what no client can see."""
        return _truth(self[:3])


@dataclass(frozen=True, slots=True)
class Tally:
    """Count a task's messages by what has become of them."""

    success: int
    failed: int
    silent: int
    parsed: int


class Stories:
    """Tell the stories of tasks."""

    def __init__(self, world: World, fates: Fates, link_book: LinkBook) -> None:
        self._world = world
        self._fates = fates
        self._link_book = link_book
        self._settled: dict[str, tuple[float, Tally]] = {}

    def of(self, task: SendTask, position: int) -> Story:
        """Tell one message's story."""
        fate = self._fates.of(task.phones[position])
        if task.product is Product.SMS:
            return self._tell_text(task, position, fate)
        return self._tell(task, fate)

    def all_of(self, task: SendTask) -> list[Story]:
        """Tell the stories of all of a task's messages, in order."""
        if task.product is Product.SMS:
            return [self.of(task, position) for position in range(len(task.phones))]
        fate_of = self._fates.of
        if task.product is Product.AIM:
            template, lifetime_s = self._world.aim_templates.get(task.tpl_id), task.lifetime_s
            tell = self._tell_card
            return [tell(template, lifetime_s, fate_of(phone)) for phone in task.phones]
        return [self._tell(task, fate_of(phone)) for phone in task.phones]

    def shows(self, link: Link, phone: int, at_s: float) -> bool:
        """Tell whether a text message sent then would show the link's card on this number."""
        template = self._world.aim_templates.get(link.task.tpl_id)
        story = self._tell_card(template, link.expires_s - at_s, self._fates.of(phone))
        return story.parsed_s is not None

    def tally(self, task: SendTask, now_s: float) -> Tally:
        """Count what has become of a task's messages by now."""
        age_s = now_s - task.created_s
        remembered = self._settled.get(task.task_id)
        if remembered is None:
            stories = self.all_of(task)
            remembered = self.remember(task, stories)
        last_s, final = remembered
        if age_s >= last_s:
            return final
        return _count(self.all_of(task), age_s)

    def remember(self, task: SendTask, stories: Iterable[Story]) -> tuple[float, Tally]:
        """Keep a task's final counts and the age at which they hold."""
        last_s = 0.0
        told = tuple(stories)
        for story in told:
            for moment in (story.report_s, story.parsed_s):
                if moment is not None and moment > last_s:
                    last_s = moment
        self._settled[task.task_id] = last_s, _count(told, last_s)
        return self._settled[task.task_id]

    def _tell(self, task: SendTask, fate: Fate) -> Story:
        if task.product is Product.AIM_BASIC:
            return _tell_basic(self._world.aim_basic_templates.get(task.tpl_id), fate)
        return self._tell_card(self._world.aim_templates.get(task.tpl_id), task.lifetime_s, fate)

    def _tell_card(self, template: AimTemplate | None, lifetime_s: float, fate: Fate) -> Story:
        # A journal may outlive the world file that named its templates.
        vendors = template.vendors if template is not None else ()
        capable = fate.capable and fate.vendor in vendors
        if fate.code != DELIVERED:
            return _undelivered(capable=capable, fate=fate)
        numbers = self._world.numbers
        delay_s, draw = fate.deliver_delay_s, fate.parse_draw
        left_s = lifetime_s - delay_s
        if not (capable and left_s > 0.0 and draw < numbers.parsed + numbers.parse_failed):
            return _new(Story, (capable, "text", DELIVERED, delay_s, None, None))
        tried_s = delay_s + left_s * numbers.parse_spread * fate.parse_lag
        if draw < numbers.parsed:
            return _new(Story, (capable, "card", DELIVERED, delay_s, tried_s, None))
        return _new(Story, (capable, "text", DELIVERED, delay_s, None, tried_s))

    def _tell_text(self, task: SendTask, position: int, fate: Fate) -> Story:
        url = task.link(position)
        link = self._link_book.find(url) if url else None
        if link is not None:
            lifetime_s = link.expires_s - task.created_s
            return self._tell_card(
                self._world.aim_templates.get(link.task.tpl_id), lifetime_s, fate
            )
        if fate.code != DELIVERED:
            return _undelivered(capable=fate.capable, fate=fate)
        return Story(fate.capable, "text", fate.code, fate.deliver_delay_s, None, None)


def _tell_basic(template: AimBasicTemplate | None, fate: Fate) -> Story:
    carriers = template.carriers if template is not None else {}
    if fate.code != SILENT and carriers.get(fate.operator, 0) != 0:
        return Story(fate.capable, None, CARRIER_OFF, fate.deliver_delay_s, None, None)
    if fate.code != DELIVERED:
        return _undelivered(capable=fate.capable, fate=fate)
    return Story(fate.capable, "video", fate.code, fate.deliver_delay_s, None, None)


def _undelivered(*, capable: bool, fate: Fate) -> Story:
    report_s = None if fate.code == SILENT else fate.deliver_delay_s
    return Story(capable, None, fate.code, report_s, None, None)


def _count(stories: Iterable[Story], age_s: float) -> Tally:
    success = failed = silent = parsed = 0
    for story in stories:
        if story.report_s is None:
            silent += 1
        elif story.report_s <= age_s:
            success += story.delivered
            failed += not story.delivered
        if story.parsed_s is not None and story.parsed_s <= age_s:
            parsed += 1
    return Tally(success, failed, silent, parsed)


@lru_cache(maxsize=256)
def _truth(seen: tuple[bool, str | None, str]) -> bytes:
    capable, rendered, code = seen
    delivered = code == DELIVERED
    return msgspec.json.encode(
        {"capable": capable, "delivered": delivered, "rendered": rendered, "code": code}
    )
