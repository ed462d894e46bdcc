"""Receipts that have yet to be pushed, ordered by their time."""

import asyncio
import hashlib
import heapq
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from pipeline.emulator.state.stories import Story
from pipeline.emulator.state.tasks import SendTask, derived_uuid
from pipeline.emulator.state.world import ReceiptModes

# Between the reports of one message's segments.
PART_S = 0.05
REORDER_S = 1.0

_KIND_BITS, _PART_BITS = 2, 6
_WORD = 2.0**-32
_CODE_FIELDS = ("send_status", "code")
_DRAWN = ("no_dashes", "capitals", "bare_capitals")
_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "no_dashes": lambda task_id: task_id.replace("-", ""),
    "capitals": str.upper,
    "bare_capitals": lambda task_id: task_id.replace("-", "").upper(),
    "unknown": lambda task_id: derived_uuid("unknown", task_id),
}


class Kind(IntEnum):
    """Tell a send report from the news that the card was shown, and from a person's answer."""

    REPORT = 0
    PARSED = 1
    REPLY = 2


class Receipt(NamedTuple):
    """Name one message's news and the moment it is due; `part` counts the segments from 1."""

    due_s: float
    task: SendTask
    position: int
    kind: Kind
    part: int = 1


class News(NamedTuple):
    """Hold what a task will have to tell: `replies` are positions and ages in seconds.

    `early` makes every report due at once.
    """

    stories: Iterable[Story]
    replies: Sequence[tuple[int, float]] = ()
    early: bool = False


class Outbox:
    """Keep one product's receipts; closed until somebody has registered a callback.

    `pushed_s` is the moment up to which everything was pushed: nothing due by then is pushed again.
    `settled` is set while nothing is due. `letters` are whole bodies for an address, due at once.
    """

    def __init__(self) -> None:
        self.is_open = False
        self.pushed_s = 0.0
        self.changed = asyncio.Event()
        self.settled = asyncio.Event()
        self.letters: deque[tuple[str, dict[str, object]]] = deque()
        self._heap: list[tuple[float, int, _Queue]] = []
        self._held: list[tuple[float, int, Receipt]] = []
        self._order = 0

    def open(self, from_s: float) -> None:
        """Begin to keep receipts; those due before are nobody's."""
        self.is_open = True
        self.pushed_s = max(self.pushed_s, from_s)

    def add(self, task: SendTask, news: News) -> None:
        """Keep what these messages will have to tell."""
        queue = _Queue(task, news, self.pushed_s)
        if queue:
            self._order += 1
            heapq.heappush(self._heap, (queue.next_s, self._order, queue))
            self._wake()

    def hold(self, until_s: float, receipt: Receipt) -> None:
        """Keep a receipt back that was already taken; a restart forgets it."""
        self._order += 1
        heapq.heappush(self._held, (until_s, self._order, receipt))
        self._wake()

    def send(self, url: str, body: dict[str, object]) -> None:
        """Keep a body that is to go to an address at once; a restart forgets it."""
        self.letters.append((url, body))
        self._wake()

    def next_s(self) -> float | None:
        """Return the moment of the next receipt."""
        heads = [heap[0][0] for heap in (self._heap, self._held) if heap]
        return min(heads, default=None)

    def take(self, now_s: float, most: int) -> list[Receipt]:
        """Return receipts that are due, in order, and forget them."""
        taken: list[Receipt] = []
        while self._heap and self._heap[0][0] <= now_s and len(taken) < most:
            _, order, queue = self._heap[0]
            taken.append(queue.pop())
            if queue:
                heapq.heapreplace(self._heap, (queue.next_s, order, queue))
            else:
                heapq.heappop(self._heap)
        return taken

    def take_held(self, now_s: float, most: int) -> list[Receipt]:
        """Return receipts that were kept back until now, and forget them."""
        taken: list[Receipt] = []
        while self._held and self._held[0][0] <= now_s and len(taken) < most:
            taken.append(heapq.heappop(self._held)[2])
        return taken

    def _wake(self) -> None:
        self.settled.clear()
        self.changed.set()


