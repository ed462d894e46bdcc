"""What a pass asks about, how, and what came of it. Nothing is recorded here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pipeline.core.answer import Unanswered
from pipeline.core.outcome import SILENCE_S_MAX, Fact
from pipeline.core.retry import Backoff
from pipeline.ports import Submission
from pipeline.reconciler.parts import Parts, SteadyClock, attempt_of
from pipeline.reconciler.unsettled import Unsettled

_WAIT_S_MAX = 60.0
_AFTER_SILENCE = Backoff(first_s=0.5, factor=2.0, max_s=30.0)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PollOptions:
    """How a pass asks.

    grace_s is how long after a link's expiry its last news may still arrive. silence_s is how
    long after acceptance no news means expired. reason_s is how long after expiry the question
    for a handset's abilities is repeated before a fallback is closed without its answer. After
    silences_max questions in a row without an answer the pass asks nothing more.
    """

    concurrency: int = 16
    grace_s: float = 10.0
    silence_s: float = SILENCE_S_MAX
    reason_s: float = 3600.0
    silences_max: int = 12


@dataclass(frozen=True, slots=True)
class Case:
    """A submission at hand. rows leads from a phone to its row; facts are known already.

    makers are the submissions that made the links which it carries, where it did not itself.
    """

    unsettled: Unsettled
    rows: Mapping[str, int]
    facts: Mapping[int, tuple[Fact, ...]]
    link_life_s: float | None
    makers: tuple[Submission, ...] = ()

    @property
    def submission(self) -> Submission:
        """Return the submission."""
        return self.unsettled.submission

    @property
    def taken_at(self) -> float:
        """Return when it was known to be taken: later than it was, never earlier."""
        return self.submission.concluded_at or attempt_of(self.submission)[1]


@dataclass(frozen=True, slots=True)
class Page:
    """Facts by row from one answer, without the name of their evidence."""

    source: str
    at: float
    facts: Mapping[int, tuple[Fact, ...]]


@dataclass(slots=True)
class Heard:
    """What one submission's questions brought.

    link_expired and silent are only set when the answer that could have told otherwise came after
    that moment.
    """

    pages: list[Page] = field(default_factory=list)
    link_life_s: float | None = None
    expires_at: float | None = None
    link_expired: bool = False
    silent: bool = False
    unanswered: bool = False
    named: frozenset[int] | None = None


class Questions:
    """Put a pass's questions, at the limiter's pace, more slowly while no answers come."""

    def __init__(self, parts: Parts, options: PollOptions) -> None:
        """Begin a pass."""
        self.parts = parts
        self.options = options
        self.asked = 0
        self._clock = SteadyClock(parts.clock)
        self._silences = 0
        self._wait_s = 0.0

    @property
    def given_up(self) -> bool:
        """Tell whether too many questions in a row went unanswered."""
        return self._silences >= self.options.silences_max

    def now(self) -> float:
        """Return the wall-clock time, as no correction can move it forward."""
        return self._clock.now()

    async def put(
        self, question: Callable[[], Awaitable[T | Unanswered]]
    ) -> tuple[float, T] | None:
        """Return when the question was put and its answer; None when there was none."""
        if self._wait_s and not self.given_up:
            await self._clock.sleep(self._wait_s)
        if self.given_up:
            return None
        await self.parts.admit()
        at = self.now()
        self.asked += 1
        answer = await question()
        self.parts.heed([answer])
        if isinstance(answer, Unanswered):
            self._on_silence(answer)
            return None
        self._silences, self._wait_s = 0, 0.0
        return at, answer

    def _on_silence(self, answer: Unanswered) -> None:
        self._silences += 1
        asked_for = min(max(answer.wait_s or 0.0, 0.0), _WAIT_S_MAX)
        self._wait_s = max(asked_for, _AFTER_SILENCE.wait_s(self._silences))
        if self._silences == self.options.silences_max:
            self.parts.on_event("poll.gave_up", why=answer.why, unanswered=self._silences)
