"""A provider in memory: it commits late, loses answers, lists with lag, and forgets nothing.

What it took stands in `taken`; that record is the referee of every test that uses it.
"""

import asyncio
import hashlib
import math
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.core.answer import (
    Accepted,
    Answer,
    FoundTask,
    Hindrance,
    Lost,
    News,
    NewsKind,
    RecentTasks,
    Refused,
    Renderings,
    Throttled,
    Unanswered,
)
from pipeline.core.model import Channel, Message, Recipients, TaskId, TaskName
from pipeline.koomessage.transport.calls import STALE_S
from pipeline.ports import Clock, Prepared, ReceiptAddress, ReceiptTopic
from tests.support.fakes import ManualClock
from tests.support.plain_questions import PlainQuestions

SIGNATURE_LIFE_S = 900.0
LINK_LIFE_S = 3600.0
DELIVERED_AFTER_S = 5.0
RENDERED_AFTER_S = 20.0


class Fate(StrEnum):
    """What becomes of one request."""

    TAKEN = "taken"
    PARTLY = "taken but for its first number"
    LOST_AFTER = "taken, its answer is lost"
    LATE = "taken later, its answer is lost"
    LOST_BEFORE = "lost on the way"
    RATE = "refused for the rate"
    UNREACHABLE = "never left"
    REFUSED = "refused"
    TOO_LARGE = "refused, as it has too many numbers"


@dataclass(frozen=True, slots=True)
class Course:
    """One request's fate, how long connecting and answering take, how late it is committed."""

    fate: Fate = Fate.TAKEN
    connect_s: float = 0.0
    answer_s: float = 0.0
    late_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Taken:
    """A task. at is the true time of its commit; left_out are numbers it refused."""

    name: TaskName
    task: TaskId
    phones: tuple[str, ...]
    at: float
    left_out: frozenset[str]


@dataclass(frozen=True, slots=True)
class Manners:
    """How the provider is: seconds until a task is listed, and the life of a signature.

    stranger lists, for every question, a task whose name merely begins with the name asked for.
    Lists that err: empty_share of all answers show nothing, and none shows what is older than
    span_s.
    """

    list_lag_s: float = 0.0
    signature_life_s: float = SIGNATURE_LIFE_S
    stranger: bool = False
    empty_share: float = 0.0
    span_s: float = math.inf

    @property
    def lists_err(self) -> bool:
        """Tell whether a name may be missing that was listed, or should have been long ago."""
        return bool(self.empty_share) or math.isfinite(self.span_s)


@dataclass(slots=True)
class Provider:
    """Know what was taken. on_arrival sees each request's name when it arrives, taken or not."""

    channel: Channel
    clock: ManualClock
    manners: Manners
    on_arrival: Callable[[TaskName], None]
    courses: deque[Course] = field(default_factory=deque)
    silences: int = 0
    arrived: Counter[TaskName] = field(default_factory=Counter)
    taken: dict[TaskName, Taken] = field(default_factory=dict)
    asked: Counter[TaskName] = field(default_factory=Counter)
    _epoch: float = field(init=False)

    def __post_init__(self) -> None:
        self._epoch = self.clock.now() - self.clock.monotonic()

    def now(self) -> float:
        """Return the true time: nobody sets the provider's clock."""
        return self._epoch + self.clock.monotonic()

    def arrive(self, prepared: Prepared, signed_at: float, course: Course) -> Answer:
        """Take a request, or not."""
        name = prepared.task_name
        self.on_arrival(name)
        self.arrived[name] += 1
        if abs(self.now() - signed_at) > self.manners.signature_life_s:
            return Throttled(Hindrance.CREDENTIALS, "the signature has expired")
        match course.fate:
            case Fate.RATE:
                return Throttled(Hindrance.RATE, "too fast")
            case Fate.REFUSED:
                return Refused("KM.00001502", "a number has a wrong form", about_rows=True)
            case Fate.TOO_LARGE:
                return Refused("KM.00001500", "too many numbers", split=True)
        phones = tuple(prepared.body.decode().split("\n"))
        left_out = frozenset(phones[:1]) if course.fate is Fate.PARTLY else frozenset[str]()
        at = self.now() + (course.late_s if course.fate is Fate.LATE else 0.0)
        self.taken[name] = Taken(name, TaskId(f"id-{name}"), phones, at, left_out)
        return Accepted(TaskId(f"id-{name}"), dict.fromkeys(left_out, "KM.00001502"))

    def times_taken(self) -> Counter[str]:
        """Count how often each number was taken, or certainly will be."""
        return Counter(
            phone
            for task in self.taken.values()
            for phone in task.phones
            if phone not in task.left_out
        )

    def silent(self) -> bool:
        """Tell whether this question goes unanswered."""
        self.silences -= 1
        return self.silences >= 0

    def listed(self, name: TaskName) -> Iterator[Taken]:
        """Find the tasks that the list shows by now."""
        self.asked[name] += 1
        if _draw(name, f"list {self.asked[name]}") < self.manners.empty_share:
            return
        task = self.taken.get(name)
        if task is not None and (
            self.manners.list_lag_s <= self.now() - task.at <= self.manners.span_s
        ):
            yield task

    def of(self, task: TaskId) -> Taken | None:
        """Find a task by its id."""
        return self.taken.get(TaskName(task.removeprefix("id-")))

    def news_of(self, task: Taken) -> list[News]:
        """Tell all that is known of a task's numbers by now."""
        age_s = self.now() - task.at
        news: list[News] = []
        for phone in task.phones:
            if phone in task.left_out:
                continue
            if age_s >= DELIVERED_AFTER_S:
                got = delivered(phone)
                kind = NewsKind.DELIVERED if got else NewsKind.FAILED
                news.append(News(phone, kind, "" if got else "MK:0001"))
            shows = self.channel is Channel.AIM and rendered(phone)
            if shows and age_s >= RENDERED_AFTER_S:
                news.append(News(phone, NewsKind.RENDERED))
        return news