class _Queue:
    """Hold one task's receipts in twelve bytes each."""

    __slots__ = ("_cursor", "_moments", "_places", "task")

    def __init__(self, task: SendTask, news: News, after_s: float) -> None:
        found = [
            (task.created_s + age_s, place)
            for age_s, place in _places(task, news)
            if task.created_s + age_s > after_s
        ]
        found.sort()
        self.task = task
        self._moments = array("d", (moment for moment, _ in found))
        self._places = array("I", (place for _, place in found))
        self._cursor = 0

    def __len__(self) -> int:
        return len(self._moments) - self._cursor

    @property
    def next_s(self) -> float:
        return self._moments[self._cursor]

    def pop(self) -> Receipt:
        place = self._places[self._cursor]
        due_s = self._moments[self._cursor]
        self._cursor += 1
        position, rest = divmod(place, 1 << (_KIND_BITS + _PART_BITS))
        part, kind = divmod(rest, 1 << _KIND_BITS)
        return Receipt(due_s, self.task, position, Kind(kind), part + 1)


def _places(task: SendTask, news: News) -> Iterator[tuple[float, int]]:
    for position, story in enumerate(news.stories):
        if story.report_s is not None:
            report_s = 0.0 if news.early else story.report_s
            for part in range(task.parts(position)):
                yield report_s + part * PART_S, _place(position, Kind.REPORT, part)
        if story.parsed_s is not None:
            yield story.parsed_s, _place(position, Kind.PARSED)
    for position, age_s in news.replies:
        yield age_s, _place(position, Kind.REPLY)


def _place(position: int, kind: Kind, part: int = 0) -> int:
    return ((position << _PART_BITS | part) << _KIND_BITS) | kind


@dataclass(frozen=True, slots=True)
class Sifted:
    """Hold what becomes of a batch: pushed now, pushed once more, or held for so many seconds."""

    now: Sequence[Receipt]
    again: Sequence[Receipt] = ()
    held: Sequence[tuple[float, Receipt]] = ()


@dataclass(slots=True)
class ReceiptFaults:
    """Decide about receipts; assign `modes` to change them at run time, `fired` counts by mode.

    What a receipt meets is a function of the seed and of which message's news it is, so that the
    same receipts are met in every run however they fall into batches.
    """

    modes: ReceiptModes
    seed: int
    fired: Counter[str] = field(default_factory=Counter)

    def sift(self, receipts: Sequence[Receipt]) -> Sifted:
        """Decide about a batch that is due; order is kept among those that are pushed now."""
        modes = self.modes
        if not modes.sifts:
            return Sifted(receipts)
        now: list[Receipt] = []
        again: list[Receipt] = []
        held: list[tuple[float, Receipt]] = []
        for receipt in receipts:
            lost, late, reordered, doubled = self._draws(receipt)
            if lost < modes.lost:
                self.fired["lost"] += 1
                continue
            if doubled < modes.duplicated:
                self.fired["duplicated"] += 1
                again.append(receipt)
            if late < modes.late:
                self.fired["late"] += 1
                held.append((modes.late_s, receipt))
            elif reordered < modes.reordered:
                self.fired["reordered"] += 1
                held.append((REORDER_S * reordered / modes.reordered, receipt))
            else:
                now.append(receipt)
        return Sifted(now, again, held)

    def retold(self, receipt: Receipt, news: dict[str, object]) -> dict[str, object]:
        """Return a receipt's news as the modes have it told; what it stands for does not change."""
        modes = self.modes
        if not modes.retells:
            return news
        spelled, coded, parted, chosen = self._draws(receipt, "told")
        changed = dict(news)
        if spelled < modes.task_ids and "task_id" in changed:
            self.fired["task_ids"] += 1
            spelling = modes.task_ids_form or _DRAWN[int(spelled / modes.task_ids * len(_DRAWN))]
            changed["task_id"] = _SPELLINGS[spelling](receipt.task.task_id)
        field = next((key for key in _CODE_FIELDS if key in changed), "")
        if field and coded < modes.codes:
            self.fired["codes"] += 1
            changed[field] = modes.codes_told[int(chosen * len(modes.codes_told))]
        if field and receipt.part > 1 and parted < modes.segments:
            self.fired["segments"] += 1
            changed |= {field: modes.segments_code, "send_status_desc": "fail"}
        return changed

    def _draws(self, receipt: Receipt, about: str = "") -> list[float]:
        news = f"{receipt.task.task_id}:{receipt.position}:{receipt.kind:d}{about}"
        key = self.seed.to_bytes(16, "big", signed=True)
        digest = hashlib.blake2b(news.encode(), digest_size=16, key=key).digest()
        return [int.from_bytes(digest[at : at + 4], "big") * _WORD for at in range(0, 16, 4)]
