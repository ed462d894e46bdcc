"""Who answers a message, what, and when: a function of the seed and the number."""

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from pipeline.emulator.clock import utc_seconds
from pipeline.emulator.state.stories import Story
from pipeline.emulator.state.tasks import Product, SendTask, derived_uuid
from pipeline.emulator.state.world import Numbers, World

_WORDS = struct.Struct("<2I")
_WORD = 2.0**-32


class Reply(NamedTuple):
    """Hold what a person writes back and how long after the message arrived."""

    text: str
    after_s: float


class Replies:
    """Draw replies with the seed as the key."""

    def __init__(self, numbers: Numbers, seed: int) -> None:
        self._key = seed.to_bytes(16, "big", signed=True)
        self._texts = tuple(numbers.replies)
        self._edges = list(accumulate(numbers.replies.values()))
        self._earliest_s, latest_s = numbers.reply_delay_s
        self._span_s = latest_s - self._earliest_s

    def of(self, phone: int) -> Reply | None:
        """Return what an 11-digit number answers, if it does at all."""
        digest = hashlib.blake2b(b"reply:%d" % phone, digest_size=8, key=self._key).digest()
        which, when = _WORDS.unpack(digest)
        at = bisect_right(self._edges, which * _WORD)
        if at == len(self._texts):
            return None
        return Reply(self._texts[at], self._earliest_s + self._span_s * when * _WORD)

    def to(self, task: SendTask, stories: Sequence[Story]) -> list[tuple[int, float]]:
        """Return which of a task's messages are answered: position and age in seconds."""
        if not self._texts:
            return []
        answered = []
        for position, story in enumerate(stories):
            reply = self.of(task.phones[position]) if story.delivered else None
            if reply is not None and story.report_s is not None:
                answered.append((position, story.report_s + reply.after_s))
        return answered


class Form(dict[str, object]):
    """A body that is pushed as a form instead of as JSON."""


def has_uplinks(world: World) -> bool:
    """Tell whether any application wants to hear answers."""
    return any(app.up_link_addr for app in world.sms_apps.values())


def is_answerable(world: World, task: SendTask) -> bool:
    """Tell whether answers to a task's messages reach anybody."""
    if task.product is Product.AIM_BASIC:
        return True
    return any(uplink_of(world, task, position) for position in range(len(task.phones)))


def uplink_of(world: World, task: SendTask, position: int) -> str:
    """Return the address of the application whose signature a message bears; often none."""
    signature = world.sms_signatures.get(task.sign_at(position))
    app = None if signature is None else world.sms_apps.get(signature.app)
    return "" if app is None else app.up_link_addr


def uplink_form(world: World, task: SendTask, position: int, said: tuple[str, float]) -> Form:
    """Return what is pushed: who answered what and when, and no task."""
    text, at_s = said
    signature = world.sms_signatures.get(task.sign_at(position))
    return Form(
        {
            "smsMsgId": derived_uuid("uplink", task.msg_id(position)),
            "from": f"+86{task.phones[position]}",
            "to": "" if signature is None else signature.channel_number,
            "body": text,
            "createTime": utc_seconds(at_s),
        }
    )
