"""Who answers a message, what, and when: a function of the seed and the number."""

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from pipeline.emulator.stories import Story
from pipeline.emulator.tasks import SendTask
from pipeline.emulator.world import Numbers

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
