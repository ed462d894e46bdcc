"""Questions by name: which are due, how old their attempts are, and how one is put."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.core.answer import FoundTask, Unanswered
from pipeline.core.model import Channel, TaskName
from pipeline.core.times import CLOCK_SKEW_S_MAX, Backoff
from pipeline.language import Words, filled
from pipeline.ports import Clock, Question, Submission
from pipeline.reconciler.context import SOME_PHONES, Parts, SteadyClock

WAIT_S_MAX = 300.0
"""However long the provider asks us to wait, a question is repeated after this."""

_AFTER_SILENCE = Backoff(first_s=2.0, factor=2.0, max_s=60.0)
_TRIES = 4
"""How often a question of a round is put, as long as others of the same round are answered."""

# Waits are sums of floats: without a margin a question could be due a rounding error too early,
# again and again.
_MARGIN_S = 0.001


@dataclass(slots=True)
class Inquiry:
    """A name that is asked for: a doubt's, or one that is known to be taken (a control).

    submission is the doubt's, None for a control, which bears the number to ask beside, if any.
    kind is the channel whose question shows the name. asked_s is the attempt's age, in seconds, at
    the latest answered question; silences counts questions in a row that got no answer. Where names
    are shown beside numbers, of_everybody asks for each of them instead of a few, and cleared
    counts those that have been.
    """

    name: TaskName
    attempted_at: float
    kind: Channel
    submission: Submission | None = None
    phone: str = ""
    asked_s: float | None = None
    asked: int = 0
    silences: int = 0
    of_everybody: bool = False
    cleared: int = 0

    @property
    def calibrates(self) -> bool:
        """Tell whether it is asked to see whether asking works."""
        return self.submission is None

    def ask_everybody(self) -> None:
        """Let the next question be for each number, from the first on."""
        self.of_everybody, self.cleared = True, 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. age_s is the attempt's age when the question was put, at the time of day.

    whole says that nothing which could show the name was left out.
    """

    inquiry: Inquiry
    age_s: float
    at: float
    answer: tuple[FoundTask, ...] | Unanswered
    whole: bool = True

    @property
    def matches(self) -> tuple[FoundTask, ...]:
        """Return the tasks of exactly that name: the provider's filter may be a loose one."""
        if isinstance(self.answer, Unanswered):
            return ()
        return tuple(task for task in self.answer if task.task_name == self.inquiry.name)

    def as_question(self, number: int) -> Question:
        """Return it as the ledger records it, in the round of that number."""
        name, calibrates = self.inquiry.name, self.inquiry.calibrates
        meant_at = self.inquiry.attempted_at
        if isinstance(self.answer, Unanswered):
            why = filled("no answer: {why}", why=self.answer.why)
            return Question(name, self.at, -1, why, calibrates, number, meant_at)
        matches = self.matches
        others = len(self.answer) - len(matches)
        said = ", ".join(task.task_id for task in matches) or Words("not listed")
        if others:
            said += filled(" ({others} under other names)", others=str(others))
        return Question(name, self.at, len(matches), said, calibrates, number, meant_at)


class Ages:
    """Tell how old an attempt certainly is, whatever was done to the machine's time.

    An attempt is at least as old as we have been watching it. The wall clock may make it older,
    but only where its word can be right: not before the run was planned, not in the future.
    """

    def __init__(self, clock: Clock, planned_at: float, ahead_s: float | None = 0.0) -> None:
        """Begin to watch.

        ahead_s is how far this machine's clock is ahead of the provider's, None where that is not
        known.
        """
        self.ahead_s = ahead_s
        self._ahead_s = max(0.0, ahead_s or 0.0)
        self._clock = SteadyClock(clock)
        self._start = clock.monotonic()
        self._planned_at = planned_at

    @property
    def is_right(self) -> bool:
        """Tell whether the clock was compared and is near enough: else no round counts."""
        return self.ahead_s is not None and abs(self.ahead_s) <= CLOCK_SKEW_S_MAX

    def age_s(self, attempted_at: float) -> float:
        """Return seconds since the attempt, too few rather than too many."""
        watched_s = self._clock.monotonic() - self._start
        if attempted_at < self._planned_at:
            return watched_s
        return max(watched_s, self._clock.now() - attempted_at - self._ahead_s)

    def of_control(self, attempted_at: float) -> float:
        """Return seconds since a request that is known to be taken, by the wall clock alone."""
        return self._clock.now() - attempted_at - self._ahead_s

    def moment(self) -> float:
        """Return the time of day, as no correction can move it forward, late rather than early."""
        return self._clock.now() - self._ahead_s


