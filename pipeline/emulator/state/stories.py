"""What becomes of one message: a number's fate met with a template and a link's lifetime."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import msgspec

from pipeline.emulator.state.fates import DELIVERED, SILENT, Fate, Fates
from pipeline.emulator.state.links import Link, LinkBook
from pipeline.emulator.state.tasks import Product, SendTask
from pipeline.emulator.state.world import AimBasicTemplate, AimTemplate, World

_CardFate = tuple[str, bool, str, float, float, float]

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
        if task.product is Product.SMS:
            return self._tell_text(task, position, self._fates.of(task.phones[position]))
        return self._tell(task, (task.phones[position],))[0]

    def all_of(self, task: SendTask) -> list[Story]:
        """Tell the stories of all of a task's messages, in order."""
        if task.product is Product.SMS:
            fates = self._fates.of_all(task.phones)
            return [self._tell_text(task, at, fate) for at, fate in enumerate(fates)]
        return self._tell(task, task.phones)

    def truths(self, stories: Iterable[Story]) -> list[bytes]:
        """Encode what no client can see of each message."""
        return [_truth(*story[:3], story.parse_failed_s is not None) for story in stories]

    def shows(self, link: Link, phone: int, at_s: float) -> bool:
        """Tell whether a text message sent then would show the link's card on this number."""
        template = self._world.aim_templates.get(link.task.tpl_id)
        fates = (self._fates.of(phone)[1:],)
        (story,) = self._tell_cards(template, link.expires_s - at_s, fates)
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

    def remember(self, task: SendTask, stories: Sequence[Story]) -> tuple[float, Tally]:
        """Keep a task's final counts and the age at which they hold."""
        kept = self._settled[task.task_id] = _final(stories)
        return kept

    def _tell(self, task: SendTask, phones: Collection[int]) -> list[Story]:
        if task.product is Product.AIM_BASIC:
            template = self._world.aim_basic_templates.get(task.tpl_id)
            return [_tell_basic(template, fate) for fate in self._fates.of_all(phones)]
        card = self._world.aim_templates.get(task.tpl_id)
        # A card's story does not ask for the operator.
        _, *draws = self._fates.drawn(phones)
        return self._tell_cards(card, task.lifetime_s, zip(*draws, strict=True))

    def _tell_cards(
        self, template: AimTemplate | None, lifetime_s: float, fates: Iterable[_CardFate]
    ) -> list[Story]:
        """Tell stories of a card from all that fates say but the operator."""
        # A journal may outlive the world file that named its templates.
        vendors = template.vendors if template is not None else ()
        numbers = self._world.numbers
        parsed, spread = numbers.parsed, numbers.parse_spread
        tried = parsed + numbers.parse_failed
        stories = []
        story: tuple[bool, str | None, str, float | None, float | None, float | None]
        for vendor, is_able, code, delay_s, draw, lag in fates:
            capable = is_able and vendor in vendors
            left_s = lifetime_s - delay_s
            if code != DELIVERED:
                story = (capable, None, code, None if code == SILENT else delay_s, None, None)
            elif not (capable and left_s > 0.0 and draw < tried):
                story = (capable, "text", DELIVERED, delay_s, None, None)
            elif draw < parsed:
                shown_s = delay_s + left_s * spread * lag
                story = (capable, "card", DELIVERED, delay_s, shown_s, None)
            else:
                failed_s = delay_s + left_s * spread * lag
                story = (capable, "text", DELIVERED, delay_s, None, failed_s)
            stories.append(_new(Story, story))
        return stories

    def _tell_text(self, task: SendTask, position: int, fate: Fate) -> Story:
        url = task.link(position)
        link = self._link_book.find(url) if url else None
        if link is not None:
            lifetime_s = link.expires_s - task.created_s
            template = self._world.aim_templates.get(link.task.tpl_id)
            return self._tell_cards(template, lifetime_s, (fate[1:],))[0]
        return _without_card(fate, "text")


def _tell_basic(template: AimBasicTemplate | None, fate: Fate) -> Story:
    carriers = template.carriers if template is not None else {}
    if fate.code != SILENT and carriers.get(fate.operator, 0) != 0:
        return Story(fate.capable, None, CARRIER_OFF, fate.deliver_delay_s, None, None)
    return _without_card(fate, "video")


def _without_card(fate: Fate, rendered: str) -> Story:
    is_there, is_silent = fate.code == DELIVERED, fate.code == SILENT
    report_s = None if is_silent else fate.deliver_delay_s
    return Story(fate.capable, rendered if is_there else None, fate.code, report_s, None, None)


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


def _final(stories: Sequence[Story]) -> tuple[float, Tally]:
    # Every send is counted when it is taken: by columns, at C's pace.
    if not stories:
        return 0.0, Tally(0, 0, 0, 0)
    _, rendered, codes, reports, parses, _ = zip(*stories, strict=True)
    success, silent = codes.count(DELIVERED), reports.count(None)
    tally = Tally(success, len(codes) - success - silent, silent, rendered.count("card"))
    return max(filter(None, (*reports, *parses)), default=0.0), tally


@cache
def _truth(capable: object, rendered: object, code: str, parse_failed: object) -> bytes:
    """Encode each kind of truth once: there are few."""
    seen = {"capable": capable, "delivered": code == DELIVERED, "rendered": rendered}
    return msgspec.json.encode({**seen, "parse_failed": parse_failed, "code": code})