def delivered(phone: str) -> bool:
    """Tell whether a number gets its message."""
    return _draw(phone, "delivered") > 0.25


def rendered(phone: str) -> bool:
    """Tell whether a number's handset shows the card."""
    return delivered(phone) and _draw(phone, "rendered") > 0.4


def _draw(phone: str, what: str) -> float:
    return hashlib.sha256(f"{what}{phone}".encode()).digest()[0] / 255


@dataclass(slots=True)
class ModelGateway(PlainQuestions):
    """The Gateway of one process. may_act turns false once that process is dead."""

    provider: Provider
    clock: Clock
    may_act: Callable[[], bool]

    def prepare(self, message: Message, name: TaskName, recipients: Recipients) -> Prepared:
        """Encode the numbers, one a line."""
        body = "\n".join(recipients.phones).encode()
        return Prepared(message.channel, name, "/model", body, len(recipients))

    async def submit(self, prepared: Prepared) -> Answer:
        """Do as the real one: wait for a connection, sign as of the intent, send once, read."""
        await asyncio.sleep(0)
        signed_at = self.clock.now() if prepared.intended_at is None else prepared.intended_at
        if abs(self.clock.now() - signed_at) > STALE_S:
            return Throttled(Hindrance.UNREACHABLE, "the intent's time is too far from now")
        course = self.provider.courses.popleft() if self.provider.courses else Course()
        await self.clock.sleep(course.connect_s)
        self._live()
        if course.fate is Fate.UNREACHABLE:
            return Throttled(Hindrance.UNREACHABLE, "no connection")
        if course.fate is Fate.LOST_BEFORE:
            return Lost("reset")
        answer = self.provider.arrive(prepared, signed_at, course)
        await self.clock.sleep(course.answer_s)
        if course.fate in (Fate.LOST_AFTER, Fate.LATE) and isinstance(answer, Accepted):
            return Lost("no answer came")
        expired = isinstance(answer, Throttled) and answer.hindrance is Hindrance.CREDENTIALS
        if expired and abs(self.clock.now() - signed_at) > STALE_S:
            return Throttled(Hindrance.UNREACHABLE, "the request arrived too late")
        return answer

    async def find(
        self, channel: Channel, name: TaskName, since: float, phones: Sequence[str] = ()
    ) -> tuple[FoundTask, ...] | Unanswered:
        """List what is listed, with counts where the product gives them."""
        del since, phones
        await self._ask()
        if self.provider.silent():
            return Unanswered("no answer")
        found = [self._found(channel, task) for task in self.provider.listed(name)]
        if self.provider.manners.stranger:
            found.append(FoundTask(TaskName(f"{name}x"), TaskId("id-of-a-stranger")))
        return tuple(found)

    async def recent_tasks(self, channel: Channel, since: float, until: float) -> RecentTasks:
        """Nobody asks in the model: its account is known."""
        del channel, since, until
        await self._ask()
        return RecentTasks(())

    async def deliveries(self, task: TaskId) -> tuple[News, ...] | Unanswered:
        """Tell who got it."""
        news = await self._news(task)
        if isinstance(news, Unanswered):
            return news
        return tuple(item for item in news if item.kind is not NewsKind.RENDERED)

    async def renderings(self, task: TaskId, since: float) -> Renderings | Unanswered:
        """Tell who saw the card."""
        del since
        news = await self._news(task)
        if isinstance(news, Unanswered):
            return news
        seen = tuple(item for item in news if item.kind is NewsKind.RENDERED)
        return Renderings(seen, LINK_LIFE_S)

    async def capabilities(
        self, phones: Sequence[str], template: str
    ) -> tuple[News, ...] | Unanswered:
        """Say that every handset could show the card."""
        del template
        await self._ask()
        if self.provider.silent():
            return Unanswered("no answer")
        return tuple(News(phone, NewsKind.SUPPORTED) for phone in phones)

    async def register_receipts(
        self, channel: Channel, address: str, topic: ReceiptTopic = ReceiptTopic.SENT
    ) -> Unanswered | None:
        """Grant it."""
        del channel, address, topic
        await self._ask()
        return None

    async def receipt_addresses(self, channel: Channel) -> tuple[ReceiptAddress, ...] | Unanswered:
        """Have none."""
        del channel
        await self._ask()
        return ()

    async def clock_ahead_s(self) -> float | Unanswered:
        """Have the same clock."""
        await self._ask()
        return 0.0

    def _found(self, channel: Channel, task: Taken) -> FoundTask:
        if channel is Channel.AIM:
            return FoundTask(task.name, task.task)
        kinds = Counter(item.kind for item in self.provider.news_of(task))
        return FoundTask(
            task.name,
            task.task,
            total=len(task.phones) - len(task.left_out),
            succeeded=kinds[NewsKind.DELIVERED],
            failed=kinds[NewsKind.FAILED],
            timed_out=0,
        )

    async def _news(self, task: TaskId) -> list[News] | Unanswered:
        await self._ask()
        known = self.provider.of(task)
        if self.provider.silent() or known is None:
            return Unanswered("no answer")
        return self.provider.news_of(known)

    async def _ask(self) -> None:
        await asyncio.sleep(0)
        self._live()

    def _live(self) -> None:
        if not self.may_act():
            raise asyncio.CancelledError