async def ages_of(parts: Parts) -> Ages:
    """Ask how far this machine's clock is ahead, and begin to watch by it."""
    ahead_s = await parts.ask(parts.gateway.clock_ahead_s)
    known_s = None if isinstance(ahead_s, Unanswered) else ahead_s
    if known_s is not None and abs(known_s) > CLOCK_SKEW_S_MAX:
        parts.on_event("clock.apart", ahead_s=round(known_s))
    return Ages(parts.clock, parts.plan.planned_at, known_s)


@dataclass(slots=True)
class Agenda:
    """Inquiries by the (monotonic) time at which they are due."""

    clock: Clock
    _heap: list[tuple[float, int, Inquiry]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)

    def put(self, inquiry: Inquiry, in_s: float) -> None:
        """Note that a question is due in so many seconds."""
        wait_s = in_s + _MARGIN_S if in_s > 0 else 0.0
        heapq.heappush(self._heap, (self.clock.monotonic() + wait_s, next(self._order), inquiry))

    def due(self, by: float, count: int) -> list[Inquiry]:
        """Take at most count inquiries that are due by that monotonic time, the oldest first."""
        taken: list[Inquiry] = []
        while self._heap and self._heap[0][0] <= by and len(taken) < count:
            taken.append(heapq.heappop(self._heap)[2])
        return taken

    def wait_s(self) -> float | None:
        """Return the seconds until something is due; None when nothing ever will be."""
        if not self._heap:
            return None
        return max(0.0, self._heap[0][0] - self.clock.monotonic())


def silence_wait_s(inquiry: Inquiry, answer: Unanswered) -> float:
    """Return how long to wait before a question that got no answer is put again."""
    asked_for = min(max(answer.wait_s or 0.0, 0.0), WAIT_S_MAX)
    return max(asked_for, _AFTER_SILENCE.wait_s(inquiry.silences))


async def put_all(
    parts: Parts, ages: Ages, inquiries: Sequence[Inquiry], number: int = 0
) -> list[Reply]:
    """Put a round's questions at once and record them with their answers, in one transaction.

    Where some stay without an answer and others do not, those are put again: a round counts only
    if enough of it is answered. One that was put by a clock that is wrong, or may be, is recorded
    as no round: a later start could not tell how old its doubts were.
    """
    replies = await _put_each(parts, ages, inquiries)
    for _ in range(_TRIES - 1):
        silent = [at for at, reply in enumerate(replies) if _is_silent(reply)]
        if not silent or len(silent) == len(replies):
            break
        again = await _put_each(parts, ages, [inquiries[at] for at in silent])
        for at, reply in zip(silent, again, strict=True):
            replies[at] = reply
    counted = number if ages.is_right else 0
    parts.writer.asked([reply.as_question(counted) for reply in replies])
    return replies


def _is_silent(reply: Reply) -> bool:
    return isinstance(reply.answer, Unanswered) and not reply.answer.unreadable


async def _put_each(parts: Parts, ages: Ages, inquiries: Sequence[Inquiry]) -> list[Reply]:
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(_put(parts, ages, inquiry)) for inquiry in inquiries]
    return [task.result() for task in asking]


async def _put(parts: Parts, ages: Ages, inquiry: Inquiry) -> Reply:
    if inquiry.submission is None:
        return await put_once(parts, ages, inquiry, (inquiry.phone,) if inquiry.phone else ())
    shown = parts.phones_shown(inquiry.submission)
    chosen = shown[inquiry.cleared :] if inquiry.of_everybody else shown[:SOME_PHONES]
    beside: list[tuple[str, ...]] = [(phone,) for phone in chosen] or [()]
    replies: list[Reply] = []
    for phones in beside:
        replies.append(await put_once(parts, ages, inquiry, phones))
        if replies[-1].answer:
            break
        if inquiry.of_everybody:
            # What was answered need not be asked again, however often the rest stays silent.
            inquiry.cleared += 1
            inquiry.silences = 0
    whole = inquiry.of_everybody or len(chosen) == len(shown)
    return replace(replies[0], answer=replies[-1].answer, whole=whole)


async def put_once(parts: Parts, ages: Ages, inquiry: Inquiry, phones: tuple[str, ...]) -> Reply:
    """Put one question beside these numbers. Nothing is recorded."""
    age_s, at = 0.0, 0.0

    def find() -> Awaitable[tuple[FoundTask, ...] | Unanswered]:
        nonlocal age_s, at
        # The age is taken before the question leaves: absence is only as old as its question.
        age_of = ages.of_control if inquiry.calibrates else ages.age_s
        age_s, at = age_of(inquiry.attempted_at), ages.moment()
        return parts.gateway.find(inquiry.kind, inquiry.name, inquiry.attempted_at, phones)

    answer = await parts.ask(find)
    return Reply(inquiry, age_s, at, answer)
